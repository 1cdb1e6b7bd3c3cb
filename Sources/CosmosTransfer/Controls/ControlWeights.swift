internal import Experiment
internal import Tensors

/// The weights of all controls of a video, brought to a sum of at most 1 and ready to be resampled to the tokens of each
/// clip (spec §1.5).
///
/// The sum is taken per pixel, before resampling, and only divided by where it is above 1. Maps are read where they lie
/// and never enlarged as a whole.
public struct ControlWeights: Sendable {
    /// The controls' names, in the order of their weights.
    public let names: [String]
    private let grid: WeightGrid
    private let sources: [Source]
    private let hasMaps: Bool

    private enum Source: Sendable {
        case number(Float)
        case map(MapSampler)
    }

    /// - Parameters:
    ///   - weights: the active controls in their order.
    ///   - grid: the video that maps are laid over.
    /// - Throws: `BenchError` naming the control whose weight is of the wrong rank, negative or not finite, and where.
    public init(
        _ weights: [(control: String, weight: ControlWeight)], grid: WeightGrid, parity: WeightParity = WeightParity()
    ) throws {
        for (control, weight) in weights {
            try weight.check(control: control, allowingNegative: parity.negativeIsZero)
        }
        let hasMaps = weights.contains { if case .map = $0.weight { true } else { false } }
        names = weights.map(\.control)
        self.grid = grid
        self.hasMaps = hasMaps
        sources = weights.map { _, weight in
            switch weight {
            case .scalar(let value, let quoted):
                return .number(
                    hasMaps && parity.zeroBesideMapIsOne && value == 0 && !quoted ? 1 : Float(value))
            case .map(let map):
                let shaped = map.shape.count == 2 ? map.reshaped([1] + map.shape) : map
                return .map(
                    MapSampler(shaped, grid: grid, frames: parity.mapsSpanOneClip ? grid.clipFrames : grid.frames))
            }
        }
    }

    /// Each control's weight over the clip that begins at frame `firstFrame` of the video; frames after the video's last
    /// have that one's weights. A weight whose `isZero` holds belongs to a branch that need not run.
    public func tokens(firstFrame: Int = 0) -> [TokenWeight] {
        guard hasMaps else {
            return Self.normalised(sources.map { if case .number(let value) = $0 { value } else { 0 } }).map {
                .uniform([$0])
            }
        }
        return grid.tokens(firstFrame: firstFrame, samples: samples).map { .map($0) }
    }

    /// All maps at the pixels of a frame that tokens are made of, normalised.
    private func samples(frame: Int) -> [[Float]] {
        let count = grid.rows.count * grid.columns.count * 4
        var planes = sources.map { source in
            switch source {
            case .number(let value): [Float](repeating: value, count: count)
            case .map(let sampler): sampler.samples(frame: frame)
            }
        }
        for i in 0..<count {
            let most = planes.reduce(0 as Double) { $0 + Double($1[i]) }
            guard most > 1 else { continue }
            for k in planes.indices { planes[k][i] = Self.share(planes[k][i], of: most) }
        }
        return planes
    }

    /// Numbers divided by their sum when it is above 1.
    static func normalised(_ weights: [Float]) -> [Float] {
        let sum = weights.reduce(0 as Double) { $0 + Double($1) }
        return sum > 1 ? weights.map { share($0, of: sum) } : weights
    }

    private static func share(_ weight: Float, of sum: Double) -> Float { Float(Double(weight) / sum) }
}
