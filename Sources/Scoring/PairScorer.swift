internal import Experiment
internal import Synchronization
internal import Tensors
internal import Video

/// Scores one pair: decodes every file once, front to back, and measures frames on several threads. Memory holds a few
/// frames a thread, whatever the length.
///
/// - Parameters:
///   - cache: the reference's maps, when several videos share them; made for the same options.
///   - onLength: called once with the frames that there are to measure, as far as the containers say.
///   - onFrame: called after every frame, on any thread.
/// - Throws: `FileError`, when one of the two videos is damaged. Damage to an optional part is in the result.
public func scorePair(
    _ inputs: PairInputs, options: ScoringOptions, cache: ReferenceCache? = nil, onLength: (Int) -> Void = { _ in },
    onFrame: @Sendable () -> Void = {}
) throws -> PairResult {
    try scorePair([inputs], options: [options], cache: cache, onLength: onLength, onFrame: onFrame)[0]
}

/// Scores one pair for several profiles at once: the videos are decoded and blurred once, and what the profiles see alike is
/// measured once.
///
/// - Parameters:
///   - inputs: for each profile; they differ in depth and masks at most.
///   - options: for each profile; they differ in what the profile decides at most.
/// - Returns: a result for each profile, as if it had been scored alone.
/// - Throws: as for one.
public func scorePair(
    _ inputs: [PairInputs], options: [ScoringOptions], cache: ReferenceCache? = nil,
    onLength: (Int) -> Void = { _ in }, onFrame: @Sendable () -> Void = {}
) throws -> [PairResult] {
    precondition(!options.isEmpty && inputs.count == options.count)
    let common = options[0]
    let feed = try PairFeed(inputs, limit: common.frameLimit, cache: cache)
    let facts = (reference: feed.referenceFacts, generated: VideoFacts(feed.generated))
    onLength(
        [common.frameLimit, facts.reference.expectedFrames, facts.generated.expectedFrames].compactMap { $0 }.min()
            ?? 0)
    var plans: [MetricPlan] = []
    for (k, inputs) in inputs.enumerated() {
        plans.append(MetricPlan(inputs, options: options[k], maps: feed.maps[k].facts, sharing: plans.first))
    }
    let previews = (
        reference: PreviewSampler(frames: min(common.frameLimit, facts.reference.expectedFrames ?? 1)),
        generated: PreviewSampler(frames: min(common.frameLimit, facts.generated.expectedFrames ?? 1))
    )
    let source = Mutex<PairFeed>(feed)
    let filters = options.map(\.filters)
    try withWorkers(common.workers(for: facts.reference.size)) { [plans] _ in
        while let raw = try source.withLock({ feed in try feed.next() }) {
            previews.generated.offer(raw.generated, index: raw.index)
            let references: [ReferenceMaps]
            switch raw.reference {
            case .frame(let frame):
                previews.reference.offer(frame, index: raw.index)
                references = ReferenceMaps.all(of: frame, with: filters)
            case .cached(let cache): references = try cache.maps(raw.index)
            }
            let size = references[0].blurred.size
            let interpolation = Interpolation.forResizing(height: raw.generated.height, to: size.height)
            let generated = raw.generated.resized(to: size, interpolation)
            for (k, plan) in plans.enumerated() {
                plan.measure(
                    FramePair(
                        index: raw.index, reference: references[k], generated: generated,
                        originalGenerated: raw.generated, foreground: raw.foreground, depth: raw.maps[k].depth,
                        labels: raw.maps[k].labels))
            }
            onFrame()
        }
    }
    return try source.withLock { feed in
        try feed.finish { frame, index in previews.reference.offer(frame, index: index) }
        return plans.enumerated().map { k, plan in
            PairResult(
                reference: facts.reference, generated: facts.generated, frames: feed.index,
                scores: plan.scores(feed, feed.maps[k]), warnings: feed.warnings,
                failures: [feed.foregroundFailure, feed.maps[k].depthFailure, feed.maps[k].maskFailure].compactMap {
                    $0
                },
                referencePreviews: cache?.previews ?? previews.reference.previews,
                generatedPreviews: previews.generated.previews)
        }
    }
}

/// The metrics of one pair, each with the part of the input that it needs.
private struct MetricPlan: Sendable {
    private let items: [(input: MetricInput, run: any MetricRunning)]
    /// Those that no other plan measures.
    private let own: [any MetricRunning]
    private let regions: [Region]
    private let origins: PairInputs.Origins

    /// - Parameter other: the plan of another profile, which measures what both see alike.
    init(_ inputs: PairInputs, options: ScoringOptions, maps: MapFacts, sharing other: MetricPlan?) {
        let listed = metricList(options, maps: maps).filter { item in
            switch item.input {
            case .frames, .edges: true
            case .depth: inputs.depth != nil
            case .masks: inputs.masks != nil
            }
        }
        let shared = other.map { $0.items.filter(\.input.isShared) } ?? []
        own = listed.filter { !$0.input.isShared || shared.isEmpty }.map(\.run)
        var left = shared[...]
        items = listed.map { item in item.input.isShared ? left.popFirst() ?? item : item }
        regions = inputs.foreground == nil ? [.all] : Region.allCases
        origins = inputs.origins
    }

    func measure(_ pair: FramePair) { for run in own { run.measure(pair) } }

    func scores(_ feed: PairFeed, _ maps: MapFeed) -> [Score] {
        items.flatMap { input, run in
            switch input {
            case .frames, .edges: scores(run, feed, failure: nil, warnings: [], origin: [:])
            case .depth:
                scores(run, feed, failure: maps.depthFailure, warnings: maps.depthWarnings, origin: origins.depth)
            case .masks:
                scores(run, feed, failure: maps.maskFailure, warnings: maps.maskWarnings, origin: origins.masks)
            }
        }
    }

    /// A failed part leaves its metrics unscored; a failed foreground leaves every metric's regions unscored, and one that
    /// selects nothing the background's: it would be the whole picture.
    private func scores(
        _ run: any MetricRunning, _ feed: PairFeed, failure: String?, warnings: [String], origin: [String: String]
    ) -> [Score] {
        let usable = feed.foregroundFailure != nil ? [.all] : feed.foregroundIsEmpty ? [.all, .fg] : Region.allCases
        let scorable = failure != nil ? [] : regions.filter(usable.contains)
        let held = feed.foregroundHasGap ? ["the foreground mask ends early, and its last frame holds on"] : []
        let scored =
            scorable.isEmpty
            ? []
            : run.finish(regions: scorable).map { score -> Score in
                let source = score.region == .all ? origin : origin.merging(origins.foreground) { a, _ in a }
                return score.adding(source, warnings: warnings, caveats: score.region == .all ? [] : held)
            }
        let reason = failure ?? feed.foregroundFailure ?? Score.Outcome.wholeBackground
        let unscored = regions.filter { !scorable.contains($0) }.flatMap { region in
            run.descriptors.filter { $0.regions.contains(region) }.map { descriptor in
                Score(metric: descriptor.name, region: region, outcome: .unscored(reason: reason), n: 0)
            }
        }
        return scored + unscored
    }
}
