import Foundation

/// What stands before the numbers in numpy's array format: element type, shape, order.
public struct NpyHeader: Sendable, Equatable {
    /// The element types that are read.
    public enum Element: String, Sendable, Equatable {
        case float32 = "<f4"
        case float64 = "<f8"

        public var size: Int { self == .float32 ? 4 : 8 }
    }

    public let element: Element
    public let shape: [Int]
    /// Bytes before the first number.
    let length: Int

    /// Parses the header at the start of `read`, a function that gives the next `n` bytes.
    init(file: String, read: (Int) throws(FileError) -> [UInt8]) throws(FileError) {
        let malformed = FileError(.malformed, file: file, "does not hold an array in numpy's format")
        let start = try read(8)
        guard start.starts(with: [0x93] + Array("NUMPY".utf8)), (1...3).contains(start[6]) else { throw malformed }
        let wide = start[6] > 1
        let field = try read(wide ? 4 : 2)
        let size = Int(field.littleEndian(UInt16.self, at: 0) ?? 0)
            + (wide ? Int(field.littleEndian(UInt16.self, at: 2) ?? 0) << 16 : 0)
        guard size <= 65_536 else { throw malformed }
        let text = String(decoding: try read(size), as: UTF8.self)
        guard let descriptor = Self.value(of: "descr", in: text), let order = Self.value(of: "fortran_order", in: text),
            let dimensions = Self.value(of: "shape", in: text)
        else { throw malformed }
        guard let element = Element(rawValue: descriptor.filter { $0 != "'" && $0 != "\"" }) else {
            throw FileError(
                .unsupported, file: file, "holds elements of type \(descriptor); save float64 or float32 instead")
        }
        guard order == "False" else {
            throw FileError(.unsupported, file: file, "is in Fortran order; save it in C order")
        }
        var shape: [Int] = []
        for part in dimensions.dropFirst().dropLast().split(separator: ",") {
            let digits = part.filter { $0 != " " }
            if digits.isEmpty { continue }
            guard let n = Int(digits), n >= 0 else { throw malformed }
            shape.append(n)
        }
        self.element = element
        self.shape = shape
        self.length = start.count + field.count + size
    }

    /// The text of one entry of the header's dictionary literal: a quoted word, a bare word or a tuple.
    private static func value(of key: String, in text: String) -> String? {
        let characters = Array(text)
        guard let found = ["'\(key)'", "\"\(key)\""].lazy.compactMap({ text.range(of: $0) }).first else { return nil }
        var i = text.distance(from: text.startIndex, to: found.upperBound)
        while i < characters.count, characters[i] == " " || characters[i] == ":" { i += 1 }
        guard i < characters.count else { return nil }
        let closing: Set<Character> = characters[i] == "(" ? [")"] : [",", "}"]
        guard let end = characters[i...].firstIndex(where: { closing.contains($0) }) else { return nil }
        let word = String(characters[i...(characters[end] == ")" ? end : end - 1)])
        return word.trimmingPrefix(while: { $0 == " " }).description
    }

    /// Number of elements; nil when it does not fit an Int.
    var count: Int? {
        shape.reduce(1 as Int?) { total, n in
            guard let (value, overflow) = total?.multipliedReportingOverflow(by: n), !overflow else { return nil }
            return value
        }
    }
}
