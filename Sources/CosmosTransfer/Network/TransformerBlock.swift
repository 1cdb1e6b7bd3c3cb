internal import CKernels
internal import Tensors

/// Working memory of one network evaluation, shared by all blocks of all networks.
struct Workspace: Sendable {
    let grid: LatentGrid
    let width: Int
    /// Each [samples · tokens, width].
    let normed, queries, attended: FloatBuffer
    /// One entry a sample.
    let keys: [PackedKeys]
    /// Rows of the feed-forward layer that exist at a time: of a few whole samples, so that there is work for several threads,
    /// or of a part of one.
    let hiddenSegments: [(rows: Range<Int>, samples: Int)]
    let hidden: FloatBuffer

    private static let mostHiddenRows = 1408

    /// - Parameter regional: whether parts of the picture have prompts of their own.
    init(grid: LatentGrid, width: Int, heads: Int, hiddenWidth: Int, regional: Bool) {
        self.grid = grid
        self.width = width
        let (tokens, rows) = (grid.tokens, grid.samples * grid.tokens)
        if tokens <= Self.mostHiddenRows {
            let most = 2 * Self.mostHiddenRows / tokens
            hiddenSegments = stride(from: 0, to: grid.samples, by: most).map {
                let samples = min(most, grid.samples - $0)
                return ($0 * tokens..<($0 + samples) * tokens, samples)
            }
        } else {
            hiddenSegments = (0..<grid.samples).flatMap { sample in
                stride(from: sample * tokens, to: (sample + 1) * tokens, by: Self.mostHiddenRows).map {
                    ($0..<min($0 + Self.mostHiddenRows, (sample + 1) * tokens), 1)
                }
            }
        }
        let size = rows * width
        normed = FloatBuffer(count: size)
        queries = FloatBuffer(count: size)
        attended = FloatBuffer(count: regional ? size : 0)
        keys = (0..<grid.samples).map { _ in PackedKeys(count: tokens, heads: heads, headWidth: width / heads) }
        hidden = FloatBuffer(count: (hiddenSegments.map(\.rows.count).max() ?? 0) * hiddenWidth)
    }
}

/// One block of the transformer: self-attention, cross-attention and feed-forward, each modulated by the timestep and gated
/// (spec §2.4–2.7).
struct TransformerBlock: Sendable {
    private struct Projections: Sendable {
        let q, k, v, out: MatrixWeight
        let queryGain, keyGain: [Float]

        init(_ weights: TensorLookup, _ prefix: String) throws {
            q = try weights.matrix("\(prefix)to_q.0.weight")
            k = try weights.matrix("\(prefix)to_k.0.weight")
            v = try weights.matrix("\(prefix)to_v.0.weight")
            out = try weights.matrix("\(prefix)to_out.0.weight")
            queryGain = try weights["\(prefix)to_q.1.weight"].floats()
            keyGain = try weights["\(prefix)to_k.1.weight"].floats()
        }
    }

    private let width, heads: Int
    private let attention, cross: Projections
    private let layer1, layer2: MatrixWeight
    private let modulations: [Modulation]

    private var headWidth: Int { width / heads }

    init(_ weights: TensorLookup, index: Int, configuration: TransformerConfiguration) throws {
        let prefix = "blocks.block\(index).blocks."
        width = configuration.width
        heads = configuration.heads
        attention = try Projections(weights, "\(prefix)0.block.attn.")
        cross = try Projections(weights, "\(prefix)1.block.attn.")
        layer1 = try weights.matrix("\(prefix)2.block.layer1.weight")
        layer2 = try weights.matrix("\(prefix)2.block.layer2.weight")
        modulations = try (0..<3).map { try Modulation(weights, "\(prefix)\($0).", width: configuration.width) }
    }

