import CosmosTransfer
import Tensors
import TestSupport
import Video

/// A model with random weights and a few seconds of moving pictures, small enough for tests of the whole pipeline.
struct TinyModel {
    let folder = TemporaryFolder()
    let model: TransferModel
    let configuration: ModelConfiguration
    static let size = FrameSize(width: 48, height: 32)

    init(controls: [String] = ["vis", "edge", "upscale"], hasConditionMask: Bool = true) throws {
        var dit = TransformerConfiguration()
        (dit.width, dit.heads, dit.blocks, dit.loraRank, dit.textWidth) = (48, 2, 3, 8, 24)
        (dit.maxSize, dit.maxFrames, dit.hasConditionMask) = ([32, 32], 16, hasConditionMask)
        var ctrl = ControlConfiguration()
        (ctrl.blocks, ctrl.hintChannels, ctrl.names) = (2, 16, controls)
        var tokenizer = TokenizerConfiguration()
        (tokenizer.channels, tokenizer.multipliers) = (8, [1, 2, 2])
        // Every channel and latent frame has its own statistics, so that none can be left out or mistaken for another.
        tokenizer.mean = (0..<16).map { c in (0..<3).map { t in 0.03 * Float(c) - 0.2 + 0.1 * Float(t) } }
        tokenizer.std = (0..<16).map { c in (0..<3).map { t in 0.5 + 0.02 * Float(c) + 0.15 * Float(t) } }
        var clip = ClipConfiguration()
        (clip.frames, clip.height, clip.width) = (9, Self.size.height, Self.size.width)
        configuration = ModelConfiguration(dit: dit, ctrl: ctrl, tokenizer: tokenizer, clip: clip)
        let random = RandomWeights(seed: 3, element: .float32)
        let pool = WorkerPool(threads: 2)
        var files: [String: [String: StoredTensor]] = [:]
        for (name, tensors) in RandomWeights.files(of: configuration) {
            let path = folder.file(name)
            try random.write(tensors, to: path, pool: pool)
            // Random networks hardly listen to their controls; these shall.
            files[name] = try TensorFile.read(path: path).mapValues { stored in
                guard stored.name.hasPrefix("zero_blocks") || stored.name.hasPrefix("input_hint_block") else {
                    return stored
                }
                return StoredTensor(
                    name: stored.name, Tensor(shape: stored.shape, values: stored.floats().map { 12 * $0 }))
            }
        }
        let network = try TransferNetwork(
            configuration: dit, base: files["base_model.safetensors"] ?? [:], control: ctrl,
            controls: controls.map { ($0, files["\($0)_control.safetensors"] ?? [:]) })
        model = try TransferModel(
            configuration: configuration, network: network,
            tokenizer: try VideoTokenizer(tokenizer, tensors: files["tokenizer.safetensors"] ?? [:]))
    }

    /// A folder of PNG frames in which a square moves over a gradient; its first frames may be inverted.
    func video(
        _ name: String, frames: Int, size: FrameSize = TinyModel.size, invertedUntil: Int = 0
    ) throws -> String {
        let path = folder.file(name)
        let writer = try VideoWriter(path: path + "/", size: size, rate: 24)
        for t in 0..<frames {
            var pixels = [UInt8]()
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let inside = (4 + t..<16 + t).contains(x) && (8..<20).contains(y)
                    pixels += inside ? [230, 60, 40] : [UInt8(2 * x % 256), UInt8(4 * y % 256), 90]
                }
            }
            if t < invertedUntil { pixels = pixels.map { 255 - $0 } }
            try writer.append(Frame(width: size.width, height: size.height, pixels: pixels))
        }
        try writer.finish()
        return path
    }

    func request(frames: Int, seed: Int = 1, steps: Int = 3) -> GenerationRequest {
        let text = Tensor(shape: [1, 6, 24], values: (0..<144).map { $0 < 96 ? Float($0 % 7) / 3 - 1 : 0 })
        var sampler = SamplerConfiguration()
        sampler.steps = steps
        return GenerationRequest(
            prompt: text, size: Self.size, frames: frames, clipFrames: 9, fps: 24, seed: seed, sampler: sampler)
    }

    func control(
        _ name: String, _ path: String, _ weight: ControlWeight = .scalar(0.5)
    ) -> GenerationRequest.Control {
        GenerationRequest.Control(name: name, video: SourceVideo(path: path) { $0 }, weight: weight)
    }

    func frames(_ request: GenerationRequest, threads: Int = 2) throws -> [Frame] {
        var frames: [Frame] = []
        try VideoGenerator(model, pool: WorkerPool(threads: threads)).run(request) { frames.append($0) }
        return frames
    }
}
