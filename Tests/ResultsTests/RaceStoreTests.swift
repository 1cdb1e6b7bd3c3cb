import Experiment
import Foundation
import TestSupport
import Testing

@testable import Results

/// A race over a store: whatever moment it is stopped at, it ends with the same decisions.
@Suite struct RaceStoreTests {
    private let race = Race(
        objectives: ["blur-ssim", "depth-si-rmse"].map { TableLayout.Column(metric: $0, region: .all) })
    private let names = ["A", "B", "C", "D"]
    private let clips = (0..<12).map { "clip_\($0)" }

    private struct Stopped: Error {}

    /// What a clip's video scores in a configuration: higher in the first metric and lower in the second is better.
    private func record(_ name: String, _ clip: String) -> TrialRecord {
        let place = Double(names.firstIndex(of: name) ?? 0)
        let number = Double(clips.firstIndex(of: clip) ?? 0)
        let wobble = 0.01 * Double(Int(place * 7 + number * 5) % 11)
        // D is the best of the second metric; the others fall behind A step by step.
        let second = name == "D" ? 0.1 : place + 1
        return Made.record(["blur-ssim": 9 - place + number + wobble, "depth-si-rmse": second + number - wobble])
    }

    /// Runs the race to its end, or until so many writes are done.
    private func run(_ path: String, writes limit: Int) throws {
        let store = try Store(path: path, access: .write(wait: 0))
        let trials = clips.flatMap { clip in names.map { Made.trial($0, clip) } }
        let plan = Made.plan(trials)
        let number = try store.begin(plan, environment: [:], at: Date(timeIntervalSince1970: 0))
        var left = limit
        func write(_ body: () throws -> Void) throws {
            guard left > 0 else { throw Stopped() }
            left -= 1
            try body()
        }
        var racing = Racing(
            race, run: number, directions: [.higher, .lower], configurations: names, named: ["C"], clips: clips,
            taken: try store.race(of: number))
        var done = 0
        while true {
            switch racing.next(done: done) {
            case .end: return
            case .block(let block, let players):
                let due = trials.filter { trial in
                    block.contains(trial.trial.clip.name) && players.contains(trial.trial.configuration.name)
                }
                let missing = try store.unscored(due)
                for trial in due where missing.contains(trial.fingerprint) {
                    let one = record(trial.trial.configuration.name, trial.trial.clip.name)
                    try write { try store.record(one, of: trial, plan: plan, environment: [:]) }
                }
                done += block.count
            case .look:
                let run = try #require(try store.runs().first)
                let seen = Set(racing.clips.prefix(done))
                let items = try store.results(of: run).trials.filter { seen.contains($0.clip) }
                let values = RaceValues(
                    racing.inPlay.map { name in items.filter { $0.configuration == name } },
                    objectives: zip(race.objectives, racing.directions).map { (column: $0, better: $1) })
                let look = racing.look(values)
                try write { _ = try store.record(look, run: number) }
            }
        }
    }

    private func outcome(_ path: String) throws -> (looks: [RaceLook], scored: Set<String>) {
        let store = try Store(path: path, access: .read)
        let results = try store.results(of: store.runs()[0])
        return (
            results.race, Set(results.trials.filter { !$0.scores.isEmpty }.map { "\($0.configuration) \($0.clip)" })
        )
    }

    @Test func `stopped after any write, a race goes on to the same decisions and scores`() throws {
        let folder = TemporaryFolder()
        try run(folder.file("whole.sqlite"), writes: .max)
        let whole = try outcome(folder.file("whole.sqlite"))
        #expect(whole.looks.flatMap(\.decisions).map(\.dropped) == ["B"], "C is named, D has the best second metric")
        #expect(whole.looks.first?.decisions.first?.by == "A" && whole.looks.map(\.clips) == [6, 8, 10])
        #expect(whole.scored.count == 4 * 12 - 6)
        let writes = whole.scored.count + whole.looks.count
        for limit in 0..<writes {
            let path = folder.file("\(limit).sqlite")
            #expect(throws: Stopped.self) { try run(path, writes: limit) }
            try run(path, writes: .max)
            let again = try outcome(path)
            #expect(again.looks == whole.looks && again.scored == whole.scored, "stopped after \(limit) writes")
        }
    }

    @Test func `a look that is there already stays as it is`() throws {
        let folder = TemporaryFolder()
        let store = try Store(path: folder.file("a.sqlite"), access: .write(wait: 0))
        let run = try store.begin(Made.plan([Made.trial("Vis", "a")]), environment: [:], at: Date())
        let evidence = RaceDecision.Evidence(
            objective: race.objectives[0], difference: 0.5, bound: 0.25, level: 0.9999, p: 1e-6, clips: 6)
        func look(_ by: String) -> RaceLook {
            RaceLook(
                number: 1, clips: 6, inPlay: 3, hypotheses: 12, budget: 0.05 / 3,
                decisions: [RaceDecision(dropped: "B", by: by, evidence: [evidence])])
        }
        #expect(try store.record(look("A"), run: run))
        #expect(try !store.record(look("C"), run: run))
        #expect(try store.race(of: run) == [look("A")])
        _ = try store.remove(runs: [run])
        #expect(try store.race(of: run).isEmpty)
    }
}
