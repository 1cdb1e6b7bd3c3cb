import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite(.enabled(if: Runtime.isThere, Runtime.absence)) struct SemanticSegmenterTests {
    private static let scene = GoldenScene(1, 46, 62, seed: 2, shift: 0, noise: 8)

    private func segmenter(
        _ name: String, threads: Int = 2, _ change: (inout NetworkCard) -> Void = { _ in }
    ) throws -> SemanticSegmenter {
        let source = try NetworkFolder(path: MaskReferences.folder + "/classes/" + name)
        let folder = TemporaryFolder()
        var card = source.card
        change(&card)
        try FileManager.default.copyItem(atPath: try source.file(), toPath: folder.file("model.onnx"))
        try folder.write(card.text(), to: NetworkFolder.cardName)
        return try SemanticSegmenter(
            try NetworkFolder(path: folder.path), runtime: try #require(Runtime.shared),
            pool: WorkerPool(threads: threads))
    }

    @Test(arguments: ["scores", "small", "numbers"])
    func `labels are those of torch`(name: String) throws {
        let expected = try #require(try MaskReferences.tensors("classes/\(name)/expected.safetensors")["labels"])
        let labels = try segmenter(name).labels(of: Self.scene.frame(0))
        #expect(labels.size == Self.scene.frame(0).size)
        #expect(labels.pixels.map(Float.init) == expected.tensor().values)
        #expect(Set(labels.pixels).count > 2)
    }

    @Test func `the background has no phrase, wherever it stands`() throws {
        #expect(try segmenter("scores").phrases == ["red", "blue", "light"])
        #expect(try segmenter("scores") { $0.settings["background"] = 3 }.phrases == ["red", "background", "blue"])
        #expect(try segmenter("scores") { $0.settings["background"] = -1 }.phrases.count == 4)
    }

    @Test func `any number of threads gives the same labels`() throws {
        let frame = Self.scene.frame(0)
        #expect(
            try segmenter("scores", threads: 1).labels(of: frame) == segmenter("scores", threads: 3).labels(of: frame))
    }

    @Test func `a video gives one map a frame, up to the limit`() throws {
        let segmenter = try segmenter("numbers")
        var maps = 0
        var progress: [Int] = []
        let scene = GoldenScene(5, 46, 62, seed: 2, shift: 0, noise: 8)
        let done = try segmenter.labels(
            of: SceneReader(scene, frames: 5), limit: 3, progress: { progress.append($0) },
            give: { _ in maps += 1 })
        #expect(done == 3 && maps == 3 && progress == [1, 2, 3])
    }

    @Test func `cards that do not fit are refused in one sentence`() throws {
        func sentence(_ name: String, _ change: (inout NetworkCard) -> Void) -> String {
            let error = #expect(throws: BenchError.self) {
                _ = try segmenter(name, change).labels(of: Self.scene.frame(0))
            }
            return error?.sentence ?? ""
        }
        #expect(sentence("scores") { $0.classes = ["one", "two"] }.contains("2 classes"))
        #expect(sentence("numbers") { $0.classes = ["one", "two"] }.contains("class "))
        #expect(sentence("scores") { $0.classes = [] }.contains("'classes' is empty"))
        #expect(sentence("scores") { $0.classes = (0...256).map(String.init) }.contains("255"))
        #expect(sentence("scores") { $0.settings["background"] = 9 }.contains("no class"))
        #expect(sentence("scores") { $0.outputs = ["classes": "nothing"] }.contains("nothing"))
        #expect(sentence("scores") { $0.task = .saliency }.contains("saliency"))
        let uneven = sentence("scores") { card in card.input?.size = .native(multipleOf: 5, least: 1) }
        #expect(uneven.contains("multiples of 5"))
    }
}
