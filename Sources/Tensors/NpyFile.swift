/// A whole `.npy` file: float64, float32 or float16 in C order, mapped.
public enum NpyFile {
    /// - Throws: `FileError`, when the file is no such array or is shorter than its shape says.
    public static func read(path: String) throws(FileError) -> StoredTensor {
        let file = try RandomAccessFile(path: path)
        var position = 0
        let header = try NpyHeader(file: path, elements: [.float32, .float64, .float16]) { (n) throws(FileError) in
            defer { position += n }
            return try file.read(n, at: position)
        }
        let storage = try ByteStorage(mapping: path)
        guard let size = byteCount(header.shape, header.element.type), size <= storage.count - header.length else {
            throw FileError(
                .malformed, file: path,
                "is truncated: shape \(header.shape) needs more bytes than it has; copy or make it again")
        }
        return StoredTensor(
            name: TensorFile.soleName, element: header.element.type, shape: header.shape, storage: storage,
            offset: header.length)
    }
}
