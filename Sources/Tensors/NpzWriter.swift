/// Writes `.npz` files of one array, as `numpy.savez(path, data=array, kind="metres")` does; `ArrayStream` reads them.
public enum NpzWriter {
    /// - Parameters:
    ///   - values: row-major, as many as the shape says.
    ///   - name: the array's name in the file.
    ///   - kind: what the numbers are, kept beside them; nil keeps nothing.
    /// - Throws: `FileError`: `.unreadable`, when the system refuses; `.unsupported` above 4 GB. Then there is no file of that
    ///   name, or the old one.
    public static func write(
        _ values: [Float], shape: [Int], to path: String, name: String = "data", kind: String? = nil
    ) throws(FileError) {
        precondition(shape.reduce(1, *) == values.count)
        let array = header("<f4", shape) + values.withUnsafeBytes { Array($0) }
        let archive = try ZipWriter(path: path)
        archive.add("\(name).npy", array)
        if let kind { archive.add("\(ArrayStream.kindName).npy", NpzText.bytes(kind)) }
        try archive.finish()
    }

    /// What stands before the elements.
    static func header(_ element: String, _ shape: [Int]) -> [UInt8] {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = "{'descr': '\(element)', 'fortran_order': False, 'shape': (\(sizes)), }"
        // Numbers begin at a multiple of 64 bytes.
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0] + ZipWriter.bytes(UInt16(text.utf8.count)) + Array(text.utf8)
    }
}
