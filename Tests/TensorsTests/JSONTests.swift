import TestSupport
import Testing

@testable import Tensors

@Suite struct JSONTests {
    private func parse(_ text: String) throws(FileError) -> JSON { try JSON(Array(text.utf8), file: "t.json") }

    @Test func `every kind of value is read`() throws {
        let value = try parse(
            #" {"a": [1, -2, 0.5, 1e3, true, false, null], "b": {"\u00e9\n\"\\\/\ud83d\ude00": "ü"}, "c": 99999999999999999999} "#
        )
        #expect(
            value["a"]
                == .array([.integer(1), .integer(-2), .number(0.5), .number(1000), .bool(true), .bool(false), .null])
        )
        #expect(value["b"] == .object([.init(key: "é\n\"\\/😀", value: .string("ü"))]))
        #expect(value["c"] == .number(1e20))
        #expect(value["d"] == nil)
        #expect(value["a"]?["x"] == nil)
    }

    @Test func `what is no JSON is refused`() {
        let bad = [
            "", " ", "{", "[", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "-", "1.", ".5", "1e", "+1",
            "NaN",
            "Infinity", "1e999", "tru", "nul", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"", "\"a\nb\"", "1 2", "{\"a\":1 \"b\":2}", "[1 2]", "{\"a\":1,\"a\":2}", "'a'", "[1]]",
            "\u{feff}1",
        ]
        for text in bad {
            let error = #expect(throws: FileError.self, "\(text)") { try parse(text) }
            #expect(error?.code == .malformed)
            #expect(error?.file == "t.json")
        }
        #expect(throws: FileError.self) { try JSON([0x22, 0xc3, 0x28, 0x22], file: "t.json") }
        #expect(throws: FileError.self) { try JSON([0x22, 0xff], file: "t.json") }
    }

    @Test(arguments: [
        ("{\n  \"a\": 1,\n  \"é\" 2}", "has no colon at line 3, column 7"),
        ("{\"a\": [1, 2,]}", "has a comma before its closing ']' at line 1, column 13"),
        ("{\"a\": 1,\r\n}", "has a comma before its closing '}' at line 2, column 1"),
        ("{\"a\": 1\n\"b\": 2}", "has neither a comma nor the end of an object at line 2, column 1"),
        ("\n\n", "ends early at line 3, column 1"), ("\u{feff}1", "begins with a byte-order mark"),
        ("{'a': 1}", "has no key at line 1, column 2"),
    ]) func `what is wrong has its line and column`(_ text: String, _ words: String) {
        let error = #expect(throws: FileError.self) { try parse(text) }
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }

    @Test func `nesting is bounded`() throws {
        let deep = { (n: Int) in String(repeating: "[", count: n) + String(repeating: "]", count: n) }
        _ = try parse(deep(JSON.mostDepth))
        #expect(throws: FileError.self) { try parse(deep(JSON.mostDepth + 2)) }
        #expect(throws: FileError.self) { try parse(deep(1_000_000)) }
    }

    @Test func `damaged documents are read or refused, never more`() {
        let text = Array(#"{"a": [1, -2.5e3, true, null, "x\u00e9\n"], "b": {"c": {"d": [[], {}]}}}"#.utf8)
        var random = SeededRandom(3)
        for _ in 0..<5000 { _ = try? JSON(random.damaged(text), file: "t") }
    }
}
