public import Tensors

/// Object labels in a map file.
public final class MapLabelReader: LabelReader {
    public var path: String { maps.path }
    public var size: FrameSize { maps.header.size }
    public var frames: Int { maps.header.frames }
    public var phrases: [String] { maps.header.phrases }
    private let maps: MapFileReader

    /// - Throws: `FileError`, when the file holds no labels.
    public init(path: String) throws(FileError) {
        maps = try MapFileReader(path: path)
        try maps.expect([.labels])
    }

    public func next() throws(FileError) -> Plane? { try maps.nextPlane() }
}
