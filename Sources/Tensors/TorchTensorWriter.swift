/// Writes one tensor as `torch.save(tensor, path)` does, for programs that take weight maps as `.pt` files.
public enum TorchTensorWriter {
    /// - Parameter tensor: of float32; its numbers are not copied.
    /// - Throws: `FileError`: `.unreadable`, when the system refuses; `.unsupported` above 4 GB. Then there is no file of that
    ///   name, or the old one.
    public static func write(_ tensor: StoredTensor, to path: String) throws(FileError) {
        precondition(tensor.element == .float32)
        let archive = try ZipWriter(path: path)
        archive.add("archive/data.pkl", pickle(tensor.shape))
        archive.add("archive/byteorder", Array("little".utf8))
        tensor.withBytes { archive.add("archive/data/0", $0, alignment: 64) }
        archive.add("archive/version", Array("3\n".utf8))
        try archive.finish()
    }

    /// The call that makes the tensor again from its numbers, as a pickle of protocol 2.
    private static func pickle(_ shape: [Int]) -> [UInt8] {
        let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        let storage =
            mark + text("storage") + global("torch", "FloatStorage") + text("0") + text("cpu")
            + integer(shape.reduce(1, *)) + tuple + [UInt8(ascii: "Q")]
        let hooks = global("collections", "OrderedDict") + [UInt8(ascii: ")")] + call
        let arguments =
            mark + storage + integer(0) + integers(shape) + integers(strides) + [0x89] + hooks + tuple
        return [0x80, 2] + global("torch._utils", "_rebuild_tensor_v2") + arguments + call + [UInt8(ascii: ".")]
    }

    private static let mark: [UInt8] = [UInt8(ascii: "(")]
    private static let tuple: [UInt8] = [UInt8(ascii: "t")]
    private static let call: [UInt8] = [UInt8(ascii: "R")]

    private static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    private static func text(_ text: String) -> [UInt8] {
        [UInt8(ascii: "X")] + ZipWriter.bytes(UInt32(text.utf8.count)) + Array(text.utf8)
    }

    /// Eight bytes: counts of large maps do not fit into four.
    private static func integer(_ value: Int) -> [UInt8] { [0x8a, 8] + ZipWriter.bytes(Int64(value)) }

    private static func integers(_ values: [Int]) -> [UInt8] { mark + values.flatMap(integer) + tuple }
}
