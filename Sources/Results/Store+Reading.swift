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

    /// The trials, scores and events of a run. Per-frame values are averaged on the way, not kept.
    public func results(of run: RunSummary) throws(BenchError) -> RunResults {
        try read { db in
            var decoder = ScoreDecoder()
            var byFingerprint: [String: [Score]] = [:]
            let scores = try Row.fetchCursor(
                db,
                sql: """
                    SELECT DISTINCT score.id, score.fingerprint, metric, region, value, reason, n, score.parameters,
                        counts, warnings, caveats
                    FROM run_trial JOIN score ON score.fingerprint = run_trial.fingerprint
                    WHERE run_id = ? ORDER BY score.id
                    """, arguments: [run.number])
            while let row = try scores.next() {
                byFingerprint[try row.decode(String.self, forColumn: "fingerprint"), default: []].append(
                    try decoder.score(row))
            }
            let origins = try origins(of: run, db)
            let trials = try Row.fetchAll(
                db,
                sql: """
                    SELECT run_trial.fingerprint, configuration.name AS configuration, clip.name AS clip, trial.prompt,
                        trial.sha256, clip.caption, clip.path AS reference_path, trial.path AS generated_path,
                        clip.identity AS clip_identity, trial.identity AS trial_identity
                    FROM run_trial
                        JOIN trial ON trial.id = trial_id
                        JOIN clip ON clip.id = clip_id
                        JOIN configuration ON configuration.id = configuration_id
                    WHERE run_id = ? ORDER BY position
                    """, arguments: [run.number]
            ).map { row in
                TrialResults(
                    configuration: try row.decode(forColumn: "configuration"), clip: try row.decode(forColumn: "clip"),
                    prompt: try row.decode(forColumn: "prompt"), caption: try row.decode(forColumn: "caption"),
                    referencePath: place.shown(try row.decode(forColumn: "reference_path")),
                    generatedPath: place.shown(try row.decode(forColumn: "generated_path")),
                    clipIdentity: Identity(hex: try row.decode(forColumn: "clip_identity")),
                    trialIdentity: Identity(hex: try row.decode(forColumn: "trial_identity")),
                    origin: origins.origin(
                        sha256: try row.decode(forColumn: "sha256"),
                        path: place.shown(try row.decode(forColumn: "generated_path")),
                        configuration: try row.decode(forColumn: "configuration"),
                        clip: try row.decode(forColumn: "clip"), prompt: try row.decode(forColumn: "prompt")),
                    scores: byFingerprint[try row.decode(String.self, forColumn: "fingerprint")] ?? [])
            }
            return RunResults(
                run: run, trials: trials, conditions: try conditions(of: run, &decoder, db),
                events: try events(of: run, db), curves: try curves(of: run, db),
                race: try race(of: run.number, db), timings: try timings(of: run.number, db))
        }
    }

    private func conditions(
        of run: RunSummary, _ decoder: inout ScoreDecoder, _ db: Database
    ) throws -> [ConditionResults] {
        let planned = try Row.fetchAll(
            db,
            sql: """
                SELECT fingerprint, videos, configuration.name AS configuration, clip.name AS clip,
                    clip.identity AS clip_identity
                FROM run_condition
                    JOIN clip ON clip.id = clip_id
                    JOIN configuration ON configuration.id = configuration_id
                WHERE run_id = ? ORDER BY position
                """, arguments: [run.number])
        var scores: [String: [Score]] = [:]
        for row in try Row.fetchAll(
            db,
            sql: """
                SELECT DISTINCT condition_score.id, condition_score.fingerprint, metric, region, value, reason, n,
                    parameters, counts, warnings, caveats
                FROM run_condition JOIN condition_score ON condition_score.fingerprint = run_condition.fingerprint
                WHERE run_id = ? ORDER BY condition_score.id
                """, arguments: [run.number])
        {
            scores[try row.decode(String.self, forColumn: "fingerprint"), default: []].append(try decoder.score(row))
        }
        return try planned.map { row in
            ConditionResults(
                configuration: try row.decode(forColumn: "configuration"), clip: try row.decode(forColumn: "clip"),
                videos: try row.decode(forColumn: "videos"),
                clipIdentity: Identity(hex: try row.decode(forColumn: "clip_identity")),
                scores: scores[try row.decode(String.self, forColumn: "fingerprint")] ?? [])
        }
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

/// Decodes score rows; what many of them have in common is decoded and kept once.
private struct ScoreDecoder {
    private var dictionaries: [String: [String: String]] = [:]
    private var lists: [String: [String]] = [:]

    mutating func score(_ row: Row) throws -> Score {
        let reason: String? = try row.decode(forColumn: "reason")
        let parameters: String = try row.decode(forColumn: "parameters")
        let warnings: String = try row.decode(forColumn: "warnings")
        if dictionaries[parameters] == nil {
            dictionaries[parameters] = try JSON.value([String: String].self, parameters)
        }
        let caveats: String = try row.decode(forColumn: "caveats")
        for list in [warnings, caveats] where lists[list] == nil {
            lists[list] = try JSON.value([String].self, list)
        }
        let counts: String = try row.decode(forColumn: "counts")
        return Score(
            metric: try row.decode(forColumn: "metric"),
            region: Region(rawValue: try row.decode(forColumn: "region")) ?? .all,
            outcome: try reason.map { .unscored(reason: $0) } ?? .scored(row.decode(forColumn: "value")),
            n: try row.decode(forColumn: "n"), parameters: dictionaries[parameters] ?? [:],
            counts: counts == "{}" ? [:] : try JSON.value([String: Int].self, counts), warnings: lists[warnings] ?? [],
            caveats: lists[caveats] ?? [])
    }
}
