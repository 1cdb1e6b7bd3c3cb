internal import CKernels
internal import Tensors

/// Softmax attention in tiles with a running maximum and sum: neither the logits nor the weights of more than one tile exist
/// at a time (spec §2.13).
enum Attention {
    /// Queries and keys of one tile: its logits stay in the second-level cache.
    static let queryTile = 256
    static let keyTile = 512

    /// A run of keys and values that all queries, or only some, attend to.
    struct Keys: Sendable {
        /// [count, heads · headWidth], already normalised and rotated.
        let keys: FloatBuffer
        let values: FloatBuffer
        /// The first row in the buffers.
        let first: Int
        let count: Int
        /// Further keys that are zero, and so are their values: each adds e^0 to the sum and nothing else (spec §2.6).
        var zeros = 0
        /// Whether query i attends to this run; nil for all.
        var members: [Bool]? = nil
    }

    /// Attends from the queries of some samples, each to keys of its own.
    /// - Parameters:
    ///   - queries: [samples · count, width].
    ///   - out: as `queries`; must not be the same buffer.
    ///   - samples: of every sample the runs of keys; one without any keeps its part of `out`.
    static func run(
        queries: FloatBuffer, out: FloatBuffer, count: Int, heads: Int, headWidth: Int, over samples: [[Keys]],
        pool: WorkerPool
    ) {
        let width = heads * headWidth
        let tiles = (count + queryTile - 1) / queryTile
        let isa = tb_isa_best()
        let scale = 1 / Float(headWidth).squareRoot()
        pool.run(samples.count * heads * tiles) { task in
            let (sample, part) = (task / (heads * tiles), task % (heads * tiles))
            let (runs, first) = (samples[sample], sample * count)
            guard !runs.isEmpty else { return }
            let (head, start) = (part / tiles * headWidth, part % tiles * queryTile)
            let rows = min(queryTile, count - start)
            let logits = FloatBuffer(count: rows * keyTile)
            let state = FloatBuffer(count: 2 * rows)
            let (most, sum) = (state.pointer, state.pointer + rows)
            let q = queries.pointer + (first + start) * width + head
            let o = out.pointer + (first + start) * width + head
            for r in 0..<rows {
                let zeros = runs.reduce(0) { $0 + ($1.members?[start + r] ?? true ? $1.zeros : 0) }
                most[r] = zeros > 0 ? 0 : -.infinity
                sum[r] = Float(zeros)
                (o + r * width).update(repeating: 0, count: headWidth)
            }
            for run in runs {
                let outsiders = run.members.map { members in (0..<rows).filter { !members[start + $0] } } ?? []
                if outsiders.count == rows { continue }
                for key in stride(from: 0, to: run.count, by: keyTile) {
                    let columns = min(keyTile, run.count - key)
                    let at = (run.first + key) * width + head
                    multiply(
                        q, stride: width, run.keys.pointer + at, stride: width, into: logits.pointer, stride: columns,
                        m: rows, n: columns, k: headWidth)
                    for r in outsiders { (logits.pointer + r * columns).update(repeating: -.infinity, count: columns) }
                    tb_softmax_tile(
                        isa, logits.pointer, columns, scale, most, sum, o, width, headWidth, rows, columns)
                    multiply(
                        logits.pointer, stride: columns, run.values.pointer + at, stride: width, transposed: false,
                        into: o, stride: width, m: rows, n: headWidth, k: columns, adding: true)
                }
            }
            tb_softmax_finish(isa, o, width, sum, rows, headWidth)
        }
    }
}
