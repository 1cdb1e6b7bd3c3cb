public import Experiment
internal import Foundation
internal import Results

/// What there is of a plan's videos already, as the store and the disk tell.
public struct SuiteSurvey: Sendable {
    /// What there is of one trial's video.
    enum State: Sendable {
        case absent
        /// The trial's own video was made, and what lies at its place now is another file.
        case changed(path: String)
        /// The trial's own video.
        case present(path: String, Adoption?)
        /// A video of the same configuration, clip, prompt and seed that was made under another identity.
        case other(KnownVideo)
        /// A file of which the store knows nothing.
        case unknown(path: String)
    }

    let plan: SuitePlan
    /// Of the plan's entries.
    let states: [State]
    /// What the videos of other identities were made from, as far as that is known.
    private let recipes: [Identity: Recipe]
    /// Entries that the store has without what they were made from.
    let withoutRecipe: [Int]

    /// - Parameters:
    ///   - store: nil where there is none.
    ///   - hasher: tells whether a file is still the same.
    /// - Throws: `BenchError`, when the store cannot be read.
    init(
        _ plan: SuitePlan, store: Store?, _ hasher: inout ContentHasher
    ) throws(BenchError) {
        self.plan = plan
        let own = try store?.generated(plan.entries.map(\.identity)) ?? [:]
        let all = try store?.generated(in: resolved(plan.folder)) ?? []
        let known = Dictionary(grouping: all) { VideoTask.slot(of: $0.video.path) }
        var states: [State] = []
        var withoutRecipe: [Int] = []
        for (index, entry) in plan.entries.enumerated() {
            let slot = known.isEmpty ? [] : known[VideoTask.slot(of: entry.task.output)] ?? []
            states.append(Self.state(of: entry, own[entry.identity], slot, &hasher))
            if own[entry.identity]?.hasRecipe == false { withoutRecipe.append(index) }
        }
        self.states = states
        self.withoutRecipe = withoutRecipe
        let others = states.compactMap { state -> Identity? in
            switch state {
            case .other(let video): video.identity
            case .present(_, .made(let identity)): identity
            default: nil
            }
        }
        recipes = try store?.recipes(of: Set(others)) ?? [:]
    }

    /// - Parameters:
    ///   - own: the trial's video as the store has it.
    ///   - slot: videos of the trial's configuration, clip, prompt and seed, oldest first.
    private static func state(
        of entry: SuitePlan.Entry, _ own: KnownVideo?, _ slot: [KnownVideo], _ hasher: inout ContentHasher
    ) -> State {
        if let own {
            if let path = path(of: own.video, for: entry.task, slot, &hasher) {
                return .present(path: path, own.adoption)
            }
            // Where it is gone from the folder, it is made again: that was decided when it was made.
            if slot.contains(where: { $0.video.path == own.video.path }) {
                let isTaken = FileManager.default.fileExists(atPath: own.video.path)
                return isTaken ? .changed(path: own.video.path) : .absent
            }
        }
        if let other = slot.last(where: { isThere($0.video, at: $0.video.path, &hasher) }) { return .other(other) }
        let output = entry.task.output
        guard FileManager.default.fileExists(atPath: output) else { return .absent }
        // A recording may lie in its place already.
        let recordings = entry.recipe.trial.filter { $0.name == Recipe.recordingName }.map(\.value)
        guard !recordings.isEmpty, let file = try? hasher.artifact(resolved(output)), recordings.contains(file.sha256)
        else { return .unknown(path: output) }
        return .absent
    }

    /// Where a task's video lies: at one of the task's places, or where it was adopted.
    private static func path(
        of video: Artifact, for task: VideoTask, _ slot: [KnownVideo], _ hasher: inout ContentHasher
    ) -> String? {
        for number in 0... {
            let place = task.place(number)
            if isThere(video, at: place, &hasher) { return place }
            // The first ones may have been removed.
            if number > 1, !FileManager.default.fileExists(atPath: place) { break }
        }
        let isOfTask = slot.contains { $0.video.path == video.path }
        return isOfTask && isThere(video, at: video.path, &hasher) ? video.path : nil
    }

    private static func isThere(_ video: Artifact, at path: String, _ hasher: inout ContentHasher) -> Bool {
        let file = resolved(path)
        guard let (_, bytes) = try? FileStamp.of(file), bytes == video.bytes else { return false }
        return (try? hasher.artifact(file))?.sha256 == video.sha256
    }

    /// Places in the plan's entries of the videos that would be made.
    func toMake(_ existing: SuiteRunner.Existing) -> [Int] {
        states.indices.filter {
            switch states[$0] {
            case .absent, .changed: true
            case .present(_, let adoption): adoption != nil && existing == .remake
            case .other, .unknown: existing != .adopt
            }
        }
    }

