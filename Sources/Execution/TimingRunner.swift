internal import Experiment
public import Foundation
internal import Generation
public import Results
internal import Suites
internal import Video

/// Measures how long the videos of a timing suite take: one at a time, nothing else of this program running.
public struct TimingRunner {
    /// What a person watching sees.
    public enum Event: Sendable {
        case began(known: Int, toMeasure: Int, toWarmUp: Int)
        /// A video was made: its row, its repeat (0: warming up), and what it took.
        case measured(row: String, repeat: Int, seconds: Double)
        case failed(row: String, message: String)
    }

    public struct Outcome: Sendable {
        public let run: Int64
        public let measured: Int
        public let known: Int
        public let failures: Int
        /// Not tried, because of a limit.
        public let left: Int
    }

    private let store: Store
    private let environment: [String: String]
    private let now: @Sendable () -> Date
    private let onEvent: (Event) -> Void

    /// - Parameter environment: what the values belong to.
    public init(
        store: Store, environment: [String: String], now: @escaping @Sendable () -> Date = { Date() },
        onEvent: @escaping (Event) -> Void
    ) {
        self.store = store
        self.environment = environment
        self.now = now
        self.onEvent = onEvent
    }

    /// Measures what this environment has not measured yet.
    /// - Parameter limit: videos to measure at most.
    /// - Throws: `BenchError` when the store or the folder of the videos cannot be written.
    public func run(_ plan: TimingPlan, limit: Int? = nil) throws -> Outcome {
        let run = try store.begin(plan.runPlan, environment: environment, at: now())
        // What failed is tried again.
        let known = Set(
            try store.timings(of: run).filter { timing in
                timing.environment == environment && timing.metric == "generate-seconds" && timing.outcome.value != nil
            }.map { Place($0.configuration, $0.clip, $0.prompt, $0.seed, $0.repeat) })
        let schedule = TimingSchedule(
            rows: plan.rows.count, videos: plan.rows.first?.tasks.count ?? 0, repeats: plan.timing.repeats,
            warmUp: plan.timing.warmUp, seed: plan.timing.seed
        ) { row, video, number in
            let task = plan.rows[row].tasks[video]
            return known.contains(
                Place(plan.rows[row].name, task.clip.name, task.prompt.label, task.seed, number))
        }
        let measuring = schedule.steps.count { $0.repeat > 0 }
        let due = min(limit ?? measuring, measuring)
        onEvent(
            .began(
                known: plan.planned - measuring, toMeasure: due,
                toWarmUp: due > 0 ? schedule.steps.count - measuring : 0))
        var (measured, failures) = (0, 0)
        var hasLoaded: Set<Int> = []
        for step in schedule.steps where measured + failures < due {
            let row = plan.rows[step.row]
            let task = row.tasks[step.video]
            try makeFolder(of: task.output)
            let made = Result { try measure(task, row.generator) }
            switch made {
            case .success(let one):
                onEvent(.measured(row: row.name, repeat: step.repeat, seconds: one.times.generate))
            case .failure(let error): onEvent(.failed(row: row.name, message: sentence(error)))
            }
            guard step.repeat > 0 else { continue }
            if case .success = made { measured += 1 } else { failures += 1 }
            // An embedded model is loaded once for all of its videos.
            let isFirst = hasLoaded.insert(row.choice).inserted || row.generator is CommandGenerator
            try store.record(
                timings(of: made, row, task, step, withLoad: isFirst), run: run, at: now())
        }
        if measured == due, failures == 0, due == measuring { try store.finish(run: run, at: now()) }
        return Outcome(
            run: run, measured: measured, known: plan.planned - measuring, failures: failures,
            left: measuring - measured - failures)
    }

    private struct Measured {
        let times: GenerationTimes
        let frames: Int
    }

    /// Makes a video, looks at it and removes it.
    private func measure(_ task: VideoTask, _ generator: any Generator) throws -> Measured {
        let (video, times) = try generator.time(task)
        defer { try? FileManager.default.removeItem(atPath: video) }
        return Measured(times: times, frames: try FrameSurvey(of: video).frames)
    }

    private struct Place: Hashable {
        let row, clip, prompt: String
        let seed: UInt32
        let number: Int

        init(_ row: String, _ clip: String, _ prompt: String, _ seed: UInt32, _ number: Int) {
            (self.row, self.clip, self.prompt, self.seed, self.number) = (row, clip, prompt, seed, number)
        }
    }

    private func timings(
        of made: Result<Measured, any Error>, _ row: TimingPlan.Row, _ task: VideoTask,
        _ step: TimingSchedule.Step, withLoad: Bool
    ) -> [Timing] {
        var outcomes: [(metric: String, outcome: Score.Outcome)] = []
        switch made {
        case .failure(let error): outcomes = [("generate-seconds", .unscored(reason: sentence(error)))]
        case .success(let one):
            let times = one.times
            outcomes.append(("generate-seconds", .scored(times.generate)))
            outcomes.append(
                (
                    "diffusion-seconds",
                    times.diffusion.map { .scored($0) }
                        ?? .unscored(
                            reason: "the program does not say how long diffusion took, in a line 'transferbench: "
                                + "diffusion-seconds=…' or one that 'timing: {diffusion-seconds: …}' finds")
                ))
            if withLoad, let load = times.load { outcomes.append(("load-seconds", .scored(load))) }
            if times.generate > 0 {
                outcomes.append(("frames-per-second", .scored(Double(one.frames) / times.generate)))
            }
        }
        return outcomes.map { metric, outcome in
            Timing(
                configuration: row.name, clip: task.clip.name, prompt: task.prompt.label, seed: task.seed,
                repeat: step.repeat, position: step.position, devices: row.devices, metric: metric, outcome: outcome,
                environment: environment)
        }
    }

    private func makeFolder(of path: String) throws(BenchError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw BenchError(
                .missing, "\(folder) cannot be made, where videos are written that are timed; check free space")
        }
    }
}
