internal import CKernels
internal import Experiment
internal import Tensors

/// One control's branch: a truncated copy of the transformer that reads the same noisy video, takes in its hint after the
/// first block, and gives a residual for each of the first base blocks (spec §1.2–1.3).
struct ControlBranch: Sendable {
    private struct Layer: Sendable {
        let weight: MatrixWeight
        let bias: [Float]

        init(_ weights: TensorLookup, _ name: String) throws {
            weight = try weights.matrix("\(name).weight")
            bias = try weights["\(name).bias"].floats()
        }
    }

    private let trunk: Trunk
    private let hintPatch: PatchEmbedding
    private let hintLayers: [Layer]
    private let zeroLayers: [Layer]
    private let width: Int

    init(_ weights: TensorLookup, configuration: TransformerConfiguration, control: ControlConfiguration) throws {
        width = configuration.width
        trunk = try Trunk(
            weights, configuration: configuration, blocks: control.blocks, ropeRatio: control.ropeRatio)
        hintPatch = PatchEmbedding(try weights.matrix("x_embedder2.proj.1.weight"))
        hintLayers = try stride(from: 0, through: 14, by: 2).map { try Layer(weights, "input_hint_block.\($0)") }
        zeroLayers = try (0..<control.blocks).map { try Layer(weights, "zero_blocks.block\($0)") }
    }

    var blocks: Int { zeroLayers.count }

    /// The branch's own keys and values of the text, block by block.
    func textKeys(_ text: PromptEmbedding, pool: WorkerPool) -> [[CrossKeys]] { trunk.textKeys(text, pool: pool) }

    /// The encoded hint, [samples · tokens, width]; the same in every step of a clip.
    func hint(_ latent: Tensor, paddingMask: [Float]?, grid: LatentGrid, pool: WorkerPool) -> FloatBuffer {
        let channels = latent.shape[1]
        let last = hintPatch.channels(grid) - 1
        let embedded = latent.values.withUnsafeBufferPointer { z in
            (paddingMask ?? []).withUnsafeBufferPointer { mask in
                hintPatch.tokens(grid, pool: pool) { sample, c in
                    if c < channels { return z.baseAddress! + (sample * channels + c) * grid.positions }
                    return c == last && !mask.isEmpty ? mask.baseAddress! + sample * grid.positions : nil
                }
            }
        }
        let rows = grid.samples * grid.tokens
        var (x, inputs) = (embedded, width)
        for (index, layer) in hintLayers.enumerated() {
            let outputs = layer.bias.count
            let y = FloatBuffer(count: rows * outputs)
            let (isa, activates) = (tb_isa_best(), index < hintLayers.count - 1)
            pool.multiply(
                x.pointer, stride: inputs, rows: rows, segments: grid.samples, by: layer.weight,
                into: (y.pointer, outputs)
            ) { tile in
                for r in 0..<tile.rows.count {
                    let row = tile.pointer + r * tile.stride
                    layer.bias.withUnsafeBufferPointer {
                        tb_add_gated(
                            isa, row, outputs, $0.baseAddress! + tile.columns.lowerBound, outputs, nil, 1,
                            tile.columns.count)
                    }
                    if activates { tb_silu(isa, row, row, tile.columns.count) }
                }
            }
            (x, inputs) = (y, outputs)
        }
        return x
    }

    /// Adds ω · (Z a + b) of every block to the residuals.
    /// - Parameters:
    ///   - hint: [tokens, width] for all samples, or [samples · tokens, width].
    ///   - weight: ω of every token, [samples · tokens].
    ///   - residuals: one [samples · tokens, width] for each block.
    func addResiduals(
        to residuals: [FloatBuffer], input: NetworkInput, text: [[CrossKeys]], hint: FloatBuffer, weight: FloatBuffer,
        rotary: RotaryEmbedding, workspace: Workspace, pool: WorkerPool
    ) {
        let (grid, width, isa) = (workspace.grid, width, tb_isa_best())
        let rows = grid.samples * grid.tokens
        let a = trunk.embed(input, grid: grid, pool: pool)
        let (signal, distinct) = (trunk.signal(input.noise, pool: pool), input.distinct)
        for j in 0..<blocks {
            trunk.runBlock(
                j, a, distinct: distinct, signal: signal, rotary: rotary, text: text[j], workspace: workspace,
                pool: pool)
            if j == 0 {
                for sample in 0..<grid.samples {
                    let first = sample * grid.tokens * width
                    let firstOfHint = hint.count == rows * width ? first : 0
                    pool.runRanges(grid.tokens, grain: 256) { range in
                        let at = range.lowerBound * width
                        tb_add_gated(
                            isa, a.pointer + first + at, width, hint.pointer + firstOfHint + at, width, nil,
                            range.count, width)
                    }
                }
            }
            let (layer, residual) = (zeroLayers[j], residuals[j])
            pool.multiply(
                a.pointer, stride: width, rows: rows, segments: grid.samples, by: layer.weight, into: nil
            ) { tile in
                layer.bias.withUnsafeBufferPointer { bias in
                    tb_add_weighted(
                        isa, residual.pointer + tile.rows.lowerBound * width + tile.columns.lowerBound, width,
                        tile.pointer, tile.stride, bias.baseAddress! + tile.columns.lowerBound,
                        weight.pointer + tile.rows.lowerBound, tile.rows.count, tile.columns.count)
                }
            }
        }
    }

    func rotary(_ grid: LatentGrid, timeScale: Double, precision: RotaryPrecision) -> RotaryEmbedding {
        trunk.rotary(grid, timeScale: timeScale, precision: precision)
    }
}
