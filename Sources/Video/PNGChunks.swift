internal import Tensors

/// The parts of a PNG file, which carry checksums. They are looked at before the library decodes: it prints what it finds
/// wrong, and that is for us to say.
enum PNGChunks {
    /// What is wrong with the parts that a picture needs, as a person reads it; nil where they are whole.
    static func damage(_ bytes: [UInt8]) -> String? {
        func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        var at = 8  // behind the signature
        while at + 12 <= bytes.count {
            let (length, name) = (number(at), bytes[at + 4..<at + 8])
            guard length <= bytes.count - at - 12 else { return "it ends early" }
            let isNeeded = name.first.map { $0 & 0x20 == 0 } ?? true
            let sum = Zlib.checksum(bytes[at + 4..<at + 8 + length])
            guard !isNeeded || Int(sum) == number(at + 8 + length) else { return "a checksum is wrong" }
            if name.elementsEqual("IEND".utf8) { return nil }
            at += 12 + length
        }
        return "it ends early"
    }
}
