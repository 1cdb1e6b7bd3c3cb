public import Experiment
import Foundation
internal import Results

extension Report {
    /// The shown means, and everything else: settings, means, agreement with a published table, every trial's scores, warnings and failures. The schema is in the README.
    public func json() throws(BenchError) -> String {
        let document = Document(
            schema: "transferbench.report/1",
            groups: groups.map { group in
                Document.Group(
                    profile: group.profile.rawValue, parameters: group.parameters, dataset: group.dataset,
                    runs: group.runs.map { run in
                        Document.Run(
                            number: run.run.number, name: run.run.name, dataset: run.run.dataset,
                            partial: run.isPartial, planned: run.planned, scored: run.scored,
                            environment: run.run.environment,
                            events: run.events.map { .init(kind: $0.kind, subject: $0.subject, message: $0.message) },
                            race: run.race.map { RaceDocument($0) }, timings: run.timings.map { TimingDocument($0) })
                    },
                    means: group.tables.flatMap { table in
                        table.rows.flatMap { row in
                            zip(zip(table.columns, table.bases), row.cells).map { place, cell in
                                let (column, basis) = place
                                return Document.Mean(
                                    configuration: row.label, metric: column.metric.name,
                                    region: column.region.rawValue, direction: column.metric.direction.rawValue,
                                    unit: column.metric.unit, mean: cell.aggregate.mean,
                                    interval: (cell.aggregate.interval?.bounds).map { [$0.lowerBound, $0.upperBound] },
                                    intervalReason: cell.aggregate.interval?.reason, n: cell.aggregate.n,
                                    planned: cell.aggregate.planned, clips: cell.aggregate.clips, mark: cell.mark,
                                    markedOver: basis.map { .init(clips: $0.clips, values: $0.values) },
                                    unscored: cell.aggregate.unscored, caveats: cell.aggregate.caveats)
                            }
                        }
                    },
                    agreements: group.agreements.map { AgreementDocument($0) },
                    sweeps: group.sweeps.map { SweepDocument($0, level: options.level ?? 0.95) },
                    figures: group.figures.map { FigureDocument($0) }, front: group.front.map { FrontDocument($0) },
                    trials: group.rows.flatMap { row in row.trials.map { Document.Trial($0, row: row.label) } },
                    conditions: group.rows.flatMap { row in
                        row.conditions.map { condition in
                            Document.Condition(
                                configuration: row.label, clip: condition.clip, videos: condition.videos,
                                scores: condition.scores.map { .init($0) })
                        }
                    })
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n" } catch {
            throw BenchError(.bug, "the report cannot be written as JSON: \(error)")
        }
    }
}

private struct Document: Encodable {
    let schema: String
    let groups: [Group]

    struct Group: Encodable {
        let profile: String
        let parameters: [String: String]
        let dataset: String
        let runs: [Run]
        let means: [Mean]
        let agreements: [AgreementDocument]
        let sweeps: [SweepDocument]
        let figures: [FigureDocument]
        let front: FrontDocument?
        let trials: [Trial]
        let conditions: [Condition]
    }

    struct Run: Encodable {
        let number: Int64
        let name: String
        let dataset: String
        let partial: Bool
        let planned: Int
        let scored: Int
        let environment: [String: String]
        let events: [Event]
        /// Looks of its race, with whom they dropped; empty where there is none.
        let race: [RaceDocument]
        /// What was measured of its videos' making; empty where nothing was.
        let timings: [TimingDocument]
    }

    struct Event: Encodable {
        let kind: String
        let subject: String
        let message: String
    }

    struct Mean: Encodable {
        let configuration: String
        let metric: String
        let region: String
        let direction: String
        let unit: String
        let mean: Double?
        let interval: [Double]?
        let intervalReason: String?
        let n: Int
        let planned: Int
        let clips: Int
        let mark: Mark?
        /// What the marks of the column stand on: clips that all rows with a value share, and values of each row on them.
        let markedOver: Shared?
        let unscored: [String: Int]
        let caveats: [String: Int]
    }

    struct Shared: Encodable {
        let clips: Int
        let values: Int
    }

    struct Trial: Encodable {
        let configuration: String
        let clip: String
        let prompt: String
        let reference: String
        let generated: String
        /// Absent where the store does not know what the video was made from.
        let origin: OriginDocument?
        let scores: [TrialScore]

        init(_ trial: TrialResults, row: String) {
            configuration = row
            clip = trial.clip
            prompt = trial.promptLabel
            reference = trial.referencePath
            generated = trial.generatedPath
            origin = trial.origin.map { OriginDocument($0) }
            scores = trial.scores.map { TrialScore($0) }
        }
    }

    struct Condition: Encodable {
        let configuration: String
        let clip: String
        let videos: Int
        let scores: [TrialScore]
    }

    struct TrialScore: Encodable {
        let metric: String
        let region: String
        let value: Double?
        let reason: String?
        let n: Int
        let parameters: [String: String]
        let counts: [String: Int]
        let warnings: [String]
        let caveats: [String]

        init(_ score: Score) {
            metric = score.metric
            region = score.region.rawValue
            value = score.outcome.value
            reason = score.outcome.reason
            n = score.n
            parameters = score.parameters
            counts = score.counts
            warnings = score.warnings
            caveats = score.caveats
        }
    }
}
