internal import Tensors
internal import Video

/// The frames of one index in all videos.
struct FrameStep: Sendable {
    let frames: [Frame]
    /// 1 in the foreground, at the frames' size; nil when there is none.
    let mask: Plane?
}

/// Reads several videos, and a foreground mask, in step: one frame of each in memory.
final class VideoSet {
    let size: FrameSize
    /// How many frames there are to compare, as far as the containers say.
    let expected: Int
    private let readers: [any FrameReader]
    private let limit: Int
    private var masks: MaskSequence?

    private(set) var index = 0
    private(set) var foregroundFailure: String?
    private(set) var warnings: [String] = []

    /// - Throws: `FileError`, when a video cannot be opened or differs in size from the first.
    init(_ inputs: DiversityInputs, limit: Int) throws(FileError) {
        var readers: [any FrameReader] = []
        for path in inputs.videos { readers.append(try openFrames(path)) }
        guard let first = readers.first else { throw FileError(.unsupported, file: "", "names no video") }
        for other in readers where other.size != first.size {
            throw FileError(
                .unsupported, file: other.path,
                "has frames of \(other.size), but \(first.path) of \(first.size): diversity compares videos of one size, as the public evaluator does; make them one size"
            )
        }
        self.readers = readers
        self.limit = limit
        size = first.size
        expected = ([limit] + readers.compactMap(\.expectedFrames)).min() ?? limit
        guard let open = inputs.foreground else { return }
        do throws(FileError) { masks = try open() } catch { foregroundFailure = error.description }
    }

    /// The next step, or nil after the last that all videos have.
    /// - Throws: `FileError`, when a video is damaged or has no frame.
    func next() throws(FileError) -> FrameStep? {
        guard index < limit else {
            noteDamage()
            return nil
        }
        var frames: [Frame] = []
        var ended: [String] = []
        for reader in readers {
            if let frame = try reader.next() { frames.append(frame) } else { ended.append(reader.path) }
        }
        guard ended.isEmpty else {
            if let first = ended.first, index == 0 {
                throw FileError(.malformed, file: first, "holds no frame; copy or make it again")
            }
            if ended.count < readers.count {
                let count = "\(index) frame\(index == 1 ? "" : "s")"
                warnings.append(
                    "\(ended.joined(separator: ", ")) \(ended.count == 1 ? "ends" : "end") after \(count), before the other videos do: only the first \(count) of each video count"
                )
            }
            noteDamage()
            return nil
        }
        let mask = nextMask()
        index += 1
        return FrameStep(frames: frames, mask: mask)
    }

    private func noteDamage() { warnings += readers.flatMap(\.warnings) }

    private func nextMask() -> Plane? {
        guard let read = masks else { return nil }
        do throws(FileError) {
            if let mask = try read() {
                if index == 0, mask.size != size {
                    warnings.append("the foreground mask is \(mask.size) and was resized (nearest) to \(size)")
                }
                return mask.nearest(size)
            }
            foregroundFailure = "the foreground mask ends after \(index) frames, before the videos do; make it as long"
        } catch {
            foregroundFailure = error.description
        }
        masks = nil
        return nil
    }
}
