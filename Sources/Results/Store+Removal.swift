public import Experiment
internal import GRDB

/// What goes with some runs when they are removed.
public struct RunRemoval: Sendable, Equatable {
    /// Scores of videos and of conditions that no other run shows.
    public let scores: Int
}

extension Store {
    /// What `remove` would take.
    public func removal(of runs: [Int64]) throws(BenchError) -> RunRemoval {
        try read { db in try Removal(runs).counted(db) }
    }

    /// Removes runs with the scores, previews and remarks that no other run shows, in one transaction. The record of how videos
    /// were made stays, and so do the videos.
    public func remove(runs: [Int64]) throws(BenchError) -> RunRemoval {
        try write { db in
            let removal = Removal(runs)
            let counted = try removal.counted(db)
            for statement in removal.statements { try db.execute(sql: statement) }
            return counted
        }
    }
}

/// The statements that remove runs; numbers of runs are integers, so that they can stand in the text.
private struct Removal {
    private let removed: String

    init(_ runs: [Int64]) { removed = "(" + runs.map(String.init).joined(separator: ", ") + ")" }

    /// Fingerprints of a kind that only the removed runs have.
    private func own(_ table: String) -> String {
        """
        fingerprint IN (SELECT fingerprint FROM \(table) WHERE run_id IN \(removed))
            AND fingerprint NOT IN (SELECT fingerprint FROM \(table) WHERE run_id NOT IN \(removed))
        """
    }

    func counted(_ db: Database) throws -> RunRemoval {
        let ofVideos = try Int.fetchOne(db, sql: "SELECT count(*) FROM score WHERE \(own("run_trial"))") ?? 0
        let ofConditions =
            try Int.fetchOne(db, sql: "SELECT count(*) FROM condition_score WHERE \(own("run_condition"))") ?? 0
        return RunRemoval(scores: ofVideos + ofConditions)
    }

    var statements: [String] {
        [
            "DELETE FROM score WHERE \(own("run_trial"))",
            "DELETE FROM remark WHERE \(own("run_trial"))",
            "DELETE FROM condition_score WHERE \(own("run_condition"))",
            // Old scores of a trial, of files that have changed since, keep it.
            "CREATE TEMP TABLE gone AS SELECT trial_id AS id FROM run_trial WHERE run_id IN \(removed)",
            "DELETE FROM event WHERE run_id IN \(removed)",
            "DELETE FROM race_decision WHERE run_id IN \(removed)",
            "DELETE FROM race_look WHERE run_id IN \(removed)",
            "DELETE FROM timing WHERE run_id IN \(removed)",
            "DELETE FROM run_condition WHERE run_id IN \(removed)",
            "DELETE FROM run_trial WHERE run_id IN \(removed)",
            "DELETE FROM run WHERE id IN \(removed)",
            """
            DELETE FROM gone WHERE id IN (SELECT trial_id FROM run_trial) OR id IN (SELECT trial_id FROM score)
            """,
            "DELETE FROM preview WHERE owner IN (SELECT identity FROM trial WHERE id IN (SELECT id FROM gone))",
            "DELETE FROM trial WHERE id IN (SELECT id FROM gone)",
            "DROP TABLE gone",
            """
            DELETE FROM preview WHERE owner IN (SELECT identity FROM clip
                WHERE id NOT IN (SELECT clip_id FROM trial) AND id NOT IN (SELECT clip_id FROM run_condition))
            """,
            """
            DELETE FROM clip
                WHERE id NOT IN (SELECT clip_id FROM trial) AND id NOT IN (SELECT clip_id FROM run_condition)
            """,
            """
            DELETE FROM configuration
                WHERE id NOT IN (SELECT configuration_id FROM trial)
                    AND id NOT IN (SELECT configuration_id FROM run_condition)
            """,
        ]
    }
}
