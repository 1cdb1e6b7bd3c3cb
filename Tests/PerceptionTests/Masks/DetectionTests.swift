import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite struct DetectionTests {
    struct Reference: Decodable {
        struct Found: Decodable {
            let box: [Float]
            let score: Float
            let phrase: String
        }

        let ids: [Int]
        let caption: String
        let chosen, found: [Found]
    }

    private let reference: Reference

    init() throws {
        reference = try MaskReferences.json("detections.json")
    }
    private static let network = MaskReferences.folder + "/grounding_dino"

    private func expectEqual(_ detections: [Detection], _ found: [Reference.Found]) {
        #expect(detections.map(\.phrase) == found.map(\.phrase))
        for (one, other) in zip(detections, found) {
            #expect(abs(one.score - other.score) < 1e-5)
            for (a, b) in zip([one.box.x0, one.box.y0, one.box.x1, one.box.y1], other.box) {
                #expect(abs(a - b) < 2e-3)
            }
        }
    }

    @Test func `boxes and phrases are chosen as transformers chooses them`() throws {
        let stored = try MaskReferences.tensors("detections.safetensors")
        let (logits, boxes) = (try #require(stored["logits"]), try #require(stored["boxes"]))
        let tokenizer = try WordPieceTokenizer(path: Self.network + "/vocab.txt")
        let queries = logits.shape[0]
        let kept = logits.shape[1]
        let values = logits.tensor().values
        var scores = [Float](repeating: -.infinity, count: queries * 256)
        for query in 0..<queries {
            for piece in 0..<kept { scores[query * 256 + piece] = values[query * kept + piece] }
        }
        let found = DetectionRules().detections(
            scores: scores, boxes: boxes.tensor().values, width: 256, pieces: reference.ids, tokenizer: tokenizer,
            size: FrameSize(width: 130, height: 72))
        #expect(reference.chosen.count > 10)
        expectEqual(found, reference.chosen)
    }

    @Test(.enabled(if: Runtime.isThere, Runtime.absence))
    func `a whole GroundingDINO finds what transformers finds`() throws {
        let detector = try PhraseDetector(
            try NetworkFolder(path: Self.network), runtime: try #require(Runtime.shared), threads: 2)
        #expect(reference.found.count > 2 && reference.caption == MaskReferences.caption)
        expectEqual(
            try detector.detections(of: MaskReferences.caption, in: MaskReferences.scene.frame(0)), reference.found)
        var other = detector
        other.rules.flipsChannels = false
        #expect(
            try other.detections(of: MaskReferences.caption, in: MaskReferences.scene.frame(0)).map(\.score)
                != reference.found.map(\.score))
        other.rules.boxThreshold = 1
        #expect(try other.detections(of: "", in: MaskReferences.scene.frame(0)).isEmpty)
    }

    @Test func `a caption can be closed with a full stop`() {
        var rules = DetectionRules()
        #expect(rules.caption(" a cup ") == " a cup ")
        rules.endsCaption = true
        #expect(
            rules.caption(" a cup ") == "a cup." && rules.caption("a cup. ") == "a cup." && rules.caption("") == ".")
    }

    @Test func `settings of a card change the rules`() {
        let rules = DetectionRules(settings: [
            "box-threshold": 0.5, "text-threshold": 0.4, "pieces": 8, "flip-channels": 0, "end-caption": 1,
            "probabilities": 1,
        ])
        #expect(rules.boxThreshold == 0.5 && rules.textThreshold == 0.4 && rules.pieces == 8)
        #expect(!rules.flipsChannels && rules.endsCaption && rules.givesProbabilities)
        #expect(DetectionRules(settings: ["pieces": -3]).pieces == 3)
    }

    @Test(.enabled(if: Runtime.isThere, Runtime.absence))
    func `a network for another task is refused`() throws {
        let runtime = try #require(Runtime.shared)
        let folder = try NetworkFolder(path: MaskReferences.folder + "/sam2")
        let error = #expect(throws: BenchError.self) { try PhraseDetector(folder, runtime: runtime, threads: 1) }
        #expect(error?.sentence.contains("prompted-segmentation") == true)
    }
}