    /// Projects text into this block's keys and values (spec §2.6).
    func textKeys(_ text: FloatBuffer, rows: Int, textWidth: Int, pool: WorkerPool) -> PackedKeys {
        let (isa, headWidth, gain) = (tb_isa_best(), headWidth, cross.keyGain)
        let keys = PackedKeys(count: rows, heads: heads, headWidth: headWidth)
        pool.multiply(
            text.pointer, stride: textWidth, rows: rows, by: cross.k, into: nil, grain: headWidth
        ) { tile in
            tb_head_norm_rope(
                isa, tile.pointer, tile.stride, gain, nil, nil, tile.rows.count, tile.columns.count / headWidth,
                headWidth)
            keys.storeKeys(tile, at: tile.rows.lowerBound)
        }
        pool.multiply(text.pointer, stride: textWidth, rows: rows, by: cross.v, into: nil, grain: headWidth) { tile in
            keys.storeValues(tile, at: tile.rows.lowerBound)
        }
        return keys
    }

    /// Runs the block on `x` [samples · tokens, width] in place.
    /// - Parameters:
    ///   - distinct: how many of the first samples the others repeat in turn; more than one noise level repeats nothing.
    ///   - text: for every sample the runs of keys of its cross-attention.
    func run(
        _ x: FloatBuffer, distinct: Int, signal: TimestepSignal, positions: PositionTables, rotary: RotaryEmbedding,
        text: [CrossKeys], workspace: Workspace, pool: WorkerPool
    ) {
        let modulation = modulations.map { $0.vectors(signal, pool: pool) }
        let (grid, size) = (workspace.grid, workspace.grid.tokens * width)
        selfAttention(x, grid.with(samples: distinct), modulation[0], positions, rotary, workspace, pool)
        for sample in distinct..<grid.samples {
            (x.pointer + sample * size).update(from: x.pointer + sample % distinct * size, count: size)
        }
        crossAttention(x, modulation[1], text, workspace, pool)
        feedForward(x, modulation[2], workspace, pool)
    }

    private func selfAttention(
        _ x: FloatBuffer, _ grid: LatentGrid, _ modulation: ModulationVectors, _ positions: PositionTables,
        _ rotary: RotaryEmbedding, _ w: Workspace, _ pool: WorkerPool
    ) {
        let tokens = grid.tokens
        positions.addAndNormalise(x, modulation, into: w.normed, grid: grid, pool: pool)
        let (isa, half, headWidth) = (tb_isa_best(), headWidth / 2, headWidth)
        func multiply(
            by weight: MatrixWeight, into out: FloatBuffer?, finish: @escaping @Sendable (MatrixTile) -> Void
        ) {
            pool.multiply(
                w.normed.pointer, stride: width, rows: grid.samples * tokens, segments: grid.samples, by: weight,
                into: out.map { ($0.pointer, width) }, grain: headWidth, finish: finish)
        }
        @Sendable func normaliseAndRotate(_ tile: MatrixTile, _ gain: [Float]) {
            let token = tile.rows.lowerBound % tokens
            rotary.cosines.withUnsafeBufferPointer { cosines in
                rotary.sines.withUnsafeBufferPointer { sines in
                    tb_head_norm_rope(
                        isa, tile.pointer, tile.stride, gain, cosines.baseAddress! + token * half,
                        sines.baseAddress! + token * half, tile.rows.count, tile.columns.count / headWidth, headWidth)
                }
            }
        }
        let (queryGain, keyGain, keys) = (attention.queryGain, attention.keyGain, w.keys)
        multiply(by: attention.q, into: w.queries) { normaliseAndRotate($0, queryGain) }
        // Keys and values go into their packed form while they are in the caches.
        multiply(by: attention.k, into: nil) { tile in
            normaliseAndRotate(tile, keyGain)
            keys[tile.rows.lowerBound / tokens].storeKeys(tile, at: tile.rows.lowerBound % tokens)
        }
        multiply(by: attention.v, into: nil) { tile in
            keys[tile.rows.lowerBound / tokens].storeValues(tile, at: tile.rows.lowerBound % tokens)
        }
        Attention.run(
            queries: w.queries, out: w.normed, count: tokens, heads: heads, headWidth: headWidth,
            over: keys.prefix(grid.samples).map { [Attention.Keys(packed: $0)] }, pool: pool)
        project(w.normed, by: attention.out, onto: x, grid, modulation, pool)
    }

