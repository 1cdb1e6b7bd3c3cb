import CosmosTransfer
import Foundation
import Tensors
import Testing
import Video

/// A video of two clips, put together here from the parts and the formulas of the specification: the same bits.
@Suite struct ClipCompositionTests {
    private let tiny: TinyModel
    private let request: GenerationRequest
    private let control, input: [Frame]
    private let pool = WorkerPool(threads: 2)
    private let negative = Tensor(shape: [1, 6, 24], values: (0..<144).map { $0 < 72 ? Float($0 % 5) / 4 - 0.4 : 0 })

    init() throws {
        tiny = try TinyModel()
        let videos = [
            try tiny.video("control", frames: 17), try tiny.video("input", frames: 17, invertedUntil: 11),
        ]
        (control, input) = (try Self.frames(videos[0]), try Self.frames(videos[1]))
        var request = tiny.request(frames: 17, seed: 6, steps: 2)
        request.controls = [tiny.control("vis", videos[0], .scalar(0.7))]
        request.inputVideo = SourceVideo(path: videos[1]) { $0 }
        request.negativePrompt = negative
        request.sampler.sigmaMax = 70
        request.sampler.guidance = 5
        self.request = request
    }

    private static func frames(_ path: String) throws -> [Frame] {
        let reader = try openFrames(path)
        var frames: [Frame] = []
        while let frame = try reader.next() { frames.append(frame) }
        return frames
    }

    private func latent(_ frames: some Sequence<Frame>) throws -> Tensor {
        let pixels = Frame.tensor(of: Array(frames))
        return try tiny.model.scaling.scaled(
            tiny.model.tokenizer.encode(frames: pixels.reshaped([1] + pixels.shape), pool: pool))
    }

    /// The clean latent that the network sees in `x` (spec §3.1), known frames put in and back (spec §1.7).
    private func clean(
        _ x: Tensor, _ sigma: Double, _ prepared: TransferNetwork.Prepared, _ condition: ConditionFrames
    ) throws -> Tensor {
        let input = condition.input(x, sigma: sigma)
        let power = sigma * sigma + 0.25
        let (skip, out, scale) = (
            Float(0.25 / power), Float(sigma * 0.5 / power.squareRoot()), Float(1 / power.squareRoot())
        )
        let net = try tiny.model.network.evaluate(
            prepared, x: Tensor(shape: x.shape, values: input.values.map { $0 * scale }),
            noise: [Float(log(sigma) / 4)], conditionMask: condition.mask, pool: pool)
        let values = zip(input.values, net.values).map { skip * $0 + out * $1 }
        return condition.output(Tensor(shape: x.shape, values: values), sigma: sigma)
    }

    /// One clip's frames: those of the videos that it covers, its seed, and the last frame of the clip before.
    private func clip(_ covered: ClosedRange<Int>, seed: UInt32, after last: Frame?) throws -> [Frame] {
        let hint = ControlHint(name: "vis", latent: try latent(control[covered]), weight: .uniform([0.7]))
        let start = InitialLatent(video: try latent(input[covered]), seed: seed, sigmaMax: 70)
        let shape = start.x.shape
        let passes = try [request.prompt, negative].map { text in
            try tiny.model.network.prepare(
                NetworkConditions(prompt: PromptEmbedding(text: text), hints: [hint], fps: 24), size: shape, pool: pool)
        }
        var known = Tensor(shape: shape)
        if let last {
            let first = try latent([last])
            for c in 0..<16 { for i in 0..<24 { known.values[c * 48 + i] = first.values[c * 24 + i] } }
        }
        let condition = try ConditionFrames(latent: known, count: last == nil ? 0 : 1, seed: seed)
        func guided(_ x: Tensor, _ sigma: Double) throws -> Tensor {
            let (c, u) = (try clean(x, sigma, passes[0], condition), try clean(x, sigma, passes[1], condition))
            return Tensor(shape: shape, values: zip(c.values, u.values).map { $0 + 5 * ($0 - $1) })
        }

        // Two steps and the evaluation at the last level (spec §3.4–3.5).
        let (high, low) = (pow(70, 1 / 7.0), pow(0.002, 1 / 7.0))
        let s = (0...2).map { pow(high + Double($0) / 2 * (low - high), 7) }
        var state = start.x.values.map(Double.init)
        let one = try guided(start.x, s[0])
        let keep = s[1] / s[0]
        for i in state.indices { state[i] = (1 - keep) * Double(one.values[i]) + keep * state[i] }
        let two = try guided(Tensor(shape: shape, values: state.map { Float($0) }), s[1])
        let step = log(s[1]) - log(s[2])
        let phi1 = expm1(-step) / -step
        let second = (phi1 - 1) / -step / ((log(s[1]) - log(s[0])) / step)
        for i in state.indices {
            state[i] =
                exp(-step) * state[i]
                + (step * (phi1 - second) * Double(two.values[i]) + step * second * Double(one.values[i]))
        }
        let final = try guided(Tensor(shape: shape, values: state.map { Float($0) }), s[2])

        let decoded = try tiny.model.tokenizer.decode(latents: tiny.model.scaling.unscaled(final), pool: pool)
        let (frames, plane) = (decoded.shape[2], decoded.shape[3] * decoded.shape[4])
        return (0..<frames).map { t in
            let pixels = (0..<3 * plane).map { place in
                let value = decoded.values[(place % 3 * frames + t) * plane + place / 3]
                return UInt8((255 * (1 + max(-1, min(1, value))) / 2).rounded(.towardZero))
            }
            return Frame(width: decoded.shape[4], height: decoded.shape[3], pixels: pixels)
        }
    }

    @Test func `a video of two clips has the bits of its parts put together by hand`() throws {
        let first = try clip(0...8, seed: 6, after: nil)
        let second = try clip(8...16, seed: 7, after: first[8])
        let frames = try tiny.frames(request)
        #expect(frames.count == 17)
        #expect(frames[..<9] == first[...])
        #expect(frames[9...] == second[1...])
        // Nothing of what went in is without effect on both clips.
        var others = [request, request, request]
        others[0].controls = []
        others[1].inputVideo = request.controls[0].video
        others[2].negativePrompt = nil
        for other in others {
            let changed = try tiny.frames(other)
            #expect(changed[..<9] != frames[..<9] && changed[9...] != frames[9...])
        }
        #expect(try clip(8...16, seed: 7, after: nil)[1...] != second[1...])
    }
}
