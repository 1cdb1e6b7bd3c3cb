import Foundation
internal import Synchronization
internal import Tensors
public import Video

/// The maps of a reference clip, computed once and kept in an unnamed temporary file while several videos are scored
/// against it: memory does not grow with the clip's length, and a killed process leaves no data behind.
public final class ReferenceCache: Sendable {
    public let path: String
    public let size: FrameSize
    public let frames: Int
    let facts: VideoFacts
    let previews: [Preview]
    /// What is to be said about its frames.
    let warnings: [String]
    private let descriptor: Int32
    /// Profiles, each with edges of its own.
    private let profiles: Int

    /// For one profile.
    /// - Throws: `FileError`, when the clip is damaged or the temporary folder is full.
    public convenience init(
        of path: String, options: ScoringOptions, in folder: String? = nil,
        onFrame: @Sendable () -> Void = {}
    ) throws {
        try self.init(of: path, options: [options], in: folder, onFrame: onFrame)
    }

    /// Reads the clip once.
    /// - Parameter all: for each profile that the pairs are scored for; they blur alike.
    /// - Throws: `FileError`, when the clip is damaged or the temporary folder is full.
    public init(
        of path: String, options all: [ScoringOptions], in folder: String? = nil,
        onFrame: @Sendable () -> Void = {}
    ) throws {
        let options = all[0]
        let reader = try openFrames(path)
        let file = try UnnamedFile(in: folder ?? NSTemporaryDirectory())
        let size = reader.size
        let sampler = PreviewSampler(frames: min(options.frameLimit, reader.expectedFrames ?? 1))
        let facts = VideoFacts(reader)
        let source = Mutex<(reader: any FrameReader, count: Int)>((reader, 0))
        let filters = all.map(\.filters)
        let bytes = (3 + all.count) * size.pixels
        try withWorkers(options.workers(for: size)) { _ in
            while true {
                let item = try source.withLock { state -> (Int, Frame)? in
                    guard state.count < options.frameLimit, let frame = try state.reader.next() else { return nil }
                    state.count += 1
                    return (state.count - 1, frame)
                }
                guard let (index, frame) = item else { return }
                sampler.offer(frame, index: index)
                let maps = ReferenceMaps.all(of: frame, with: filters)
                try file.write(maps[0].blurred.pixels + maps.flatMap(\.edges.pixels), at: index * bytes)
                onFrame()
            }
        }
        self.path = path
        self.size = size
        profiles = all.count
        self.facts = facts
        (frames, warnings) = source.withLock { ($0.count, $0.reader.warnings) }
        previews = sampler.previews
        descriptor = file.take()
    }

    deinit { close(descriptor) }

    /// The maps of a frame, for each profile.
    func maps(_ index: Int) throws(FileError) -> [ReferenceMaps] {
        let count = (3 + profiles) * size.pixels
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let n = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(index * count + filled))
                if n < 0 && errno == EINTR { continue }
                guard n > 0 else {
                    failed = true
                    return
                }
                filled += n
            }
        }
        guard !failed else {
            throw FileError(.unreadable, file: path, "lost its temporary maps; score it again")
        }
        let blurred = Frame(width: size.width, height: size.height, pixels: Array(bytes[..<(3 * size.pixels)]))
        return (0..<profiles).map { k in
            let edges = bytes[((3 + k) * size.pixels)..<((4 + k) * size.pixels)]
            return ReferenceMaps(
                blurred: blurred, edges: Plane(width: size.width, height: size.height, pixels: Array(edges)))
        }
    }
}

/// A temporary file that has no name, so that it vanishes with the process.
private final class UnnamedFile: Sendable {
    private let descriptor: Int32
    private let folder: String
    private let isTaken = Mutex(false)

    init(in folder: String) throws(FileError) {
        var template = Array((folder + "/transferbench-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        self.folder = folder
        guard descriptor >= 0 else {
            throw FileError(
                .unreadable, file: folder,
                "takes no temporary file (\(String(cString: strerror(errno)))); set TMPDIR to a folder that does")
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { if !isTaken.withLock({ $0 }) { close(descriptor) } }

    func take() -> Int32 {
        isTaken.withLock { $0 = true }
        return descriptor
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let n = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, off_t(offset + done))
            }
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else {
                throw FileError(
                    .unreadable, file: folder,
                    "has no room for the reference maps (\(String(cString: strerror(errno)))); free space there or set TMPDIR"
                )
            }
            done += n
        }
    }
}
