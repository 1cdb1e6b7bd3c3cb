/// The table of contents of a zip file (zip64 included). Members are read as streams; nothing is written to disk, so
/// member names are only ever compared.
public struct ZipArchive: Sendable {
    /// How a member's bytes are packed.
    public enum Method: Sendable, Equatable { case stored, deflated }

    /// One member of the archive.
    public struct Member: Sendable, Equatable {
        public let name: String
        public let method: Method
        public let packedSize: Int
        public let size: Int
        public let checksum: UInt32
        let headerOffset: Int
    }

    public let file: RandomAccessFile
    public let members: [Member]

    /// - Parameter remedy: what to do about a file that is no zip archive.
    /// - Throws: `FileError`, when the file is not a zip archive or its directory contradicts itself.
    public init(path: String, remedy: String = "save it with numpy.savez") throws(FileError) {
        let file = try RandomAccessFile(path: path)
        self.file = file
        self.members = try ZipArchive.directory(of: file, remedy: remedy)
    }

    /// The longest directory that is read: a million members.
    private static let mostDirectoryBytes = 1 << 27

    private static func directory(of file: RandomAccessFile, remedy: String) throws(FileError) -> [Member] {
        let tail = try file.read(min(file.size, 65_557), at: max(0, file.size - 65_557))
        let signature: [UInt8] = [0x50, 0x4b, 0x05, 0x06]
        guard
            tail.count >= 22,
            let at = stride(from: tail.count - 22, through: 0, by: -1).first(where: {
                Array(tail[$0..<$0 + 4]) == signature
            })
        else {
            throw FileError(.malformed, file: file.path, "is not a zip archive, or is truncated; \(remedy)")
        }
        var count = Int(tail.littleEndian(UInt16.self, at: at + 10) ?? 0)
        var size = Int(tail.littleEndian(UInt32.self, at: at + 12) ?? 0)
        var offset = Int(tail.littleEndian(UInt32.self, at: at + 16) ?? 0)
        if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff, at >= 20,
            tail.littleEndian(UInt32.self, at: at - 20) == 0x0706_4b50,
            let position = tail.littleEndian(UInt64.self, at: at - 12), let place = Int(exactly: position)
        {
            let record = try file.read(56, at: place)
            guard record.littleEndian(UInt32.self, at: 0) == 0x0606_4b50,
                let n = record.littleEndian(UInt64.self, at: 32).flatMap(Int.init(exactly:)),
                let s = record.littleEndian(UInt64.self, at: 40).flatMap(Int.init(exactly:)),
                let o = record.littleEndian(UInt64.self, at: 48).flatMap(Int.init(exactly:))
            else {
                throw FileError(.malformed, file: file.path, "has a damaged zip64 directory; copy or make it again")
            }
            (count, size, offset) = (n, s, o)
        }
        guard size <= mostDirectoryBytes else {
            throw FileError(.unsupported, file: file.path, "has a zip directory of \(size) bytes, more than is read")
        }
        let bytes = try file.read(size, at: offset)
        var members: [Member] = []
        var cursor = 0
        while members.count < count {
            let member = try parseEntry(bytes, at: &cursor, file: file.path)
            members.append(member)
        }
        return members
    }

