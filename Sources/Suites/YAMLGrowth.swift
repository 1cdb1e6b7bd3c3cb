internal import Experiment

/// Keeps out texts that are small and stand for something huge: aliases of aliases, and keys within keys, which the parser
/// compares before anybody can look at them.
enum YAMLGrowth {
    /// Bytes that a text may have once every alias is written out.
    static let limit = 8 * YAMLFile.sizeLimit
    /// Keys that are marked with "?": no file of ours needs one.
    static let markedKeyLimit = 8

    /// Whether there are aliases.
    /// - Throws: `BenchError` 65.
    static func check(_ bytes: [UInt8], path: String) throws(BenchError) -> Bool {
        let growth = growth(bytes)
        guard Double(bytes.count) * growth <= Double(limit) else {
            throw BenchError(
                .unusableInput,
                "\(path) has aliases that could make it larger than \(limit >> 20) MiB; write out what '&' and '*' stand for"
            )
        }
        guard markedKeys(bytes) <= markedKeyLimit else {
            throw BenchError(
                .unusableInput,
                "\(path) has more than \(markedKeyLimit) keys marked with '?'; write them as 'key: value'")
        }
        return growth > 1
    }

    /// The text with words in place of its aliases: of the same shape, and never larger than it looks.
    static func withoutAliases(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for i in bytes.indices.dropLast() where bytes[i] == UInt8(ascii: "*") && isNameByte(bytes[i + 1]) {
            bytes[i] = UInt8(ascii: "~")
        }
        return bytes
    }

    /// How many times its own size the text has at most once every alias is written out. Whatever looks like an anchor or an
    /// alias counts as one, in texts and comments too. A way from the top to a value passes each definition of an anchor
    /// through at most one of its aliases: there are no more ways than the product of their numbers.
    private static func growth(_ bytes: [UInt8]) -> Double {
        var anchors: [Substring: Int] = [:]
        var aliases: [Substring: Int] = [:]
        for (i, byte) in bytes.enumerated() where byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") {
            let name = Substring(decoding: bytes[(i + 1)...].prefix(while: isNameByte), as: UTF8.self)
            guard !name.isEmpty else { continue }
            if byte == UInt8(ascii: "&") { anchors[name, default: 0] += 1 } else { aliases[name, default: 0] += 1 }
        }
        var growth = 1.0
        for (name, definitions) in anchors {
            guard let uses = aliases[name] else { continue }
            for _ in 0..<definitions where growth <= Double(limit) { growth *= Double(1 + uses) }
        }
        return growth
    }

    private static func markedKeys(_ bytes: [UInt8]) -> Int {
        let before = Set(" \t\r\n[{,:?-".utf8)
        return bytes.indices.count { i in
            bytes[i] == UInt8(ascii: "?") && (i == 0 || before.contains(bytes[i - 1]))
        }
    }

    /// What names of anchors are made of.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
