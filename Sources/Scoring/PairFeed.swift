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
    /// For each profile.
    let maps: [MapFeed.Maps]
}

/// Reads all files of a pair in step, for one profile or several that share the videos. A damaged video ends the pair; a
/// damaged optional part ends only that part.
final class PairFeed {
    let generated: any FrameReader
    let referenceFacts: VideoFacts
    /// Depth and masks, which networks may make for each profile in its own way.
    let maps: [MapFeed]
    private let reference: Source
    private let limit: Int
    private var foreground: ForegroundReader?

    private(set) var index = 0
    private(set) var foregroundFailure: String?
    private(set) var warnings: [String] = []

    private enum Source {
        case reader(any FrameReader)
        case cache(ReferenceCache)
    }

    /// Why nothing more is given: the end, or damage that every later call would meet too.
    private enum Ending { case referenceEnded, generatedEnded, failed }
    private var ending: Ending?
    /// The reference frame that was read when the generated video had ended.
    private var unmatched: Frame?

    /// - Parameters:
    ///   - inputs: for each profile; the videos and the foreground are the first's.
    ///   - cache: the reference's maps; nil decodes the reference.
    /// - Throws: `FileError`, when one of the videos cannot be opened.
    init(_ all: [PairInputs], limit: Int, cache: ReferenceCache?) throws(FileError) {
        let inputs = all[0]
        maps = all.map { MapFeed($0, limit: limit) }
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
        openForeground(inputs.foreground, of: inputs.reference)
        let size = referenceFacts.size
        if generated.size != size {
            let how = Interpolation.forResizing(height: generated.size.height, to: size.height)
            warnings.append(
                "the generated frames are \(generated.size) and were resized (\(how)) to the reference's \(size)")
        }
        warnings += differences(reference: referenceFacts, generated: VideoFacts(generated))
    }

    private func openForeground(_ part: PairInputs.Foreground?, of clip: String) {
        switch part {
        case nil: break
        case .missing(let why): foregroundFailure = why
        case .file(let path):
            do throws(FileError) {
                let reader = try ForegroundReader(path: path, of: clip)
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

    /// "the first 3 count", with the limit in mind.
    private func firstFrames(_ n: Int) -> String { MapFeed.firstFrames(min(n, limit)) }

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
            index: index, reference: x, generated: y, foreground: nextForeground(),
            maps: maps.map { $0.next(index) })
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
        warnings += generated.warnings + (foreground?.notes ?? [])
    }

    /// What the foreground turned out to be, for who scores its regions.
    var foregroundIsEmpty: Bool { foreground?.isEmpty ?? false }
    var foregroundHasGap: Bool { foreground?.hasGap ?? false }

    private func nextForeground() -> Plane? {
        guard let reader = foreground else { return nil }
        do throws(FileError) {
            if let plane = try reader.nextHeld() { return plane }
            foregroundFailure = "\(reader.path) holds no mask; make it again"
        } catch {
            foregroundFailure = error.description
        }
        foreground = nil
        return nil
    }
}
