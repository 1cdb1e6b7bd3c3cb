public import Experiment
internal import Video

/// NIQE (Mittal, Soundararajan, Bovik 2013): how far the statistics of a frame's blocks lie from those of sharp blocks of
/// reference clips. It looks at the generated frames alone, at their own size; a video's value is the mean over its frames.
///
/// It is no substitute for the DOVER score and never stands in its column.
///
/// Pixels that differ from their local mean by less than 1e-9 grey levels count as flat: their coefficients are 0, and 0 is
/// neither above nor below. In the authors' code rounding decides on which side they fall; on flat pictures, such as drawn
/// ones, that moves the value by up to 6 %.
public struct NIQE: Metric {
    /// One frame's distance, or why it has none.
    public enum Measurement: Sendable, Equatable {
        case distance(Double)
        case tooSmall(String)
        case flat
    }

    private let reference: NIQEReference

    public init(_ reference: NIQEReference) { self.reference = reference }

    public init(model: NIQEModel) { self.init(.model(model)) }

    public let descriptors = [
        MetricDescriptor(
            name: "niqe", title: "NIQE", direction: .lower, low: 0, unit: "", regions: [.all], isHeadline: true)
    ]

    public func measure(_ pair: FramePair) -> Measurement? {
        guard case .model(let model) = reference else { return nil }
        let frame = pair.originalGenerated
        guard let features = NIQEFeatures(of: frame, block: model.block) else {
            return .tooSmall("\(frame.size)")
        }
        guard let gaussian = NIQEDistribution(features).gaussian, let distance = gaussian.distance(to: model.gaussian)
        else { return .flat }
        return .distance(distance)
    }

    public func scores(_ measurements: [Measurement], regions: [Region]) -> [Score] {
        switch reference {
        case .model(let model): [score(measurements, model)]
        case .missing(let reason):
            [
                Score(
                    metric: "niqe", region: .all, outcome: .unscored(reason: reason), n: 0,
                    parameters: ["model": "none"],
                    perFrame: [])
            ]
        }
    }

    private func score(_ measurements: [Measurement], _ model: NIQEModel) -> Score {
        let values = measurements.map { if case .distance(let value) = $0 { value } else { nil as Double? } }
        let scored = values.compactMap { $0 }
        let flat = measurements.indices.filter { measurements[$0] == .flat }
        var warnings: [String] = []
        if model.block != NIQEModel.publishedBlock {
            warnings.append(
                "NIQE on blocks of \(model.block) pixels instead of the published \(NIQEModel.publishedBlock): "
                    + "compare it with values of the same model alone")
        }
        let outcome: Score.Outcome
        if case .tooSmall(let size) = measurements.first {
            outcome = .unscored(reason: "frames of \(size) are smaller than NIQE's block of \(model.block) pixels")
        } else if scored.isEmpty {
            outcome = .unscored(reason: "no frame has two blocks with texture for NIQE's statistics")
        } else {
            outcome = .scored(scored.reduce(0, +) / Double(scored.count))
            if !flat.isEmpty {
                warnings.append(
                    "\(flat.count) of \(measurements.count) frames have fewer than two blocks with texture and no "
                        + "NIQE value: \(listed(flat))")
            }
        }
        return Score(
            metric: "niqe", region: .all, outcome: outcome, n: scored.count,
            parameters: [
                "block": "\(model.block)", "model": model.identity.hex, "model-source": model.source,
                "grey": "BT.601, whole levels", "flat": "within 1e-9 of the local mean",
            ],
            warnings: warnings, perFrame: values)
    }
}
