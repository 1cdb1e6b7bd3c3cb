/// One member of a zip archive that a test makes. Every field that the format repeats can be made to lie.
public struct ZipEntry: Sendable {
    public var name: String
    public var method: UInt16
    public var flags: UInt16 = 0
    public var checksum: UInt32
    /// What the directory says of the unpacked and of the packed bytes.
    public var size: UInt64
    public var packedSize: UInt64
    /// Whether sizes and offset stand in a zip64 extra field.
    public var isZip64 = false
    fileprivate let packed: [UInt8]

    /// A member as it is, in the file: method 0.
    public init(stored bytes: [UInt8], name: String) {
        self.init(name: name, method: 0, bytes: bytes, packed: bytes)
    }

    /// A member in deflate's stored blocks: valid deflate data that needs no compressor. Method 8.
    public init(deflated bytes: [UInt8], name: String) {
        var packed: [UInt8] = []
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(block.count)
            packed.append(rest.isEmpty ? 1 : 0)
            packed += littleEndian(UInt16(block.count)) + littleEndian(~UInt16(block.count))
            packed += block
        } while !rest.isEmpty
        self.init(name: name, method: 8, bytes: bytes, packed: packed)
    }

    private init(name: String, method: UInt16, bytes: [UInt8], packed: [UInt8]) {
        self.name = name
        self.method = method
        self.packed = packed
        checksum = crc32(bytes)
        size = UInt64(bytes.count)
        packedSize = UInt64(packed.count)
    }

    fileprivate var localHeader: [UInt8] {
        let fields: [[UInt8]] = [
            littleEndian(0x0403_4b50 as UInt32), littleEndian(20 as UInt16), littleEndian(flags), littleEndian(method),
            littleEndian(0 as UInt32), littleEndian(checksum), littleEndian(UInt32(truncatingIfNeeded: packedSize)),
            littleEndian(UInt32(truncatingIfNeeded: size)), littleEndian(UInt16(name.utf8.count)),
            littleEndian(0 as UInt16), Array(name.utf8),
        ]
        return Array(fields.joined())
    }

    fileprivate func directoryEntry(at offset: Int) -> [UInt8] {
        func narrow(_ value: UInt64) -> [UInt8] {
            littleEndian(isZip64 ? UInt32.max : UInt32(truncatingIfNeeded: value))
        }
        var extra: [UInt8] = []
        if isZip64 {
            extra += littleEndian(1 as UInt16) + littleEndian(24 as UInt16) + littleEndian(size)
            extra += littleEndian(packedSize) + littleEndian(UInt64(offset))
        }
        let fields: [[UInt8]] = [
            littleEndian(0x0201_4b50 as UInt32), littleEndian(20 as UInt16), littleEndian(20 as UInt16),
            littleEndian(flags), littleEndian(method), littleEndian(0 as UInt32), littleEndian(checksum),
            narrow(packedSize), narrow(size), littleEndian(UInt16(name.utf8.count)),
            littleEndian(UInt16(extra.count)), littleEndian(0 as UInt64), littleEndian(0 as UInt16),
            narrow(UInt64(offset)), Array(name.utf8), extra,
        ]
        return Array(fields.joined())
    }
}

/// The bytes of a zip archive.
/// - Parameters:
///   - directoryOffset: where the end record says that the directory starts, when not the truth.
///   - zip64End: whether the end record refers to a zip64 one.
public func zipArchive(_ entries: [ZipEntry], directoryOffset: UInt64? = nil, zip64End: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
        directory += entry.directoryEntry(at: bytes.count)
        bytes += entry.localHeader + entry.packed
    }
    let offset = directoryOffset ?? UInt64(bytes.count)
    let count = entries.count
    bytes += directory
    if zip64End {
        let place = UInt64(bytes.count)
        let fields: [[UInt8]] = [
            littleEndian(0x0606_4b50 as UInt32), littleEndian(44 as UInt64), littleEndian(45 as UInt16),
            littleEndian(45 as UInt16), littleEndian(0 as UInt64), littleEndian(UInt64(count)),
            littleEndian(UInt64(count)), littleEndian(UInt64(directory.count)), littleEndian(offset),
            littleEndian(0x0706_4b50 as UInt32), littleEndian(0 as UInt32), littleEndian(place),
            littleEndian(1 as UInt32),
        ]
        bytes += fields.joined()
    }
    let shortCount = zip64End ? UInt16.max : UInt16(count)
    let shortSize = zip64End ? UInt32.max : UInt32(directory.count)
    let shortOffset = zip64End ? UInt32.max : UInt32(truncatingIfNeeded: offset)
    let end: [[UInt8]] = [
        littleEndian(0x0605_4b50 as UInt32), littleEndian(0 as UInt32), littleEndian(shortCount),
        littleEndian(shortCount), littleEndian(shortSize), littleEndian(shortOffset), littleEndian(0 as UInt16),
    ]
    return bytes + end.joined()
}

/// The bytes of a `.npy` file, format version 1.
public func npyFile(
    type: String = "<f8", isFortran: Bool = false, shape: String, _ payload: [UInt8]
) -> [UInt8] {
    var header = "{'descr': '\(type)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': \(shape), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let fields: [[UInt8]] = [
        [0x93], Array("NUMPY".utf8), [1, 0], littleEndian(UInt16(header.utf8.count)), Array(header.utf8), payload,
    ]
    return Array(fields.joined())
}

/// The bytes of numbers, least significant first.
public func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
        (0..<8).reduce(sum ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
    }
}
