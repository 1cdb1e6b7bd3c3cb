public import Experiment
public import Foundation
public import Generation
public import Results
internal import Scoring
internal import Tensors
internal import Video

/// Gets a suite's videos made: what exists stays, what fails is told, and what was made is in the store at once.
public struct SuiteRunner {
    /// What a person watching sees.
    public enum Event: Sendable {
        case began(known: Int, toMake: Int)
        /// What a person should know of videos that exist.
        case noted(String)
        /// So many videos count from now on that were made under another recipe or not known.
        case adopted(Int)
        /// So many videos' worth of work was done.
        case progress(Double)
        case made(path: String)
        /// What a person should know about a clip's videos.
        case note(clip: String, text: String)
        /// The first failure of its kind.
        case failed(VideoFailure)
        /// So many failed alike in a row that nothing more is tried.
        case stopped(alike: Int)
    }

    /// What to do about videos that exist and were made under another recipe, or of which the store knows nothing. Nothing is
    /// ever overwritten.
    public enum Existing: Sendable {
        /// Make nothing.
        case ask
        /// Make them again, beside those that exist.
        case remake
        /// Count those that exist.
        case adopt
    }

    /// A planned video that exists.
    public struct Present: Sendable {
        /// Its place in the plan's entries.
        public let entry: Int
        public let path: String
        /// What a reader of its scores has to know; nil where it was made as planned.
        public let remark: String?
    }

    /// What became of the plan.
    public struct Outcome: Sendable {
        public let made: Int
        public let known: Int
        public let failures: Int
        /// Not tried, because of a limit, or because too many before failed alike.
        public let left: Int
        /// In the order of the plan's entries.
        public let present: [Present]
        /// Everything that is planned and does not exist.
        public let lost: [ScoringRequest.Lost]
    }

    private let store: Store
    private let generator: any Generator
    private let environment: [String: String]
    private let now: @Sendable () -> Date
    private let onEvent: (Event) -> Void

    public init(
        store: Store, generator: any Generator, environment: [String: String],
        now: @escaping @Sendable () -> Date = { Date() }, onEvent: @escaping (Event) -> Void
    ) {
        self.store = store
        self.generator = generator
        self.environment = environment
        self.now = now
        self.onEvent = onEvent
    }

    /// Makes what is missing.
    /// - Parameters:
    ///   - limit: videos to make at most.
    ///   - existing: what to do about videos that are in the way.
    ///   - mostAlike: failures of one kind in a row, after which nothing more is tried; nil tries everything.
    /// - Throws: `BenchError`: 65 where `existing` has to be decided; when the store cannot be written or the generator cannot
    ///   work at all.
    public func run(
        _ plan: SuitePlan, limit: Int? = nil, existing: Existing = .ask, mostAlike: Int? = nil
    ) throws -> Outcome {
        var hasher = ContentHasher(store: store)
        let survey = try SuiteSurvey(plan, store: store, &hasher)
        if existing == .ask, let question = survey.question { throw question }
        try store.keep(survey.withoutRecipe.map { (plan.entries[$0].identity, plan.entries[$0].recipe) })
        var work = Work(
            plan: plan, present: [:], lost: [], alike: AlikeInARow(most: mostAlike),
            stamp: FileStamp.of(generator.files.map(\.path)))
        for (index, state) in survey.states.enumerated() {
            switch state {
            case .present(let path, let adoption) where adoption == nil || existing != .remake:
                work.present[index] = path
            case .other(let video) where existing == .adopt:
                work.present[index] = try adopt(video.video.path, .made(video.identity), plan.entries[index], &hasher)
            case .unknown(let path) where existing == .adopt:
                work.present[index] = try adopt(path, .found, plan.entries[index], &hasher)
            case .absent, .changed, .other, .unknown, .present: break
            }
        }
        let known = work.present.count
        if known > survey.present { onEvent(.adopted(known - survey.present)) }
        let missing = survey.toMake(existing)
        let chosen = limit.map { Array(missing.prefix($0)) } ?? missing
        onEvent(.began(known: known, toMake: chosen.count))
        for note in survey.notes { onEvent(.noted(note)) }
        try prepare(chosen.map { plan.entries[$0].task })
        work.lost = plan.impossible.map { one in
            ScoringRequest.Lost(
                configuration: one.configuration, clip: one.clip, subject: one.subject,
                failure: VideoFailure(video: one.subject, cause: one.reason, log: nil))
        }
        // Videos of one clip share what does not depend on the weights.
        for group in chosen.chunked(by: { plan.entries[$0].task.clip == plan.entries[$1].task.clip })
        where !work.isOver {
            try make(group, &work, &hasher)
        }
        if work.alike.isEnough { onEvent(.stopped(alike: work.alike.count)) }
        let failed = Set(work.lost.map(\.subject))
        let left = missing.filter { work.present[$0] == nil && !failed.contains(plan.entries[$0].task.output) }
        let lost =
            work.lost
            + left.map { index in
                let task = plan.entries[index].task
                return ScoringRequest.Lost(
                    configuration: task.configuration.name, clip: task.clip.name, subject: task.output, failure: nil)
            }
        try hasher.flush()
        return Outcome(
            made: work.present.count - known, known: known, failures: work.lost.count, left: left.count,
            present: work.present.sorted { $0.key < $1.key }.map { index, path in
                Present(entry: index, path: path, remark: existing == .remake ? nil : survey.remark(index))
            }, lost: lost)
    }

