internal import CZlib

/// Writes a zip archive of a few members that are kept as they are: the same bytes for the same members, every time.
///
/// Members go to a file beside the archive as they are added; the archive appears under its name only when it is finished.
final class ZipWriter {
    private let path: String
    private let file: PartialFile
    private var size = 0
    private var directory: [UInt8] = []
    private var count: UInt16 = 0
    /// What went wrong first; nothing is written after it, and `finish` throws it.
    private var code: Int32 = 0
    private var isTooLarge = false

    /// - Throws: `FileError.unreadable`, when the system refuses.
    init(path: String) throws(FileError) {
        self.path = path
        file = try PartialFile(path: path)
    }

    /// - Parameter alignment: the member's bytes begin at a multiple of it.
    func add(_ name: String, _ bytes: UnsafeRawBufferPointer, alignment: Int = 1) {
        guard size + bytes.count < 0xff00_0000 else {
            isTooLarge = true
            return
        }
        let name = Array(name.utf8)
        let checksum = crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        // Version 2.0, no flags, stored, 1980-01-01.
        let common =
            Self.bytes(20 as UInt16) + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt16)
            + Self.bytes(33 as UInt16) + Self.bytes(UInt32(truncatingIfNeeded: checksum))
            + Self.bytes(UInt32(bytes.count)) + Self.bytes(UInt32(bytes.count)) + Self.bytes(UInt16(name.count))
        let start = size + 4 + common.count + 2 + name.count
        // An extra field of four bytes and more fills up to the alignment.
        let missing = (alignment - start % alignment) % alignment
        let padding = missing == 0 ? 0 : missing < 4 ? missing + max(4, alignment) : missing
        var extra: [UInt8] = []
        if padding > 0 {
            extra = Array("FB".utf8) + Self.bytes(UInt16(padding - 4)) + [UInt8](repeating: 0, count: padding - 4)
        }
        directory +=
            Self.bytes(0x0201_4b50 as UInt32) + Self.bytes(20 as UInt16) + common + Self.bytes(0 as UInt16)
            + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt32)
            + Self.bytes(UInt32(size)) + name
        count += 1
        append(Self.bytes(0x0403_4b50 as UInt32) + common + Self.bytes(UInt16(padding)) + name + extra)
        append(bytes)
    }

    func add(_ name: String, _ bytes: [UInt8]) { bytes.withUnsafeBytes { add(name, $0) } }

    /// - Throws: `FileError`: `.unreadable`, when the system refused; `.unsupported`, when the archive would be larger than 4 GB.
    ///   Then there is no file of that name, or the old one.
    func finish() throws(FileError) {
        let offset = size
        append(
            directory + Self.bytes(0x0605_4b50 as UInt32) + Self.bytes(0 as UInt32) + Self.bytes(count)
                + Self.bytes(count) + Self.bytes(UInt32(directory.count)) + Self.bytes(UInt32(offset))
                + Self.bytes(0 as UInt16))
        guard !isTooLarge else {
            throw FileError(.unsupported, file: path, "would be larger than 4 GB; use a shorter clip")
        }
        try file.finish(code)
    }

    private func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    private func append(_ bytes: UnsafeRawBufferPointer) {
        if code == 0, !isTooLarge { code = file.write(bytes, at: size) }
        size += bytes.count
    }

    /// In the order of zip and pickle, the smallest byte first.
    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
