internal import CKernels
internal import Tensors

/// What the two attentions of the middle have alike: the norm and the four 1×1×1 convolutions (spec §4.4).
struct AttentionWeights: Sendable {
    let name: String
    let norm: FrameNorm
    private let projections: [Convolution]
    var width: Int { projections[0].outputs }
    var scale: Float { Float(1 / Double(width).squareRoot()) }

    init(_ name: String, from tensors: [String: StoredTensor]) {
        self.name = name
        norm = FrameNorm("\(name).norm", from: tensors)
        projections = ["q", "k", "v", "proj_out"].map { Convolution("\(name).\($0)", from: tensors) }
    }

    /// The panels of queries, keys, values and output.
    func panels(_ pass: TokenizerPass) -> [Panels] { projections.map { Panels([($0, TapGroup(taps: [0]))], pass) } }

    /// Normalised pixels `range` of a frame as rows.
    static func normalised(
        _ frame: FeatureFrame, _ pixels: Range<Int>, _ map: FrameNorm.Map, _ store: FrameStore
    ) -> BorrowedBuffer {
        let rows = store.borrow(pixels.count * frame.channels)
        var place = tb_window(top: 0, left: pixels.lowerBound, height: 1, width: pixels.count, halving: 0, silu: 0)
        tb_read_window(
            tb_isa_best(), frame.pointer, 1, frame.pixels, frame.channels, &place, map.scale, map.shift, rows.pointer)
        return rows
    }
}

extension Panels {
    /// `out = bias + x · weights` for `rows` rows of x without gaps.
    func multiply(
        _ x: UnsafePointer<Float>, rows: Int, into out: UnsafeMutablePointer<Float>, stride: Int? = nil,
        panelStride: Int = Int(TB_PANEL), adding residual: UnsafePointer<Float>? = nil
    ) {
        var part = tb_rows(start: x, stride: depth, width: depth)
        tb_multiply_panels(
            tb_isa_best(), &part, 1, memory.pointer, bias, residual, out, stride ?? columns, panelStride, rows, columns)
    }
}

/// Attention of every pixel to all pixels of its frame, in tiles: the pixels × pixels matrix never exists.
struct SpatialAttention: Sendable {
    private let weights: AttentionWeights
    /// Pixels that are keys together; a multiple of a panel's width and of the rounds of rows.
    private static let keyTile = 224
    /// Pixels that are queries together.
    private static let queryTile = 112

    init(_ name: String, from tensors: [String: StoredTensor]) { weights = AttentionWeights(name, from: tensors) }

    func callAsFunction(_ frames: [FeatureFrame], _ pass: TokenizerPass) {
        let panels = weights.panels(pass)
        for frame in frames { attend(frame, panels, pass) }
        pass.store.sweep()
    }

    /// A frame's queries [pixels][C]; keys and values as the panels of every tile's two products, tile after tile.
    private struct Projected: Sendable {
        let queries: BorrowedBuffer
        let keys: BorrowedBuffer
        let values: BorrowedBuffer
    }

    private func attend(_ frame: FeatureFrame, _ panels: [Panels], _ pass: TokenizerPass) {
        let projected = project(frame, panels, pass)
        let (width, scale, store) = (weights.width, weights.scale, pass.store)
        pass.pool.runRanges(frame.pixels, grain: Self.queryTile) { pixels in
            let isa = tb_isa_best()
            let logits = store.borrow(Self.queryTile * Self.keyTile)
            let sums = store.borrow(2 * Self.queryTile)
            let out = store.borrow(Self.queryTile * width)
            let (most, sum) = (sums.pointer, sums.pointer + Self.queryTile)
            most.update(repeating: -.infinity, count: Self.queryTile)
            sum.update(repeating: 0, count: Self.queryTile)
            out.pointer.update(repeating: 0, count: pixels.count * width)
            var queries = tb_rows(
                start: projected.queries.pointer + pixels.lowerBound * width, stride: width, width: width)
            for key in stride(from: 0, to: frame.pixels, by: Self.keyTile) {
                let count = min(Self.keyTile, frame.pixels - key)
                tb_multiply_panels(
                    isa, &queries, 1, projected.keys.pointer + key * width, nil, nil, logits.pointer, count,
                    Int(TB_PANEL), pixels.count, count)
                tb_softmax_tile(
                    isa, logits.pointer, count, scale, most, sum, out.pointer, width, width, pixels.count, count)
                var chances = tb_rows(start: logits.pointer, stride: count, width: count)
                tb_multiply_panels(
                    isa, &chances, 1, projected.values.pointer + key * Self.panelled(width), nil, out.pointer,
                    out.pointer, width, Int(TB_PANEL), pixels.count, width)
            }
            tb_softmax_finish(isa, out.pointer, width, sum, pixels.count, width)
            let pixel = frame.pointer + pixels.lowerBound * width
            panels[3].multiply(out.pointer, rows: pixels.count, into: pixel, adding: pixel)
        }
    }

