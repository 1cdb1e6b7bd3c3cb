internal import CKernels
internal import Tensors

/// Self-attention of T5 (spec §5): logits `q·kᵀ + bias`, without a scale. One tile of logits exists at a time on each
/// thread.
struct T5Attention: Sendable {
    let length: Int
    let heads: Int
    /// Width of one head.
    let width: Int
    /// For each head: what is added to a logit, by how far the key lies after the query, from −(length−1) on.
    let bias: [[Float]]

    private static let queries = 64
    private static let keys = PackedMatrix.block

    /// - Parameters: q, k and v [length, heads·width]; the first numbers of `out` become the same shape.
    func run(q: FloatBuffer, k: FloatBuffer, v: FloatBuffer, into out: FloatBuffer, _ pool: WorkerPool) {
        let tiles = (length + Self.queries - 1) / Self.queries
        let keys = PackedKeys(count: length, heads: heads, headWidth: width)
        pool.run(heads) { head in
            let (place, inner) = (head * width, heads * width)
            keys.keys[head].storeColumns(k.pointer + place, stride: inner, at: 0, count: length)
            keys.values[head].storeDepth(v.pointer + place, stride: inner, at: 0, count: length)
        }
        pool.run(heads * tiles) { task in
            let rows = task % tiles * Self.queries..<min(length, (task % tiles + 1) * Self.queries)
            tile(head: task / tiles, rows, q, keys, out)
        }
        withExtendedLifetime((q, k, v, out)) {}
    }

    private func tile(
        head: Int, _ rows: Range<Int>, _ q: FloatBuffer, _ keys: PackedKeys, _ out: FloatBuffer
    ) {
        let (isa, inner, count) = (tb_isa_best(), heads * width, rows.count)
        let start = rows.lowerBound * inner + head * width
        let logits = FloatBuffer(count: count * Self.keys)
        let running = FloatBuffer(count: 2 * count)
        let (most, sum) = (running.pointer, running.pointer + count)
        most.update(repeating: -.infinity, count: count)
        sum.update(repeating: 0, count: count)
        for row in 0..<count { (out.pointer + start + row * inner).update(repeating: 0, count: width) }
        for first in stride(from: 0, to: length, by: Self.keys) {
            let columns = min(Self.keys, length - first)
            bias[head].withUnsafeBufferPointer { bias in
                for row in 0..<count {
                    let offset = first - (rows.lowerBound + row) + length - 1
                    (logits.pointer + row * Self.keys).update(from: bias.baseAddress! + offset, count: columns)
                }
            }
            keys.keys[head].multiply(
                q.pointer + start, stride: inner, rows: count, columns: first..<first + columns, into: logits.pointer,
                stride: Self.keys, adding: true)
            tb_softmax_tile(
                isa, logits.pointer, Self.keys, 1, most, sum, out.pointer + start, inner, width, count, columns)
            keys.values[head].multiply(
                logits.pointer, stride: Self.keys, rows: count, from: first, count: columns,
                into: out.pointer + start, stride: inner, adding: true)
        }
        tb_softmax_finish(isa, out.pointer + start, inner, sum, count, width)
        withExtendedLifetime((logits, running)) {}
    }
}
