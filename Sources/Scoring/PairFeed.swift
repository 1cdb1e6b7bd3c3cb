internal import Experiment
internal import Tensors
internal import Video

/// The decoded parts of one frame index, before any arithmetic.
struct RawPair {
    let index: Int
    /// nil when the reference's maps come from a cache.
    let reference: Frame?
    let generated: Frame
    let foreground: Plane?
    let depth: (reference: DepthFrame, generated: DepthFrame)?
    let labels: (reference: Plane, generated: Plane)?
}

/// Reads all files of a pair in step. A damaged video ends the pair; a damaged optional part ends only that part.
final class PairFeed {
    let generated: any FrameReader
    private let reference: any FrameReader
    private let referenceFrames: Int?
    private let limit: Int
    private var foreground: ForegroundReader?
    private var depth: (reference: ArrayStream, generated: ArrayStream)?
    private var labels: (reference: any LabelReader, generated: any LabelReader)?

    private(set) var index = 0
    private(set) var foregroundFailure: String?
    private(set) var depthFailure: String?
    private(set) var maskFailure: String?
    private(set) var warnings: [String] = []
    private(set) var depthWarnings: [String] = []
    private(set) var maskWarnings: [String] = []
    private(set) var phrases: (reference: [String], generated: [String]) = ([], [])

    /// - Parameter cachedFrames: how many reference frames a cache holds; nil decodes the reference.
    /// - Throws: `FileError`, when one of the videos cannot be opened.
    init(_ inputs: PairInputs, limit: Int, cachedFrames: Int?) throws(FileError) {
        reference = try openFrames(inputs.reference)
        generated = try openFrames(inputs.generated)
        referenceFrames = cachedFrames
        self.limit = limit
        openForeground(inputs.foreground)
        openDepth(inputs.depth)
        openMasks(inputs.masks)
        if generated.size != reference.size {
            let how = Interpolation.forResizing(height: generated.size.height, to: reference.size.height)
            warnings.append(
                "the generated frames are \(generated.size) and were resized (\(how)) to the reference's \(reference.size)"
            )
        }
    }

    var referenceFacts: VideoFacts { VideoFacts(reference) }

    private func openForeground(_ part: PairInputs.Foreground?) {
        switch part {
        case nil: break
        case .missing(let why): foregroundFailure = why
        case .file(let path):
            do throws(FileError) {
                let reader = try ForegroundReader(path: path)
                foreground = reader
                if reader.size != reference.size {
                    warnings.append(
                        "the foreground mask is \(reader.size) and was resized (nearest) to the reference's \(reference.size)"
                    )
                }
            } catch {
                foregroundFailure = error.description
            }
        }
    }

    private func openDepth(_ part: PairInputs.Part?) {
        switch part {
        case nil: break
        case .missing(let why): depthFailure = why
        case .files(let reference, let generated):
            do throws(FileError) {
                let x = try ArrayStream(path: reference)
                let y = try ArrayStream(path: generated)
                if x.frames != y.frames {
                    depthWarnings.append(
                        "the depth files have \(x.frames) and \(y.frames) frames: the first \(min(x.frames, y.frames)) count"
                    )
                }
                depth = (x, y)
            } catch {
                depthFailure = error.description
            }
        }
    }

    private func openMasks(_ part: PairInputs.Part?) {
        switch part {
        case nil: break
        case .missing(let why): maskFailure = why
        case .files(let reference, let generated):
            do throws(FileError) {
                let x = try openLabels(reference)
                let y = try openLabels(generated)
                phrases = (x.phrases, y.phrases)
                // A side without objects has no frames to compare.
                guard !x.phrases.isEmpty, !y.phrases.isEmpty else { return }
                if y.frames < x.frames {
                    maskWarnings.append(
                        "the generated masks have \(y.frames) frames, the reference's \(x.frames): the first "
                            + "\(min(x.frames, y.frames)) count, where the reference stops with an error")
                }
                labels = (x, y)
            } catch {
                maskFailure = error.description
            }
        }
    }

    /// The next frame index, or nil after the last that both videos have.
    /// - Throws: `FileError`, when a video is damaged.
    func next() throws(FileError) -> RawPair? {
        guard index < limit else { return nil }
        let x: Frame?
        if let referenceFrames {
            guard index < referenceFrames else { return try end(missing: .reference) }
            x = nil
        } else {
            x = try reference.next()
            if x == nil { return try end(missing: .reference) }
        }
        guard let y = try generated.next() else { return try end(missing: .generated) }
        let pair = RawPair(
            index: index, reference: x, generated: y, foreground: nextForeground(), depth: nextDepth(),
            labels: nextLabels())
        index += 1
        return pair
    }

    private enum Side { case reference, generated }

    private func end(missing side: Side) throws(FileError) -> RawPair? {
        guard index > 0 else { throw FileError(.malformed, file: reference.path, "holds no frame that decodes") }
        guard !isEnded else { return nil }
        isEnded = true
        switch side {
        case .generated:
            let all = min(limit, referenceFrames ?? reference.declaredFrames ?? index + 1)
            warnings.append("the generated video has \(index) frames, the reference \(all): the first \(index) count")
        case .reference:
            guard try generated.next() != nil else { return nil }
            let all = generated.declaredFrames.map { "\($0)" } ?? "more"
            warnings.append("the generated video has \(all) frames, the reference \(index): the rest is not scored")
        }
        return nil
    }

    private var isEnded = false

    private func nextForeground() -> Plane? {
        guard let reader = foreground else { return nil }
        do throws(FileError) {
            if let plane = try reader.next() { return plane.nearest(reference.size) }
            foregroundFailure = "\(reader.path) ends after \(index) frames, before the video does; make it as long"
        } catch {
            foregroundFailure = error.description
        }
        foreground = nil
        return nil
    }

    private func nextDepth() -> (reference: DepthFrame, generated: DepthFrame)? {
        guard let (x, y) = depth else { return nil }
        do throws(FileError) {
            if let a = try x.nextFrame(), let b = try y.nextFrame() {
                return (
                    DepthFrame(width: x.width, height: x.height, values: a),
                    DepthFrame(width: y.width, height: y.height, values: b)
                )
            }
            depthWarnings.append("the depth maps end after \(index) frames, before the video does")
        } catch {
            depthFailure = error.description
        }
        depth = nil
        return nil
    }

    private func nextLabels() -> (reference: Plane, generated: Plane)? {
        guard let (x, y) = labels else { return nil }
        do throws(FileError) {
            if let a = try x.next(), let b = try y.next() { return (a, b) }
            maskWarnings.append("the masks end after \(index) frames, before the video does")
        } catch {
            maskFailure = error.description
        }
        labels = nil
        return nil
    }
}
