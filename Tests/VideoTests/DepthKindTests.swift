import Foundation
import Tensors
import TestSupport
import Testing
import Video

/// What depth files say that they hold, and what may be compared.
@Suite struct DepthKindTests {
    private let folder = TemporaryFolder()
    private let values: [Float] = [1, 2, 4, 0]

    private func depth(_ name: String, kind: String? = nil, card: String? = nil) throws -> String {
        let parent = folder.file(name)
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        if let card { try folder.write(card, to: name + "/card.json") }
        try NpzWriter.write(values, shape: [1, 2, 2], to: parent + "/a.npz", kind: kind)
        return parent + "/a.npz"
    }

    private func refusal(_ reference: String, _ generated: String) -> FileError? {
        #expect(throws: FileError.self) { _ = try DepthPair(reference: reference, generated: generated) }
    }

    @Test func `a file's own kind comes before its folder's card`() throws {
        #expect(try openDepth(depth("a", kind: "metres", card: "{\"kind\": \"relative\"}")).kind == .metres)
        #expect(try openDepth(depth("b", card: "{\"kind\": \"disparity\"}")).kind == .disparity)
        #expect(try openDepth(depth("c")).kind == nil)
    }

    @Test func `metres beside disparity are compared as one over the metres`() throws {
        let metres = try depth("a", kind: "metres")
        let disparity = try depth("b", kind: "disparity")
        for isSwapped in [false, true] {
            let pair = try DepthPair(
                reference: isSwapped ? disparity : metres, generated: isSwapped ? metres : disparity)
            #expect(pair.kind == .disparity && pair.isKnown)
            #expect(pair.notes.count == 1 && pair.notes[0].contains("one over the metres is compared"), "\(pair.notes)")
            let turned = isSwapped ? pair.generated : pair.reference
            let kept = isSwapped ? pair.reference : pair.generated
            #expect(try turned.next()?.values == [1, 0.5, 0.25, 0])
            #expect(try kept.next()?.values == [1, 2, 4, 0])
        }
    }

    @Test(arguments: ["metres", "disparity"])
    func `relative depth is compared with its own kind alone`(_ other: String) throws {
        let relative = try depth("a", kind: "relative")
        #expect(try DepthPair(reference: relative, generated: relative).notes.isEmpty)
        let error = refusal(relative, try depth("b", kind: other))
        #expect(error?.code == .unsupported)
        #expect(error?.reason.contains("kind \(other)") == true && error?.reason.contains("cannot be compared") == true)
    }

    @Test func `a silent file is taken for the other's kind with a note that names the card`() throws {
        let pair = try DepthPair(reference: depth("a"), generated: depth("b", kind: "disparity"))
        #expect(pair.kind == .disparity && !pair.isKnown)
        #expect(
            pair.notes.contains { $0.contains("a/a.npz does not say") && $0.contains("card.json") }, "\(pair.notes)")
        let silent = try DepthPair(reference: depth("a"), generated: depth("c"))
        #expect(silent.kind == nil && !silent.isKnown && silent.notes.isEmpty)
    }

    @Test func `an unknown kind is refused with the kinds that there are`() throws {
        let file = try depth("a", kind: "miles")
        let error = #expect(throws: FileError.self) { _ = try openDepth(file) }
        #expect(error?.reason.contains("'miles'; the kinds are metres, disparity, relative") == true)
    }

    @Test(arguments: ["{}", "{\"kind\": 3}", "no card", "[]"])
    func `a damaged card is an error that names it`(_ card: String) throws {
        let file = try depth("a", card: card)
        let error = #expect(throws: FileError.self) { _ = try openDepth(file) }
        #expect(error?.file == folder.file("a/card.json"), "\(String(describing: error))")
    }
}