    private static func parseEntry(_ bytes: [UInt8], at cursor: inout Int, file: String) throws(FileError) -> Member {
        let damaged = FileError(.malformed, file: file, "has a damaged zip directory; copy or make it again")
        guard bytes.littleEndian(UInt32.self, at: cursor) == 0x0201_4b50,
            let flags = bytes.littleEndian(UInt16.self, at: cursor + 8),
            let packing = bytes.littleEndian(UInt16.self, at: cursor + 10),
            let checksum = bytes.littleEndian(UInt32.self, at: cursor + 16),
            var packed = bytes.littleEndian(UInt32.self, at: cursor + 20).map(UInt64.init),
            var size = bytes.littleEndian(UInt32.self, at: cursor + 24).map(UInt64.init),
            let nameLength = bytes.littleEndian(UInt16.self, at: cursor + 28).map(Int.init),
            let extraLength = bytes.littleEndian(UInt16.self, at: cursor + 30).map(Int.init),
            let commentLength = bytes.littleEndian(UInt16.self, at: cursor + 32).map(Int.init),
            var header = bytes.littleEndian(UInt32.self, at: cursor + 42).map(UInt64.init),
            cursor + 46 + nameLength + extraLength + commentLength <= bytes.count
        else { throw damaged }
        let name = String(decoding: bytes[cursor + 46..<cursor + 46 + nameLength], as: UTF8.self)
        var field = cursor + 46 + nameLength
        let end = field + extraLength
        while field + 4 <= end {
            guard let id = bytes.littleEndian(UInt16.self, at: field),
                let length = bytes.littleEndian(UInt16.self, at: field + 2).map(Int.init), field + 4 + length <= end
            else { throw damaged }
            if id == 1 {
                var value = field + 4
                for wide in [\Wide.size, \Wide.packed, \Wide.header] {
                    var all = Wide(size: size, packed: packed, header: header)
                    guard all[keyPath: wide] == 0xffff_ffff else { continue }
                    guard value + 8 <= field + 4 + length, let v = bytes.littleEndian(UInt64.self, at: value) else {
                        throw damaged
                    }
                    all[keyPath: wide] = v
                    (size, packed, header) = (all.size, all.packed, all.header)
                    value += 8
                }
            }
            field += 4 + length
        }
        guard flags & 1 == 0 else {
            throw FileError(.unsupported, file: file, "has an encrypted member '\(name)'; store it unencrypted")
        }
        guard packing == 0 || packing == 8 else {
            throw FileError(
                .unsupported, file: file,
                "packs '\(name)' with method \(packing); only stored and deflated members are read")
        }
        guard let packedSize = Int(exactly: packed), let fullSize = Int(exactly: size),
            let headerOffset = Int(exactly: header)
        else { throw damaged }
        cursor += 46 + nameLength + extraLength + commentLength
        return Member(
            name: name, method: packing == 0 ? .stored : .deflated, packedSize: packedSize, size: fullSize,
            checksum: checksum, headerOffset: headerOffset)
    }

    private struct Wide {
        var size: UInt64
        var packed: UInt64
        var header: UInt64
    }

    /// Where the member's packed bytes lie in the file.
    /// - Throws: `FileError` when the member's own header is damaged or its bytes lie outside the file.
    public func extent(_ member: Member) throws(FileError) -> Range<Int> {
        let header = try file.read(30, at: member.headerOffset)
        guard header.littleEndian(UInt32.self, at: 0) == 0x0403_4b50,
            let name = header.littleEndian(UInt16.self, at: 26), let extra = header.littleEndian(UInt16.self, at: 28)
        else {
            throw FileError(
                .malformed, file: file.path, "has a damaged header before '\(member.name)'; copy or make it again")
        }
        let start = member.headerOffset + 30 + Int(name) + Int(extra)
        guard start <= file.size, member.packedSize <= file.size - start else {
            throw FileError(.malformed, file: file.path, "is truncated inside '\(member.name)'; copy or make it again")
        }
        return start..<start + member.packedSize
    }

    /// A stream of the member's unpacked bytes.
    /// - Throws: `FileError` when the member's own header is damaged or its bytes lie outside the file.
    public func stream(_ member: Member) throws(FileError) -> ZipMemberStream {
        let start = try extent(member).lowerBound
        // Callers allocate what a member says it holds; deflate packs 1032 to 1 at best.
        let most = member.method == .stored ? member.packedSize : 1032 * member.packedSize
        guard member.size <= most, member.method == .deflated || member.size == most else {
            throw FileError(
                .malformed, file: file.path, "says that '\(member.name)' unpacks to more bytes than it can")
        }
        return try ZipMemberStream(file: file, member: member, start: start)
    }
}
