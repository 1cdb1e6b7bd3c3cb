internal import Experiment
internal import Synchronization
internal import Tensors
internal import Video

/// The first frames of a video, one after another, for lanes to share.
final class ClipFrames: Sendable {
    let path: String
    /// The size at which frames are given.
    let size: FrameSize
    private let limit: Int
    private let source: Mutex<Source>

    private struct Source {
        let reader: any FrameReader
        var given = 0
    }

    /// - Parameters:
    ///   - resizedTo: the size at which frames are given, where the file has another: as the evaluators resize them
    ///     (metrics.md §1).
    ///   - limit: frames to give at most.
    /// - Throws: `FileError`.
    init(path: String, resizedTo: FrameSize?, limit: Int) throws(FileError) {
        let reader = try openFrames(path)
        self.path = path
        self.limit = limit
        size = resizedTo ?? reader.size
        source = Mutex(Source(reader: reader))
    }

    /// The next frames as the file has them, at most `count`; none after the last.
    func next(_ count: Int) throws -> [Frame] {
        try source.withLock { source in
            var frames: [Frame] = []
            while frames.count < count, source.given < limit, let frame = try source.reader.next() {
                frames.append(frame)
                source.given += 1
            }
            return frames
        }
    }

    /// A frame at the size that was asked for.
    func fitted(_ frame: Frame) -> Frame {
        frame.resized(to: size, .forResizing(height: frame.height, to: size.height))
    }

    /// - Throws: `BenchError` 65, when there was no frame at all.
    func checkNotEmpty() throws(BenchError) {
        guard source.withLock({ $0.given }) > 0 else {
            throw BenchError(.unusableInput, "\(path) holds no frame; make it again")
        }
    }
}

/// Runs `body` with unusable files told as a person sees them.
/// - Throws: `BenchError`.
func unusableFilesTold<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as FileError {
        throw BenchError(.unusableInput, error.description)
    }
}
