import Foundation

/// JSON columns, with sorted keys: equal values give equal text.
enum JSON {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

/// The blob of per-frame values: little-endian float64, NaN where a frame has none.
enum PerFrame {
    static func data(_ values: [Double?]) -> Data {
        Data(values.flatMap { value in withUnsafeBytes(of: (value ?? .nan).bitPattern.littleEndian, Array.init) })
    }

    static func values(_ data: Data) -> [Double?] {
        let bytes = Array(data)
        return stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { at in
            let pattern = bytes[at..<at + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let value = Double(bitPattern: pattern)
            return value.isNaN ? nil : value
        }
    }
}