    private func crossAttention(
        _ x: FloatBuffer, _ modulation: ModulationVectors, _ text: [CrossKeys], _ w: Workspace, _ pool: WorkerPool
    ) {
        let tokens = w.grid.tokens
        modulation.normalise(x, into: w.normed, grid: w.grid, pool: pool)
        let (isa, gain, headWidth) = (tb_isa_best(), cross.queryGain, headWidth)
        pool.multiply(
            w.normed.pointer, stride: width, rows: w.grid.samples * tokens, segments: w.grid.samples, by: cross.q,
            into: (w.queries.pointer, width), grain: headWidth
        ) { tile in
            tb_head_norm_rope(
                isa, tile.pointer, tile.stride, gain, nil, nil, tile.rows.count, tile.columns.count / headWidth,
                headWidth)
        }
        func attend(over runs: [[Attention.Keys]], into out: FloatBuffer) {
            Attention.run(
                queries: w.queries, out: out, count: tokens, heads: heads, headWidth: headWidth, over: runs, pool: pool)
        }
        attend(over: text.map { [$0.global] }, into: w.normed)
        if text.contains(where: { !$0.regional.isEmpty }) {
            // Half of the attention is that to the whole prompt, half that to the prompts of the places (spec §1.9).
            attend(over: text.map(\.regional), into: w.attended)
            let (width, attended, normed) = (width, w.attended, w.normed)
            for s in text.indices where !text[s].regional.isEmpty {
                pool.runRanges(tokens, grain: 256) { rows in
                    for i in (s * tokens + rows.lowerBound) * width..<(s * tokens + rows.upperBound) * width {
                        normed.pointer[i] = 0.5 * (normed.pointer[i] + attended.pointer[i])
                    }
                }
            }
        }
        project(w.normed, by: cross.out, onto: x, w.grid, modulation, pool)
    }

    private func feedForward(_ x: FloatBuffer, _ modulation: ModulationVectors, _ w: Workspace, _ pool: WorkerPool) {
        let (tokens, width, hiddenWidth, isa) = (w.grid.tokens, width, layer1.shape[0], tb_isa_best())
        modulation.normalise(x, into: w.normed, grid: w.grid, pool: pool)
        for (run, samples) in w.hiddenSegments {
            let start = run.lowerBound
            pool.multiply(
                w.normed.pointer + start * width, stride: width, rows: run.count, segments: samples, by: layer1,
                into: (w.hidden.pointer, hiddenWidth)
            ) { tile in
                tb_gelu(isa, tile.pointer, tile.stride, tile.rows.count, tile.columns.count)
            }
            pool.multiply(
                w.hidden.pointer, stride: hiddenWidth, rows: run.count, segments: samples, by: layer2, into: nil
            ) { tile in
                let row = start + tile.rows.lowerBound
                tb_add_gated(
                    isa, x.pointer + row * width + tile.columns.lowerBound, width, tile.pointer, tile.stride,
                    modulation.gate(row / tokens) + tile.columns.lowerBound, tile.rows.count, tile.columns.count)
            }
        }
    }

    /// x += gate · (y · weightᵀ)
    private func project(
        _ y: FloatBuffer, by weight: MatrixWeight, onto x: FloatBuffer, _ grid: LatentGrid,
        _ modulation: ModulationVectors, _ pool: WorkerPool
    ) {
        let (isa, width, tokens) = (tb_isa_best(), width, grid.tokens)
        pool.multiply(
            y.pointer, stride: width, rows: grid.samples * tokens, segments: grid.samples, by: weight, into: nil
        ) { tile in
            let sample = tile.rows.lowerBound / tokens
            tb_add_gated(
                isa, x.pointer + tile.rows.lowerBound * width + tile.columns.lowerBound, width, tile.pointer,
                tile.stride, modulation.gate(sample) + tile.columns.lowerBound, tile.rows.count, tile.columns.count)
        }
    }
}
