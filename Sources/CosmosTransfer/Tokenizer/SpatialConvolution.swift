internal import CKernels
internal import Tensors

/// A (1,3,3) convolution with a border of zeros, in 4×4 squares by Winograd's minimal filtering: a quarter of the products,
/// at the price of about five times the rounding error.
struct SpatialConvolution: Sendable {
    let convolution: Convolution
    /// Pixels are doubled in both directions first, and the doubled frame is added to the result (spec §4.4, upsample 2).
    var doubles = false

    init(_ name: String, from tensors: [String: StoredTensor]) { convolution = Convolution(name, from: tensors) }

    /// Squares of one task: enough to keep the filters' memory traffic small, few enough for a task to stay in the caches.
    private static let squares = 80

    /// The convolution of `frames`, after the norm and SiLU when there is a norm.
    func callAsFunction(_ frames: [FeatureFrame], after norm: FrameNorm? = nil, _ pass: TokenizerPass) -> [FeatureFrame]
    {
        guard let first = frames.first else { return [] }
        let (filters, halving) = (self.filters(pass), doubles ? 1 : 0)
        let (height, width) = (first.height << halving, first.width << halving)
        let maps = frames.map { frame in norm.map { $0(frame, pass.pool) } }
        let results = frames.map { _ in
            FeatureFrame(height: height, width: width, channels: convolution.outputs, in: pass.store)
        }
        let edge = Int(TB_WINOGRAD_TILE)
        let (tall, across) = ((height + edge - 1) / edge, (width + edge - 1) / edge)
        let down = max(1, min(tall, Self.squares / across))
        let strips = (tall + down - 1) / down
        let store = pass.store
        pass.pool.run(frames.count * strips) { task in
            let (i, top) = (task / strips, task % strips * down)
            strip(
                Strip(top: top * edge, down: min(down, tall - top), across: across, halving: halving),
                of: frames[i], map: maps[i], filters, into: results[i], store)
        }
        return results
    }

    private struct Strip {
        let top: Int
        let down: Int
        let across: Int
        let halving: Int
    }

    private func strip(
        _ strip: Strip, of frame: FeatureFrame, map: FrameNorm.Map?, _ filters: BorrowedBuffer, into out: FeatureFrame,
        _ store: FrameStore
    ) {
        let (isa, edge, points) = (tb_isa_best(), Int(TB_WINOGRAD_TILE), Int(TB_WINOGRAD_POINTS))
        let (inputs, outputs) = (convolution.inputs, convolution.outputs)
        let squares = strip.down * strip.across
        var place = tb_window(
            top: strip.top - 1, left: -1, height: edge * strip.down + 2, width: edge * strip.across + 2,
            halving: strip.halving, silu: 1)
        let split = store.borrow(points * squares * inputs)
        do {
            let window = store.borrow(place.height * place.width * inputs)
            tb_read_window(
                isa, frame.pointer, frame.height, frame.width, inputs, &place, map?.scale, map?.shift, window.pointer)
            tb_winograd_split(isa, window.pointer, strip.down, strip.across, inputs, split.pointer)
        }
        let products = store.borrow(points * squares * outputs)
        for point in 0..<points {
            var part = tb_rows(start: split.pointer + point * squares * inputs, stride: inputs, width: inputs)
            tb_multiply_panels(
                isa, &part, 1, filters.pointer + point * Self.panelled(outputs) * inputs, nil, nil,
                products.pointer + point * squares * outputs, outputs, Int(TB_PANEL), squares, outputs)
        }
        tb_winograd_join(
            isa, products.pointer, strip.down, strip.across, outputs, convolution.bias,
            out.pointer + strip.top * out.width * outputs, out.height - strip.top, out.width)
    }

    /// The transformed filters are four times the stored ones, so they are made anew for every group of frames.
    private func filters(_ pass: TokenizerPass) -> BorrowedBuffer {
        let (inputs, outputs) = (convolution.inputs, convolution.outputs)
        let filters = pass.store.borrow(Int(TB_WINOGRAD_POINTS) * Self.panelled(outputs) * inputs)
        convolution.withWeights(pass.store) { weights in
            nonisolated(unsafe) let weights = weights
            pass.pool.run(Self.panelled(outputs) / Int(TB_PANEL)) { panel in
                tb_winograd_filters(
                    tb_isa_best(), weights, outputs, inputs, doubles ? 1 : 0, filters.pointer, panel, 1)
            }
        }
        return filters
    }

    /// Columns with those that fill the last panel.
    private static func panelled(_ columns: Int) -> Int {
        (columns + Int(TB_PANEL) - 1) / Int(TB_PANEL) * Int(TB_PANEL)
    }
}
