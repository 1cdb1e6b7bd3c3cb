import Experiment
import Testing

@Suite struct PlainTextTests {
    @Test(arguments: [
        ("out of memory", "out of memory"),
        ("\u{1B}[1;31merror\u{1B}[0m: no GPU", "error: no GPU"),
        ("\u{1B}]0;title\u{7}loading\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "loadinglink"),
        ("\u{1B}]52;c;aGk=\u{9C}a\u{9B}2Jb\u{1B}c\u{1B}(Bd", "abd"),
        ("10 %\r20 %\tdone\nnext", "10 % 20 % done next"),
        ("a\u{8}\u{0}b\u{7F}", "a��b�"),
        ("name \u{202E}gpj.exe", "name �gpj.exe"),
        // Sequences that are cut short take nothing else with them.
        ("\u{1B}]open\nrest", " rest"), ("cut \u{1B}", "cut "), ("cut \u{1B}[3", "cut "), ("\u{1B}\u{1B}[1mx", "x"),
        ("größer 日本 🤖 é", "größer 日本 🤖 é"),
    ])
    func `what controls a terminal goes, and the words stay`(text: String, plain: String) {
        #expect(plainText(text) == plain)
        #expect(plainText(plain) == plain)
    }

    @Test func `no text of any characters leaves a control character`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<20 {
                let value =
                    Bool.random(using: &random)
                    ? UInt32.random(in: 0...0xA0) : [0x1B, 0x5B, 0x5D, 0x9B][Int.random(in: 0..<4)]
                text.append(Unicode.Scalar(value) ?? " ")
            }
            let plain = plainText(String(text)).unicodeScalars
            #expect(plain.allSatisfy { $0.properties.generalCategory != .control }, "\(Array(text))")
        }
    }
}