    private func project(_ frame: FeatureFrame, _ panels: [Panels], _ pass: TokenizerPass) -> Projected {
        let (width, panel, store) = (weights.width, Int(TB_PANEL), pass.store)
        let map = weights.norm(frame, pass.pool)
        let projected = Projected(
            queries: store.borrow(frame.pixels * width), keys: store.borrow(Self.panelled(frame.pixels) * width),
            values: store.borrow(frame.pixels * Self.panelled(width)))
        pass.pool.runRanges(frame.pixels, grain: Self.keyTile) { pixels in
            let (first, count) = (pixels.lowerBound, pixels.count)
            let x = AttentionWeights.normalised(frame, pixels, map, store)
            panels[0].multiply(x.pointer, rows: count, into: projected.queries.pointer + first * width)
            panels[2].multiply(
                x.pointer, rows: count, into: projected.values.pointer + first * Self.panelled(width), stride: panel,
                panelStride: count * panel)
            let keys = store.borrow(count * width)
            panels[1].multiply(x.pointer, rows: count, into: keys.pointer)
            var tap = tb_tap(offset: 0, diagonal: 0)
            tb_pack_panels(
                tb_isa_best(), keys.pointer, count, width, width, 1, &tap, 1, projected.keys.pointer + first * width,
                width * panel, 0, (count + panel - 1) / panel)
        }
        return projected
    }

    /// Columns with those that fill the last panel.
    private static func panelled(_ columns: Int) -> Int {
        (columns + Int(TB_PANEL) - 1) / Int(TB_PANEL) * Int(TB_PANEL)
    }
}

/// Attention of every pixel to itself in its own and all earlier frames, whose keys and values are kept for the whole clip.
struct TemporalAttention: Sendable {
    private let weights: AttentionWeights

    init(_ name: String, from tensors: [String: StoredTensor]) { weights = AttentionWeights(name, from: tensors) }

    func callAsFunction(_ frames: [FeatureFrame], _ pass: TokenizerPass) {
        let panels = weights.panels(pass)
        let names = ["\(weights.name).keys", "\(weights.name).values"]
        var (keys, values) = (pass.recall(names[0]), pass.recall(names[1]))
        for frame in frames {
            keys.append(pass.frame(like: frame))
            values.append(pass.frame(like: frame))
            attend(frame, keys, values, panels, pass)
        }
        pass.keep(keys, for: names[0])
        pass.keep(values, for: names[1])
        pass.store.sweep()
    }

    private func attend(
        _ frame: FeatureFrame, _ keys: [FeatureFrame], _ values: [FeatureFrame], _ panels: [Panels],
        _ pass: TokenizerPass
    ) {
        let (width, scale, store) = (weights.width, weights.scale, pass.store)
        let map = weights.norm(frame, pass.pool)
        pass.pool.runRanges(frame.pixels, grain: Panels.grain) { pixels in
            let (place, count) = (pixels.lowerBound * width, pixels.count)
            let x = AttentionWeights.normalised(frame, pixels, map, store)
            let queries = store.borrow(count * width)
            panels[0].multiply(x.pointer, rows: count, into: queries.pointer)
            panels[1].multiply(x.pointer, rows: count, into: keys[keys.count - 1].pointer + place)
            panels[2].multiply(x.pointer, rows: count, into: values[values.count - 1].pointer + place)
            let logits = store.borrow((keys.count + 15) / 16 * 16)
            // The normalised pixels are used up: their memory takes the result.
            tb_attend_frames(
                tb_isa_best(), queries.pointer, keys.map { UnsafePointer($0.pointer + place) },
                values.map { UnsafePointer($0.pointer + place) }, keys.count, scale, x.pointer, count, width,
                logits.pointer)
            panels[3].multiply(x.pointer, rows: count, into: frame.pointer + place, adding: frame.pointer + place)
        }
    }
}

/// Residual block, both attentions, residual block (spec §4.5–4.6).
struct TokenizerMiddle: Sendable {
    private let blocks: [ResidualBlock]
    private let spatial: SpatialAttention
    private let temporal: TemporalAttention

    init(_ name: String, width: Int, from tensors: [String: StoredTensor]) {
        blocks = (1...2).map { ResidualBlock("\(name).block_\($0)", inputs: width, outputs: width, from: tensors) }
        spatial = SpatialAttention("\(name).attn_1.0", from: tensors)
        temporal = TemporalAttention("\(name).attn_1.1", from: tensors)
    }

    func callAsFunction(_ x: inout [FeatureFrame], _ pass: TokenizerPass) {
        blocks[0](&x, pass)
        spatial(x, pass)
        temporal(x, pass)
        blocks[1](&x, pass)
    }
}
