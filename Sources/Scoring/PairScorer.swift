internal import Experiment
internal import Synchronization
internal import Tensors
internal import Video

/// Scores one pair: decodes every file once, front to back, and measures frames on several threads. Memory holds a few
/// frames a thread, whatever the length.
///
/// - Parameters:
///   - cache: the reference's maps, when several videos share them.
///   - onFrame: called after every frame, on any thread.
/// - Throws: `FileError`, when one of the two videos is damaged. Damage to an optional part is in the result.
public func scorePair(
    _ inputs: PairInputs, options: ScoringOptions, cache: ReferenceCache? = nil, onFrame: @Sendable () -> Void = {}
) throws -> PairResult {
    let feed = try PairFeed(inputs, limit: options.frameLimit, cachedFrames: cache?.frames)
    let facts = (reference: feed.referenceFacts, generated: VideoFacts(feed.generated))
    let plan = MetricPlan(inputs, options: options, phrases: feed.phrases)
    let length = min(options.frameLimit, facts.reference.declaredFrames ?? 1, facts.generated.declaredFrames ?? 1)
    let previews = (reference: PreviewSampler(frames: length), generated: PreviewSampler(frames: length))
    let source = Mutex<PairFeed>(feed)
    let filters = options.filters
    try withWorkers(options.workers) { _ in
        while let raw = try source.withLock({ feed in try feed.next() }) {
            if let frame = raw.reference { previews.reference.offer(frame, index: raw.index) }
            previews.generated.offer(raw.generated, index: raw.index)
            let maps: ReferenceMaps
            if let frame = raw.reference {
                maps = ReferenceMaps(of: frame, with: filters)
            } else {
                maps = try cache!.maps(raw.index)
            }
            let size = maps.blurred.size
            let interpolation = Interpolation.forResizing(height: raw.generated.height, to: size.height)
            let pair = FramePair(
                index: raw.index, reference: maps, generated: raw.generated.resized(to: size, interpolation),
                foreground: raw.foreground, depth: raw.depth, labels: raw.labels)
            for run in plan.runs { run.measure(pair) }
            onFrame()
        }
    }
    return source.withLock { feed in
        PairResult(
            reference: facts.reference, generated: facts.generated, frames: feed.index, scores: plan.scores(feed),
            warnings: feed.warnings,
            failures: [feed.foregroundFailure, feed.depthFailure, feed.maskFailure].compactMap { $0 },
            referencePreviews: cache?.previews ?? previews.reference.previews,
            generatedPreviews: previews.generated.previews)
    }
}

/// The metrics of one pair, each with the part of the input that it needs.
private struct MetricPlan: Sendable {
    private let frames: [any MetricRunning]
    private let depth: (any MetricRunning)?
    private let masks: (any MetricRunning)?
    private let regions: [Region]

    /// A new metric is one line here.
    init(_ inputs: PairInputs, options: ScoringOptions, phrases: (reference: [String], generated: [String])) {
        frames = [MetricRun(BlurSSIM(filters: options.filters)), MetricRun(EdgeF1(filters: options.filters))]
        depth = inputs.depth == nil ? nil : MetricRun(DepthError(profile: options.profile))
        masks =
            inputs.masks == nil
            ? nil
            : MetricRun(
                MaskIoU(reference: phrases.reference, generated: phrases.generated, matching: options.matching))
        regions = inputs.foreground == nil ? [.all] : Region.allCases
    }

    var runs: [any MetricRunning] { frames + [depth, masks].compactMap { $0 } }

    func scores(_ feed: PairFeed) -> [Score] {
        frames.flatMap { scores($0, feed, failure: nil, warnings: []) }
            + (depth.map { scores($0, feed, failure: feed.depthFailure, warnings: feed.depthWarnings) } ?? [])
            + (masks.map { scores($0, feed, failure: feed.maskFailure, warnings: feed.maskWarnings) } ?? [])
    }

    /// A failed part leaves its metrics unscored; a failed foreground leaves every metric's regions unscored.
    private func scores(
        _ run: any MetricRunning, _ feed: PairFeed, failure: String?, warnings: [String]
    ) -> [Score] {
        let scorable = failure != nil ? [] : feed.foregroundFailure == nil ? regions : [.all]
        let scored = scorable.isEmpty ? [] : run.finish(regions: scorable).map { $0.adding(warnings) }
        let unscorable = regions.filter { !scorable.contains($0) }
        let unscored = unscorable.flatMap { region in
            run.descriptors.filter { region == .all || $0.name != "blur-mse-wrapped" }.map { descriptor in
                Score(
                    metric: descriptor.name, region: region,
                    outcome: .unscored(reason: failure ?? feed.foregroundFailure ?? "the foreground is missing"), n: 0)
            }
        }
        return scored + unscored
    }
}

extension Score {
    fileprivate func adding(_ more: [String]) -> Score {
        more.isEmpty
            ? self
            : Score(
                metric: metric, region: region, outcome: outcome, n: n, parameters: parameters, counts: counts,
                warnings: more + warnings, perFrame: perFrame)
    }
}
