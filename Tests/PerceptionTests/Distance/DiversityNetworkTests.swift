import Experiment
import Foundation
import TestSupport
import Testing
import Video

@testable import Perception

/// Narrow backbones in ONNX Runtime against the `lpips` package with the same weights.
@Suite(.enabled(if: Runtime.isThere, Runtime.absence)) struct DiversityNetworkTests {
    private let folder = TemporaryFolder()

    private func inputs() throws -> DiversityInputs {
        let scenes = [
            GoldenScene(2, 48, 64, seed: 1, shift: 0, noise: 12), GoldenScene(2, 48, 64, seed: 2, shift: 3, noise: 20),
            GoldenScene(2, 48, 64, seed: 3, shift: 6, noise: 12),
        ]
        let videos = try scenes.enumerated().map { k, scene in try folder.video("v\(k)", (0..<2).map(scene.frame)) }
        let mask = try folder.mask("mask", frames: 2, 64, 48) { _, x, y in
            (12..<40).contains(x) && (10..<30).contains(y)
        }
        return DiversityInputs(videos: videos, foreground: mask)
    }

    private func scorer(_ network: String, threads: Int = 2) throws -> DiversityScorer {
        let runtime = try #require(Runtime.shared)
        return try DiversityScorer(network: try NetworkFolder(path: network), runtime: runtime, threads: threads)
    }

    @Test(arguments: ["vgg", "alex", "squeeze"])
    func `distances are those of the lpips package, whole and by region`(net: String) throws {
        let expected: [String: [[Double]]] = try LpipsReference.read("thin-\(net)/expected.json")
        let scorer = try scorer(LpipsReference.folder + "/thin-\(net)")
        let result = try scorer.score(try inputs())
        for region in Region.allCases {
            let values = try #require(result[region]?.values)
            let wanted = try #require(expected[region.rawValue])
            #expect(values.count == wanted.count)
            for (got, want) in zip(values.flatMap { $0 }, wanted.flatMap { $0 }) { #expect(abs(got - want) < 3e-6) }
        }
        #expect(scorer.descriptor.name == "perceptual-diversity")
        #expect(scorer.scores(result).first?.parameters["heads"] == "own")
    }

    @Test(arguments: ["vgg", "alex", "squeeze"])
    func `threads do not change a bit`(net: String) throws {
        let inputs = try inputs()
        let one = try scorer(LpipsReference.folder + "/thin-\(net)", threads: 1).score(inputs)
        for threads in [2, 3] {
            #expect(try scorer(LpipsReference.folder + "/thin-\(net)", threads: threads).score(inputs) == one)
        }
    }

    /// A copy of a thin network whose card says something else.
    private func changed(_ change: (inout NetworkCard) -> Void) throws -> String {
        let source = LpipsReference.folder + "/thin-vgg"
        var card = try NetworkFolder(path: source).card
        change(&card)
        let target = folder.file("changed")
        try FileManager.default.copyItem(atPath: source, toPath: target)
        try card.text().write(toFile: target + "/network.json", atomically: true, encoding: .utf8)
        return target
    }

    @Test func `a card that does not fit the network is refused in one sentence`() throws {
        let changes: [(String, (inout NetworkCard) -> Void)] = [
            ("saliency", { $0.task = .saliency }), ("'input' is missing", { $0.input = nil }),
            ("tap1, tap2", { $0.outputs["tap3"] = nil }), ("tap1, tap2", { $0.outputs["depth"] = "tap1" }),
            ("'nothing'", { $0.outputs["tap2"] = "nothing" }), ("'image'", { $0.input?.name = "picture" }),
            ("at least 100", { $0.input?.size = .native(multipleOf: 1, least: 100) }),
        ]
        let inputs = try inputs()
        for (words, change) in changes {
            let network = try changed(change)
            let error = #expect(throws: BenchError.self) { try scorer(network).score(inputs) }
            #expect(
                error?.code == .unusableInput && error?.sentence.contains(words) == true, "\(error?.sentence ?? "")")
            try FileManager.default.removeItem(atPath: network)
        }
    }

    @Test func `frames that are too small for the network are refused with its least size`() throws {
        let videos = try (0..<2).map { try folder.video("small\($0)", [.noise(15, 40, seed: UInt64($0))]) }
        let scorer = try scorer(LpipsReference.folder + "/thin-vgg")
        let error = #expect(throws: BenchError.self) { try scorer.score(DiversityInputs(videos: videos)) }
        #expect(error?.sentence.contains("at least 16 pixels") == true, "\(error?.sentence ?? "")")
    }
}
