import CosmosTransfer
import Experiment
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SentencePieceTests {
    private static let path = ReferenceNumbers.url("text/small/spiece.model").path
    private static let bytes = FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []

    private struct Strings: Decodable {
        struct One: Decodable {
            let name, text: String
            let ids: [Int32]
            let untruncated: Int?
        }
        let tokens, vocabulary: Int
        let strings: [One]
    }

    @Test func `every reference string gives the same tokens as T5's own tokenizer`() throws {
        let model = try SentencePiece(path: Self.path)
        let strings: Strings = try ReferenceNumbers.json("text/tokenize.json")
        #expect(model.pieces == strings.vocabulary && strings.strings.count > 60)
        for one in strings.strings {
            let ids = try model.encode(one.text, tokens: strings.tokens)
            #expect(ids == one.ids, "\(one.name)")
            let all = try model.encode(one.text, tokens: 10_000)
            #expect(all.count == one.untruncated ?? one.ids.count, "\(one.name)")
        }
    }

    @Test func `a prompt that is cut keeps its end`() throws {
        let model = try SentencePiece(path: Self.path)
        let text = String(repeating: "red cup ", count: 5000)
        #expect(try model.encode(text, tokens: 1) == [1])
        let ids = try model.encode(text, tokens: 512)
        #expect(ids.count == 512 && ids.last == 1 && !ids.dropLast().contains(1))
    }

    @Test func `many threads may use one model`() throws {
        let model = try SentencePiece(path: Self.path)
        let expected = try model.encode("A robot arm lifts a red cup.", tokens: 32)
        try withWorkers(4) { _ in
            for _ in 0..<200 {
                guard try model.encode("A robot arm lifts a red cup.", tokens: 32) == expected else {
                    throw BenchError(.bug, "the tokens differ")
                }
            }
        }
    }

    @Test func `a text too long to be a prompt is refused`() throws {
        let error = #expect(throws: BenchError.self) {
            try SentencePiece(path: Self.path).encode(String(repeating: "a", count: 1 << 20 + 1), tokens: 8)
        }
        #expect(error?.code == .usage)
    }

    // MARK: Bad files

    private func error(_ bytes: [UInt8]) throws -> FileError {
        let folder = TemporaryFolder()
        let path = try folder.write(bytes, to: "spiece.model")
        let error = try #require(#expect(throws: FileError.self) { try SentencePiece(path: path) })
        #expect(error.file == path)
        return error
    }

    @Test func `files that are no model are refused in a sentence`() throws {
        #expect(throws: FileError.self) { try SentencePiece(path: "/nowhere/spiece.model") }
        _ = try error([])
        for bytes in [Array("{}".utf8), [0], [UInt8](repeating: 0xff, count: 4096), Array(Self.bytes.dropLast(100))] {
            #expect(try error(bytes).reason.contains("damaged"))
        }
    }

    @Test func `a huge file is refused before it is read`() throws {
        let folder = TemporaryFolder()
        let path = try folder.write([], to: "spiece.model")
        #expect(truncate(path, 1 << 40) == 0)
        let error = #expect(throws: FileError.self) { try SentencePiece(path: path) }
        #expect(error?.code == .unsupported)
    }

    @Test func `a model that numbers its special pieces otherwise is refused`() throws {
        // The first piece, <pad>, changes places with the second, </s>.
        var bytes = Self.bytes
        let pad = try #require(bytes.firstRange(of: Array("<pad>".utf8)))
        bytes.replaceSubrange(pad, with: Array("<pod>".utf8))
        #expect(try error(bytes).reason.contains("T5"))
    }

    @Test func `damaged models neither crash nor read outside of their memory`() throws {
        var random = SeededRandom(17)
        let header = try #require(Self.bytes.firstRange(of: Array("nmt_nfkc".utf8))).upperBound
        var read = 0
        for round in 0..<400 {
            // Every other model is damaged where its tables begin; pieces are found on the way.
            var bytes = Self.bytes
            if round % 2 == 0 {
                let place = header + Int(random.next() % 64)
                bytes[place] = UInt8(truncatingIfNeeded: random.next())
            } else {
                bytes = random.damaged(bytes)
            }
            do throws(FileError) {
                let model = try SentencePiece(bytes, file: "spiece.model")
                read += 1
                for text in ["A robot arm lifts a red cup.", "Ｒｅｄ ﬁnal ☃ “q” ﷺ 로ᄇ ½Ⅸ", "\u{0}\u{1}\u{7f}"] {
                    _ = try? model.encode(text, tokens: 64)
                }
            } catch {
                #expect(error.file == "spiece.model")
            }
        }
        #expect(read > 0)
    }

    @Test func `tables that lead outside of themselves are refused`() throws {
        // Tag, length in three bytes, size of the trie in four, its units, the replacements.
        let tag = try #require(Self.bytes.firstRange(of: Array("nmt_nfkc".utf8))).upperBound
        let length = (0..<3).reduce(0) { $0 | Int(Self.bytes[tag + 1 + $1] & 127) << (7 * $1) }
        let table = tag + 4
        let size = (0..<4).reduce(0) { $0 | Int(Self.bytes[table + $1]) << (8 * $1) }
        #expect(Self.bytes[tag] == 0x12 && size < length && size % 1024 == 0)
        let leaf = try #require(
            stride(from: table + 4, to: table + 4 + size, by: 4).first { Self.bytes[$0 + 3] & 0x80 != 0 })
        func change(_ place: Int, _ values: [UInt8]) {
            var bytes = Self.bytes
            bytes.replaceSubrange(place..<place + values.count, with: values)
            let error = #expect(throws: FileError.self) { try SentencePiece(bytes, file: "spiece.model") }
            #expect(error?.code == .malformed)
        }
        change(table, [1, 0, 0, 0])  // no whole unit
        change(table, [0, 0, 0, 0])
        change(table, [0xfc, 0xff, 0xff, 0xff])  // larger than the table
        change(table, [0, 1, 0, 0])  // cut through the trie
        change(table + 4, [0, 0xfc, 0xff, 0x7f])  // the root leads far outside
        change(leaf, [0xff, 0xff, 0xff, 0xff])  // a replacement after the last one
        change(table + length - 1, [0x41])  // the last replacement does not end
        change(tag + 1, [0xff, 0xff, 0xff])  // a field longer than the file
    }
}
