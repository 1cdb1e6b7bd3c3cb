internal import CKernels
internal import Tensors

/// Softmax attention in tiles with a running maximum and sum: neither the logits nor the weights of more than one tile exist
/// at a time (spec §2.13).
enum Attention {
    /// Queries and keys of one tile: its logits stay in the second-level cache.
    static let queryTile = 256
    static let keyTile = PackedMatrix.block

    /// A run of keys and values that all queries, or only some, attend to.
    struct Keys: Sendable {
        /// Already normalised and rotated.
        let packed: PackedKeys
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
        let tile = (count + tiles - 1) / tiles
        // Rows of logits do not fall on the same lines of the first cache.
        let logitStride = keyTile + 16
        let isa = tb_isa_best()
        let scale = 1 / Float(headWidth).squareRoot()
        pool.run(samples.count * heads * tiles) { task in
            let (sample, part) = (task / (heads * tiles), task % (heads * tiles))
            let (runs, first) = (samples[sample], sample * count)
            guard !runs.isEmpty else { return }
            let (head, start) = (part / tiles, part % tiles * tile)
            let rows = min(tile, count - start)
            guard rows > 0 else { return }
            let logits = FloatBuffer(count: rows * logitStride)
            let state = FloatBuffer(count: 2 * rows)
            let (most, sum) = (state.pointer, state.pointer + rows)
            let q = queries.pointer + (first + start) * width + head * headWidth
            let o = out.pointer + (first + start) * width + head * headWidth
            for r in 0..<rows {
                let zeros = runs.reduce(0) { $0 + ($1.members?[start + r] ?? true ? $1.zeros : 0) }
                most[r] = zeros > 0 ? 0 : -.infinity
                sum[r] = Float(zeros)
                (o + r * width).update(repeating: 0, count: headWidth)
            }
            for run in runs {
                let outsiders = run.members.map { members in (0..<rows).filter { !members[start + $0] } } ?? []
                if outsiders.count == rows { continue }
                let keys = run.packed
                for key in stride(from: 0, to: keys.count, by: keyTile) {
                    let columns = min(keyTile, keys.count - key)
                    keys.keys[head].multiply(
                        q, stride: width, rows: rows, columns: key..<key + columns, into: logits.pointer,
                        stride: logitStride)
                    for r in outsiders {
                        (logits.pointer + r * logitStride).update(repeating: -.infinity, count: columns)
                    }
                    tb_softmax_tile(
                        isa, logits.pointer, logitStride, scale, most, sum, o, width, headWidth, rows, columns)
                    keys.values[head].multiply(
                        logits.pointer, stride: logitStride, rows: rows, from: key, count: columns, into: o,
                        stride: width, adding: true)
                }
            }
            tb_softmax_finish(isa, o, width, sum, rows, headWidth)
        }
    }
}
