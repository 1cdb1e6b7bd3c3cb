public import Experiment
import Foundation
internal import Video

/// Depth errors between two maps per frame (metrics.md §5): median-scaled RMSE, its log variant, AbsRel and delta shares.
///
/// A pixel is valid when both depths are above 0 and finite. A frame without valid pixels scores 0 in the RMSE metrics and
/// still counts, as in the reference; the result says so.
public struct DepthError: Metric {
    /// One frame's values by region; nil where a region has no valid pixel.
    public struct Measurement: Sendable {
        let regions: [FrameErrors?]
        let isResized: Bool
        /// Pearson's, of both depths over the whole picture; 0 where one of them is flat.
        let correlation: Double
        let notFinite: Int
        let negative: Int
    }

    struct FrameErrors: Sendable {
        let rmse: Double
        let logRMSE: Double
        let absRel: Double
        let deltas: [Double]
    }

    private let profile: Profile
    private let kind: String?
    private let isKnown: Bool

    /// - Parameters:
    ///   - kind: what both depths are; nil where nobody says it.
    ///   - isKnown: whether both say it, so that there is no doubt.
    public init(profile: Profile, kind: String? = nil, isKnown: Bool = false) {
        self.profile = profile
        self.kind = kind
        self.isKnown = isKnown
    }

    public let descriptors = [
        MetricDescriptor(
            name: "depth-si-rmse", title: "Depth si-RMSE", direction: .lower, low: 0, unit: "of the depth maps",
            isHeadline: true),
        MetricDescriptor(name: "depth-si-rmse-log", title: "Depth si-RMSE (log)", direction: .lower, low: 0),
        MetricDescriptor(name: "depth-absrel", title: "Depth AbsRel", direction: .lower, low: 0),
        MetricDescriptor(name: "depth-delta1", title: "Depth δ<1.25", direction: .higher, low: 0, high: 1),
        MetricDescriptor(name: "depth-delta2", title: "Depth δ<1.25²", direction: .higher, low: 0, high: 1),
        MetricDescriptor(name: "depth-delta3", title: "Depth δ<1.25³", direction: .higher, low: 0, high: 1),
    ]

    public func measure(_ pair: FramePair) -> Measurement? {
        guard let (reference, original) = pair.depth else { return nil }
        let generated: DepthFrame
        switch profile {
        case .paibench2025: generated = original.nearest(reference.size)
        case .aligned2026:
            let isTaller = original.height > reference.height
            generated = original.resized(to: reference.size, isTaller ? .area : .bilinear)
        }
        let mask = pair.originalForeground?.nearest(reference.size)
        let all = reference.values.indices.filter { i in
            let (x, y) = (reference.values[i], generated.values[i])
            return x > 0 && y > 0 && x < .infinity && y < .infinity
        }
        var regions = [errors(reference, generated, at: all), nil, nil]
        if let mask {
            regions[1] = errors(reference, generated, at: all.filter { mask.pixels[$0] != 0 })
            regions[2] = errors(reference, generated, at: all.filter { mask.pixels[$0] == 0 })
        }
        return Measurement(
            regions: regions, isResized: original.size != reference.size,
            correlation: isKnown ? 1 : correlation(reference, generated, at: all),
            notFinite: [reference, original].map { $0.values.count { !$0.isFinite } }.reduce(0, +),
            negative: [reference, original].map { $0.values.count { $0 < 0 } }.reduce(0, +))
    }

    private func errors(_ reference: DepthFrame, _ generated: DepthFrame, at valid: [Int]) -> FrameErrors? {
        guard !valid.isEmpty else { return nil }
        let x = valid.map { reference.values[$0] }
        let y = valid.map { generated.values[$0] }
        let n = Double(valid.count)
        let ratio = median(x) / median(y)
        var squares = 0.0
        var logs = 0.0
        var logSquares = 0.0
        var relative = 0.0
        var within = [0, 0, 0]
        for i in x.indices {
            var difference = x[i] - ratio * y[i]
            if profile == .aligned2026 { difference = min(max(difference, -10), 10) }
            squares += difference * difference
            let e = log(y[i]) - log(x[i])
            logs += e
            logSquares += e * e
            // The reference computes these in single precision.
            let (a, b) = (Float(x[i]), Float(y[i]))
            relative += Double(abs(a - b) / a)
            let worst = max(a / b, b / a)
            for k in 0..<3 where worst < [1.25, 1.5625, 1.953125][k] { within[k] += 1 }
        }
        return FrameErrors(
            rmse: (squares / n).squareRoot(),
            logRMSE: max(0, logSquares / n - (logs / n) * (logs / n)).squareRoot(),
            absRel: relative / n, deltas: within.map { Double($0) / n })
    }

