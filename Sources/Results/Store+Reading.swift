public import Experiment
import Foundation
internal import GRDB

extension Store {
    /// All runs, oldest first.
    public func runs() throws(BenchError) -> [RunSummary] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT run.*, environment.details FROM run JOIN environment ON environment.id = environment_id
                    ORDER BY run.id
                    """
            ).map { row in
                let suite: String? = try row.decode(forColumn: "suite")
                let column = try suite.map { try JSON.value(SuiteColumn.self, $0) }
                return RunSummary(
                    number: try row.decode(forColumn: "id"), name: try row.decode(forColumn: "name"),
                    dataset: place.shown(try row.decode(forColumn: "dataset")),
                    profile: Profile(rawValue: try row.decode(forColumn: "profile")) ?? .paibench2025,
                    parameters: try JSON.value([String: String].self, row.decode(forColumn: "parameters")),
                    metrics: try JSON.value([MetricDescriptor].self, row.decode(forColumn: "metrics")),
                    regions: try JSON.value([Region].self, row.decode(forColumn: "regions")),
                    environment: try JSON.value([String: String].self, row.decode(forColumn: "details")),
                    createdAt: try row.decode(forColumn: "created_at"),
                    finishedAt: try row.decode(forColumn: "finished_at"),
                    rejected: try JSON.value([String: Int].self, row.decode(forColumn: "rejected")),
                    layout: column?.layout, configurations: column?.configurations ?? [], sweep: column?.sweep,
                    scaling: column?.scaling)
            }
        }
    }

    /// The trials, scores and events of a run.
    /// - Parameter hasCurves: whether per-frame values are averaged by configuration, which takes all of them to be read; they
    ///   are not kept.
    public func results(of run: RunSummary, hasCurves: Bool = true) throws(BenchError) -> RunResults {
        try read { db in
            RunResults(
                run: run, trials: try trials(of: run, db), conditions: try conditions(of: run, db),
                events: try events(of: run, db), curves: hasCurves ? try curves(of: run, db) : [],
                race: try race(of: run.number, db), timings: try timings(of: run.number, db))
        }
    }

    private func trials(of run: RunSummary, _ db: Database) throws -> [TrialResults] {
        let scores = try scores(of: run, planned: "run_trial", "score", db)
        let origins = try origins(of: run, db)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT position, configuration.name, clip.name, trial.prompt, trial.sha256, clip.caption, clip.path,
                    trial.path, clip.identity, trial.identity, configuration.id, clip.id
                FROM run_trial
                    JOIN trial ON trial.id = trial_id
                    JOIN clip ON clip.id = clip_id
                    JOIN configuration ON configuration.id = configuration_id
                WHERE run_id = ? ORDER BY position
                """, arguments: [run.number])
        var shared = SharedTexts()
        var trials: [TrialResults] = []
        trials.reserveCapacity(scores.count)
        while let row = try rows.next() {
            let configuration = try shared.text("configuration", row.decode(atIndex: 10), row, 1)
            let clipNumber: Int64 = try row.decode(atIndex: 11)
            let clip = try shared.text("clip", clipNumber, row, 2)
            let path = place.shown(try row.decode(atIndex: 7))
            let prompt: String = try row.decode(atIndex: 3)
            trials.append(
                TrialResults(
                    configuration: configuration, clip: clip, prompt: prompt,
                    caption: try shared.text("caption", clipNumber, row, 5),
                    referencePath: place.shown(try shared.text("reference", clipNumber, row, 6)), generatedPath: path,
                    clipIdentity: Identity(hex: try shared.text("identity", clipNumber, row, 8)),
                    trialIdentity: Identity(hex: try row.decode(atIndex: 9)),
                    origin: origins.origin(
                        sha256: try row.decode(atIndex: 4), path: path, configuration: configuration, clip: clip,
                        prompt: prompt),
                    scores: scores[try row.decode(atIndex: 0)] ?? []))
        }
        return trials
    }

    private func conditions(of run: RunSummary, _ db: Database) throws -> [ConditionResults] {
        let scores = try scores(of: run, planned: "run_condition", "condition_score", db)
        return try Row.fetchAll(
            db,
            sql: """
                SELECT position, videos, configuration.name AS configuration, clip.name AS clip,
                    clip.identity AS clip_identity
                FROM run_condition
                    JOIN clip ON clip.id = clip_id
                    JOIN configuration ON configuration.id = configuration_id
                WHERE run_id = ? ORDER BY position
                """, arguments: [run.number]
        ).map { row in
            ConditionResults(
                configuration: try row.decode(forColumn: "configuration"), clip: try row.decode(forColumn: "clip"),
                videos: try row.decode(forColumn: "videos"),
                clipIdentity: Identity(hex: try row.decode(forColumn: "clip_identity")),
                scores: scores[try row.decode(Int64.self, forColumn: "position")] ?? [])
        }
    }

    /// The scores of what a run has planned, by position.
    private func scores(
        of run: RunSummary, planned: String, _ table: String, _ db: Database
    ) throws -> [Int64: [Score]] {
        let columns = ScoreReader.columns.split(separator: ", ").map { "\(table).\($0)" }.joined(separator: ", ")
        // From the plan to the scores: the other way would look at the scores of all runs.
        let statement = try db.makeStatement(
            sql: """
                SELECT position, \(columns)
                FROM \(planned) CROSS JOIN \(table) ON \(table).fingerprint = \(planned).fingerprint
                WHERE run_id = ? ORDER BY position
                """)
        try statement.setArguments([run.number])
        var reader = ScoreReader()
        return try reader.scores(statement)
    }

    private func events(of run: RunSummary, _ db: Database) throws -> [RunEvent] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT subject, kind, message FROM event WHERE run_id = :run
                UNION ALL
                SELECT trial.path, kind, message FROM run_trial
                    JOIN remark ON remark.fingerprint = run_trial.fingerprint
                    JOIN trial ON trial.id = trial_id
                WHERE run_id = :run
                ORDER BY 1, 2, 3
                """, arguments: ["run": run.number]
        ).map { row in
            RunEvent(
                subject: place.shown(try row.decode(forColumn: "subject")), kind: try row.decode(forColumn: "kind"),
                message: try row.decode(forColumn: "message"))
        }
    }

    private func curves(of run: RunSummary, _ db: Database) throws -> [RunResults.Curve] {
        struct Sums {
            var sums: [Double] = []
            var counts: [Int] = []
            var videos = 0
        }
        var keys: [[String]] = []
        var all: [[String]: Sums] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT configuration.name AS configuration, metric, per_frame
                FROM run_trial
                    JOIN score ON score.fingerprint = run_trial.fingerprint AND region = 'all'
                    JOIN trial ON trial.id = run_trial.trial_id
                    JOIN configuration ON configuration.id = configuration_id
                WHERE run_id = ? ORDER BY position
                """, arguments: [run.number])
        while let row = try rows.next() {
            let values = PerFrame.values(try row.decode(Data.self, forColumn: "per_frame"))
            guard !values.isEmpty else { continue }
            let key = [
                try row.decode(String.self, forColumn: "configuration"),
                try row.decode(String.self, forColumn: "metric"),
            ]
            if all[key] == nil { keys.append(key) }
            var curve = all[key] ?? Sums()
            let longer = max(0, values.count - curve.sums.count)
            curve.sums += [Double](repeating: 0, count: longer)
            curve.counts += [Int](repeating: 0, count: longer)
            for (i, value) in values.enumerated() {
                guard let value else { continue }
                curve.sums[i] += value
                curve.counts[i] += 1
            }
            curve.videos += 1
            all[key] = curve
        }
        return keys.map { key in
            let curve = all[key]!
            return RunResults.Curve(
                configuration: key[0], metric: key[1],
                means: zip(curve.sums, curve.counts).map { $1 == 0 ? nil : $0 / Double($1) }, videos: curve.videos)
        }
    }

    /// The small pictures of a clip or trial: JPEG bytes by frame number, in order.
    public func previews(of owner: Identity) throws(BenchError) -> [(frame: Int, jpeg: [UInt8])] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT frame, jpeg FROM preview WHERE owner = ? ORDER BY frame", arguments: [owner.hex]
            ).map {
                (frame: try $0.decode(forColumn: "frame"), jpeg: Array(try $0.decode(Data.self, forColumn: "jpeg")))
            }
        }
    }
}

/// Texts that many rows have: one copy in memory of each.
private struct SharedTexts {
    private var texts: [String: [Int64: String]] = [:]

    /// - Parameters:
    ///   - kind: of the text, as "clip".
    ///   - number: of what it belongs to.
    mutating func text(_ kind: String, _ number: Int64, _ row: Row, _ column: Int) throws -> String {
        if let known = texts[kind]?[number] { return known }
        let text: String = try row.decode(atIndex: column)
        texts[kind, default: [:]][number] = text
        return text
    }
}
