internal import CKernels
internal import COpenBLAS

/// A part of a matrix in memory: rows and columns, with the distance between rows in numbers.
public struct MatrixTile {
    /// The tile's first number.
    public let pointer: UnsafeMutablePointer<Float>
    public let stride: Int
    /// Which rows and columns of the whole matrix these are.
    public let rows: Range<Int>
    public let columns: Range<Int>
}

/// One call of the matrix library on one thread (COpenBLASCore gives it one before main, and the processor's kernels): `c = scale * a · bᵀ + (adding ? c : 0)`, with a [m, k], c [m, n] and
/// b [n, k], or [k, n] when `transposed` is false. Matrices are row-major with the given strides.
public func multiply(
    _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int,
    transposed: Bool = true,
    into c: UnsafeMutablePointer<Float>, stride cStride: Int, m: Int, n: Int, k: Int, scale: Float = 1,
    adding: Bool = false
) {
    cblas_sgemm(
        CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k), scale, a,
        Int32(aStride), b, Int32(bStride), adding ? 1 : 0, c, Int32(cStride))
}

extension WorkerPool {
    /// `a · weightᵀ` with a [rows, k] and a stored weight [n, k], in tiles that depend on the sizes alone.
    ///
    /// Weights in half precision stay so in memory; a tile of them is widened while it is used.
    /// - Parameters:
    ///   - segments: equal runs of rows, such as the samples of a batch. Tiles do not cross them, so that a sample's bits
    ///     do not depend on how many others are computed with it.
    ///   - result: [rows, n] with its stride, or nil when `finish` takes every tile from working memory.
    ///   - grain: columns are cut at multiples of this.
    ///   - finish: called on every tile when it is complete, on the thread that made it.
    public func multiply(
        _ a: UnsafePointer<Float>, stride: Int, rows: Int, segments: Int = 1, by weight: StoredTensor,
        into result: (pointer: UnsafeMutablePointer<Float>, stride: Int)?, grain: Int = 16,
        finish: (@Sendable (MatrixTile) -> Void)? = nil
    ) {
        precondition(weight.shape.count == 2 && rows % segments == 0 && (result != nil || finish != nil))
        let (n, k) = (weight.shape[0], weight.shape[1])
        guard rows > 0, n > 0 else { return }
        let segment = rows / segments
        let rowTile = Self.tile(of: segment, most: 704, grain: 16)
        let columnTile = Self.tile(of: n, most: segment <= 256 ? 64 : 512, grain: grain)
        let segmentTiles = (segment + rowTile - 1) / rowTile
        let rowTiles = segments * segmentTiles
        let columnTiles = (n + columnTile - 1) / columnTile
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
            func product(_ b: UnsafePointer<Float>) {
                Tensors.multiply(
                    a + r * stride, stride: stride, b, stride: k, into: out, stride: outStride, m: m, n: width, k: k)
            }
            if weight.element == .float32 {
                weight.withBytes { product($0.baseAddress!.assumingMemoryBound(to: Float.self) + c * k) }
            } else {
                let wide = FloatBuffer(count: width * k)
                weight.widen(c * k..<(c + width) * k, into: wide.pointer)
                product(wide.pointer)
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
}
