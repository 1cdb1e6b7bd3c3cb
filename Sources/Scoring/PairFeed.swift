internal import Experiment
internal import Tensors
internal import Video

/// The decoded parts of one frame index, before any arithmetic.
struct RawPair {
    /// Where the reference's maps come from.
    enum Reference {
        case frame(Frame)
        case cached(ReferenceCache)
    }

    let index: Int
    let reference: Reference
    let generated: Frame
    /// At the size that its file has.
    let foreground: Plane?
    let depth: (reference: DepthFrame, generated: DepthFrame)?
    let labels: (reference: Plane, generated: Plane)?
}

/// Reads all files of a pair in step. A damaged video ends the pair; a damaged optional part ends only that part.
final class PairFeed {
    let generated: any FrameReader
    let referenceFacts: VideoFacts
    private let reference: Source
    private let limit: Int
    private var foreground: ForegroundReader?
    private var depth: (reference: any DepthReader, generated: any DepthReader)?
    private var labels: (reference: any LabelReader, generated: any LabelReader)?

    private(set) var index = 0
    private(set) var foregroundFailure: String?
    private(set) var depthFailure: String?
    private(set) var maskFailure: String?
    private(set) var warnings: [String] = []
    private(set) var depthWarnings: [String] = []
    private(set) var maskWarnings: [String] = []
    private(set) var phrases: (reference: [String], generated: [String]) = ([], [])

    private enum Source {
        case reader(any FrameReader)
        case cache(ReferenceCache)
    }

    /// Why nothing more is given: the end, or damage that every later call would meet too.
    private enum Ending { case referenceEnded, generatedEnded, failed }
    private var ending: Ending?
    /// The reference frame that was read when the generated video had ended.
    private var unmatched: Frame?

    /// - Parameter cache: the reference's maps; nil decodes the reference.
    /// - Throws: `FileError`, when one of the videos cannot be opened.
    init(_ inputs: PairInputs, limit: Int, cache: ReferenceCache?) throws(FileError) {
        generated = try openFrames(inputs.generated)
        if let cache {
            reference = .cache(cache)
            referenceFacts = cache.facts
        } else {
            let reader = try openFrames(inputs.reference)
            reference = .reader(reader)
            referenceFacts = VideoFacts(reader)
        }
        self.limit = limit
        openForeground(inputs.foreground)
        openDepth(inputs.depth)
        openMasks(inputs.masks)
        let size = referenceFacts.size
        if generated.size != size {
            let how = Interpolation.forResizing(height: generated.size.height, to: size.height)
            warnings.append(
                "the generated frames are \(generated.size) and were resized (\(how)) to the reference's \(size)")
        }
        warnings += differences(reference: referenceFacts, generated: VideoFacts(generated))
    }

    private func openForeground(_ part: PairInputs.Foreground?) {
        switch part {
        case nil: break
        case .missing(let why): foregroundFailure = why
        case .file(let path):
            do throws(FileError) {
                let reader = try ForegroundReader(path: path)
                foreground = reader
                if reader.size != referenceFacts.size {
                    warnings.append(
                        "the foreground mask is \(reader.size) and was resized (nearest) to the reference's \(referenceFacts.size)"
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
                let x = try Video.openDepth(reference)
                let y = try Video.openDepth(generated)
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
                        "the generated masks have \(y.frames) frames, the reference's \(x.frames): "
                            + "\(firstFrames(y.frames)), where the public evaluator stops with an error")
                }
                labels = (x, y)
            } catch {
                maskFailure = error.description
            }
        }
    }

    private func firstFrames(_ n: Int) -> String {
        let n = min(n, limit)
        return n == 1 ? "only the first counts" : "the first \(n) count"
    }

    /// The next frame index, or nil after the last that both videos have.
    /// - Throws: `FileError`, when a video is damaged.
    func next() throws(FileError) -> RawPair? {
        guard index < limit, ending == nil else { return nil }
        do throws(FileError) {
            return try read()
        } catch {
            ending = .failed
            throw error
        }
    }

    private func read() throws(FileError) -> RawPair? {
        let x: RawPair.Reference
        switch reference {
        case .cache(let cache):
            guard index < cache.frames else {
                ending = .referenceEnded
                return nil
            }
            x = .cached(cache)
        case .reader(let reader):
            guard let frame = try reader.next() else {
                ending = .referenceEnded
                return nil
            }
            x = .frame(frame)
        }
        guard let y = try generated.next() else {
            ending = .generatedEnded
            if case .frame(let frame) = x { unmatched = frame }
            return nil
        }
        defer { index += 1 }
        return RawPair(
            index: index, reference: x, generated: y, foreground: nextForeground(), depth: nextDepth(),
            labels: nextLabels())
    }

    /// Reads on to the end of what was not compared, so that a pair says and shows the same however it was scored.
    /// - Parameter onReference: takes the reference frames that have no partner.
    /// - Throws: `FileError`, when the rest is damaged or nothing was compared at all.
    func finish(_ onReference: (Frame, Int) -> Void) throws(FileError) {
        switch ending {
        case .generatedEnded:
            var count = index + 1
            if let unmatched { onReference(unmatched, index) }
            switch reference {
            case .cache(let cache): count = cache.frames
            case .reader(let reader):
                while count < limit, let frame = try reader.next() {
                    onReference(frame, count)
                    count += 1
                }
            }
            warnings.append(
                "the generated video has \(index) frame\(index == 1 ? "" : "s"), the reference \(count): \(firstFrames(index))"
            )
        case .referenceEnded:
            guard index > 0 else {
                throw FileError(.malformed, file: generated.path, "cannot be scored: its reference holds no frame")
            }
            if index < limit, try generated.next() != nil {
                let declared = generated.declaredFrames.flatMap { $0 > index ? "\($0)" : nil } ?? "more"
                warnings.append(
                    "the generated video has \(declared) frames, the reference \(index): the rest is not scored")
            }
        case .failed, nil: break
        }
        switch reference {
        case .reader(let reader): warnings += reader.warnings
        case .cache(let cache): warnings += cache.warnings
        }
        warnings += generated.warnings + (foreground?.warnings ?? [])
        if let (x, y) = labels { maskWarnings += x.warnings + y.warnings }
    }

    private func nextForeground() -> Plane? {
        guard let reader = foreground else { return nil }
        do throws(FileError) {
            if let plane = try reader.next() { return plane }
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
            if let a = try x.next(), let b = try y.next() { return (a, b) }
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
            maskWarnings += x.warnings + y.warnings
            maskWarnings.append("the masks end after \(index) frames, before the video does")
        } catch {
            maskFailure = error.description
        }
        labels = nil
        return nil
    }
}
