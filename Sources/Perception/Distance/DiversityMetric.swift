public import Experiment

/// The metric that a network gives. It is LPIPS only with LPIPS' own weights, backbone and heads (its card's setting
/// `lpips`); any other network gives a perceptual distance of its own.
public func diversityDescriptor(_ card: NetworkCard) -> MetricDescriptor {
    card.isLPIPS
        ? MetricDescriptor(
            name: "lpips-diversity", title: "Diversity LPIPS", direction: .higher, low: 0, isHeadline: true,
            scope: .condition)
        : MetricDescriptor(
            name: "perceptual-diversity", title: "Perceptual diversity (\(card.name))", direction: .higher, low: 0,
            isHeadline: true,
            scope: .condition)
}

extension NetworkCard {
    /// Whether backbone and heads are those of LPIPS, as the import found out by their hashes.
    var isLPIPS: Bool { settings["lpips"] == 1 }
}

extension DiversityScorer {
    public var descriptor: MetricDescriptor { diversityDescriptor(card) }

    /// One score for each region of a result: the mean over pairs of their means over frames.
    public func scores(_ result: DiversityResult) -> [Score] {
        result.regions.map { region in
            var parameters = [
                "backbone": card.name, "network-sha256": network.hex, "device": device.rawValue,
                "heads": card.isLPIPS ? "lpips" : hasHeads ? "own" : "none (uncalibrated)",
                "frame-limit": "\(result.frameLimit)",
            ]
            if region.region != .all { parameters["region"] = "the other pixels painted white" }
            return Score(
                metric: descriptor.name, region: region.region,
                outcome: region.mean.map { .scored($0) }
                    ?? .unscored(reason: region.failure ?? "there is no frame to compare"),
                n: region.failure == nil ? result.frames : 0, parameters: parameters,
                counts: ["videos": result.videos.count, "pairs": result.pairs.count], warnings: result.warnings,
                perFrame: region.frames)
        }
    }
}
