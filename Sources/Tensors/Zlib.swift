internal import CZlib

/// Whole buffers through zlib, for formats that pack one piece at a time.
public enum Zlib {
    /// How much longer unpacked bytes can be than packed ones: a match of 258 bytes takes two bits at least.
    public static let mostExpansion = 1032

    /// The bytes as a zlib stream.
    /// - Parameter level: 1 (fast) ... 9 (small).
    public static func packed(_ bytes: [UInt8], level: Int) -> [UInt8] {
        precondition((1...9).contains(level))
        let bound = Int(compressBound(UInt(bytes.count)))
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, filled in
            var count = UInt(bound)
            let status = compress2(buffer.baseAddress, &count, bytes, UInt(bytes.count), Int32(level))
            precondition(status == Z_OK, "the buffer is as long as zlib asks for")
            filled = Int(count)
        }
    }

    /// The bytes of a zlib stream; nil when it is damaged or holds another number of bytes.
    public static func unpacked(_ bytes: [UInt8], count: Int) -> [UInt8]? {
        var isWhole = false
        let result = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var (made, used) = (UInt(count), UInt(bytes.count))
            let status = uncompress2(buffer.baseAddress, &made, bytes, &used)
            isWhole = status == Z_OK && Int(made) == count && Int(used) == bytes.count
            filled = isWhole ? count : 0
        }
        return isWhole ? result : nil
    }

    /// The longest stream that `packed` makes of so many bytes.
    public static func bound(_ count: Int) -> Int { Int(compressBound(UInt(count))) }

    /// The CRC-32 of the bytes.
    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let sum = bytes.withContiguousStorageIfAvailable { buffer in
            var (sum, rest) = (crc32(0, nil, 0), UnsafeBufferPointer(rebasing: buffer[...]))
            while !rest.isEmpty {
                let part = UnsafeBufferPointer(rebasing: rest.prefix(1 << 30))
                sum = crc32(sum, part.baseAddress, UInt32(part.count))
                rest = UnsafeBufferPointer(rebasing: rest.dropFirst(part.count))
            }
            return UInt32(truncatingIfNeeded: sum)
        }
        return sum ?? checksum(Array(bytes))
    }
}
