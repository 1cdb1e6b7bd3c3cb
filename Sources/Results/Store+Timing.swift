public import Experiment
public import Foundation
internal import GRDB

extension Store {
    /// Writes what was measured of one video in one repeat, in one transaction. Measured again in the same environment, it gives
    /// way to the new values; those of other environments stay beside it.
    public func record(_ timings: [Timing], run: Int64, at now: Date) throws(BenchError) {
        try write { db in
            for timing in timings {
                let details = try JSON.text(timing.environment)
                try db.execute(sql: "INSERT OR IGNORE INTO environment (details) VALUES (?)", arguments: [details])
                try db.execute(
                    sql: """
                        INSERT OR REPLACE INTO timing (run_id, configuration, clip, prompt, seed, repeat, environment_id,
                            position, devices, metric, value, reason, measured_at)
                        VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM environment WHERE details = ?), ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        run, timing.configuration, timing.clip, timing.prompt, Int64(timing.seed), timing.repeat,
                        details, timing.position, timing.devices, timing.metric, timing.outcome.value,
                        timing.outcome.reason, now.ISO8601Format(),
                    ])
            }
        }
    }

    /// What was measured of a run's videos, repeat by repeat.
    public func timings(of run: Int64) throws(BenchError) -> [Timing] {
        try read { db in try timings(of: run, db) }
    }

    func timings(of run: Int64, _ db: Database) throws -> [Timing] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT timing.*, environment.details FROM timing JOIN environment ON environment.id = environment_id
                WHERE run_id = ? ORDER BY environment_id, repeat, position, clip, prompt, seed, metric
                """, arguments: [run]
        ).map { row in
            let reason: String? = try row.decode(forColumn: "reason")
            return Timing(
                configuration: try row.decode(forColumn: "configuration"), clip: try row.decode(forColumn: "clip"),
                prompt: try row.decode(forColumn: "prompt"),
                seed: UInt32(clamping: try row.decode(Int64.self, forColumn: "seed")),
                repeat: try row.decode(forColumn: "repeat"), position: try row.decode(forColumn: "position"),
                devices: try row.decode(forColumn: "devices"), metric: try row.decode(forColumn: "metric"),
                outcome: try reason.map { .unscored(reason: $0) } ?? .scored(row.decode(forColumn: "value")),
                environment: try JSON.value([String: String].self, row.decode(forColumn: "details")))
        }
    }
}
