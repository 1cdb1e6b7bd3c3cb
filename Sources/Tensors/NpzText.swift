/// A text beside the arrays of an `.npz` file, as `numpy.savez(path, data=array, kind="metres")` writes it: an array without
/// dimensions, of characters.
enum NpzText {
    /// - Returns: nil, when the archive has no member of that name.
    /// - Throws: `FileError`, when it is no text.
    static func read(_ name: String, in archive: ZipArchive) throws(FileError) -> String? {
        guard let member = archive.members.first(where: { $0.name == name + ".npy" }) else { return nil }
        let malformed = FileError(
            .malformed, file: archive.file.path, "has a '\(name)' that is no text; save it as \(name)=\"…\"")
        guard member.size <= 1 << 16 else { throw malformed }
        let bytes = try archive.stream(member).bytes(member.size)
        guard bytes.count > 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes[6] == 1,
            let length = bytes.littleEndian(UInt16.self, at: 8).map(Int.init), 10 + length <= bytes.count
        else { throw malformed }
        let header = String(decoding: bytes[10..<10 + length], as: UTF8.self)
        guard let type = header.firstMatch(of: /["']descr["']\s*:\s*["'][<|=]?([US])\d+["']/)?.1,
            header.contains(/["']shape["']\s*:\s*\(\s*(1,\s*)?\)/)
        else { throw malformed }
        let characters = Array(bytes[(10 + length)...])
        let width = type == "U" ? 4 : 1
        var text = ""
        for at in stride(from: 0, to: characters.count - characters.count % width, by: width) {
            let code = width == 4 ? characters.littleEndian(UInt32.self, at: at) ?? 0 : UInt32(characters[at])
            guard let scalar = Unicode.Scalar(code) else { throw malformed }
            if code != 0 { text.unicodeScalars.append(scalar) }
        }
        return text
    }

    /// The bytes of the member that `read` reads.
    static func bytes(_ text: String) -> [UInt8] {
        let scalars = Array(text.unicodeScalars)
        return NpzWriter.header("<U\(max(1, scalars.count))", [])
            + scalars.flatMap { scalar in withUnsafeBytes(of: scalar.value.littleEndian, Array.init) }
    }
}
