internal import CKernels
internal import Tensors

/// What the base network and every control branch have each for themselves: patch embedding, timestep embedding, positions
/// and blocks.
struct Trunk: Sendable {
    let configuration: TransformerConfiguration
    private let patch: PatchEmbedding
    private let timestep: TimestepEmbedding
    private let positions: PositionTables
    private let blocks: [TransformerBlock]
    private let ropeRatio: RopeRatio

    init(_ weights: TensorLookup, configuration: TransformerConfiguration, blocks: Int, ropeRatio: RopeRatio) throws {
        self.configuration = configuration
        self.ropeRatio = ropeRatio
        patch = PatchEmbedding(try weights.matrix("x_embedder.proj.1.weight"))
        timestep = try TimestepEmbedding(weights, width: configuration.width)
        positions = try PositionTables(weights, width: configuration.width)
        self.blocks = try (0..<blocks).map { try TransformerBlock(weights, index: $0, configuration: configuration) }
    }

    func embed(_ input: NetworkInput, grid: LatentGrid, pool: WorkerPool) -> FloatBuffer {
        let channels = configuration.latentChannels
        let maskChannel = configuration.hasConditionMask ? channels : nil
        let paddingChannel = channels + (configuration.hasConditionMask ? 1 : 0)
        return input.x.values.withUnsafeBufferPointer { x in
            (input.conditionMask ?? []).withUnsafeBufferPointer { condition in
                (input.paddingMask ?? []).withUnsafeBufferPointer { padding in
                    patch.tokens(grid, pool: pool) { sample, c in
                        if c < channels { return x.baseAddress! + (sample * channels + c) * grid.positions }
                        if c == maskChannel {
                            return condition.isEmpty ? nil : condition.baseAddress! + sample * grid.positions
                        }
                        return c != paddingChannel || padding.isEmpty
                            ? nil : padding.baseAddress! + sample * grid.positions
                    }
                }
            }
        }
    }

    func signal(_ noise: [Float], pool: WorkerPool) -> TimestepSignal { timestep.signal(noise, pool: pool) }

    func textKeys(_ text: PromptEmbedding, pool: WorkerPool) -> [[CrossKeys]] {
        blocks.map { CrossKeys.project(text, by: $0, pool: pool) }
    }

    /// - Parameter distinct: of what was embedded, for the first block.
    func runBlock(
        _ j: Int, _ x: FloatBuffer, distinct: Int, signal: TimestepSignal, rotary: RotaryEmbedding, text: [CrossKeys],
        workspace: Workspace, pool: WorkerPool
    ) {
        blocks[j].run(
            x, distinct: j == 0 ? distinct : workspace.grid.samples, signal: signal, positions: positions,
            rotary: rotary, text: text, workspace: workspace, pool: pool)
    }

    func rotary(_ grid: LatentGrid, timeScale: Double, precision: RotaryPrecision) -> RotaryEmbedding {
        RotaryEmbedding(
            grid: grid, headWidth: configuration.headWidth, ratio: ropeRatio, timeScale: timeScale,
            precision: precision)
    }
}

/// What changes from one evaluation to the next, with the masks at latent resolution.
struct NetworkInput: Sendable {
    /// [samples, channels, frames, height, width]
    let x: Tensor
    /// c_noise of every sample.
    let noise: [Float]
    /// [samples, frames, height, width]; nil for zeros.
    let conditionMask: [Float]?
    let paddingMask: [Float]?

    /// How many of the first samples the others repeat in turn, bit for bit: half of them in the two passes of a guided step,
    /// one in the first step of videos from the same noise. Until the text comes in they need no work of their own.
    var distinct: Int {
        let samples = noise.count
        guard samples > 1, noise.allSatisfy({ $0 == noise[0] }) else { return samples }
        func repeats(_ values: [Float]?, every period: Int) -> Bool {
            guard let values else { return true }
            return values.withUnsafeBytes {
                let step = $0.count / samples * period
                return $0.dropLast(step).elementsEqual($0.dropFirst(step))
            }
        }
        return (1..<samples).first { period in
            samples % period == 0 && [x.values, conditionMask, paddingMask].allSatisfy { repeats($0, every: period) }
        } ?? samples
    }
}
