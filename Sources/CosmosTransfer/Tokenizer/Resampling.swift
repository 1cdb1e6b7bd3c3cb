internal import CKernels
internal import Tensors

/// Halves space, time or both (spec §4.4, downsample). Every convolution adds the mean of the pixels that it merges.
struct Downsample: Sendable {
    private let spatial: Convolution?
    private let temporal: TemporalConvolution?
    private let last: Convolution

    init(_ name: String, space: Bool, time: Bool, from tensors: [String: StoredTensor]) {
        spatial = space ? Convolution("\(name).conv1", from: tensors) : nil
        var temporal = time ? TemporalConvolution("\(name).conv2", from: tensors) : nil
        temporal?.diagonal = [0, 0.5, 0.5]
        self.temporal = temporal
        last = Convolution("\(name).conv3", from: tensors)
    }

    func callAsFunction(_ frames: inout [FeatureFrame], _ pass: TokenizerPass) {
        if let spatial {
            // Tap (a, b) of a filter sees pixel (2y + a, 2x + b); the mean is that of the first two in each direction.
            let panels = Panels(
                (0..<9).map { (spatial, TapGroup(taps: [$0], diagonal: $0 < 6 && $0 % 3 < 2 ? 0.25 : 0)) }, pass)
            for i in frames.indices { frames[i] = halved(frames[i], panels, pass) }
        }
        if let temporal {
            // Frame 0 stands for itself and all before it; then frames 2j-2, 2j-1, 2j make frame j.
            let past = pass.recall(temporal.convolution.name)
            var window = past + frames
            let packed = TemporalConvolution.Packed()
            frames = []
            if past.isEmpty, let first = window.first {
                frames.append(temporal.output([first, first, first], packed, pass))
            }
            while window.count >= 3 {
                frames.append(temporal.output(Array(window[..<3]), packed, pass))
                window.removeFirst(2)
            }
            pass.keep(window, for: temporal.convolution.name)
        }
        last.pointwise(&frames, pass)
        pass.store.sweep()
    }

    private func halved(_ frame: FeatureFrame, _ panels: Panels, _ pass: TokenizerPass) -> FeatureFrame {
        let out = FeatureFrame(
            height: frame.height / 2, width: frame.width / 2, channels: panels.columns, in: pass.store)
        let store = pass.store
        pass.pool.run(out.height) { row in
            let (isa, channels) = (tb_isa_best(), frame.channels)
            // One column of zeros on the right; below the last row there is a row of them.
            var place = tb_window(top: 2 * row, left: 0, height: 3, width: frame.width + 1, halving: 0, silu: 0)
            let window = store.borrow(place.height * place.width * channels)
            tb_read_window(isa, frame.pointer, frame.height, frame.width, channels, &place, nil, nil, window.pointer)
            let parts = (0..<9).map { tap in
                tb_rows(
                    start: window.pointer + (tap / 3 * place.width + tap % 3) * channels, stride: 2 * channels,
                    width: channels)
            }
            tb_multiply_panels(
                isa, parts, parts.count, panels.memory.pointer, panels.bias, nil,
                out.pointer + row * out.width * panels.columns, panels.columns, Int(TB_PANEL), out.width, panels.columns
            )
        }
        return out
    }
}

/// Doubles time, space or both (spec §4.4, upsample). Every convolution adds its input.
struct Upsample: Sendable {
    private let temporal: TemporalConvolution?
    private let spatial: SpatialConvolution?
    private let last: Convolution

    init(_ name: String, space: Bool, time: Bool, from tensors: [String: StoredTensor]) {
        var temporal = time ? TemporalConvolution("\(name).conv1", from: tensors) : nil
        temporal?.diagonal = [0, 0, 1]
        self.temporal = temporal
        var spatial = space ? SpatialConvolution("\(name).conv2", from: tensors) : nil
        spatial?.doubles = true
        self.spatial = spatial
        last = Convolution("\(name).conv3", from: tensors)
    }

    func callAsFunction(_ frames: inout [FeatureFrame], _ pass: TokenizerPass) {
        if let temporal {
            // The clip's first frame stays single: T becomes 2T - 1.
            let isFirst = !pass.remembers(temporal.convolution.name)
            frames = frames.enumerated().flatMap { i, frame in i == 0 && isFirst ? [frame] : [frame, frame] }
            temporal(&frames, pass)
        }
        let panels = Panels([(last, TapGroup(taps: [0]))], pass)
        for i in frames.indices {
            if let spatial { frames[i] = spatial([frames[i]], pass)[0] }
            frames[i] = last.pointwise(frames[i], panels, pass)
        }
        pass.store.sweep()
    }
}
