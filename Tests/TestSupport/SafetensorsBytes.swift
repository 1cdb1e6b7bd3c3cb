/// The bytes of a safetensors file with any header and any data: what a test makes lie.
public func safetensorsBytes(header: String, data: [UInt8], statedLength: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    return littleEndian(statedLength ?? UInt64(text.count)) + text + data
}

/// One line of a safetensors header.
public func safetensorsEntry(_ name: String, _ type: String, _ shape: String, _ begin: String, _ end: String) -> String
{
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
}

/// Opcodes of pickles as torch writes them, one function a construct.
public enum TorchPickle {
    public static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    public static func text(_ text: String) -> [UInt8] {
        Array("X".utf8) + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
    }

    public static func integer(_ value: Int) -> [UInt8] { [0x8a, 8] + littleEndian(Int64(value)) }

    public static func tuple(_ values: [[UInt8]]) -> [UInt8] { Array("(".utf8) + values.joined() + Array("t".utf8) }

    public static func dictionary(_ pairs: [(String, [UInt8])]) -> [UInt8] {
        Array("}(".utf8) + pairs.flatMap { text($0.0) + $0.1 } + Array("u".utf8)
    }

    public static func call(_ function: [UInt8], _ arguments: [[UInt8]]) -> [UInt8] {
        function + tuple(arguments) + Array("R".utf8)
    }

    public static func storage(_ type: String, _ key: String, _ count: Int) -> [UInt8] {
        tuple([text("storage"), global("torch", type), text(key), text("cpu"), integer(count)]) + Array("Q".utf8)
    }

    public static func tensor(_ storage: [UInt8], offset: Int, shape: [Int], strides: [Int]) -> [UInt8] {
        call(
            global("torch._utils", "_rebuild_tensor_v2"),
            [
                storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89],
                call(global("collections", "OrderedDict"), []),
            ])
    }

    /// A whole pickle of protocol 2.
    public static func whole(_ root: [UInt8]) -> [UInt8] { [0x80, 2] + root + Array(".".utf8) }

    /// An archive as torch.save makes it.
    public static func archive(_ root: [UInt8], storages: [(key: String, bytes: [UInt8])]) -> [UInt8] {
        zipArchive(
            [ZipEntry(stored: whole(root), name: "archive/data.pkl")]
                + storages.map { ZipEntry(stored: $0.bytes, name: "archive/data/\($0.key)") })
    }
}
