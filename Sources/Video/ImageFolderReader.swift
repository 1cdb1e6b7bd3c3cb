public import Tensors

/// Reads a folder of pictures, all of one size and kind, in the order of the numbers in their names.
public final class ImageFolderReader: FrameReader {
    public let path: String
    public let size: FrameSize
    public let rate = 0.0
    public var tags: PictureTags? { nil }
    public var declaredFrames: Int? { sequence.files.count }
    public var expectedFrames: Int? { sequence.files.count }
    public var warnings: [String] { sequence.warnings.map { "\(path): \($0)" } }
    private let sequence: ImageSequence
    private var index = 0
    private let first: Frame

    /// - Throws: `FileError`, when the folder has no pictures, their order is not clear, or the first cannot be decoded.
    public init(path: String) throws(FileError) {
        sequence = try ImageSequence(folder: path)
        self.path = path
        first = try Frame(path: sequence.files[0])
        size = first.size
    }

    public func next() throws(FileError) -> Frame? {
        guard index < sequence.files.count else { return nil }
        let frame = try index == 0 ? first : Frame(path: sequence.files[index])
        guard frame.size == size else {
            throw FileError(
                .malformed, file: sequence.files[index],
                "is \(frame.size), but the folder's first image is \(size); make them one size")
        }
        index += 1
        return frame
    }
}