    /// How many videos would be adopted.
    var adoptable: Int {
        states.count {
            switch $0 {
            case .other, .unknown: true
            case .absent, .changed, .present: false
            }
        }
    }

    // MARK: what stands in the way

    /// How many videos exist under their identity.
    public var present: Int { states.count { if case .present = $0 { true } else { false } } }

    /// Sentences without a full stop about what exists and is not known to be what the plan would make.
    public var disputes: [String] {
        let others = states.indices.filter { if case .other = states[$0] { true } else { false } }
        var lines = Tally(others.map { changes(of: $0) }).lines(most: 3).map { text, count in
            "\(count) \(count == 1 ? "video exists" : "videos exist") under another recipe: \(text)"
        }
        let unknown = states.compactMap { if case .unknown(let path) = $0 { path } else { nil } }
        if let first = unknown.first {
            lines.append(
                unknown.count == 1
                    ? "1 file is where a video goes, and the store knows nothing of it: \(first)"
                    : "\(unknown.count) files are where videos go, and the store knows nothing of them: \(first) and others"
            )
        }
        return lines
    }

    /// Sentences without a full stop about the choice of clips, and what will be kept beside what is made anew.
    public var notes: [String] {
        let changed = states.compactMap { if case .changed(let path) = $0 { path } else { nil } }
        guard let first = changed.first else { return plan.notes }
        return plan.notes + [
            "\(changed.count) \(changed.count == 1 ? "video is" : "videos are") not as made and will be made again; what lies "
                + "there stays: \(first)\(changed.count > 1 ? " and others" : "")"
        ]
    }

    /// What has to be decided before anything is made; nil where there is nothing.
    public var question: BenchError? {
        let disputes = disputes
        guard !disputes.isEmpty else { return nil }
        return BenchError(
            .unusableInput,
            disputes.joined(separator: "; ")
                + "; nothing was made: --remake makes these videos anew and keeps what exists beside them, --adopt counts "
                + "what exists as made by the recipe of now")
    }

    /// What a reader of the scores has to know of an adopted video; nil of others.
    func remark(_ place: Int) -> String? {
        switch states[place] {
        case .present(_, .made), .other: "made under another recipe and adopted: \(changes(of: place))"
        case .present(_, .found), .unknown: "adopted: the store did not know what it was made from"
        case .absent, .changed, .present(_, nil): nil
        }
    }

    /// How the recipe of a place's video became that of the plan.
    private func changes(of place: Int) -> String {
        let entry = plan.entries[place]
        let changes: [String]
        switch states[place] {
        case .present(_, .made(let identity)):
            guard let old = recipes[identity] else { return "what changed is not known" }
            changes = entry.recipe.changes(since: old)
        case .other(let video):
            if let old = recipes[video.identity] {
                changes = entry.recipe.changes(since: old)
            } else {
                let now = Self.recipe(
                    entry.generator, entry.task.configuration.weights.map { ($0.control, $0.amount) })
                let before = Self.recipe(
                    video.generator, video.weights.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
                changes = now.changes(since: before)
            }
        case .absent, .changed, .unknown, .present: return ""
        }
        return changes.isEmpty
            ? "a prompt, a file of the clip or one that the generator reads was changed"
            : changes.prefix(4).joined(separator: ", ")
                + (changes.count > 4 ? " and \(changes.count - 4) more" : "")
    }

    /// What stores kept of a recipe before they kept its parts.
    private static func recipe(_ generator: String, _ weights: [(control: String, amount: ControlAmount)]) -> Recipe {
        Recipe(
            generator: [.setting("the generator", generator)],
            trial: weights.sorted { $0.control < $1.control }.map {
                .setting("the weight of \($0.control)", $0.amount.words)
            })
    }
}

/// Texts with how often they occur, in the order in which they first did.
private struct Tally {
    private var counts: [(text: String, count: Int)] = []

    init(_ texts: [String]) {
        var places: [String: Int] = [:]
        for text in texts {
            if let place = places[text] {
                counts[place].count += 1
            } else {
                places[text] = counts.count
                counts.append((text, 1))
            }
        }
    }

    /// The most frequent ones; what is left is one of them all.
    func lines(most: Int) -> [(text: String, count: Int)] {
        guard counts.count > most else { return counts }
        let sorted = counts.sorted { $0.count > $1.count }
        let rest = sorted[most...]
        return sorted[..<most] + [("\(rest.count) other differences", rest.map(\.count).reduce(0, +))]
    }
}
