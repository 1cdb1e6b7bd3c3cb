import Experiment
import Foundation
import Suites
import TestSupport
import Testing

/// Whatever is in a file, it is read or refused, soon.
@Suite struct YAMLDamageTests {
    @Test func `a suite cut short at any byte is read or refused`() throws {
        let world = try SuiteWorld()
        let bytes = Array(SuiteWorld.whole.replacing("All of it", with: "Alles für 边缘").utf8)
        #expect(try world.refusal(bytes).isEmpty)
        for count in 0..<bytes.count {
            let refusal = try world.refusal(Array(bytes[..<count]))
            #expect(refusal.isEmpty || refusal.contains("suites/a.yaml"), "\(count): \(refusal)")
        }
    }

    @Test func `a damaged suite is read or refused`() throws {
        let world = try SuiteWorld()
        var random = SeededRandom(5)
        let bytes = Array(SuiteWorld.whole.utf8)
        let signs = Array("{}[]:,-&*!|>'\"%@`?#\t\n\0\u{85}~ \u{ff}".utf8)
        for round in 0..<800 {
            var damaged = random.damaged(bytes)
            for _ in 0..<(round % 4) where !damaged.isEmpty {
                damaged[Int(random.next() % UInt64(damaged.count))] = signs[Int(random.next() % UInt64(signs.count))]
            }
            let refusal = try world.refusal(damaged)
            #expect(!refusal.contains("\n") && refusal.count < 1000, "\(refusal)")
        }
    }

    @Test func `damaged published numbers are read or refused`() throws {
        let world = try SuiteWorld()
        var random = SeededRandom(6)
        for _ in 0..<500 {
            try world.folder.write(random.damaged(Array(SuiteWorld.paper.utf8)), to: "papers/paper.yaml")
            let refusal = try world.refusal(SuiteWorld.whole)
            #expect(
                refusal.isEmpty || refusal.contains("papers/paper.yaml") || refusal.contains("has no row"), "\(refusal)"
            )
        }
    }

    /// Texts that stand for something huge, or are hard to parse.
    static let bombs: [(name: String, text: String, sentence: String)] = {
        let laughs = (1...40).map {
            "a\($0): &a\($0) [\(Array(repeating: $0 == 1 ? "x" : "*a\($0 - 1)", count: 9).joined(separator: ", "))]\n"
        }
        .joined()
        let again = "a: &a [x]\n" + String(repeating: "b: &a [*a, *a]\n", count: 60)
        let long = String(repeating: "- [a, b, c, 'd']\n", count: 15_000)
        let marked = String(repeating: "? ", count: 8) + "[" + String(repeating: "a,", count: 120_000) + "]\n"
        let nested =
            "- &l [" + String(repeating: "a,", count: 60_000) + "]\n- " + String(repeating: "{", count: 150) + "*l "
            + String(repeating: ": 1}", count: 150) + "\n"
        return [
            ("aliases of aliases", laughs, "has aliases that could make it larger than 2 MiB"),
            ("aliases as keys", laughs + "? *a40\n: x\n", "has aliases that could make it larger"),
            ("an anchor that is defined again", again, "has aliases that could make it larger"),
            ("deep brackets", String(repeating: "[", count: 200_000), "the text is not YAML"),
            ("deep braces", String(repeating: "{a: ", count: 60_000), "the text is not YAML"),
            ("deep lists", String(repeating: "- ", count: 120_000), "the text is not YAML"),
            ("deep marked keys", String(repeating: "? ", count: 120_000), "keys marked with '?'"),
            ("levels that close", String(repeating: "[", count: 990) + String(repeating: "]", count: 990), "is a list"),
            (
                "keys within keys", String(repeating: "{", count: 150) + "a" + String(repeating: ": 1}", count: 150),
                "a key that is not a text"
            ),
            ("marked keys around a long list", marked, "has a key that is not a text"),
            ("aliases in keys within keys", nested, "has a key that is not a text"),
            ("a long list", long, "is a list"),
            ("many keys", (0..<20_000).map { "key\($0): 1\n" }.joined(), "has the unknown key 'key0'"),
            ("one long word", String(repeating: "x", count: 250_000), "the document is 'xxx"),
            ("spaces", String(repeating: " ", count: 250_000), "is empty"),
            ("too large", String(repeating: "#", count: 300_000), "has more than 256 KiB"),
            ("many quotes", String(repeating: "'", count: 250_000), "is '''"),
            ("many documents", String(repeating: "--- a\n", count: 40_000), "a second document begins here"),
        ]
    }()

    @Test(.timeLimit(.minutes(10)), arguments: bombs.indices)
    func `no text keeps the reader busy`(index: Int) throws {
        let bomb = Self.bombs[index]
        let refusal = try SuiteWorld().refusal(bomb.text)
        #expect(!refusal.isEmpty && refusal.contains(bomb.sentence), "\(bomb.name): \(refusal)")
    }

    @Test func `signs in texts are no aliases`() throws {
        let text = SuiteWorld.small + "title: \"R&D: a *very* bright & *very* calm kitchen, is it? or *a*\"\n"
        #expect(try SuiteWorld().suite(text).layout.title.hasPrefix("R&D"))
    }
}
