internal import COpenBLASCore
internal import Foundation

/// What a core reaches in products of matrices, in billions of floating-point operations a second.
public struct MatrixSpeed: Sendable {
    /// In products of 512³.
    public let product: Double
    /// In multiplications and additions of registers alone, of the widest kind: units x width x clock, as measured.
    public let ceiling: Double

    /// Measures for a tenth of a second on the calling thread: the best of a few rounds in turn, by the thread's own time, so
    /// that a busy neighbour does not count.
    public static func measure() -> MatrixSpeed {
        let size = 512
        let weight = PackedMatrix.ones(size)
        let (a, c) = (FloatBuffer(count: size * size), FloatBuffer(count: size * size))
        a.fill(1)
        func rate(_ work: () -> Double) -> Double {
            let start = threadSeconds()
            let operations = work()
            return operations / max(threadSeconds() - start, 1e-9) / 1e9
        }
        var (product, ceiling) = (0.0, 0.0)
        for _ in 0..<12 {
            product = max(
                product,
                rate {
                    weight.multiply(a.pointer, stride: size, rows: size, into: c.pointer, stride: size)
                    return 2 * Double(size * size * size)
                })
            ceiling = max(ceiling, rate { blas_ceiling(blas_processor_isa(), 200_000) })
        }
        return MatrixSpeed(product: product, ceiling: ceiling)
    }

    /// The best of a few rounds in which every thread multiplies matrices of 1024³, one at a time.
    public static func measure(_ pool: WorkerPool) -> Double {
        let (size, products) = (1024, 8)
        let weights = (0..<pool.threads).map { _ in PackedMatrix.ones(size) }
        let buffers = (0..<2 * pool.threads).map { _ in FloatBuffer(count: size * size) }
        for buffer in buffers { buffer.fill(1) }
        let best = (0..<5).map { _ in
            let start = ContinuousClock.now
            pool.run(pool.threads) { thread in
                for _ in 0..<products {
                    weights[thread].multiply(
                        buffers[2 * thread].pointer, stride: size, rows: size, into: buffers[2 * thread + 1].pointer,
                        stride: size)
                }
            }
            let elapsed = (ContinuousClock.now - start).components
            return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        }.min()
        return Double(2 * size * size * size * products * pool.threads) / (best ?? .infinity) / 1e9
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

extension PackedMatrix {
    fileprivate static func ones(_ size: Int) -> PackedMatrix {
        PackedMatrix(
            StoredTensor(name: "ones", Tensor(shape: [size, size], values: Array(repeating: 1, count: size * size))),
            columns: 0..<size, depth: 0..<size)
    }
}