    private func correlation(_ x: DepthFrame, _ y: DepthFrame, at valid: [Int]) -> Double {
        let n = Double(max(1, valid.count))
        let means = valid.reduce((0.0, 0.0)) { ($0.0 + x.values[$1] / n, $0.1 + y.values[$1] / n) }
        var (xx, yy, xy) = (0.0, 0.0, 0.0)
        for i in valid {
            let (a, b) = (x.values[i] - means.0, y.values[i] - means.1)
            xx += a * a
            yy += b * b
            xy += a * b
        }
        let scale = (xx * yy).squareRoot()
        return scale > 0 ? xy / scale : 0
    }

    /// Why depths that do not both say what they are cannot be of one kind: in most frames one grows where the other shrinks.
    private func contradiction(_ measurements: [Measurement]) -> String? {
        guard !isKnown, 2 * measurements.count(where: { $0.correlation < -0.5 }) > measurements.count else {
            return nil
        }
        return
            "the two depths are of unlike kinds: one is large where the other is small; say what they are, with {\"kind\": \"metres\"} or \"disparity\" in card.json beside the files"
    }

    public func scores(_ measurements: [Measurement], regions: [Region]) -> [Score] {
        let resized = profile == .paibench2025 ? "nearest" : "area or bilinear"
        let clamp = profile == .aligned2026 ? "10" : "none"
        var parameters = ["residual-clamp": clamp, "resize": resized, "scale": "median"]
        parameters["depth-kind"] = kind
        // Where one side says its kind, that of the other follows; where none does, the values stand, marked.
        let contradiction = contradiction(measurements)
        let refusal = kind == nil ? nil : contradiction.map { Score.Outcome.unscored(reason: $0) }
        let doubts = kind == nil && contradiction != nil ? ["the two depths seem to be of unlike kinds"] : []
        var input: [String] = []
        let notFinite = measurements.map(\.notFinite).reduce(0, +)
        let negative = measurements.map(\.negative).reduce(0, +)
        if notFinite > 0 { input.append("\(notFinite) depth values are NaN or infinite and count as invalid") }
        if negative > 0 { input.append("\(negative) depth values are negative and count as invalid") }
        if measurements.contains(where: \.isResized) { input.append("the generated depth was resized (\(resized))") }
        if kind == nil, let contradiction { input.append(contradiction) }
        return regions.flatMap { region -> [Score] in
            let values = measurements.map { $0.regions[region.index] }
            let empty = values.indices.filter { values[$0] == nil }
            let named = "\(empty.count) of \(values.count) frames without valid depth"
            let counted =
                empty.isEmpty
                ? [] : ["\(named) count as 0, a perfect score, as in the reference (frames \(listed(empty)))"]
            let lost = empty.isEmpty ? [] : ["\(named) make the reference's value NaN"]
            let perfect = empty.count == values.count ? "no frame has valid depth" : "some frames have no valid depth"
            func score(
                _ name: String, empty rule: Score.Outcome?, _ warnings: [String], _ pick: (FrameErrors) -> Double
            ) -> Score {
                let mean = values.map { $0.map(pick) ?? 0 }.reduce(0, +) / Double(values.count)
                return Score(
                    metric: name, region: region, outcome: refusal ?? (empty.isEmpty ? nil : rule) ?? .scored(mean),
                    n: values.count, parameters: parameters, warnings: input + warnings,
                    caveats: doubts + (empty.isEmpty ? [] : ["\(perfect) there, which counts as 0, a perfect score"]),
                    perFrame: values.map { $0.map(pick) })
            }
            let notANumber = Score.Outcome.unscored(
                reason: "\(empty.count) frames have no valid depth (frames \(listed(empty)))")
            return [
                score("depth-si-rmse", empty: nil, counted, \.rmse),
                score("depth-si-rmse-log", empty: nil, counted, \.logRMSE),
                score("depth-absrel", empty: notANumber, lost, \.absRel),
                score("depth-delta1", empty: notANumber, lost) { $0.deltas[0] },
                score("depth-delta2", empty: notANumber, lost) { $0.deltas[1] },
                score("depth-delta3", empty: notANumber, lost) { $0.deltas[2] },
            ]
        }
    }
}
