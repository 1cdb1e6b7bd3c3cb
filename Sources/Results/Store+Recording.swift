public import Experiment
public import Foundation
internal import GRDB

extension Store {
    /// Writes a run's plan, or continues the run of the same identity; returns its number.
    ///
    /// Trials whose video changed since give way to the new ones; their old scores stay in the store.
    public func begin(_ plan: RunPlan, environment: [String: String], at now: Date) throws(BenchError) -> Int64 {
        try write { db in
            let details = try JSON.text(environment)
            try db.execute(sql: "INSERT OR IGNORE INTO environment (details) VALUES (?)", arguments: [details])
            try db.execute(
                sql: """
                    INSERT INTO run (identity, name, dataset, profile, parameters, metrics, regions, environment_id, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT id FROM environment WHERE details = ?), ?)
                    ON CONFLICT (identity) DO UPDATE SET name = excluded.name, metrics = excluded.metrics,
                        regions = excluded.regions, environment_id = excluded.environment_id
                    """,
                arguments: [
                    plan.identity.hex, plan.name, plan.dataset, plan.profile.rawValue, try JSON.text(plan.parameters),
                    try JSON.text(plan.metrics), try JSON.text(plan.regions), details, now.ISO8601Format(),
                ])
            let run = try Int64.fetchOne(
                db, sql: "SELECT id FROM run WHERE identity = ?", arguments: [plan.identity.hex])!
            try db.execute(sql: "DELETE FROM run_trial WHERE run_id = ?", arguments: [run])
            for (position, planned) in plan.trials.enumerated() {
                try insert(planned, at: position, run: run, db)
            }
            // Failures are tried again, and what was said of videos that are gone means nothing any more.
            try db.execute(
                sql: """
                    DELETE FROM event WHERE run_id = ? AND (kind = 'failure' OR subject NOT IN
                        (SELECT path FROM run_trial JOIN trial ON trial.id = trial_id WHERE run_id = ?))
                    """, arguments: [run, run])
            return run
        }
    }

