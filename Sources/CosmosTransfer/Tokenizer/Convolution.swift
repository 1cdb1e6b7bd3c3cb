internal import CKernels
internal import Tensors

/// Weights of one causal convolution as the checkpoint has them: [out, in, k_t, k_h, k_w] and a bias (spec §4.2).
struct Convolution: Sendable {
    let name: String
    private let weight: StoredTensor
    let bias: [Float]
    var outputs: Int { weight.shape[0] }
    var inputs: Int { weight.shape[1] }
    /// Numbers of one filter.
    let taps: Int

    /// The tensors' presence and shapes have been checked.
    init(_ name: String, from tensors: [String: StoredTensor]) {
        guard let weight = tensors["\(name).conv3d.weight"], let bias = tensors["\(name).conv3d.bias"] else {
            preconditionFailure("\(name) was not checked")
        }
        self.name = name
        self.weight = weight
        self.bias = bias.floats()
        taps = weight.shape.dropFirst(2).reduce(1, *)
    }

    /// The weights in float32, for as long as `body` runs.
    func withWeights(_ store: FrameStore, _ body: (UnsafePointer<Float>) -> Void) {
        if weight.element == .float32 {
            weight.withBytes { bytes in
                if let base = bytes.baseAddress { body(base.assumingMemoryBound(to: Float.self)) }
            }
        } else {
            let wide = store.borrow(weight.count)
            weight.widen(0..<weight.count, into: wide.pointer)
            body(wide.pointer)
        }
    }
}

/// Some taps of a convolution that see the same pixels, as one matrix: their sum, plus numbers on its diagonal.
struct TapGroup: Hashable {
    var taps: [Int]
    /// A resampler adds its input, or a mean of it, to what it convolves: that is one more weight on the diagonal.
    var diagonal: Float = 0
}

/// Weights laid out for products with rows of pixels.
struct Panels: Sendable {
    let memory: BorrowedBuffer
    let depth: Int
    let columns: Int
    let bias: [Float]

    /// Matrices below each other: what several frames, or several pixels, give to one.
    init(_ parts: [(convolution: Convolution, group: TapGroup)], _ pass: TokenizerPass) {
        let width = Int(TB_PANEL)
        let columns = parts[0].convolution.outputs
        let depth = parts.reduce(0) { $0 + $1.convolution.inputs }
        let panels = (columns + width - 1) / width
        memory = pass.store.borrow(panels * depth * width)
        nonisolated(unsafe) let start = memory.pointer
        var row = 0
        for (convolution, group) in parts {
            // The diagonal goes with the first of the taps; they are added up.
            let taps = group.taps.enumerated().map { tb_tap(offset: $1, diagonal: $0 == 0 ? group.diagonal : 0) }
            let (first, inputs, stride) = (row, convolution.inputs, convolution.taps)
            convolution.withWeights(pass.store) { weights in
                nonisolated(unsafe) let weights = weights
                pass.pool.run(panels) { panel in
                    tb_pack_panels(
                        tb_isa_best(), weights, columns, inputs, inputs * stride, stride, taps, taps.count,
                        start + first * width, depth * width, panel, 1)
                }
            }
            row += inputs
        }
        self.depth = depth
        self.columns = columns
        var bias = parts[0].convolution.bias
        // A part of another convolution brings its own bias; further taps of the same one do not.
        for (i, part) in parts.enumerated().dropFirst()
        where !parts[..<i].contains(where: { $0.convolution.name == part.convolution.name }) {
            for c in 0..<columns { bias[c] += part.convolution.bias[c] }
        }
        self.bias = bias
    }

    /// Pixels that one task works on: eight rounds of fourteen rows, whose numbers stay in the second cache.
    static let grain = 112

    /// `out = bias + residual + sources · weights`, pixel by pixel; `residual` may be `out`.
    func multiply(
        _ sources: [FeatureFrame], adding residual: FeatureFrame? = nil, into out: FeatureFrame, _ pool: WorkerPool
    ) {
        pool.runRanges(out.pixels, grain: Self.grain) { pixels in
            let parts = sources.map { rows(of: $0, from: pixels.lowerBound) }
            let place = pixels.lowerBound * columns
            tb_multiply_panels(
                tb_isa_best(), parts, parts.count, memory.pointer, bias,
                residual.map { UnsafePointer($0.pointer + place) },
                out.pointer + place, columns, Int(TB_PANEL), pixels.count, columns)
        }
    }
}

/// The pixels of a frame from one on, as rows of a product.
func rows(of frame: FeatureFrame, from pixel: Int) -> tb_rows {
    tb_rows(start: frame.pointer + pixel * frame.channels, stride: frame.channels, width: frame.channels)
}

extension Convolution {
    /// A 1×1×1 convolution of one frame.
    func pointwise(_ frame: FeatureFrame, _ panels: Panels, _ pass: TokenizerPass) -> FeatureFrame {
        let out = pass.frame(like: frame, channels: outputs)
        panels.multiply([frame], into: out, pass.pool)
        return out
    }

    /// A 1×1×1 convolution of every frame.
    func pointwise(_ frames: inout [FeatureFrame], _ pass: TokenizerPass) {
        let panels = Panels([(self, TapGroup(taps: [0]))], pass)
        for i in frames.indices { frames[i] = pointwise(frames[i], panels, pass) }
    }
}
