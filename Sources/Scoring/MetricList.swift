public import Experiment

/// The part of a pair's files that a metric works on.
enum MetricInput: Sendable {
    /// What all profiles see alike.
    case frames
    /// Edges, which each profile finds in its own way.
    case edges
    case depth, masks

    /// Whether profiles give the same values.
    var isShared: Bool { self == .frames }
}

/// Every metric with what it needs, in the order of tables. A new metric is one line here.
///
/// - Parameter maps: of both sides; empty where only the list of metrics is wanted.
func metricList(
    _ options: ScoringOptions, maps: MapFacts = MapFacts()
) -> [(input: MetricInput, run: any MetricRunning)] {
    [
        (.frames, MetricRun(BlurSSIM(filters: options.filters))),
        (.edges, MetricRun(EdgeF1(filters: options.filters))),
        (.depth, MetricRun(DepthError(profile: options.profile, kind: maps.depth.kind, isKnown: maps.depth.isKnown))),
        (
            .masks,
            MetricRun(
                MaskIoU(
                    reference: maps.masks.reference, generated: maps.masks.generated, matching: options.matching,
                    profile: options.profile))
        ),
    ] + (options.niqe.map { [(.frames, MetricRun(NIQE($0)))] } ?? [])
}

/// What a run with the given parts computes, in the order of tables.
public func plannedMetrics(_ options: ScoringOptions, depth: Bool, masks: Bool) -> [MetricDescriptor] {
    metricList(options).filter { item in
        switch item.input {
        case .frames, .edges: true
        case .depth: depth
        case .masks: masks
        }
    }.flatMap(\.run.descriptors)
}
