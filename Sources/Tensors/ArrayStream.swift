/// Frames of a (T, H, W) array of float64 or float32 in a `.npz` or `.npy` file, read one at a time: memory does not grow
/// with T.
public final class ArrayStream {
    /// The largest frame that is read: more than 8K video has.
    public static let mostPixels = 1 << 26

    public let path: String
    /// Frames, rows, columns.
    public let frames: Int
    public let height: Int
    public let width: Int
    /// What the file says its numbers are: the text `kind` of an archive.
    public let kind: String?
    private let element: NpyHeader.Element
    private let source: Source
    private var next = 0

    private enum Source {
        case member(ZipMemberStream)
        case file(RandomAccessFile, start: Int)
    }

    /// The name of the text beside the array.
    static let kindName = "kind"

    /// Opens the array called `name` of an `.npz` archive, or its only array when there is no such name; or a `.npy` file.
    /// - Throws: `FileError`, when the file is neither, or the array is not three-dimensional float64 or float32.
    public init(path: String, name: String = "data") throws(FileError) {
        let file = try RandomAccessFile(path: path)
        let magic = try file.read(min(4, file.size), at: 0)
        let header: NpyHeader
        let available: Int
        if magic.starts(with: [0x93]) {
            var offset = 0
            header = try NpyHeader(file: path) { (n) throws(FileError) in
                defer { offset += n }
                return try file.read(n, at: offset)
            }
            source = .file(file, start: header.length)
            kind = nil
            available = file.size - header.length
        } else {
            let archive = try ZipArchive(path: path)
            let arrays = archive.members.filter { $0.name.hasSuffix(".npy") && $0.name != Self.kindName + ".npy" }
            kind = try NpzText.read(Self.kindName, in: archive)
            guard
                let member = arrays.first(where: { $0.name == name + ".npy" }) ?? (arrays.count == 1 ? arrays[0] : nil)
            else {
                throw FileError(
                    .malformed, file: path,
                    "has no array named '\(name)' (it holds: \(archive.members.map(\.name).joined(separator: ", ")))")
            }
            let stream = try archive.stream(member)
            header = try NpyHeader(file: path) { (n) throws(FileError) in try stream.bytes(n) }
            source = .member(stream)
            available = stream.remaining
        }
        guard header.shape.count == 3, header.shape.allSatisfy({ $0 > 0 }) else {
            throw FileError(
                .unsupported, file: path,
                "holds an array of shape \(header.shape); expected frames x rows x columns, none of them 0")
        }
        guard let count = header.count, count <= available / header.element.size else {
            throw FileError(
                .malformed, file: path,
                "is truncated: shape \(header.shape) needs more bytes than it has; copy or make it again")
        }
        // Checked before a frame is allocated: what a file says must not decide how much memory is taken.
        guard header.shape[1] <= Self.mostPixels, header.shape[2] <= Self.mostPixels / header.shape[1] else {
            throw FileError(
                .unsupported, file: path,
                "has frames of \(header.shape[2])x\(header.shape[1]); at most \(Self.mostPixels) pixels are read")
        }
        self.path = path
        element = header.element
        (frames, height, width) = (header.shape[0], header.shape[1], header.shape[2])
    }

    /// The next frame, row by row, or nil after the last.
    public func nextFrame() throws(FileError) -> [Double]? {
        guard next < frames else { return nil }
        let count = height * width
        defer { next += 1 }
        switch element {
        case .float64: return try values(count, as: Double.self)
        case .float32: return try values(count, as: Float.self).map(Double.init)
        case .float16: preconditionFailure("the header was read without this type")
        }
    }

    private func values<T: BitwiseCopyable>(_ count: Int, as type: T.Type) throws(FileError) -> [T] {
        let size = MemoryLayout<T>.stride * count
        let bytes: [UInt8]
        switch source {
        case .member(let stream): bytes = try stream.bytes(size)
        case .file(let file, let start): bytes = try file.read(size, at: start + next * size)
        }
        return bytes.withUnsafeBytes { raw in
            [T](unsafeUninitializedCapacity: count) { buffer, filled in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
                filled = count
            }
        }
    }
}
