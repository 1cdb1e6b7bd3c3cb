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
                    INSERT INTO run (identity, name, dataset, profile, parameters, metrics, regions, rejected,
                        suite, environment_id, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM environment WHERE details = ?), ?)
                    ON CONFLICT (identity) DO UPDATE SET name = excluded.name, metrics = excluded.metrics,
                        regions = excluded.regions, dataset = excluded.dataset, rejected = excluded.rejected, suite = excluded.suite
                    """,
                arguments: [
                    plan.identity.hex, plan.name, place.kept(plan.dataset), plan.profile.rawValue,
                    try JSON.text(plan.parameters),
                    try JSON.text(plan.metrics), try JSON.text(plan.regions), try JSON.text(plan.rejected),
                    try SuiteColumn(plan).map { try JSON.text($0) }, details, now.ISO8601Format(),
                ])
            let run = try Int64.fetchOne(
                db, sql: "SELECT id FROM run WHERE identity = ?", arguments: [plan.identity.hex])!
            try db.execute(sql: "DELETE FROM run_trial WHERE run_id = ?", arguments: [run])
            for (position, planned) in plan.trials.enumerated() {
                try insert(planned, at: position, run: run, db)
            }
            try db.execute(sql: "DELETE FROM run_condition WHERE run_id = ?", arguments: [run])
            for (position, planned) in plan.conditions.enumerated() {
                let condition = planned.condition
                try db.execute(
                    sql: """
                        INSERT INTO run_condition (run_id, position, configuration_id, clip_id, videos, fingerprint)
                        VALUES (?, ?, (SELECT id FROM configuration WHERE name = ?),
                            (SELECT id FROM clip WHERE identity = ?), ?, ?)
                        """,
                    arguments: [
                        run, position, condition.configuration.name, condition.clip.identity.hex,
                        condition.videos.count, planned.fingerprint.hex,
                    ])
            }
            // Planning has been done anew, and failures are tried again.
            try db.execute(sql: "DELETE FROM event WHERE run_id = ?", arguments: [run])
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
                ON CONFLICT (identity) DO UPDATE SET path = excluded.path
                """,
            arguments: [clip.identity.hex, clip.name, clip.caption, place.kept(clip.video.path), clip.video.sha256])
        try db.execute(
            sql: "INSERT OR IGNORE INTO configuration (name) VALUES (?)", arguments: [trial.configuration.name])
        try db.execute(
            sql: """
                INSERT INTO trial (identity, configuration_id, clip_id, prompt, path, sha256)
                VALUES (?, (SELECT id FROM configuration WHERE name = ?), (SELECT id FROM clip WHERE identity = ?), ?, ?, ?)
                ON CONFLICT (identity) DO UPDATE SET path = excluded.path
                """,
            arguments: [
                trial.identity.hex, trial.configuration.name, clip.identity.hex, trial.prompt,
                place.kept(trial.video.path),
                trial.video.sha256,
            ])
        try db.execute(
            sql: """
                INSERT INTO run_trial (run_id, position, trial_id, fingerprint)
                VALUES (?, ?, (SELECT id FROM trial WHERE identity = ?), ?)
                """,
            arguments: [run, position, trial.identity.hex, planned.fingerprint.hex])
    }

    /// The trials of a plan that have no scores yet, by fingerprint.
    /// - Parameter retryingFailures: whether those count too that lack a part which failed: what a network needs may be there
    ///   another time.
    public func unscored(
        _ trials: [PlannedTrial], retryingFailures: Bool = false
    ) throws(BenchError) -> Set<Identity> {
        try read { db in
            let known = try db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM score WHERE fingerprint = :trial)
                        AND NOT (:retrying
                            AND EXISTS (SELECT 1 FROM remark WHERE fingerprint = :trial AND kind = 'part-failure'))
                    """)
            return try Set(
                trials.map(\.fingerprint).filter { fingerprint in
                    let arguments: StatementArguments = ["trial": fingerprint.hex, "retrying": retryingFailures]
                    return try !(Bool.fetchOne(known, arguments: arguments) ?? false)
                })
        }
    }

    /// Writes everything about one scored trial in one transaction.
    /// - Parameter environment: what scored it.
    public func record(
        _ record: TrialRecord, of planned: PlannedTrial, plan: RunPlan, environment: [String: String]
    ) throws(BenchError) {
        try write { db in
            let details = try JSON.text(environment)
            try db.execute(sql: "INSERT OR IGNORE INTO environment (details) VALUES (?)", arguments: [details])
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
                        value, reason, n, counts, warnings, caveats, per_frame, environment_id)
                    VALUES (?, (SELECT id FROM trial WHERE identity = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                        (SELECT id FROM environment WHERE details = ?))
                    """)
            for score in record.scores {
                try insert.execute(
                    arguments: [planned.fingerprint.hex, trial.identity.hex] + columns(score, of: plan) + [details])
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
            try db.execute(sql: "DELETE FROM remark WHERE fingerprint = ?", arguments: [planned.fingerprint.hex])
            for (kind, message) in record.warnings.map({ ("warning", $0) })
                + record.failures.map({ ("part-failure", $0) })
            {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO remark (fingerprint, kind, message) VALUES (?, ?, ?)",
                    arguments: [planned.fingerprint.hex, kind, plainText(message)])
            }
        }
    }

    /// The conditions of a plan that have no scores yet, by fingerprint.
    public func unscored(_ conditions: [PlannedCondition]) throws(BenchError) -> Set<Identity> {
        try read { db in
            let known = try db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM condition_score WHERE fingerprint = ?)")
            return try Set(
                conditions.map(\.fingerprint).filter { try !(Bool.fetchOne(known, arguments: [$0.hex]) ?? false) })
        }
    }

    /// Writes the scores of a condition in one transaction.
    /// - Parameter environment: what scored it.
    public func record(
        _ scores: [Score], of planned: PlannedCondition, plan: RunPlan, environment: [String: String]
    ) throws(BenchError) {
        try write { db in
            let details = try JSON.text(environment)
            try db.execute(sql: "INSERT OR IGNORE INTO environment (details) VALUES (?)", arguments: [details])
            let insert = try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO condition_score (fingerprint, metric, metric_version, region, profile, parameters,
                        value, reason, n, counts, warnings, caveats, per_frame, environment_id)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM environment WHERE details = ?))
                    """)
            for score in scores {
                try insert.execute(arguments: [planned.fingerprint.hex] + columns(score, of: plan) + [details])
            }
        }
    }

    /// Writes what a run has to say about a video, or another subject, that it could not score.
    public func note(
        _ message: String, isWarning: Bool, of subject: String, run: Int64, at now: Date
    ) throws(BenchError) {
        try write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO event (run_id, subject, kind, message, at) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    run, place.kept(subject), isWarning ? "warning" : "failure", plainText(message),
                    now.ISO8601Format(),
                ])
        }
    }

    /// How many parts of a run's videos could not be read.
    public func partFailures(run: Int64) throws(BenchError) -> Int {
        try read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM run_trial JOIN remark ON remark.fingerprint = run_trial.fingerprint
                    WHERE run_id = ? AND kind = 'part-failure'
                    """, arguments: [run]) ?? 0
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

    /// The hash that a file had when its size and stamp were the same.
    public func knownHash(path: String, bytes: Int, stamp: String) throws(BenchError) -> String? {
        try read { db in
            try String.fetchOne(
                db.cachedStatement(sql: "SELECT sha256 FROM artifact WHERE path = ? AND bytes = ? AND stamp = ?"),
                arguments: [place.kept(path), bytes, stamp])
        }
    }

    /// Keeps hashes for `knownHash`.
    public func remember(_ artifacts: [(artifact: Artifact, stamp: String)]) throws(BenchError) {
        try write { db in
            for (artifact, stamp) in artifacts {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO artifact (path, bytes, stamp, sha256) VALUES (?, ?, ?, ?)",
                    arguments: [place.kept(artifact.path), artifact.bytes, stamp, artifact.sha256])
            }
        }
    }
}

/// The columns that scores of trials and of conditions share, from `metric` to `per_frame`.
private func columns(_ score: Score, of plan: RunPlan) throws -> StatementArguments {
    [
        score.metric, plan.metrics.first { $0.name == score.metric }?.version ?? 1, score.region.rawValue,
        plan.profile.rawValue, try JSON.text(score.parameters), score.outcome.value, score.outcome.reason, score.n,
        try JSON.text(score.counts), try JSON.text(score.warnings), try JSON.text(score.caveats),
        PerFrame.data(score.perFrame),
    ]
}
