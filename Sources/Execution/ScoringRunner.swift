public import Experiment
public import Foundation
public import Results
internal import Scoring
internal import Tensors
internal import Video

/// Gets a job done: scores what the store does not have yet, one video at a time with all threads on it, and writes each
/// video's scores in one transaction. Killed at any instant, the same job goes on where it was.
public struct ScoringRunner: Sendable {
    /// What happens while a run goes on.
    public enum Event: Sendable {
        /// The plan stands: so many videos are scored already, so many are to be.
        case began(known: Int, toScore: Int)
        /// So many frames more are to be measured.
        case expected(Int)
        /// A frame was measured, or its reference's maps were computed; on any thread.
        case frame
        case scored(String, warnings: [String], failures: [String])
        case failed(String, message: String)
        /// Nothing is lost but time.
        case slower(String)
    }

    /// How a run ended.
    public struct Outcome: Sendable {
        public let run: Int64
        public let scored: Int
        public let known: Int
        public let failures: Int
        /// Videos that `limit` left out.
        public let left: Int
        /// Videos scored for the companion along with these.
        public let alongside: Int
    }

    private let store: Store
    private let environment: [String: String]
    private let now: @Sendable () -> Date
    private let onEvent: @Sendable (Event) -> Void

    public init(
        store: Store, environment: [String: String], now: @escaping @Sendable () -> Date = { Date() },
        onEvent: @escaping @Sendable (Event) -> Void
    ) {
        self.store = store
        self.environment = environment
        self.now = now
        self.onEvent = onEvent
    }

    /// - Parameters:
    ///   - limit: videos to score at most; the rest stays for another time.
    ///   - companion: the same videos for another profile. What both lack is scored for both at once; running the companion
    ///     afterwards finds it in the store.
    /// - Throws: `BenchError`, when the store cannot be written. A video that fails is recorded and the run goes on.
    public func run(
        _ job: ScoringJob, limit: Int? = nil, with companion: ScoringJob? = nil
    ) throws(BenchError) -> Outcome {
        let plan = job.plan
        let run = try store.begin(plan, environment: environment, at: now())
        for issue in job.issues {
            try store.note(
                issue.message, isWarning: issue.isWarning, of: issue.subject, run: run, at: now())
        }
        let bench = makeBench(job)
        let second = try companion.map { job throws(BenchError) in
            try Companion(job, bench: makeBench(job), store: store)
        }
        let missing = try store.unscored(plan.trials, retryingFailures: job.networks != nil)
        let pending = plan.trials.indices.filter { missing.contains(plan.trials[$0].fingerprint) }
        let chosen = limit.map { Array(pending.prefix($0)) } ?? pending
        onEvent(.began(known: plan.trials.count - pending.count, toScore: chosen.count))
        // What could not be made was told when that was tried.
        for issue in job.issues where !issue.isWarning && issue.failure == nil {
            onEvent(.failed(issue.subject, message: issue.message))
        }
        var outcome = Counts(failed: job.issues.count { !$0.isWarning })
        // Consecutive trials of one clip share the reference's maps.
        let groups = chosen.chunked(by: { job.sources[$0].clip.video == job.sources[$1].clip.video })
        onEvent(.expected(groups.map { passes($0) * job.options.frameLimit }.reduce(0, +)))
        for group in groups {
            try score(group, of: job, with: bench, and: second, run: run, &outcome)
        }
        if let bench {
            try scoreConditions(of: job, with: bench, and: companion, run: run, limit: limit, &outcome)
        }
        let parts = try store.partFailures(run: run)
        try store.finish(run: run, at: now())
        return Outcome(
            run: run, scored: outcome.scored, known: plan.trials.count - pending.count,
            failures: outcome.failed + parts, left: pending.count - chosen.count, alongside: outcome.alongside)
    }

    /// What has become of videos so far.
    private struct Counts {
        var scored = 0
        var alongside = 0
        var failed: Int
    }