    /// What has become of a plan so far.
    private struct Work {
        let plan: SuitePlan
        /// Paths of the videos that exist, by place in the plan's entries.
        var present: [Int: String]
        var lost: [ScoringRequest.Lost]
        var alike: AlikeInARow
        /// Of the generator's files when the work began.
        let stamp: String
        /// Whether one of them was changed since.
        var hasOtherGenerator = false

        var isOver: Bool { alike.isEnough || hasOtherGenerator }
    }

    /// Counts a video as an entry's.
    /// - Returns: its path.
    /// - Throws: `BenchError` 65, when it cannot be read as a video.
    private func adopt(
        _ path: String, _ adoption: Adoption, _ entry: SuitePlan.Entry, _ hasher: inout ContentHasher
    ) throws -> String {
        do {
            guard try openFrames(path).next() != nil else { throw FileError(.malformed, file: path, "holds no frame") }
        } catch {
            throw BenchError(
                .unusableInput, "\(path) cannot be adopted, because it cannot be read as a video: \(sentence(error))")
        }
        try store.record(
            GeneratedVideo(
                identity: entry.identity, task: entry.task,
                generator: generator.maker(of: entry.task.configuration.name).label,
                video: try hasher.artifact(resolved(path)), seconds: nil, recipe: entry.recipe, adoption: adoption),
            environment: environment, at: now())
        return path
    }

    /// Makes the folders of the videos and sees that they can be written, before any work on them.
    private func prepare(_ tasks: [VideoTask]) throws {
        try makeFolders(of: tasks)
        try generator.check(tasks)
    }

    private func make(_ group: [Int], _ work: inout Work, _ hasher: inout ContentHasher) throws {
        let tasks = group.map { work.plan.entries[$0].task }
        // What cannot be noted cannot be made either, and is told there.
        for note in (try? generator.notes(on: tasks)) ?? [] { onEvent(.note(clip: tasks[0].clip.name, text: note)) }
        let start = ContinuousClock.now
        var made = 0
        try generator.make(
            tasks, onProgress: { onEvent(.progress($0 * Double(tasks.count))) },
            onResult: { place, result in
                let entry = work.plan.entries[group[place]]
                let task = entry.task
                let maker = generator.maker(of: task.configuration.name)
                let path: String
                switch result.flatMap({ path in unsure(entry, path, &work).map(Result.failure) ?? .success(path) }) {
                case .success(let place): path = place
                case .failure(let error):
                    let failure = VideoFailure(of: task, error)
                    if !work.lost.contains(where: { $0.failure?.kind == failure.kind }) { onEvent(.failed(failure)) }
                    work.lost.append(
                        .init(
                            configuration: task.configuration.name, clip: task.clip.name, subject: task.output,
                            failure: failure))
                    work.alike.add(failure)
                    return !work.isOver
                }
                made += 1
                work.alike.reset()
                let elapsed = (ContinuousClock.now - start).components
                let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
                // Batches end together: what one took is the pace so far.
                try store.record(
                    GeneratedVideo(
                        identity: entry.identity, task: task, generator: maker.label, settings: maker.settings,
                        video: try hasher.artifact(resolved(path)),
                        seconds: seconds / Double(made), recipe: entry.recipe),
                    environment: environment, at: now())
                work.present[group[place]] = path
                onEvent(.made(path: path))
                return true
            })
    }

    /// Why a video does not have the identity that it was planned with; it makes room for one that has.
    private func unsure(_ entry: SuitePlan.Entry, _ path: String, _ work: inout Work) -> BenchError? {
        let own = changedFile(among: generator.files, since: work.stamp)
        if own != nil { work.hasOtherGenerator = true }
        guard let input = own ?? entry.changedInput() else { return nil }
        let names = (1...).lazy.map { path + ".unsure" + ($0 > 1 ? "-\($0)" : "") }
        let aside = names.first { !FileManager.default.fileExists(atPath: $0) } ?? path
        let isMoved = (try? FileManager.default.moveItem(atPath: path, toPath: aside)) != nil
        return BenchError(
            .incomplete,
            "\(input) was changed or removed while the video was made, which therefore does not count"
                + (isMoved ? " and is now \(aside)" : "") + "; run the same command again")
    }
}

/// How many videos in a row have failed alike.
struct AlikeInARow {
    /// nil for any number.
    let most: Int?
    private(set) var count = 0
    private var kind: String?

    init(most: Int?) { self.most = most }

    var isEnough: Bool { most.map { count >= $0 } ?? false }

    mutating func add(_ failure: VideoFailure) {
        count = failure.kind == kind ? count + 1 : 1
        kind = failure.kind
    }

    mutating func reset() { (count, kind) = (0, nil) }
}

extension VideoFailure {
    init(of task: VideoTask, _ error: any Error) {
        if let failure = error as? CommandFailure {
            self.init(video: task.output, cause: failure.cause, log: failure.log)
        } else {
            self.init(video: task.output, cause: Execution.sentence(error), log: nil)
        }
    }
}
