public import Experiment
internal import GRDB

extension Store {
    /// Writes what was decided at one look, in one transaction: all of it, or nothing.
    /// - Returns: whether it was new; a look that is there already stays as it is.
    @discardableResult
    public func record(_ look: RaceLook, run: Int64) throws(BenchError) -> Bool {
        try write { db in
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO race_look (run_id, look, clips, in_play, hypotheses, budget)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [run, look.number, look.clips, look.inPlay, look.hypotheses, look.budget])
            guard db.changesCount > 0 else { return false }
            for (position, decision) in look.decisions.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO race_decision (run_id, look, position, configuration, better, evidence)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        run, look.number, position, decision.dropped, decision.by, try JSON.text(decision.evidence),
                    ])
            }
            return true
        }
    }

    /// The looks of a run's race, in their order.
    public func race(of run: Int64) throws(BenchError) -> [RaceLook] {
        try read { db in try race(of: run, db) }
    }

    func race(of run: Int64, _ db: Database) throws -> [RaceLook] {
        var decisions: [Int: [RaceDecision]] = [:]
        for row in try Row.fetchAll(
            db, sql: "SELECT * FROM race_decision WHERE run_id = ? ORDER BY look, position", arguments: [run])
        {
            decisions[try row.decode(forColumn: "look"), default: []].append(
                RaceDecision(
                    dropped: try row.decode(forColumn: "configuration"), by: try row.decode(forColumn: "better"),
                    evidence: try JSON.value([RaceDecision.Evidence].self, row.decode(forColumn: "evidence"))))
        }
        return try Row.fetchAll(db, sql: "SELECT * FROM race_look WHERE run_id = ? ORDER BY look", arguments: [run])
            .map { row in
                let number: Int = try row.decode(forColumn: "look")
                return RaceLook(
                    number: number, clips: try row.decode(forColumn: "clips"),
                    inPlay: try row.decode(forColumn: "in_play"), hypotheses: try row.decode(forColumn: "hypotheses"),
                    budget: try row.decode(forColumn: "budget"), decisions: decisions[number] ?? [])
            }
    }
}
