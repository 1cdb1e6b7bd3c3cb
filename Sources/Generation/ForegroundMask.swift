internal import CosmosTransfer
internal import Experiment
internal import Tensors
internal import Video

/// A clip's foreground over time, from which weight maps are made.
struct ForegroundMask: Sendable {
    /// Masks, of which the last holds on to the video's end; one alone holds everywhere.
    let frames: Int
    let size: FrameSize
    /// What a person should know of the mask.
    let notes: [String]
    private let pixels: [UInt8]

    /// - Parameters:
    ///   - clip: the video that the mask is laid over.
    ///   - limit: its frames.
    /// - Throws: `FileError` or `BenchError` when the mask cannot be read.
    init(path: String, of clip: String, limit: Int) throws {
        let reader = try ForegroundReader(path: path, of: clip)
        var pixels: [UInt8] = []
        var count = 0
        while count < limit, let plane = try reader.next() {
            pixels += plane.pixels
            count += 1
        }
        guard count > 0 else {
            throw BenchError(.unusableInput, "\(path): has no frames; a mask has one for each frame")
        }
        while count > 1, count < limit, let held = try reader.nextHeld() {
            pixels += held.pixels
            count += 1
        }
        (frames, size, self.pixels) = (count, reader.size, pixels)
        notes =
            reader.notes
            + (reader.isEmpty ? ["\(path) has no foreground: the background's weights act everywhere"] : [])
    }

    /// A weight for every pixel, [frames, height, width]: `foreground` where the mask is, `background` elsewhere.
    func weights(foreground: Double, background: Double) -> StoredTensor {
        let amounts = (Float(foreground), Float(background))
        return StoredTensor(name: "weight", element: .float32, shape: [frames, size.height, size.width]) { bytes in
            let out = bytes.bindMemory(to: Float.self)
            for (i, pixel) in pixels.enumerated() { out[i] = pixel > 0 ? amounts.0 : amounts.1 }
        }
    }
}

/// How the foreground masks of some tasks of one clip are understood; masks that are not used are not read.
func maskNotes(on tasks: [VideoTask]) throws -> [String] {
    guard let clip = tasks.first(where: { $0.configuration.needsForeground })?.clip else { return [] }
    let length = try FrameSurvey(of: clip.video, limit: VideoOutline.mostFrames).frames
    return try clip.foregroundMask(limit: length).notes
}

extension ClipInputs {
    /// The foreground of the clip.
    /// - Throws: `BenchError` when the dataset has none; or when it cannot be read.
    func foregroundMask(limit: Int) throws -> ForegroundMask {
        guard let foreground else {
            throw BenchError(
                .unusableInput,
                "clip \(name) has no foreground mask, which weights of foreground and background need; add one to the "
                    + "dataset")
        }
        return try ForegroundMask(path: foreground, of: video, limit: limit)
    }

    /// Where a control comes from.
    /// - Throws: `BenchError` when the clip has none of that name.
    func control(_ name: String) throws(BenchError) -> ControlInput {
        guard let input = controls[name] else {
            throw BenchError(.unusableInput, "clip \(self.name) has no control '\(name)'; add its video to the dataset")
        }
        return input
    }
}
