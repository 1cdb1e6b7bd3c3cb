internal import Experiment
import Foundation
internal import Results

extension Report.Group {
    /// For each run with a race, who was dropped and on what evidence.
    var races: [NotedTable] {
        runs.filter { !$0.race.isEmpty }.map { raceTable($0, alone: runs.count == 1) }
    }

    private func raceTable(_ run: RunResults, alone: Bool) -> NotedTable {
        let decisions = run.race.flatMap { look in look.decisions.map { (look: look, decision: $0) } }
        let objectives = decisions.first?.decision.evidence.map(\.objective) ?? []
        let titles = objectives.map { objective -> String in
            guard let metric = run.run.metrics.first(where: { $0.name == objective.metric }) else {
                return objective.metric
            }
            return ComparisonTable.Column(metric: metric, region: objective.region).title
        }
        let rows = decisions.map { look, decision in
            [decision.dropped, "\(look.clips)", decision.by] + decision.evidence.map(evidence)
        }
        let looks = run.race.map { "\($0.clips)" }.joined(separator: ", ")
        let budget = run.race.first.map { significant($0.budget) } ?? ""
        var notes = [
            "looked after \(looks) clips; each look may err with probability \(budget), shared by Holm's procedure among "
                + run.race.map { "\($0.hypotheses)" }.joined(separator: ", ") + " comparisons"
        ]
        if decisions.isEmpty { notes.append("nobody was dropped") }
        if !decisions.isEmpty {
            notes.append(
                "differences are the better one's mean less the dropped one's, paired by clip; in brackets the one-sided "
                    + "bound and its level")
            notes.append("dropped rows were not made on later clips, and take no part in marks")
        }
        return NotedTable(
            title: "Dropped from the race" + (alone ? "" : " of run \(run.run.number)"),
            header: decisions.isEmpty ? [] : ["", "after clips", "better in every objective"] + titles, rows: rows,
            notes: notes)
    }

    private func evidence(_ one: RaceDecision.Evidence) -> String {
        // Levels are near 1: what is left of it says more.
        let sign = one.difference > 0 ? "≥" : "≤"
        return "\(signed(one.difference)) [\(sign) \(signed(one.bound)), 1 − \(significant(1 - one.level))]"
    }
}

private func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + number(value, 4) }

/// A small share with two digits, as 0.017 or 3.5e-05.
private func significant(_ value: Double) -> String { String(format: "%.2g", value) }
