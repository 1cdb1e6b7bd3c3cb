import Experiment
import Foundation
import TestSupport
import Testing

@testable import Perception

@Suite struct WordPieceTokenizerTests {
    private struct Reference: Decodable {
        struct Case: Decodable {
            struct Decoded: Decodable {
                let ids: [Int]
                let text: String

                init(from decoder: any Decoder) throws {
                    var pair = try decoder.unkeyedContainer()
                    ids = try pair.decode([Int].self)
                    text = try pair.decode(String.self)
                }
            }

            let text: String
            let ids: [Int]
            let decoded: [Decoded]
        }

        struct Block: Decodable { let ids, positions, sees: [Int] }

        let cases: [Case]
        let blocks: [Block]
    }

    private let reference: Reference
    private let tokenizer: WordPieceTokenizer

    init() throws {
        reference = try MaskReferences.json("tokenizer.json")
        tokenizer = try WordPieceTokenizer(path: MaskReferences.folder + "/grounding_dino/vocab.txt")
    }

    @Test func `texts become the pieces that transformers makes`() {
        #expect(reference.cases.count > 15)
        for one in reference.cases {
            #expect(tokenizer.encode(one.text, limit: 256) == one.ids, "\(one.text.debugDescription)")
        }
    }

    @Test func `pieces become the text that transformers makes`() {
        for one in reference.cases.flatMap(\.decoded) {
            #expect(Array(tokenizer.decode(one.ids).utf8) == Array(one.text.utf8), "\(one.ids)")
        }
    }

    @Test func `pieces see their phrase as in transformers`() {
        for block in reference.blocks {
            let text = GroundingText(pieces: block.ids, separators: tokenizer.separators)
            #expect(text.positions == block.positions, "\(block.ids)")
            #expect(text.sees.map(Int.init) == block.sees, "\(block.ids)")
        }
    }

    @Test func `a limit leaves room for the marks at both ends`() {
        #expect(tokenizer.encode("the cup the cup", limit: 4).count == 4)
        #expect(tokenizer.encode("the cup", limit: 2) == [tokenizer.start, tokenizer.end])
    }

    @Test func `numbers outside of the vocabulary have no text`() {
        #expect(tokenizer.decode([-1, 1 << 40]) == "")
    }

    @Test(arguments: ["", "[CLS]\n[SEP]\n", "\u{0}\u{1}\u{2}"])
    func `a file that is no vocabulary is refused with the line that it lacks`(text: String) throws {
        let folder = TemporaryFolder()
        let path = try folder.write(text, to: "vocab.txt")
        let error = #expect(throws: BenchError.self) { try WordPieceTokenizer(path: path) }
        #expect(error?.code == .unusableInput && error?.sentence.contains("vocab.txt") == true)
    }
}
