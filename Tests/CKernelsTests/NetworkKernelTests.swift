import CKernels
import Foundation
import TestSupport
import Testing

/// Every variant of the networks' kernels against the portable one, bit for bit, and that against double precision.
@Suite struct NetworkKernelTests {
    private static let variants: [tb_isa] = [TB_ISA_PORTABLE, TB_ISA_AVX2, TB_ISA_AVX512]
    /// Whole runs of sixteen, and what is left over.
    private static let widths = [1, 7, 16, 24, 33, 64, 131]

    private var random = SeededRandom(7)

    private mutating func numbers(_ count: Int, scale: Float = 3) -> [Float] {
        (0..<count).map { _ in Float.random(in: -scale...scale, using: &random) }
    }

    /// Runs a kernel in every variant and gives the portable result.
    private func same(
        _ count: Int, from start: [Float]? = nil, _ kernel: (tb_isa, UnsafeMutablePointer<Float>) -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> [Float] {
        let results = Self.variants.map { isa in
            var y = start ?? [Float](repeating: .nan, count: count)
            y.withUnsafeMutableBufferPointer { kernel(isa, $0.baseAddress!) }
            return y
        }
        for other in results.dropFirst() {
            #expect(other.map(\.bitPattern) == results[0].map(\.bitPattern), sourceLocation: sourceLocation)
        }
        return results[0]
    }

    @Test func `half precision widens exactly`() {
        let all = (0...UInt16.max).map { $0 }
        let bf16 = same(all.count) { tb_widen_bf16($0, all, $1, all.count) }
        let f16 = same(all.count) { tb_widen_f16($0, all, $1, all.count) }
        for bits in all {
            #expect(bf16[Int(bits)].bitPattern == UInt32(bits) << 16)
            let sign: Double = bits >> 15 == 1 ? -1 : 1
            let (exponent, fraction) = (Int(bits >> 10) & 31, Double(bits & 1023))
            let got = f16[Int(bits)]
            switch exponent {
            case 31 where fraction > 0: #expect(got.isNaN)
            case 31: #expect(Double(got) == sign * .infinity)
            case 0: #expect(Double(got) == sign * fraction * pow(2, -24))
            default: #expect(Double(got) == sign * (1 + fraction / 1024) * pow(2, Double(exponent - 15)))
            }
        }
    }

    @Test mutating func `layer norm adds the position, normalises and modulates`() {
        for width in Self.widths {
            let rows = 3
            let (x, p) = (numbers(rows * width), numbers(rows * width))
            let (scale, shift) = (numbers(width), numbers(width))
            let y = same(rows * width) { isa, y in
                var moved = x
                tb_layer_norm(isa, &moved, p, scale, shift, y, rows, width)
            }
            for r in 0..<rows {
                let row = (0..<width).map { Double(x[r * width + $0] + p[r * width + $0]) }
                let mean = row.reduce(0, +) / Double(width)
                let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(width)
                for i in 0..<width {
                    let want =
                        (row[i] - mean) / (variance + 1e-6).squareRoot() * (1 + Double(scale[i])) + Double(shift[i])
                    #expect(abs(Double(y[r * width + i]) - want) < 2e-5)
                }
            }
        }
    }

    @Test mutating func `head norm and rotation keep a run's length`() {
        for width in [2, 12, 32, 64, 128] {
            let (rows, heads, stride) = (2, 3, 3 * width + 5)
            let x = numbers(rows * stride)
            let gain = [Float](repeating: 1, count: width)
            let angles = numbers(rows * width / 2)
            let y = same(x.count, from: x) { isa, y in
                tb_head_norm_rope(
                    isa, y, stride, gain, angles.map { cos($0) }, angles.map { sin($0) }, rows, heads, width)
            }
            for r in 0..<rows {
                for h in 0..<heads {
                    let run = y[r * stride + h * width..<r * stride + (h + 1) * width]
                    let square = run.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(width)
                    #expect(abs(square - 1) < 1e-4)
                    let (a, b) = (Double(x[r * stride + h * width]), Double(x[r * stride + h * width + width / 2]))
                    let norm =
                        x[r * stride + h * width..<r * stride + (h + 1) * width]
                        .reduce(0.0) { $0 + Double($1) * Double($1) } / Double(width)
                    let v = Double(angles[r * width / 2])
                    #expect(abs(Double(run.first!) - (a * cos(v) - b * sin(v)) / (norm + 1e-6).squareRoot()) < 1e-5)
                }
                #expect(
                    Array(y[r * stride + 3 * width..<(r + 1) * stride])
                        == Array(x[r * stride + 3 * width..<(r + 1) * stride]))
            }
        }
    }

