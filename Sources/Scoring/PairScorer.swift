internal import Experiment
internal import Synchronization
internal import Tensors
internal import Video

/// Scores one pair: decodes every file once, front to back, and measures frames on several threads. Memory holds a few
/// frames a thread, whatever the length.
///
/// - Parameters:
///   - cache: the reference's maps, when several videos share them.
///   - onLength: called once with the frames that there are to measure, as far as the containers say.
///   - onFrame: called after every frame, on any thread.
/// - Throws: `FileError`, when one of the two videos is damaged. Damage to an optional part is in the result.
public func scorePair(
    _ inputs: PairInputs, options: ScoringOptions, cache: ReferenceCache? = nil, onLength: (Int) -> Void = { _ in },
    onFrame: @Sendable () -> Void = {}
) throws -> PairResult {
    let feed = try PairFeed(inputs, limit: options.frameLimit, cache: cache)
    let facts = (reference: feed.referenceFacts, generated: VideoFacts(feed.generated))
    onLength(
        [options.frameLimit, facts.reference.expectedFrames, facts.generated.expectedFrames].compactMap { $0 }.min()
            ?? 0)
    let plan = MetricPlan(inputs, options: options, phrases: feed.phrases)
    let previews = (
        reference: PreviewSampler(frames: min(options.frameLimit, facts.reference.expectedFrames ?? 1)),
        generated: PreviewSampler(frames: min(options.frameLimit, facts.generated.expectedFrames ?? 1))
    )
    let source = Mutex<PairFeed>(feed)
    let filters = options.filters
    try withWorkers(options.workers(for: facts.reference.size)) { _ in
        while let raw = try source.withLock({ feed in try feed.next() }) {
            previews.generated.offer(raw.generated, index: raw.index)
            let maps: ReferenceMaps
            switch raw.reference {
            case .frame(let frame):
                previews.reference.offer(frame, index: raw.index)
                maps = ReferenceMaps(of: frame, with: filters)
            case .cached(let cache): maps = try cache.maps(raw.index)
            }
            let size = maps.blurred.size
            let interpolation = Interpolation.forResizing(height: raw.generated.height, to: size.height)
            let pair = FramePair(
                index: raw.index, reference: maps, generated: raw.generated.resized(to: size, interpolation),
                originalGenerated: raw.generated, foreground: raw.foreground, depth: raw.depth, labels: raw.labels)
            for run in plan.runs { run.measure(pair) }
            onFrame()
        }
    }
    return try source.withLock { feed in
        try feed.finish { frame, index in previews.reference.offer(frame, index: index) }
        return PairResult(
            reference: facts.reference, generated: facts.generated, frames: feed.index, scores: plan.scores(feed),
            warnings: feed.warnings,
            failures: [feed.foregroundFailure, feed.depthFailure, feed.maskFailure].compactMap { $0 },
            referencePreviews: cache?.previews ?? previews.reference.previews,
            generatedPreviews: previews.generated.previews)
    }
}

/// The metrics of one pair, each with the part of the input that it needs.
private struct MetricPlan: Sendable {
    private let items: [(input: MetricInput, run: any MetricRunning)]
    private let regions: [Region]
    private let origins: PairInputs.Origins

    init(_ inputs: PairInputs, options: ScoringOptions, phrases: (reference: [String], generated: [String])) {
        items = metricList(options, phrases: phrases).filter { item in
            switch item.input {
            case .frames: true
            case .depth: inputs.depth != nil
            case .masks: inputs.masks != nil
            }
        }
        regions = inputs.foreground == nil ? [.all] : Region.allCases
        origins = inputs.origins
    }

    var runs: [any MetricRunning] { items.map(\.run) }

    func scores(_ feed: PairFeed) -> [Score] {
        items.flatMap { input, run in
            switch input {
            case .frames: scores(run, feed, failure: nil, warnings: [], origin: [:])
            case .depth:
                scores(run, feed, failure: feed.depthFailure, warnings: feed.depthWarnings, origin: origins.depth)
            case .masks:
                scores(run, feed, failure: feed.maskFailure, warnings: feed.maskWarnings, origin: origins.masks)
            }
        }
    }

    /// A failed part leaves its metrics unscored; a failed foreground leaves every metric's regions unscored.
    private func scores(
        _ run: any MetricRunning, _ feed: PairFeed, failure: String?, warnings: [String], origin: [String: String]
    ) -> [Score] {
        let scorable = failure != nil ? [] : feed.foregroundFailure == nil ? regions : [.all]
        let scored =
            scorable.isEmpty
            ? []
            : run.finish(regions: scorable).map { score -> Score in
                let source = score.region == .all ? origin : origin.merging(origins.foreground) { a, _ in a }
                return score.adding(source, warnings: warnings)
            }
        let reason = failure ?? feed.foregroundFailure ?? "the foreground is missing"
        let unscored = regions.filter { !scorable.contains($0) }.flatMap { region in
            run.descriptors.filter { $0.regions.contains(region) }.map { descriptor in
                Score(metric: descriptor.name, region: region, outcome: .unscored(reason: reason), n: 0)
            }
        }
        return scored + unscored
    }
}
