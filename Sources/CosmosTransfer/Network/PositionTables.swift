internal import CKernels
internal import Experiment
internal import Tensors

/// The learnable absolute positions of one network, added at the start of every block (spec §2.5b).
struct PositionTables: Sendable {
    private let width: Int
    private let t, h, w: [Float]

    init(_ weights: TensorLookup, width: Int) throws {
        self.width = width
        t = try weights["extra_pos_embedder.pos_emb_t"].floats()
        h = try weights["extra_pos_embedder.pos_emb_h"].floats()
        w = try weights["extra_pos_embedder.pos_emb_w"].floats()
    }

    /// x += P, then y = LN(x)(1 + scale) + shift. P is made line by line: it is never held whole.
    func addAndNormalise(
        _ x: FloatBuffer, _ modulation: ModulationVectors, into y: FloatBuffer, grid: LatentGrid, pool: WorkerPool
    ) {
        let isa = tb_isa_best()
        let (columns, rows, width) = (grid.tokenColumns, grid.tokenRows, width)
        let lines = grid.tokenFrames * rows
        pool.run(grid.samples * lines) { task in
            let (sample, line) = (task / lines, task % lines)
            let at = task * columns * width
            let position = FloatBuffer(count: columns * width)
            t.withUnsafeBufferPointer { t in
                h.withUnsafeBufferPointer { h in
                    tb_position(
                        isa, t.baseAddress! + line / rows * width, h.baseAddress! + line % rows * width, w,
                        position.pointer, columns, width)
                }
            }
            tb_layer_norm(
                isa, x.pointer + at, position.pointer, modulation.scale(sample), modulation.shift(sample),
                y.pointer + at, columns, width)
        }
    }
}

extension ModulationVectors {
    /// y = LN(x)(1 + scale) + shift over every token.
    func normalise(_ x: FloatBuffer, into y: FloatBuffer, grid: LatentGrid, pool: WorkerPool) {
        let isa = tb_isa_best()
        let (tokens, width) = (grid.tokens, width)
        for s in 0..<grid.samples {
            pool.runRanges(tokens, grain: 64) { rows in
                let at = (s * tokens + rows.lowerBound) * width
                tb_layer_norm(isa, x.pointer + at, nil, scale(s), shift(s), y.pointer + at, rows.count, width)
            }
        }
    }
}
