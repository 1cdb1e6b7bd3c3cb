/// Bytes of one message in Protocol Buffers' wire format, as far as ONNX takes it.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    /// An integer; negative ones take ten bytes, as the format wants it.
    mutating func integer(_ field: Int, _ value: Int) {
        varint(UInt64(field) << 3)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func text(_ field: Int, _ value: String) {
        header(field, byteCount: value.utf8.count)
        bytes += value.utf8
    }

    mutating func message(_ field: Int, _ content: WireWriter) {
        header(field, byteCount: content.bytes.count)
        bytes += content.bytes
    }

    /// Integers in one field, without a field each.
    mutating func packed(_ field: Int, _ values: [Int]) {
        var content = WireWriter()
        for value in values { content.varint(UInt64(bitPattern: Int64(value))) }
        message(field, content)
    }

    /// The bytes of both, one after the other.
    func followed(by next: WireWriter) -> WireWriter {
        var result = self
        result.bytes += next.bytes
        return result
    }

    /// What stands before a text, message or bytes that follow elsewhere.
    mutating func header(_ field: Int, byteCount: Int) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(byteCount))
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
