public import Experiment
internal import Video

/// Where the points on a mask come from that begin its way through the video.
public enum PointSampling: Sendable, Equatable {
    /// One generator for all masks. The evaluator of 2025 has none that can be repeated, so any seed is as good.
    case seeded(UInt32)
    /// Each mask seeds its own by the sum of its pixels' coordinates, as the evaluator of 2026 does.
    case byMask

    /// What a published evaluator does; the first one's seed is ours.
    public init(_ profile: Profile) {
        switch profile {
        case .paibench2025: self = .seeded(2025)
        case .aligned2026: self = .byMask
        }
    }

    var words: String {
        switch self {
        case .seeded(let seed): "seed \(seed)"
        case .byMask: "seeded by mask"
        }
    }
}

/// Draws points on masks.
struct PromptPoints {
    private let sampling: PointSampling
    private var generator: NumpyGenerator

    init(_ sampling: PointSampling) {
        self.sampling = sampling
        if case .seeded(let seed) = sampling {
            generator = NumpyGenerator(seed: seed)
        } else {
            generator = NumpyGenerator(seed: 0)
        }
    }

    /// `count` different points on a mask that has more, in the frame's pixels.
    mutating func draw(_ count: Int, on mask: Plane) -> [(x: Float, y: Float, label: Int)] {
        let pixels = mask.pixels.indices.filter { mask.pixels[$0] != 0 }
        if sampling == .byMask {
            let sum = pixels.reduce(0) { $0 + $1 % mask.width + $1 / mask.width }
            generator = NumpyGenerator(seed: UInt32(sum & 0x7FFF_FFFF))
        }
        return generator.choice(min(count, pixels.count), of: pixels.count).map { index in
            (Float(pixels[index] % mask.width), Float(pixels[index] / mask.width), 1)
        }
    }
}