    private func makeBench(_ job: ScoringJob) -> NetworkBench? {
        job.networks.map { networks in
            NetworkBench(networks, options: job.options) { expected, done in
                if expected != 0 { onEvent(.expected(expected)) }
                for _ in 0..<done { onEvent(.frame) }
            }
        }
    }

    /// How often a reference's frames are gone through: once a video, and once for maps that several share.
    private func passes(_ group: [Int]) -> Int { group.count + (group.count > 1 ? 1 : 0) }

    private func score(
        _ group: [Int], of job: ScoringJob, with bench: NetworkBench?, and companion: Companion?, run: Int64,
        _ outcome: inout Counts
    ) throws(BenchError) {
        var cache: ReferenceCache?
        // Clips are mostly shorter than the limit: what the first pass finds out corrects what is expected of the others.
        var length = job.options.frameLimit
        var left = passes(group)
        func corrected(_ frames: Int) {
            onEvent(.expected((frames - length) * left))
            (length, left) = (frames, left - 1)
        }
        if group.count > 1 {
            let reference = job.sources[group[0]].clip.video.path
            do {
                // Also where the companion lacks only some of the group: its edges cost little.
                let options = [job.options] + (companion.map { [$0.job.options] } ?? [])
                cache = try ReferenceCache(of: reference, options: options) { onEvent(.frame) }
                corrected(cache?.frames ?? length)
            } catch let error as FileError where error.file != reference {
                // No room for them: each video computes the reference's maps itself.
                onEvent(.slower("\(error)"))
            } catch {
                for index in group { try fail(job.plan.trials[index], error, run: run, &outcome) }
                return
            }
        }
        for index in group {
            let planned = job.plan.trials[index]
            let sources = job.sources[index]
            var results: [PairResult]
            let stamp = FileStamp.of(sources.paths)
            let place = companion?.place(of: planned)
            do {
                var inputs = [bench?.inputs(sources) ?? PairInputs(sources)]
                if let companion, let place { inputs.append(companion.inputs(place)) }
                defer {
                    bench?.clear()
                    companion?.bench?.clear()
                }
                let options = [job.options] + (companion.map { [$0.job.options] } ?? [])
                // A cache holds the maps of all profiles, and each of them is scored then.
                if inputs.count < options.count { inputs.append(inputs[0]) }
                results = try scorePair(inputs, options: options, cache: cache, onFrame: { onEvent(.frame) })
                if let quality = bench?.quality(of: sources.generated) { results = results.map { $0.adding(quality) } }
            } catch {
                try fail(planned, error, run: run, &outcome)
                continue
            }
            let result = results[0]
            corrected(result.frames)
            guard FileStamp.of(sources.paths) == stamp, stamp == job.stamps[index] else {
                let changed = BenchError(
                    .incomplete,
                    "\(sources.generated.path) or a file beside it changed since the run began; run again")
                try fail(planned, changed, run: run, &outcome)
                continue
            }
            try store.record(TrialRecord(result), of: planned, plan: job.plan, environment: environment)
            if let companion, let place, FileStamp.of(companion.job.sources[place].paths) == companion.job.stamps[place]
            {
                let plan = companion.job.plan
                try store.record(TrialRecord(results[1]), of: plan.trials[place], plan: plan, environment: environment)
                outcome.alongside += 1
            }
            outcome.scored += 1
            onEvent(.scored(planned.trial.video.path, warnings: result.warnings, failures: result.failures))
        }
    }

