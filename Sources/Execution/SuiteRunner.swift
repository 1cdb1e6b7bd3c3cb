internal import Experiment
public import Foundation
public import Generation
public import Results
internal import Scoring

/// Gets a suite's videos made: what exists stays, what fails is told, and what was made is in the store at once.
public struct SuiteRunner {
    /// What a person watching sees.
    public enum Event: Sendable {
        case began(known: Int, toMake: Int)
        /// So many videos' worth of work was done.
        case progress(Double)
        case made(path: String)
        /// What a person should know about a clip's videos.
        case note(clip: String, text: String)
    }

    /// What became of the plan.
    public struct Outcome: Sendable {
        public let made: Int
        public let known: Int
        public let failures: Int
        /// Not tried, because of a limit.
        public let left: Int
        /// Places in the plan's entries whose videos exist.
        public let present: [Int]
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
    /// - Parameter limit: videos to make at most.
    /// - Throws: `BenchError`, when the store cannot be written or the generator cannot work at all.
    public func run(_ plan: SuitePlan, limit: Int? = nil) throws -> Outcome {
        var hasher = ContentHasher(store: store)
        var present = try known(plan, &hasher)
        let missing = plan.entries.indices.filter { !present.contains($0) }
        let chosen = limit.map { Array(missing.prefix($0)) } ?? missing
        onEvent(.began(known: present.count, toMake: chosen.count))
        try prepare(chosen.map { plan.entries[$0].task })
        let knownCount = present.count
        var lost = plan.impossible.map { one in
            return ScoringRequest.Lost(
                configuration: one.configuration, clip: one.clip, subject: one.subject,
                reason: "not made: \(one.subject): \(one.reason)")
        }
        // Videos of one clip share what does not depend on the weights.
        for group in chosen.chunked(by: { plan.entries[$0].task.clip == plan.entries[$1].task.clip }) {
            try make(group, of: plan, &hasher, &present, &lost)
        }
        let failures = lost.count
        lost += missing.dropFirst(chosen.count).map { index in
            let task = plan.entries[index].task
            return ScoringRequest.Lost(
                configuration: task.configuration.name, clip: task.clip.name, subject: task.output, reason: nil)
        }
        try hasher.flush()
        return Outcome(
            made: present.count - knownCount, known: knownCount, failures: failures,
            left: missing.count - chosen.count, present: present.sorted(), lost: lost)
    }

    /// Entries whose videos are where they were made, with the bytes that they had then.
    private func known(_ plan: SuitePlan, _ hasher: inout ContentHasher) throws(BenchError) -> Set<Int> {
        let made = try store.generated(plan.entries.map(\.identity))
        var known: Set<Int> = []
        for (index, entry) in plan.entries.enumerated() {
            guard let artifact = made[entry.identity],
                FileManager.default.fileExists(atPath: entry.task.output),
                let there = try? hasher.artifact(resolved(entry.task.output)), there.sha256 == artifact.sha256
            else { continue }
            known.insert(index)
        }
        return known
    }

    /// Makes the folders of the videos and sees that they can be written, before any work on them.
    private func prepare(_ tasks: [VideoTask]) throws {
        for folder in Set(tasks.map { URL(fileURLWithPath: $0.output).deletingLastPathComponent().path }) {
            do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
                throw BenchError(
                    .missing, "\(folder) cannot be made; check its name and permissions, or name another --videos")
            }
        }
        try generator.check(tasks)
    }

    private func make(
        _ group: [Int], of plan: SuitePlan, _ hasher: inout ContentHasher, _ present: inout Set<Int>,
        _ lost: inout [ScoringRequest.Lost]
    ) throws {
        let tasks = group.map { plan.entries[$0].task }
        // What cannot be noted cannot be made either, and is told there.
        for note in (try? generator.notes(on: tasks)) ?? [] { onEvent(.note(clip: tasks[0].clip.name, text: note)) }
        let start = ContinuousClock.now
        var made = 0
        try generator.make(
            tasks, onProgress: { onEvent(.progress($0 * Double(tasks.count))) },
            onResult: { place, error in
                let entry = plan.entries[group[place]]
                let task = entry.task
                if let reason = error.map(sentence) ?? changed(entry) {
                    lost.append(
                        .init(
                            configuration: task.configuration.name, clip: task.clip.name, subject: task.output,
                            reason: "not made: \(task.output): \(reason)"))
                    return
                }
                made += 1
                let elapsed = (ContinuousClock.now - start).components
                let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
                // Batches end together: what one took is the pace so far.
                try store.record(
                    GeneratedVideo(
                        identity: entry.identity, task: task, generator: generator.label,
                        video: try hasher.artifact(resolved(task.output)), seconds: seconds / Double(made)),
                    environment: environment, at: now())
                present.insert(group[place])
                onEvent(.made(path: task.output))
            })
    }

    /// Why a video does not have the identity that it was planned with.
    private func changed(_ entry: SuitePlan.Entry) -> String? {
        entry.changedInput().map {
            "\($0) was changed or removed while the video was made, which therefore does not count; run the same command again"
        }
    }
}
