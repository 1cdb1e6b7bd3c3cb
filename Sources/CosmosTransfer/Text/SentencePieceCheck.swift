/// A look at the bytes of a SentencePiece model before the library gets them: it follows the offsets of the table that
/// normalises text wherever they point, so a damaged table would make it read outside of its memory.
struct SentencePieceCheck {
    /// A model is a tree of fields in protobuf's wire format; nil when the bytes are none.
    private static func fields(_ bytes: ArraySlice<UInt8>) -> [(number: UInt64, bytes: ArraySlice<UInt8>)]? {
        var rest = bytes
        var fields: [(number: UInt64, bytes: ArraySlice<UInt8>)] = []
        while !rest.isEmpty {
            guard let tag = varint(&rest), tag <= UInt32.max, tag >> 3 > 0 else { return nil }
            let length: Int
            switch tag & 7 {
            case 0:
                guard varint(&rest) != nil else { return nil }
                continue
            case 1: length = 8
            case 2:
                guard let count = varint(&rest), count <= UInt64(rest.count) else { return nil }
                length = Int(count)
                fields.append((tag >> 3, rest.prefix(length)))
            case 5: length = 4
            default: return nil
            }
            guard length <= rest.count else { return nil }
            rest = rest.dropFirst(length)
        }
        return fields
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            guard shift < 63 || byte <= 1 else { return nil }
            value |= UInt64(byte & 127) << UInt64(shift)
            if byte < 128 { return value }
        }
        return nil
    }

    /// Whether the library can be given a model: its fields are whole, and its tables point into themselves.
    static func isSound(_ model: [UInt8]) -> Bool {
        guard let fields = fields(model[...]) else { return false }
        // 3 and 5 say how text is normalised, forth and back; the table is their field 2.
        for field in fields where field.number == 3 || field.number == 5 {
            guard let inner = Self.fields(field.bytes) else { return false }
            for table in inner where table.number == 2 && !table.bytes.isEmpty {
                guard CharacterTable(Array(table.bytes))?.isSound == true else { return false }
            }
        }
        return true
    }
}

/// SentencePiece's table of replacements: the size of a double-array trie, the trie's units, and the replacements one after
/// the other, each ended by a zero byte.
private struct CharacterTable {
    private let units: [UInt32]
    private let textSize: Int

    /// Replacements that may begin alike; the library has room for no more.
    private static let mostMatches = 32
    private static let mostDepth = 256

    init?(_ bytes: [UInt8]) {
        func word(_ i: Int) -> UInt32 {
            UInt32(bytes[i]) | UInt32(bytes[i + 1]) << 8 | UInt32(bytes[i + 2]) << 16 | UInt32(bytes[i + 3]) << 24
        }
        guard bytes.count > 4, case let size = Int(word(0)), size > 0, size % 4 == 0, size < bytes.count - 4,
            bytes.last == 0
        else { return nil }
        units = (0..<size / 4).map { word(4 + 4 * $0) }
        textSize = bytes.count - 4 - size
    }

    /// Whether every walk from the root stays inside the units, ends, and finds only replacements that exist.
    var isSound: Bool {
        guard !units.isEmpty else { return false }
        var known: [Int: Int] = [:]
        return (matches(from: offset(units[0]), leaf: false, depth: 0, &known) ?? .max) <= Self.mostMatches
    }

    private func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }

    /// The most matches on any walk that goes on at `node`; nil when one is unsound. Walks may share their ends, so what is
    /// known of a node is kept; a walk that comes back to itself exceeds the depth.
    private func matches(from node: Int, leaf: Bool, depth: Int, _ known: inout [Int: Int]) -> Int? {
        let key = node << 1 | (leaf ? 1 : 0)
        if let result = known[key] { return result }
        guard depth < Self.mostDepth, node | 255 < units.count else { return nil }
        if leaf, Int(units[node] & 0x7fff_ffff) >= textSize { return nil }
        var most = 0
        for label in 0..<256 {
            let unit = units[node ^ label]
            guard unit & 0x8000_00ff == UInt32(label) else { continue }
            guard
                let below = matches(
                    from: node ^ label ^ offset(unit), leaf: unit >> 8 & 1 == 1, depth: depth + 1, &known)
            else { return nil }
            most = max(most, below)
        }
        known[key] = most + (leaf ? 1 : 0)
        return known[key]
    }
}
