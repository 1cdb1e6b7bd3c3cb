import Experiment
import Foundation
import Testing

@testable import Perception

@Suite struct NetworkCardTests {
    private static let card = NetworkCard(
        name: "u2netp", task: .saliency,
        files: [.init(role: "model", file: "model.onnx", sha256: String(repeating: "a", count: 64))],
        input: PictureInput(
            name: "input.1", size: .fixed(height: 320, width: 320), scale: .peak, mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225], filter: .lanczos),
        outputs: ["saliency": "1959"], meaning: "how much a pixel stands out, \"0 to 1\"", settings: ["threshold": 0.5],
        licence: "Apache-2.0", source: "https://example.org/u2net")

    private func read(_ text: String) throws -> NetworkCard {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".json").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try NetworkCard(path: path)
    }

    @Test func `a card that is written is read the same`() throws {
        #expect(try read(Self.card.text()) == Self.card)
    }

    @Test(arguments: [
        SizeRule.fixed(height: 3, width: 5), .within(shortSide: 800, longSide: 1333),
        .shortSide(length: 518, multipleOf: 14),
        .longSide(length: 1024, padded: true), .native(multipleOf: 8, least: 32),
    ])
    func `every size rule is written and read`(rule: SizeRule) throws {
        var card = Self.card
        card.input?.size = rule
        #expect(try read(card.text()).input?.size == rule)
    }

    @Test(arguments: [
        ("\"task\": \"saliency\"", "\"task\": \"smell\"", "'task' is 'smell'"),
        ("\"name\": \"u2netp\",", "", "'name' is missing"),
        ("\"notes\"", "\"nots\"", "'nots' is no key"),
        ("\"model.onnx\"", "\"../model.onnx\"", "plain name"),
        ("aaaa", "zzzz", "64 hexadecimal digits"),
        ("[320, 320]", "[320]", "'input.size.fixed'"),
        ("[0.229, 0.224, 0.225]", "[0, 1, 1]", "'input.std' must be above 0"),
        ("\"format\": 1", "\"format\": 2", "'format' is not 1"),
        ("\"threshold\": 0.5", "\"threshold\": \"half\"", "'settings.threshold' must be a number"),
    ])
    func `what is wrong with a card is said with its key`(old: String, new: String, words: String) throws {
        let text = Self.card.text().replacingOccurrences(of: old, with: new)
        let error = #expect(throws: BenchError.self) { try read(text) }
        #expect(error?.code == .unusableInput)
        #expect(error?.sentence.contains(words) == true, "\(error?.sentence ?? "")")
    }

    @Test func `an identity follows what changes values and nothing else`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data().write(to: URL(fileURLWithPath: folder + "/model.onnx"))
        func identity(_ change: (inout NetworkCard) -> Void) throws -> Identity {
            var card = Self.card
            change(&card)
            try card.text().write(toFile: folder + "/network.json", atomically: true, encoding: .utf8)
            return try NetworkFolder(path: folder).identity
        }
        let plain = try identity { _ in }
        #expect(try identity { $0.notes = "other words" } == plain)
        #expect(try identity { $0.licence = "MIT" } == plain)
        #expect(try identity { $0.settings["threshold"] = 0.4 } != plain)
        #expect(try identity { $0.input?.colour = .bgr } != plain)
        #expect(try identity { $0.files[0].sha256 = String(repeating: "b", count: 64) } != plain)
    }
}
