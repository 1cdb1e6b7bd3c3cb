import Execution
import Experiment
import Generation
import Results
import Suites

extension RunCommand {
    /// Runs a suite's race: block after block, until its front is left.
    func run(
        _ race: Race, _ plan: SuitePlan, _ generator: any Generator, _ scoring: SuiteScoring, _ store: Store,
        _ environment: [String: String], sheet: String?
    ) throws {
        let left = Mutable(limit)
        let last = Mutable<(part: SuitePlan, outcome: SuiteRunner.Outcome)?>(nil)
        func folder(_ requests: [ScoringRequest]) -> FolderScoring {
            FolderScoring(requests: requests, environment: environment, store: store, limit: nil)
        }
        let effects = RaceRunner.Effects { part in
            let outcome = try make(part, generator, store, environment, limit: left.value)
            left.value = left.value.map { max(0, $0 - outcome.made - outcome.failures) }
            last.value = (part, outcome)
            return outcome
        } score: { request in
            let outcomes = try folder([request]).score()
            guard let outcome = outcomes.first else { throw BenchError(.bug, "a block of the race was not scored") }
            return outcome
        }
        let runner = try RaceRunner(
            plan, race: race, scoring: scoring, store: store, existing: existing,
            effects: effects
        ) { event in
            switch event {
            case .block(let done, let stop, let all, let configurations):
                Terminal.note(
                    "race: clips \(done + 1) to \(stop) of \(all), in \(configurations) configuration"
                        + (configurations == 1 ? "" : "s"))
            case .noted(let note): Terminal.note(note)
            case .looked(let look):
                for decision in look.decisions {
                    Terminal.note("race: '\(decision.dropped)' dropped after \(look.clips) clips by '\(decision.by)'")
                }
                if look.decisions.isEmpty { Terminal.note("race: nobody dropped after \(look.clips) clips") }
            }
        }
        let outcome = try runner.run()
        if let sheet, let last = last.value { write(last.part, last.outcome, to: sheet) }
        if outcome.isWhole {
            Terminal.note(
                "race: \(outcome.trials) of the \(outcome.planned) videos of the whole grid took part; "
                    + "\(outcome.looks.map(\.decisions.count).reduce(0, +)) of \(plan.suite.configurations.count) "
                    + "configurations were dropped")
        }
        try folder([]).show([outcome.scoring])
    }
}