    @Test mutating func `activations agree with double precision`() {
        let x = numbers(4001, scale: 12) + [0, -0.0, 1e-30, 88, -88, 40, -200, 200]
        let gelu = same(x.count, from: x) { tb_gelu($0, $1, x.count, 1, x.count) }
        let silu = same(x.count) { tb_silu($0, x, $1, x.count) }
        let relu = same(x.count, from: x) { tb_relu($0, $1, x.count, 1, x.count) }
        for i in x.indices {
            let v = Double(x[i])
            #expect(abs(Double(gelu[i]) - v / 2 * (1 + erf(v / 2.0.squareRoot()))) <= 2e-7 * max(1, abs(v)))
            #expect(abs(Double(silu[i]) - v / (1 + exp(-v))) <= 3e-7 * max(1, abs(v)))
            #expect(relu[i] == max(x[i], 0))
        }
    }

    @Test func `activations pass on what is not a number`() {
        for isa in Self.variants {
            var (gelu, silu): ([Float], [Float]) = ([1, .nan, 2], [0, 0, 0])
            tb_silu(isa, gelu, &silu, 3)
            tb_gelu(isa, &gelu, 3, 1, 3)
            #expect(gelu.map(\.isNaN) == [false, true, false])
            #expect(silu.map(\.isNaN) == [false, true, false])
        }
    }

    @Test mutating func `a softmax in tiles equals a softmax at once`() {
        let (rows, width, scale) = (3, 5, Float(0.5))
        for columns in Self.widths {
            let logits = numbers(rows * columns, scale: 30)
            let values = numbers(columns * width)
            let out = same(rows * width) { isa, out in
                var (most, sum) = ([Float](repeating: -.infinity, count: rows), [Float](repeating: 0, count: rows))
                out.update(repeating: 0, count: rows * width)
                for start in stride(from: 0, to: columns, by: 10) {
                    let n = min(10, columns - start)
                    var tile = (0..<rows).flatMap { r in logits[r * columns + start..<r * columns + start + n] }
                    tb_softmax_tile(isa, &tile, n, scale, &most, &sum, out, width, width, rows, n)
                    for r in 0..<rows {
                        for j in 0..<n {
                            for i in 0..<width {
                                out[r * width + i] += tile[r * n + j] * values[(start + j) * width + i]
                            }
                        }
                    }
                }
                tb_softmax_finish(isa, out, width, sum, rows, width)
            }
            for r in 0..<rows {
                let e = (0..<columns).map { exp(Double(logits[r * columns + $0] * scale)) }
                for i in 0..<width {
                    let want =
                        (0..<columns).reduce(0.0) { $0 + e[$1] * Double(values[$1 * width + i]) } / e.reduce(0, +)
                    #expect(abs(Double(out[r * width + i]) - want) < 1e-5)
                }
            }
        }
    }

    @Test func `a row of keys that are all masked leaves a running softmax as it is`() {
        var (most, sum, out): (Float, Float, Float) = (2, 3, 5)
        var tile: [Float] = [-.infinity, -.infinity]
        tb_softmax_tile(tb_isa_best(), &tile, 2, 1, &most, &sum, &out, 1, 1, 1, 2)
        #expect(tile == [0, 0])
        #expect((most, sum, out) == (2, 3, 5))
        var (none, nothing): (Float, Float) = (-.infinity, 0)
        tile = [-.infinity, -.infinity]
        tb_softmax_tile(tb_isa_best(), &tile, 2, 1, &none, &nothing, &out, 1, 1, 1, 2)
        #expect(nothing == 0 && tile == [0, 0])
    }

    @Test mutating func `positions, gates, weights and root mean squares agree with double precision`() {
        for width in Self.widths {
            let rows = 2
            let (a, b, c) = (numbers(width), numbers(width), numbers(rows * width))
            let position = same(rows * width) { tb_position($0, a, b, c, $1, rows, width) }
            let rms = same(rows * width) { tb_rms_norm($0, c, a, $1, rows, width) }
            let gated = same(rows * width, from: c) { tb_add_gated($0, $1, width, c, width, a, rows, width) }
            let plain = same(rows * width, from: c) { tb_add_gated($0, $1, width, c, width, nil, rows, width) }
            let weighted = same(rows * width, from: c) {
                tb_add_weighted($0, $1, width, c, width, b, [0.5, 2], rows, width)
            }
            for r in 0..<rows {
                let s = (0..<width).map { Double(a[$0]) + Double(b[$0]) + Double(c[r * width + $0]) }
                let length = (s.map { $0 * $0 }.reduce(0, +) / Double(width)).squareRoot()
                let square = (0..<width).map { Double(c[r * width + $0]) }.map { $0 * $0 }.reduce(0, +) / Double(width)
                for i in 0..<width {
                    let x = Double(c[r * width + i])
                    #expect(abs(Double(position[r * width + i]) - s[i] / (length + 1e-6)) < 1e-5)
                    #expect(abs(Double(rms[r * width + i]) - x / (square + 1e-6).squareRoot() * Double(a[i])) < 1e-5)
                    #expect(abs(Double(gated[r * width + i]) - (x + Double(a[i]) * x)) < 1e-5)
                    #expect(plain[r * width + i] == 2 * c[r * width + i])
                    let weight = r == 0 ? 0.5 : 2.0
                    #expect(abs(Double(weighted[r * width + i]) - (x + weight * (x + Double(b[i])))) < 1e-5)
                }
            }
        }
    }
}
