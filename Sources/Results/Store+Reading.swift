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
                RunSummary(
                    number: row["id"], name: row["name"], dataset: row["dataset"],
                    profile: Profile(rawValue: row["profile"]) ?? .paibench2025,
                    parameters: try JSON.value([String: String].self, row["parameters"]),
                    metrics: try JSON.value([MetricDescriptor].self, row["metrics"]),
                    regions: try JSON.value([Region].self, row["regions"]),
                    environment: try JSON.value([String: String].self, row["details"]), createdAt: row["created_at"],
                    finishedAt: row["finished_at"])
            }
        }
    }

    /// The trials, scores and events of a run.
    public func results(of run: RunSummary) throws(BenchError) -> RunResults {
        try read { db in
            let scores = try Row.fetchAll(
                db,
                sql: """
                    SELECT score.* FROM run_trial JOIN score ON score.fingerprint = run_trial.fingerprint
                    WHERE run_id = ? ORDER BY score.id
                    """, arguments: [run.number])
            let byFingerprint = try Dictionary(grouping: scores) { $0["fingerprint"] as String }
                .mapValues { rows in try rows.map(Self.score) }
            let trials = try Row.fetchAll(
                db,
                sql: """
                    SELECT run_trial.fingerprint, configuration.name AS configuration, clip.name AS clip, trial.prompt,
                        clip.caption, clip.path AS reference_path, trial.path AS generated_path,
                        clip.identity AS clip_identity, trial.identity AS trial_identity
                    FROM run_trial
                        JOIN trial ON trial.id = trial_id
                        JOIN clip ON clip.id = clip_id
                        JOIN configuration ON configuration.id = configuration_id
                    WHERE run_id = ? ORDER BY position
                    """, arguments: [run.number]
            ).map { row in
                TrialResults(
                    configuration: row["configuration"], clip: row["clip"], prompt: row["prompt"],
                    caption: row["caption"], referencePath: row["reference_path"],
                    generatedPath: row["generated_path"], clipIdentity: Identity(hex: row["clip_identity"]),
                    trialIdentity: Identity(hex: row["trial_identity"]),
                    scores: byFingerprint[row["fingerprint"] as String] ?? [])
            }
            let events = try Row.fetchAll(
                db, sql: "SELECT subject, kind, message FROM event WHERE run_id = ? ORDER BY subject, kind, message",
                arguments: [run.number]
            ).map { RunEvent(subject: $0["subject"], kind: $0["kind"], message: $0["message"]) }
            return RunResults(run: run, trials: trials, events: events)
        }
    }

    private static func score(_ row: Row) throws -> Score {
        let reason: String? = row["reason"]
        return Score(
            metric: row["metric"], region: Region(rawValue: row["region"]) ?? .all,
            outcome: reason.map { .unscored(reason: $0) } ?? .scored(row["value"]), n: row["n"],
            parameters: try JSON.value([String: String].self, row["parameters"]),
            counts: try JSON.value([String: Int].self, row["counts"]),
            warnings: try JSON.value([String].self, row["warnings"]), perFrame: PerFrame.values(row["per_frame"]))
    }

    /// The small pictures of a clip or trial: JPEG bytes by frame number, in order.
    public func previews(of owner: Identity) throws(BenchError) -> [(frame: Int, jpeg: [UInt8])] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT frame, jpeg FROM preview WHERE owner = ? ORDER BY frame", arguments: [owner.hex]
            ).map { (frame: $0["frame"], jpeg: Array($0["jpeg"] as Data)) }
        }
    }
}