    /// Scores the conditions that the store does not have, of those whose videos are all there.
    private func scoreConditions(
        of job: ScoringJob, with bench: NetworkBench, and companion: ScoringJob?, run: Int64, limit: Int?,
        _ outcome: inout Counts
    ) throws(BenchError) {
        let missing = try store.unscored(job.plan.conditions)
        let unscored = limit == nil ? [] : try store.unscored(job.plan.trials)
        for (index, planned) in job.plan.conditions.enumerated() where missing.contains(planned.fingerprint) {
            let sources = job.conditions[index]
            guard sources.isComplete else { continue }
            // With --limit, a condition waits until its own videos are scored.
            guard sources.trials.allSatisfy({ !unscored.contains(job.plan.trials[$0].fingerprint) }) else { continue }
            let name = "all videos of \(planned.condition.clip.name) in \(planned.condition.configuration.name)"
            let scores: [Score]
            guard sources.videos.count > 1 else {
                try store.record(
                    bench.noDiversity("one video only; diversity compares those of several prompts"), of: planned,
                    plan: job.plan, environment: environment)
                continue
            }
            do {
                scores = try bench.diversity(sources)
                guard sources.trials.allSatisfy({ FileStamp.of(job.sources[$0].paths) == job.stamps[$0] }) else {
                    throw BenchError(.incomplete, "a video changed since the run began; run again")
                }
            } catch {
                let message = "\(name): \(sentence(error))"
                try store.note(message, isWarning: false, of: name, run: run, at: now())
                outcome.failed += 1
                onEvent(.failed(name, message: message))
                continue
            }
            try store.record(scores, of: planned, plan: job.plan, environment: environment)
            // Videos lie apart as far for one profile as for another.
            if let plan = companion?.plan,
                let other = plan.conditions.first(where: { $0.condition.identity == planned.condition.identity })
            {
                try store.record(scores, of: other, plan: plan, environment: environment)
            }
            onEvent(.scored(name, warnings: [], failures: scores.compactMap(\.outcome.reason)))
        }
    }

    private func fail(
        _ planned: PlannedTrial, _ error: any Error, run: Int64, _ outcome: inout Counts
    ) throws(BenchError) {
        let message = sentence(error)
        try store.note(message, isWarning: false, of: planned.trial.video.path, run: run, at: now())
        outcome.failed += 1
        onEvent(.failed(planned.trial.video.path, message: message))
    }
}

/// The same videos for another profile, as far as the store lacks their scores.
private struct Companion {
    let job: ScoringJob
    let bench: NetworkBench?
    private let places: [Identity: Int]

    init(_ job: ScoringJob, bench: NetworkBench?, store: Store) throws(BenchError) {
        self.job = job
        self.bench = bench
        let missing = try store.unscored(job.plan.trials, retryingFailures: job.networks != nil)
        let trials = job.plan.trials.enumerated().filter { missing.contains($0.element.fingerprint) }
        places = Dictionary(trials.map { ($0.element.trial.identity, $0.offset) }) { first, _ in first }
    }

    /// Where a trial stands in the job; nil when it needs no scores.
    func place(of planned: PlannedTrial) -> Int? { places[planned.trial.identity] }

    func inputs(_ place: Int) -> PairInputs { bench?.inputs(job.sources[place]) ?? PairInputs(job.sources[place]) }
}

/// An error as a person reads it.
func sentence(_ error: any Error) -> String { (error as? FileError)?.description ?? "\(error)" }

extension TrialRecord {
    init(_ result: PairResult) {
        func video(_ facts: VideoFacts) -> Video {
            Video(
                width: facts.size.width, height: facts.size.height, rate: facts.rate,
                declaredFrames: facts.declaredFrames)
        }
        func jpegs(_ previews: [Preview]) -> [Int: [UInt8]] {
            Dictionary(previews.map { ($0.frame, $0.jpeg) }) { a, _ in a }
        }
        self.init(
            reference: video(result.reference), generated: video(result.generated), scores: result.scores,
            warnings: result.warnings, failures: result.failures,
            referencePreviews: jpegs(result.referencePreviews), generatedPreviews: jpegs(result.generatedPreviews))
    }
}

extension Array {
    /// Runs of neighbours for which `belong` holds.
    func chunked(by belong: (Element, Element) -> Bool) -> [[Element]] {
        reduce(into: []) { chunks, element in
            if let last = chunks.last?.last, belong(last, element) {
                chunks[chunks.count - 1].append(element)
            } else {
                chunks.append([element])
            }
        }
    }
}
