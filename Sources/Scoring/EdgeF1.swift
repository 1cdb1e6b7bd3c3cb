internal import CKernels
public import Experiment
internal import Video

/// Edge F1, precision and recall (metrics.md §4): Canny edges of both frames compared pixel by pixel, without tolerance,
/// counted over the whole video.
public struct EdgeF1: Metric {
    /// True positives, false positives, false negatives of one frame, by region (all, fg, bg).
    public struct Measurement: Sendable {
        let counts: [EdgeCounts]
        let pixels: [Int]
    }

    struct EdgeCounts: Sendable {
        var tp = 0
        var fp = 0
        var fn = 0

        var precision: Double { tp + fp == 0 ? 0 : Double(tp) / Double(tp + fp) }
        var recall: Double { tp + fn == 0 ? 0 : Double(tp) / Double(tp + fn) }
        /// 2PR / (P + R), as the reference computes it; 0 where it has no denominator.
        var f1: Double {
            let sum = precision + recall
            return sum == 0 ? 0 : 2 * precision * recall / sum
        }

        static func + (a: EdgeCounts, b: EdgeCounts) -> EdgeCounts {
            EdgeCounts(tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn)
        }
    }

    private let filters: FrameFilters

    public init(filters: FrameFilters) { self.filters = filters }

    public let descriptors = [
        MetricDescriptor(name: "edge-f1", title: "Edge F1", direction: .higher, low: 0, high: 1, isHeadline: true),
        MetricDescriptor(name: "edge-precision", title: "Edge precision", direction: .higher, low: 0, high: 1),
        MetricDescriptor(name: "edge-recall", title: "Edge recall", direction: .higher, low: 0, high: 1),
    ]

    public func measure(_ pair: FramePair) -> Measurement? {
        let x = pair.reference.edges
        let y = filters.canny(pair.generated)
        precondition(x.size == y.size && (pair.foreground?.size ?? x.size) == x.size)
        var raw = [UInt64](repeating: 0, count: 9)
        raw.withUnsafeMutableBytes { buffer in
            let counts = buffer.bindMemory(to: (UInt64, UInt64, UInt64).self)
            withOptionalPixels(pair.foreground) { mask in
                tb_edge_counts(x.pixels, y.pixels, mask, x.size.pixels, counts.baseAddress!)
            }
        }
        return Measurement(
            counts: (0..<3).map {
                EdgeCounts(tp: Int(raw[3 * $0]), fp: Int(raw[3 * $0 + 1]), fn: Int(raw[3 * $0 + 2]))
            },
            pixels: regionSizes(pair.foreground, of: x.size.pixels))
    }

    public func scores(_ measurements: [Measurement], regions: [Region]) -> [Score] {
        let canny = filters.canny
        let parameters = ["canny": "\(canny.input.rawValue) \(canny.low)/\(canny.high)"]
        return regions.flatMap { region -> [Score] in
            let r = region.index
            let total = measurements.reduce(EdgeCounts()) { $0 + $1.counts[r] }
            let pixels = measurements.map { $0.pixels[r] }.reduce(0, +)
            let trouble = degenerate(total, pixels: pixels, region: region)
            func score(_ name: String, _ value: (EdgeCounts) -> Double) -> Score {
                Score(
                    metric: name, region: region,
                    outcome: trouble.map { .unscored(reason: $0) } ?? .scored(value(total)),
                    n: measurements.count, parameters: parameters,
                    counts: ["tp": total.tp, "fp": total.fp, "fn": total.fn],
                    warnings: trouble == nil || pixels == 0
                        ? []
                        : [
                            "the reference raises an error here and its mean leaves the video out: nothing is lost by it"
                        ],
                    perFrame: measurements.map { $0.pixels[r] == 0 ? nil : value($0.counts[r]) })
            }
            return [
                score("edge-f1", \.f1), score("edge-precision", \.precision), score("edge-recall", \.recall),
            ]
        }
    }

    /// Why a comparison means nothing: an edge map without edges, or of nothing but edges.
    private func degenerate(_ total: EdgeCounts, pixels: Int, region: Region) -> String? {
        if pixels == 0 { return Score.Outcome.emptyRegion(region).reason }
        for (side, edges) in [("reference", total.tp + total.fn), ("generated", total.tp + total.fp)] {
            if edges == 0 { return "the \(side) video's edge maps are empty" }
            if edges == pixels { return "the \(side) video's edge maps are nothing but edges" }
        }
        return nil
    }
}
