public import Experiment

/// The part of a pair's files that a metric works on.
enum MetricInput: Sendable {
    case frames, depth, masks
}

/// Every metric with what it needs, in the order of tables. A new metric is one line here.
///
/// - Parameter phrases: of the masks' labels; empty where only the list of metrics is wanted.
func metricList(
    _ options: ScoringOptions, phrases: (reference: [String], generated: [String]) = ([], [])
) -> [(input: MetricInput, run: any MetricRunning)] {
    [
        (.frames, MetricRun(BlurSSIM(filters: options.filters))),
        (.frames, MetricRun(EdgeF1(filters: options.filters))),
        (.depth, MetricRun(DepthError(profile: options.profile))),
        (
            .masks,
            MetricRun(
                MaskIoU(
                    reference: phrases.reference, generated: phrases.generated, matching: options.matching,
                    profile: options.profile))
        ),
    ] + (options.niqe.map { [(.frames, MetricRun(NIQE($0)))] } ?? [])
}

/// What a run with the given parts computes, in the order of tables.
public func plannedMetrics(_ options: ScoringOptions, depth: Bool, masks: Bool) -> [MetricDescriptor] {
    metricList(options).filter { item in
        switch item.input {
        case .frames: true
        case .depth: depth
        case .masks: masks
        }
    }.flatMap(\.run.descriptors)
}
