internal import Tensors

/// A (3,1,1) convolution over a frame and the two before it; before the first frame there are copies of it (spec §4.2).
struct TemporalConvolution: Sendable {
    let convolution: Convolution
    /// What is added to the diagonal of each tap: a resampler's mean of its inputs.
    var diagonal: [Float] = [0, 0, 0]
    /// A 1×1×1 convolution of another frame whose result is added.
    var shortcut: Convolution?

    init(_ name: String, from tensors: [String: StoredTensor]) { convolution = Convolution(name, from: tensors) }

    /// Weights by how many of the three frames are one and the same, packed when first needed.
    final class Packed { fileprivate var panels: [[TapGroup]: Panels] = [:] }

    /// The three frames that each of `frames` is made from; remembers the last two for the next chunk.
    private func windows(_ frames: [FeatureFrame], _ pass: TokenizerPass) -> [[FeatureFrame]] {
        let past = pass.recall(convolution.name)
        let all = past + frames
        pass.keep(all.suffix(2), for: convolution.name)
        return frames.indices.map { i in (-2...0).map { all[max(0, past.count + i + $0)] } }
    }

    /// Replaces every frame by its convolution.
    func callAsFunction(_ frames: inout [FeatureFrame], _ pass: TokenizerPass) {
        var windows = windows(frames, pass)
        let packed = Packed()
        // From the last frame back: each frame's memory is free once its successors are done.
        for i in frames.indices.reversed() {
            frames[i] = output(windows.removeLast(), packed, pass)
        }
    }

    /// Adds the convolution of `frames`, and the bias, to `x`; with a shortcut the convolution of x takes x's place.
    func callAsFunction(_ frames: consuming [FeatureFrame], addedTo x: inout [FeatureFrame], _ pass: TokenizerPass) {
        var windows = windows(frames, pass)
        frames = []
        let packed = Packed()
        for i in x.indices.reversed() { x[i] = output(windows.removeLast(), addedTo: x[i], packed, pass) }
    }

    /// One frame from three. Taps that see the same frame are added up before they are multiplied.
    func output(
        _ window: [FeatureFrame], addedTo x: FeatureFrame? = nil, _ packed: Packed, _ pass: TokenizerPass
    ) -> FeatureFrame {
        var sources: [FeatureFrame] = []
        var groups: [TapGroup] = []
        for (tap, frame) in window.enumerated() {
            if sources.last?.isSame(as: frame) == true {
                groups[groups.count - 1].taps.append(tap)
                groups[groups.count - 1].diagonal += diagonal[tap]
            } else {
                sources.append(frame)
                groups.append(TapGroup(taps: [tap], diagonal: diagonal[tap]))
            }
        }
        let panels =
            packed.panels[groups]
            ?? Panels(
                groups.map { (convolution, $0) } + (shortcut.map { [($0, TapGroup(taps: [0]))] } ?? []), pass)
        packed.panels[groups] = panels
        guard let x else {
            let out = pass.frame(like: window[2], channels: convolution.outputs)
            panels.multiply(sources, into: out, pass.pool)
            return out
        }
        guard shortcut != nil else {
            panels.multiply(sources, adding: x, into: x, pass.pool)
            return x
        }
        let out = pass.frame(like: x, channels: convolution.outputs)
        panels.multiply(sources + [x], into: out, pass.pool)
        return out
    }
}
