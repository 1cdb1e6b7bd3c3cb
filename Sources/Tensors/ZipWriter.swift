internal import CZlib
internal import Foundation

/// Writes a zip archive of a few members that are kept as they are: the same bytes for the same members, every time.
struct ZipWriter {
    private var parts: [[UInt8]] = []
    private var size = 0
    private var directory: [UInt8] = []
    private var count: UInt16 = 0
    private let path: String

    /// - Parameter path: of the archive, for sentences and for `finish`.
    init(path: String) { self.path = path }

    /// - Parameter alignment: the member's bytes begin at a multiple of it.
    /// - Throws: `FileError.unsupported`, when the archive would be larger than 4 GB.
    mutating func add(_ name: String, _ bytes: [UInt8], alignment: Int = 1) throws(FileError) {
        guard size + bytes.count < 0xff00_0000 else {
            throw FileError(.unsupported, file: path, "would be larger than 4 GB; write fewer frames")
        }
        let name = Array(name.utf8)
        let checksum = bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
        // Version 2.0, no flags, stored, 1980-01-01.
        let common =
            Self.bytes(20 as UInt16) + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt16)
            + Self.bytes(33 as UInt16) + Self.bytes(UInt32(truncatingIfNeeded: checksum))
            + Self.bytes(UInt32(bytes.count)) + Self.bytes(UInt32(bytes.count)) + Self.bytes(UInt16(name.count))
        let offset = size
        let start = offset + 4 + common.count + 2 + name.count
        // An extra field of four bytes and more fills up to the alignment.
        let missing = (alignment - start % alignment) % alignment
        let padding = missing == 0 ? 0 : missing < 4 ? missing + max(4, alignment) : missing
        var extra: [UInt8] = []
        if padding > 0 {
            extra = Array("FB".utf8) + Self.bytes(UInt16(padding - 4)) + [UInt8](repeating: 0, count: padding - 4)
        }
        let header = Self.bytes(0x0403_4b50 as UInt32) + common + Self.bytes(UInt16(padding)) + name + extra
        parts += [header, bytes]
        size += header.count + bytes.count
        directory +=
            Self.bytes(0x0201_4b50 as UInt32) + Self.bytes(20 as UInt16) + common + Self.bytes(0 as UInt16)
            + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt16) + Self.bytes(0 as UInt32)
            + Self.bytes(UInt32(offset)) + name
        count += 1
    }

    /// - Throws: `FileError.unreadable`, when the system refuses; then there is no file of that name, or the old one.
    func finish() throws(FileError) {
        let end =
            Self.bytes(0x0605_4b50 as UInt32) + Self.bytes(0 as UInt32) + Self.bytes(count) + Self.bytes(count)
            + Self.bytes(UInt32(directory.count)) + Self.bytes(UInt32(size)) + Self.bytes(0 as UInt16)
        let partial = path + ".partial-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        do {
            try Data().write(to: URL(fileURLWithPath: partial), options: .withoutOverwriting)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: partial))
            for part in parts + [directory, end] { try file.write(contentsOf: part) }
            try file.close()
            guard rename(partial, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        } catch {
            unlink(partial)
            throw FileError(
                .unreadable, file: path,
                "cannot be written (\(error.localizedDescription)); check the folder, its permissions and free space")
        }
    }

    /// In the order of zip and pickle, the smallest byte first.
    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
