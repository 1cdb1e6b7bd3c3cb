internal import Experiment
internal import Tensors
public import Video

/// A video that generation starts from: where its frames come from and how each is brought to the working size.
public struct SourceVideo: Sendable {
    /// The file or folder, for sentences.
    public let path: String
    private let transform: @Sendable (Frame) -> Frame

    /// - Parameter transform: applied to every frame; gives frames of the working size.
    public init(path: String, transform: @escaping @Sendable (Frame) -> Frame) {
        self.path = path
        self.transform = transform
    }

    /// The same video with another step after the first.
    func followed(by next: @escaping @Sendable (Frame) -> Frame) -> SourceVideo {
        let first = transform
        return SourceVideo(path: path) { next(first($0)) }
    }

    func open() throws -> Clips { Clips(reader: try openFrames(path), transform: transform) }

    /// The frames in clips that overlap by one; after the video's end its last frame is repeated (spec §1.6).
    final class Clips {
        private let reader: any FrameReader
        private let transform: @Sendable (Frame) -> Frame
        private var last: Frame?
        private var remaining = 0
        private var repeatsLast = false

        fileprivate init(reader: any FrameReader, transform: @escaping @Sendable (Frame) -> Frame) {
            self.reader = reader
            self.transform = transform
        }

        /// Begins a clip of `frames` frames; its first is the last one of the clip before.
        func begin(frames: Int) {
            remaining = frames
            repeatsLast = last != nil
        }

        /// Passes over a clip of `frames` frames; only the one that the next clip begins with is brought to the working size.
        func skip(_ frames: Int) throws {
            var found: Frame?
            for _ in (last == nil ? 0 : 1)..<frames { found = try reader.next() ?? found }
            last = found.map(transform) ?? last
        }

        /// The clip's next frames, `count` at most.
        /// - Throws: `FileError` when the video is damaged or has no frame.
        func next(_ count: Int) throws -> [Frame] {
            var frames: [Frame] = []
            while frames.count < count, remaining > 0 {
                remaining -= 1
                if repeatsLast { repeatsLast = false } else if let frame = try reader.next() { last = transform(frame) }
                guard let last else { throw BenchError(.unusableInput, "\(reader.path): has no frames") }
                frames.append(last)
            }
            return frames
        }
    }
}
