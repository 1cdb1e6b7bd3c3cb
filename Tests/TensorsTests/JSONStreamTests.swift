import TestSupport
import Testing

@testable import Tensors

@Suite struct JSONStreamTests {
    private func stream(_ text: String, readsNaN: Bool = false) -> JSONStream {
        JSONStream(Array(text.utf8), file: "s.json", readsNaN: readsNaN)
    }

    @Test func `records are read key by key, and what nobody wants is skipped`() throws {
        var stream = stream(
            #"{"a": [1, -2.5e1], "skipped": {"b": ["\n", null, true]}, "c": "text", "d": false, "e": null} "#)
        var (numbers, text, flag) = ([Double](), "", true)
        try stream.object { stream, key throws(FileError) in
            switch key {
            case "a": try stream.array { stream, _ throws(FileError) in numbers.append(try stream.number()) }
            case "c": text = try stream.string()
            case "d": flag = try stream.bool()
            case "e": try stream.null()
            default: try stream.skip()
            }
        }
        try stream.end()
        #expect(numbers == [1, -25] && text == "text" && !flag)
    }

    @Test func `a look ahead finds the first wanted key and reads nothing`() throws {
        var stream = stream(#"{"boxes": [{"schema": 1}], "schema": "x", "results": 2}"#)
        var found = try #require(try stream.first { $0 == "schema" || $0 == "results" })
        #expect(found.key == "schema")
        #expect(try found.value.string() == "x")
        #expect(try stream.first { $0 == "other" } == nil)
        try stream.skip()
        try stream.end()
    }

    @Test func `NaN and infinities are numbers only where they are asked for`() throws {
        for (text, value) in [("NaN", Double.nan), ("Infinity", .infinity), ("-Infinity", -.infinity)] {
            var asked = stream(text, readsNaN: true)
            let number = try asked.number()
            #expect(number == value || number.isNaN && value.isNaN)
            var strict = stream(text)
            #expect(throws: FileError.self) { try strict.number() }
        }
        for text in ["Nan", "Inf", "-Inf", "--Infinity"] {
            var stream = stream(text, readsNaN: true)
            #expect(throws: FileError.self) { try stream.number() }
        }
    }

    @Test func `every number is the double nearest to its digits`() throws {
        var random = SeededRandom(7)
        var texts = [
            "0", "-0.0", "0.1", "123456789012345678", "9007199254740993", "1e22", "1e23", "4.9e-324",
            "2.2250738585072014e-308",
            "1.7976931348623157e308", "0.000000000000000000000001", "12345678901234567890123", "1e-400", "-1E+2",
        ]
        for _ in 0..<2000 {
            let value = Double(bitPattern: random.next())
            if value.isFinite { texts.append("\(value)") }
            texts.append("\(Double(random.next() >> 20) / 1e6)")
        }
        for text in texts {
            var stream = stream(text)
            let number = try stream.number()
            #expect(number.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
        for text in ["1e309", "-1e999999999999999999999", "1e"] {
            var stream = stream(text)
            #expect(throws: FileError.self) { try stream.number() }
        }
    }

    @Test func `a key twice is an error in short and in long objects`() throws {
        for count in [2, 31, 32, 33, 34, 400] {
            let keys = (0..<count).map { "\"k\($0)\": 0" }
            var whole = stream("{" + keys.joined(separator: ",") + "}")
            try whole.skip()
            for repeated in [0, count - 1] {
                var twice = stream("{" + (keys + [keys[repeated]]).joined(separator: ",") + "}")
                let error = #expect(throws: FileError.self) { try twice.skip() }
                #expect(error?.reason.contains("has the key 'k\(repeated)' twice") == true)
            }
        }
        var nested = stream(#"{"a": {"a": {"a": 1}, "b": {"a": 2}}}"#)
        try nested.skip()
    }
}