    private func insert(_ planned: PlannedTrial, at position: Int, run: Int64, _ db: Database) throws {
        let trial = planned.trial
        let clip = trial.clip
        // Files may have been moved: the path is where they are now.
        try db.execute(
            sql: """
                INSERT INTO clip (identity, name, caption, path, sha256) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (identity) DO UPDATE SET name = excluded.name, path = excluded.path
                """,
            arguments: [clip.identity.hex, clip.name, clip.caption, clip.video.path, clip.video.sha256])
        try db.execute(
            sql: "INSERT OR IGNORE INTO configuration (name) VALUES (?)", arguments: [trial.configuration.name])
        try db.execute(
            sql: """
                INSERT INTO trial (identity, configuration_id, clip_id, prompt, path, sha256)
                VALUES (?, (SELECT id FROM configuration WHERE name = ?), (SELECT id FROM clip WHERE identity = ?), ?, ?, ?)
                ON CONFLICT (identity) DO UPDATE SET path = excluded.path
                """,
            arguments: [
                trial.identity.hex, trial.configuration.name, clip.identity.hex, trial.prompt, trial.video.path,
                trial.video.sha256,
            ])
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO run_trial (run_id, position, trial_id, fingerprint)
                VALUES (?, ?, (SELECT id FROM trial WHERE identity = ?), ?)
                """,
            arguments: [run, position, trial.identity.hex, planned.fingerprint.hex])
    }

    /// The trials of a plan that have no scores yet, by fingerprint.
    public func unscored(_ trials: [PlannedTrial]) throws(BenchError) -> Set<Identity> {
        try read { db in
            let known = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM score WHERE fingerprint = ?)")
            return try Set(
                trials.map(\.fingerprint).filter { try !(Bool.fetchOne(known, arguments: [$0.hex]) ?? false) })
        }
    }

    /// Writes everything about one scored trial in one transaction.
    public func record(
        _ record: TrialRecord, of planned: PlannedTrial, plan: RunPlan, run: Int64, at now: Date
    ) throws(BenchError) {
        let versions = Dictionary(plan.metrics.map { ($0.name, $0.version) }) { a, _ in a }
        try write { db in
            let trial = planned.trial
            for (table, identity, video) in [
                ("clip", trial.clip.identity, record.reference), ("trial", trial.identity, record.generated),
            ] {
                try db.execute(
                    sql: "UPDATE \(table) SET width = ?, height = ?, rate = ?, declared_frames = ? WHERE identity = ?",
                    arguments: [video.width, video.height, video.rate, video.declaredFrames, identity.hex])
            }
            let insert = try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO score (fingerprint, trial_id, metric, metric_version, region, profile, parameters,
                        value, reason, n, counts, warnings, per_frame)
                    VALUES (?, (SELECT id FROM trial WHERE identity = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            for score in record.scores {
                try insert.execute(arguments: [
                    planned.fingerprint.hex, trial.identity.hex, score.metric, versions[score.metric] ?? 1,
                    score.region.rawValue, plan.profile.rawValue, try JSON.text(score.parameters),
                    score.outcome.value, score.outcome.reason, score.n, try JSON.text(score.counts),
                    try JSON.text(score.warnings), PerFrame.data(score.perFrame),
                ])
            }
            for (owner, previews) in [
                (trial.clip.identity, record.referencePreviews), (trial.identity, record.generatedPreviews),
            ] {
                for (frame, jpeg) in previews.sorted(by: { $0.key < $1.key }) {
                    try db.execute(
                        sql: "INSERT OR REPLACE INTO preview (owner, frame, jpeg) VALUES (?, ?, ?)",
                        arguments: [owner.hex, frame, Data(jpeg)])
                }
            }
            try replaceEvents(
                run, trial.video.path,
                record.warnings.map { ("warning", $0) } + record.failures.map { ("part-failure", $0) }, now, db)
        }
    }

    /// Writes what a run has to say about a video, or another subject, that it could not score.
    public func note(
        _ message: String, isWarning: Bool, of subject: String, run: Int64, at now: Date
    ) throws(BenchError) {
        try write { db in try replaceEvents(run, subject, [(isWarning ? "warning" : "failure", message)], now, db) }
    }

    /// How many parts of scored videos could not be read.
    public func partFailures(run: Int64) throws(BenchError) -> Int {
        try read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM event WHERE run_id = ? AND kind = 'part-failure'", arguments: [run]) ?? 0
        }
    }

    private func replaceEvents(
        _ run: Int64, _ subject: String, _ events: [(kind: String, message: String)], _ now: Date, _ db: Database
    ) throws {
        try db.execute(sql: "DELETE FROM event WHERE run_id = ? AND subject = ?", arguments: [run, subject])
        for event in events {
            try db.execute(
                sql: "INSERT OR IGNORE INTO event (run_id, subject, kind, message, at) VALUES (?, ?, ?, ?, ?)",
                arguments: [run, subject, event.kind, event.message, now.ISO8601Format()])
        }
    }

    /// Marks the end of a run's work.
    public func finish(run: Int64, at now: Date) throws(BenchError) {
        try write { db in
            try db.execute(
                sql: "UPDATE run SET finished_at = ? WHERE id = ?", arguments: [now.ISO8601Format(), run])
        }
    }

    // MARK: content hashes

    /// The hash that a file had when its size and time of change were the same.
    public func knownHash(path: String, bytes: Int, modified: Int) throws(BenchError) -> String? {
        try read { db in
            try String.fetchOne(
                db, sql: "SELECT sha256 FROM artifact WHERE path = ? AND bytes = ? AND modified = ?",
                arguments: [path, bytes, modified])
        }
    }

    public func remember(_ artifacts: [(artifact: Artifact, modified: Int)]) throws(BenchError) {
        try write { db in
            for (artifact, modified) in artifacts {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO artifact (path, bytes, modified, sha256) VALUES (?, ?, ?, ?)",
                    arguments: [artifact.path, artifact.bytes, modified, artifact.sha256])
            }
        }
    }
}
