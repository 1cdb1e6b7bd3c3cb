public import Tensors

/// Depth of a clip, frame by frame.
public protocol DepthReader: AnyObject {
    var path: String { get }
    var size: FrameSize { get }
    /// Frames in the file.
    var frames: Int { get }
    /// What the numbers are; nil where neither the file nor its folder's card says it.
    var kind: DepthKind? { get }
    /// The next frame, or nil after the last.
    func next() throws(FileError) -> DepthFrame?
}

/// Opens what a path holds: a map file, or an array in a `.npz` or `.npy` file.
/// - Throws: `FileError`.
public func openDepth(_ path: String) throws(FileError) -> any DepthReader {
    MapFileReader.isNamed(path) ? try MapDepthReader(path: path) : try ArrayDepthReader(path: path)
}

/// Depth in PAI-Bench's `depth_npzs`: one array of frames x rows x columns, and maybe a text `kind` beside it.
public final class ArrayDepthReader: DepthReader {
    public var path: String { stream.path }
    public var size: FrameSize { FrameSize(width: stream.width, height: stream.height) }
    public var frames: Int { stream.frames }
    public let kind: DepthKind?
    private let stream: ArrayStream

    /// - Throws: `FileError`.
    public init(path: String) throws(FileError) {
        stream = try ArrayStream(path: path)
        let own = try DepthKind(stream.kind, file: path)
        kind = if let own { own } else { try DepthKind(besides: path) }
    }

    public func next() throws(FileError) -> DepthFrame? {
        try stream.nextFrame().map { DepthFrame(width: stream.width, height: stream.height, values: $0) }
    }
}

/// Depth in a map file.
public final class MapDepthReader: DepthReader {
    public var path: String { maps.path }
    public var size: FrameSize { maps.header.size }
    public var frames: Int { maps.header.frames }
    public var kind: DepthKind? { maps.header.depthKind }
    private let maps: MapFileReader

    /// - Throws: `FileError`, when the file holds no depth.
    public init(path: String) throws(FileError) {
        maps = try MapFileReader(path: path)
        try maps.expect([.depth])
    }

    public func next() throws(FileError) -> DepthFrame? {
        try maps.nextDepth().map { DepthFrame(width: size.width, height: size.height, values: $0.map(Double.init)) }
    }
}
