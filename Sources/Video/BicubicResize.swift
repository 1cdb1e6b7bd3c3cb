internal import CKernels

extension Frame {
    /// The frame at another size by the antialiased bicubic filter: Keys' cubic with a = -0.5, as wide as an output pixel
    /// when the frame shrinks, weights normalised over the pixels inside the frame. Float32, clamped and rounded, as
    /// torchvision's functional `resize` treats bytes.
    public func resizedBicubic(to size: FrameSize) -> Frame {
        let (columns, rows) = (CubicTaps(from: width, to: size.width), CubicTaps(from: height, to: size.height))
        let numbers = tb_resample_scratch_floats(Int32(width), Int32(height), Int32(size.width))
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: 4 * numbers, alignment: 64)
        defer { scratch.deallocate() }
        let resampled = [UInt8](unsafeUninitializedCapacity: 3 * size.pixels) { buffer, filled in
            columns.withTaps { columns in
                rows.withTaps { rows in
                    tb_resample(
                        tb_isa_best(), pixels, Int32(width), Int32(height), columns, rows, buffer.baseAddress!,
                        Int32(size.width), Int32(size.height), scratch.assumingMemoryBound(to: Float.self))
                }
            }
            filled = buffer.count
        }
        return Frame(width: size.width, height: size.height, pixels: resampled)
    }
}

/// The weights of one axis, in the float32 arithmetic of the reference, whose compiler fuses products with sums.
private struct CubicTaps {
    private var first: [Int32] = []
    private var counts: [Int32] = []
    private var weights: [Float] = []
    private let most: Int

    init(from n: Int, to m: Int) {
        let scale = Float(n) / Float(m)
        let support = scale >= 1 ? 2 * scale : 2
        let inverse = scale >= 1 ? 1 / scale : 1
        most = Int(support.rounded(.up)) * 2 + 1
        for i in 0..<m {
            let centre = Float(Double(scale) * (Double(i) + 0.5))
            let low = max(Int(Double(centre - support) + 0.5), 0)
            let high = min(Int(Double(centre + support) + 0.5), n)
            let count = min(max(high - low, 1), most)
            var taps = (low..<low + count).map { j in
                CubicTaps.cubic(Float((Double(Float(j) - centre) + 0.5) * Double(inverse)))
            }
            let sum = taps.reduce(0, +)
            for j in taps.indices where sum != 0 { taps[j] /= sum }
            first.append(Int32(low))
            counts.append(Int32(count))
            weights += taps + [Float](repeating: 0, count: most - count)
        }
    }

    func withTaps<R>(_ body: (UnsafePointer<tb_taps>) -> R) -> R {
        first.withUnsafeBufferPointer { first in
            counts.withUnsafeBufferPointer { counts in
                weights.withUnsafeBufferPointer { weights in
                    var taps = tb_taps(
                        first: first.baseAddress!, count: counts.baseAddress!, weight: weights.baseAddress!,
                        most: Int32(most))
                    return body(&taps)
                }
            }
        }
    }

    private static func cubic(_ x: Float) -> Float {
        let (a, x) = (Float(-0.5), abs(x))
        if x < 1 {
            let inner = (-(a + 3)).addingProduct(a + 2, x) * x
            return Float(1).addingProduct(inner, x)
        }
        guard x < 2 else { return 0 }
        let square = (8 * a).addingProduct((-5 * a).addingProduct(a, x), x)
        return (-4 * a).addingProduct(square, x)
    }
}
