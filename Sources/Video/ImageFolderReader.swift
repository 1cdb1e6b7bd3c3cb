internal import Foundation
public import Tensors

/// Reads a folder of pictures, all of one size and kind, in the order of the numbers in their names.
public final class ImageFolderReader: FrameReader {
    public let path: String
    public let size: FrameSize
    public let rate = 0.0
    public var tags: PictureTags? { nil }
    public var declaredFrames: Int? { pictures.count }
    public var expectedFrames: Int? { pictures.count }
    public let warnings: [String]
    private let files: [String]
    /// Which one stands for each frame.
    private let pictures: [Int]
    private var index = 0
    private var last: Frame

    /// Every picture is a frame.
    /// - Throws: `FileError`, when the folder has no pictures, their order is not clear, or the first cannot be decoded.
    public convenience init(path: String) throws(FileError) {
        let sequence = try ImageSequence(folder: path)
        try self.init(path: path, sequence, Array(sequence.files.indices), sequence.warnings())
    }

    /// Masks of a clip's frames: where numbers are left out, the picture before holds on.
    /// - Parameter clip: the clip that they are laid over; of a folder, whose pictures have numbers too, those count.
    /// - Throws: as the other.
    convenience init(masks path: String, of clip: String?) throws(FileError) {
        let sequence = try ImageSequence(folder: path)
        var isFolder: ObjCBool = false
        let frames =
            clip.flatMap { FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) ? $0 : nil }
            .flatMap { isFolder.boolValue ? try? ImageSequence(folder: $0) : nil }
        let pictures = sequence.pictures(for: frames)
        let holds = zip(pictures, pictures.dropFirst()).contains { $0 == $1 }
        try self.init(path: path, sequence, pictures, sequence.warnings(holds: holds))
    }

    private init(
        path: String, _ sequence: ImageSequence, _ pictures: [Int], _ warnings: [String]
    ) throws(FileError) {
        self.path = path
        self.pictures = pictures
        self.warnings = warnings.map { "\(path): \($0)" }
        files = sequence.files
        last = try Frame(path: files[0])
        size = last.size
    }

    public func next() throws(FileError) -> Frame? {
        guard index < pictures.count else { return nil }
        let picture = pictures[index]
        if picture > 0, picture != pictures[index - 1] {
            last = try Frame(path: files[picture])
            guard last.size == size else {
                throw FileError(
                    .malformed, file: files[picture],
                    "is \(last.size), but the folder's first image is \(size); make them one size")
            }
        }
        index += 1
        return last
    }
}

extension ImageFolderReader: NumberedPixels {
    func numbers() throws(FileError) -> PictureNumbers? {
        guard index > 0 else { return nil }
        let reader = try VideoReader(path: files[pictures[index - 1]])
        return try reader.next() == nil ? nil : reader.numbers()
    }
}
