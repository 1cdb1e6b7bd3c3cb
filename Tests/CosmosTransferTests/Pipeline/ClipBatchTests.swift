import Experiment
import Synchronization
import Tensors
import Testing
import Video

@testable import CosmosTransfer

/// Many videos of one clip made at once: the same bits as one by one, and no work twice.
@Suite struct ClipBatchTests {
    private let tiny: TinyModel
    private let vis, edge: String

    init() throws {
        tiny = try TinyModel(controls: ["vis", "edge"])
        vis = try tiny.video("vis", frames: 20)
        edge = try tiny.video("edge", frames: 18, invertedUntil: 7)
    }

    private func batch(frames: Int, guidance: Double = 5) -> ClipBatch {
        batch(
            frames: frames, guidance: guidance,
            controls: [("vis", SourceVideo(path: vis) { $0 }), ("edge", SourceVideo(path: edge) { $0 })],
            model: tiny.model)
    }

    private func batch(
        frames: Int, guidance: Double = 5, controls: [(name: String, video: SourceVideo)], model: TransferModel
    ) -> ClipBatch {
        var sampler = SamplerConfiguration()
        (sampler.steps, sampler.guidance) = (2, guidance)
        return ClipBatch(
            ClipBatch.Settings(size: TinyModel.size, frames: frames, clipFrames: 9, fps: 24, sampler: sampler),
            controls: controls, model: model, pool: WorkerPool(threads: 2))
    }

    private func text(_ seed: Int) -> Tensor {
        let used = 24 * (2 + seed)
        return Tensor(
            shape: [1, 6, 24], values: (0..<144).map { $0 < used ? Float(($0 * (seed + 2)) % 7) / 3 - 1 : 0 })
    }

    /// A map over time: `early` in its first half, `late` in the second, and in the left half of the picture only.
    private func map(_ early: Float, _ late: Float) -> ControlWeight {
        var map = Tensor(shape: [20, 8, 12])
        for t in 0..<20 {
            for y in 0..<8 { for x in 0..<6 { map.values[(t * 8 + y) * 12 + x] = t < 10 ? early : late } }
        }
        return .map(map)
    }

    private func samples() -> [ClipBatch.Sample] {
        [
            ClipBatch.Sample(prompt: text(0), seed: 3, weights: ["vis": .scalar(0.5), "edge": .scalar(0.25)]),
            ClipBatch.Sample(
                prompt: text(1), negativePrompt: text(2), seed: 4, weights: ["edge": .scalar(1), "vis": map(0.9, 0.2)]),
            ClipBatch.Sample(prompt: text(1), seed: 4, weights: ["edge": .scalar(0.7), "vis": map(0, 0.8)]),
            ClipBatch.Sample(prompt: text(0), seed: 9, weights: ["vis": .scalar(1), "edge": .scalar(0)]),
            ClipBatch.Sample(prompt: text(3), seed: 9, weights: [:]),
        ]
    }

    private func frames(_ batch: ClipBatch, _ samples: [ClipBatch.Sample]) throws -> [[Frame]] {
        var frames = [[Frame]](repeating: [], count: samples.count)
        try batch.run(samples) { frames[$0].append($1) }
        return frames
    }

    @Test(arguments: [(9, 5.0), (20, 5.0), (17, 0.0)])
    func `every video of a batch has the bits that it has alone`(count: Int, guidance: Double) throws {
        let batch = batch(frames: count, guidance: guidance)
        let together = try frames(batch, samples())
        for (sample, video) in zip(samples(), together) {
            #expect(video.count == count)
            #expect(try tiny.frames(batch.request(for: sample), threads: 3) == video)
        }
        #expect(together[0] != together[3] && together[1] != together[2])
        // And so in another order, in batches of their own, with what was kept from before.
        #expect(try frames(batch, samples().reversed()) == together.reversed())
        for (sample, video) in zip(samples(), together) { #expect(try frames(batch, [sample]) == [video]) }
    }

    @Test func `a control video is brought to size and encoded once, whatever is made from it`() throws {
        let seen = Counter()
        let video = SourceVideo(path: vis) { frame in
            seen.add()
            return frame
        }
        let batch = batch(frames: 17, controls: [("vis", video)], model: tiny.model)
        for seed in 0..<2 {
            _ = try frames(
                batch, [0.2, 0.9].map { ClipBatch.Sample(prompt: text(0), seed: seed, weights: ["vis": .scalar($0)]) })
        }
        #expect(seen.count == 17)
    }

    private final class Counter: Sendable {
        private let number = Atomic<Int>(0)
        func add() { number.add(1, ordering: .relaxed) }
        var count: Int { number.load(ordering: .relaxed) }
    }

    @Test func `a branch that no sample uses need not be loaded, nor its video be there`() throws {
        let sample = ClipBatch.Sample(prompt: text(0), seed: 3, weights: ["vis": .scalar(0.5)])
        let lacking = batch(
            frames: 9,
            controls: [("vis", SourceVideo(path: vis) { $0 }), ("edge", SourceVideo(path: "/nowhere.mp4") { $0 })],
            model: try TinyModel(controls: ["vis"]).model)
        #expect(try frames(lacking, [sample]) == frames(batch(frames: 9), [sample]))
        var using = sample
        using.weights["edge"] = .scalar(0.1)
        #expect(throws: FileError.self) { try frames(lacking, [sample, using]) }
    }

    @Test func `shares of the work add up to one`() throws {
        var (sum, reports) = (0.0, 0)
        try batch(frames: 17).run(samples()) { share in
            sum += share
            reports += 1
        } emit: { _, _ in
        }
        #expect(abs(sum - 1) < 1e-9)
        #expect(reports >= 2 * 3)
    }

    @Test func `batches hold samples of the same controls, and no more than the limit`() {
        let sets: [Set<String>] = [["vis"], ["edge"], ["vis"], ["vis"], [], ["edge"], ["vis"]]
        #expect(ClipBatch.batches(sets, limit: 3) == [[0, 2, 3], [6], [1, 5], [4]])
        #expect(ClipBatch.batches([], limit: 3).isEmpty)
        let settings = batch(frames: 9).settings
        #expect(ClipBatch.samples(of: settings, model: tiny.model, bytes: 0) == 1)
        #expect(ClipBatch.samples(of: settings, model: tiny.model, bytes: 1 << 30) > 8)
    }

    @Test func `what a sample cannot use ends the batch with its sentence before any work`() throws {
        var bad = samples()
        bad[1].weights["vis"] = .scalar(-1)
        let error = try #require(throws: BenchError.self) { try frames(batch(frames: 9), bad) }
        #expect(error.sentence.contains("'vis'") && error.sentence.contains("-1"))
        bad = samples()
        bad[2].seed = -1
        #expect(throws: BenchError.self) { try frames(batch(frames: 9), bad) }
    }
}
