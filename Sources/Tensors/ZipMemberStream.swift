internal import CZlib

/// Unpacks one zip member from front to back with bounded memory, checking its size and checksum on the way.
public final class ZipMemberStream {
    private let file: RandomAccessFile
    private let member: ZipArchive.Member
    private var position: Int
    private let end: Int
    private var produced = 0
    private var checksum: UInt
    private var input: [UInt8] = []
    private var consumed = 0
    private let inflater: UnsafeMutablePointer<z_stream>?

    private static let chunk = 1 << 18

    init(file: RandomAccessFile, member: ZipArchive.Member, start: Int) throws(FileError) {
        self.file = file
        self.member = member
        position = start
        end = start + member.packedSize
        checksum = crc32(0, nil, 0)
        guard member.method == .deflated else {
            inflater = nil
            return
        }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard cz_inflate_init_raw(stream) == Z_OK else {
            stream.deallocate()
            throw FileError(.unreadable, file: file.path, "cannot be unpacked: zlib has no memory")
        }
        inflater = stream
    }

    deinit {
        guard let inflater else { return }
        inflateEnd(inflater)
        inflater.deallocate()
    }

    /// Bytes left to read.
    public var remaining: Int { member.size - produced }

    /// Fills `buffer` completely.
    /// - Throws: `FileError.malformed` when the member ends before, its data is damaged, or, once all of it was read, its
    ///   checksum differs.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) {
        guard buffer.count <= remaining else { throw damaged("it ends before its array does") }
        guard !buffer.isEmpty else { return }
        if let inflater {
            try inflate(inflater, into: buffer)
        } else {
            let bytes = try file.read(buffer.count, at: position)
            buffer.copyBytes(from: bytes)
            position += buffer.count
        }
        produced += buffer.count
        var rest = UnsafeRawBufferPointer(buffer)
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            checksum = crc32(checksum, part.bindMemory(to: UInt8.self).baseAddress, UInt32(part.count))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
        }
        if produced == member.size, checksum != UInt(member.checksum) {
            throw damaged("its checksum differs")
        }
    }

    /// The next `count` bytes.
    public func bytes(_ count: Int) throws(FileError) -> [UInt8] {
        guard count <= remaining else { throw damaged("it ends before its array does") }
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(FileError) {
                try read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
                filled = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private func inflate(
        _ stream: UnsafeMutablePointer<z_stream>, into buffer: UnsafeMutableRawBufferPointer
    ) throws(FileError) {
        var filled = 0
        while filled < buffer.count {
            if consumed == input.count {
                guard position < end else { throw damaged("its data ends early") }
                input = try file.read(min(Self.chunk, end - position), at: position)
                position += input.count
                consumed = 0
            }
            let wanted = min(buffer.count - filled, 1 << 30)
            let (status, used, made) = input.withUnsafeMutableBufferPointer { source in
                stream.pointee.next_in = source.baseAddress! + consumed
                stream.pointee.avail_in = UInt32(source.count - consumed)
                stream.pointee.next_out = (buffer.baseAddress! + filled).assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(wanted)
                let status = CZlib.inflate(stream, Z_NO_FLUSH)
                return (
                    status, source.count - consumed - Int(stream.pointee.avail_in),
                    wanted - Int(stream.pointee.avail_out)
                )
            }
            consumed += used
            filled += made
            let finished = status == Z_STREAM_END
            guard status == Z_OK || finished, used > 0 || made > 0, !finished || filled == buffer.count else {
                throw damaged("its deflate stream is invalid or short")
            }
        }
    }

    private func damaged(_ what: String) -> FileError {
        FileError(.malformed, file: file.path, "'\(member.name)' is damaged: \(what); copy or make it again")
    }
}
