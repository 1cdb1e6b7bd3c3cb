internal import CKernels

/// A part of a matrix in memory: rows and columns, with the distance between rows in numbers.
public struct MatrixTile {
    /// The tile's first number.
    public let pointer: UnsafeMutablePointer<Float>
    public let stride: Int
    /// Which rows and columns of the whole matrix these are.
    public let rows: Range<Int>
    public let columns: Range<Int>
}

extension WorkerPool {
    /// `a · weightᵀ` with a [rows, k] and a weight [n, k], in tiles that depend on the sizes alone.
    /// - Parameters:
    ///   - segments: equal runs of rows, such as the samples of a batch. Tiles do not cross them.
    ///   - result: [rows, n] with its stride, or nil when `finish` takes every tile from working memory.
    ///   - grain: columns are cut at multiples of this.
    ///   - finish: called on every tile when it is complete, on the thread that made it. Within a segment a tile begins at a
    ///     multiple of `PackedMatrix.panel` rows.
    public func multiply(
        _ a: UnsafePointer<Float>, stride: Int, rows: Int, segments: Int = 1, by weight: MatrixWeight,
        into result: (pointer: UnsafeMutablePointer<Float>, stride: Int)?, grain: Int = 1,
        finish: (@Sendable (MatrixTile) -> Void)? = nil
    ) {
        precondition(rows % segments == 0 && (result != nil || finish != nil))
        let (n, k) = (weight.shape[0], weight.shape[1])
        guard rows > 0, n > 0 else { return }
        let segment = rows / segments
        let rowTile = Self.tile(of: segment, most: 704, grain: PackedMatrix.panel)
        let columnTile = Self.tile(
            of: n, most: segment <= 256 ? 64 : 512, grain: Self.commonMultiple(grain, PackedMatrix.panel))
        let segmentTiles = (segment + rowTile - 1) / rowTile
        let rowTiles = segments * segmentTiles
        let columnTiles = (n + columnTile - 1) / columnTile
        let whole = weight.whole()
        nonisolated(unsafe) let (a, result) = (a, result)
        // Waking a thread takes longer than a small product.
        let pool = rows * n * k < 1 << 17 ? WorkerPool(threads: 1) : self
        pool.run(rowTiles * columnTiles) { task in
            let (first, within) = (task % rowTiles / segmentTiles * segment, task % segmentTiles * rowTile)
            let (r, c) = (first + within, task / rowTiles * columnTile)
            let (m, width) = (min(rowTile, segment - within), min(columnTile, n - c))
            let scratch = result == nil ? FloatBuffer(count: m * width) : nil
            let out = scratch?.pointer ?? result!.pointer + r * result!.stride + c
            let outStride = scratch == nil ? result!.stride : width
            let rowsOfA = a + r * stride
            if let whole {
                whole.multiply(rowsOfA, stride: stride, rows: m, columns: c..<c + width, into: out, stride: outStride)
            } else {
                // A block of the depth at a time: what is packed stays in the second cache.
                for from in Swift.stride(from: 0, to: max(k, 1), by: PackedMatrix.block) {
                    let depth = from..<min(k, from + PackedMatrix.block)
                    PackedMatrix(weight.stored, columns: c..<c + width, depth: depth).multiply(
                        rowsOfA + from, stride: stride, rows: m, into: out, stride: outStride, adding: from > 0)
                }
            }
            finish?(MatrixTile(pointer: out, stride: outStride, rows: r..<r + m, columns: c..<c + width))
            _ = scratch
        }
    }

    /// The size of equal parts, at most `most` (or one grain) and a multiple of `grain`.
    private static func tile(of count: Int, most: Int, grain: Int) -> Int {
        let parts = (count + most - 1) / most
        let even = (count + parts - 1) / parts
        return (even + grain - 1) / grain * grain
    }
    private static func commonMultiple(_ a: Int, _ b: Int) -> Int {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        return a / x * b
    }
}
