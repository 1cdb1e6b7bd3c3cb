import Foundation
import Tensors
import TestSupport
import Testing

@testable import CosmosTransfer

/// Single layers on frames that are cut into several tasks, against the formulas in double precision.
@Suite struct TokenizerLayerTests {
    private func tensors(_ shapes: [String: [Int]]) -> [String: StoredTensor] {
        var result: [String: StoredTensor] = [:]
        for (i, (name, shape)) in shapes.sorted(by: { $0.key < $1.key }).enumerated() {
            result[name] = StoredTensor(name: name, TokenizerFixtures.noise(shape, seed: UInt64(i)))
        }
        return result
    }

    private func convolution(_ name: String, _ outputs: Int, _ inputs: Int, _ kernel: [Int]) -> [String: [Int]] {
        ["\(name).conv3d.weight": [outputs, inputs] + kernel, "\(name).conv3d.bias": [outputs]]
    }

    private func frames(_ count: Int, _ height: Int, _ width: Int, _ channels: Int, _ pass: TokenizerPass)
        -> [FeatureFrame]
    {
        (0..<count).map { f in
            let frame = FeatureFrame(height: height, width: width, channels: channels, in: pass.store)
            let values = TokenizerFixtures.noise([frame.count], seed: UInt64(100 + f)).values
            frame.pointer.update(from: values, count: frame.count)
            return frame
        }
    }

    /// Largest deviation over the largest magnitude.
    private func error(_ frame: FeatureFrame, _ expected: (_ pixel: Int, _ channel: Int) -> Double) -> Double {
        var (error, most) = (0.0, 0.0)
        for p in 0..<frame.pixels {
            for c in 0..<frame.channels {
                let want = expected(p, c)
                error = max(error, abs(Double(frame.pointer[p * frame.channels + c]) - want))
                most = max(most, abs(want))
            }
        }
        return error / most
    }

    @Test(arguments: [(36, 338, false), (59, 47, false), (31, 26, true)])
    func `a spatial convolution in many strips is the 3x3 convolution`(_ height: Int, _ width: Int, _ doubles: Bool) {
        let pass = TokenizerPass(pool: WorkerPool(threads: 2))
        let tensors = tensors(convolution("c", 3, 3, [1, 3, 3]))
        var layer = SpatialConvolution("c", from: tensors)
        layer.doubles = doubles
        let input = frames(2, height, width, 3, pass)
        let weights = tensors["c.conv3d.weight"]?.floats() ?? []
        let halving = doubles ? 1 : 0
        for (frame, out) in zip(input, layer(input, pass)) {
            #expect(out.height == height << halving && out.width == width << halving)
            let deviation = error(out) { pixel, channel in
                var sum = Double(layer.convolution.bias[channel])
                for tap in 0..<9 {
                    let (y, x) = (pixel / out.width + tap / 3 - 1, pixel % out.width + tap % 3 - 1)
                    guard 0..<out.height ~= y, 0..<out.width ~= x else { continue }
                    let place = (y >> halving) * width + (x >> halving)
                    for i in 0..<3 {
                        let own: Float = doubles && tap == 4 && i == channel ? 1 : 0
                        sum += Double(weights[(channel * 3 + i) * 9 + tap] + own) * Double(frame.pointer[place * 3 + i])
                    }
                }
                return sum
            }
            #expect(deviation < 5e-6)
        }
    }

    @Test func `a temporal convolution looks at two frames before, and at copies of the first`() {
        let tensors = tensors(convolution("c", 4, 5, [3, 1, 1]))
        let layer = TemporalConvolution("c", from: tensors)
        let weights = tensors["c.conv3d.weight"]?.floats() ?? []
        let pass = TokenizerPass(pool: WorkerPool(threads: 2))
        let input = frames(4, 17, 13, 5, pass)
        var first = Array(input[..<1])
        var rest = Array(input[1...])
        layer(&first, pass)
        layer(&rest, pass)
        for (f, out) in (first + rest).enumerated() {
            let deviation = error(out) { pixel, channel in
                (0..<15).reduce(Double(layer.convolution.bias[channel])) { sum, k in
                    let frame = input[max(0, f - 2 + k % 3)]
                    return sum + Double(weights[channel * 15 + k]) * Double(frame.pointer[pixel * 5 + k / 3])
                }
            }
            #expect(deviation < 1e-6)
        }
    }

    @Test func `spatial attention in tiles is attention over all pixels`() {
        let (height, width, channels) = (19, 25, 6)
        var shapes = ["a.norm.norm.weight": [channels], "a.norm.norm.bias": [channels]]
        for name in ["q", "k", "v", "proj_out"] {
            shapes.merge(convolution("a.\(name)", channels, channels, [1, 1, 1])) { $1 }
        }
        let tensors = tensors(shapes)
        func values(_ name: String) -> [Double] { tensors[name]?.floats().map(Double.init) ?? [] }
        let pass = TokenizerPass(pool: WorkerPool(threads: 2))
        let frame = frames(1, height, width, channels, pass)[0]
        let x = (0..<frame.count).map { Double(frame.pointer[$0]) }
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        let (gain, offset) = (values("a.norm.norm.weight"), values("a.norm.norm.bias"))
        let normal = x.indices.map { (x[$0] - mean) / (variance + 1e-6).squareRoot() * gain[$0 % 6] + offset[$0 % 6] }
        func project(_ x: [Double], _ name: String) -> [Double] {
            let (w, b) = (values("a.\(name).conv3d.weight"), values("a.\(name).conv3d.bias"))
            return x.indices.map { i in
                (0..<6).reduce(b[i % 6]) { $0 + w[i % 6 * 6 + $1] * x[i / 6 * 6 + $1] }
            }
        }
        let (q, k, v) = (project(normal, "q"), project(normal, "k"), project(normal, "v"))
        var mixed = [Double](repeating: 0, count: x.count)
        for i in 0..<frame.pixels {
            let weights = (0..<frame.pixels).map { j in
                exp((0..<6).reduce(0) { $0 + q[i * 6 + $1] * k[j * 6 + $1] } / Double(channels).squareRoot())
            }
            let total = weights.reduce(0, +)
            for (j, weight) in weights.enumerated() {
                for c in 0..<6 { mixed[i * 6 + c] += weight / total * v[j * 6 + c] }
            }
        }
        let out = project(mixed, "proj_out")
        SpatialAttention("a", from: tensors)([frame], pass)
        #expect(error(frame) { x[$0 * 6 + $1] + out[$0 * 6 + $1] } < 2e-6)
    }
}
