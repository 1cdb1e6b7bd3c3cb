internal import Experiment
internal import Results

/// A grid in a report's JSON. The means of its cells are among `means`.
struct SweepDocument: Encodable {
    struct Axis: Encodable {
        let name: String
        /// As pictures show them.
        let levels: [String]
    }

    struct Cell: Encodable {
        let configuration: String
        /// As the suite writes them, one for each axis.
        let values: [String]
        /// Why a race dropped it.
        let dropped: String?
    }

    struct Effect: Encodable {
        let metric: String
        let region: String
        let weight: String
        /// Per 0.1 of the weight.
        let change: Double?
        let interval: [Double]?
        let intervalReason: String?
        let reason: String?
        let cells: Int
        let clips: Int
    }

    struct Response: Encodable {
        let metric: String
        let region: String
        let axis: String
        let level: String
        let mean: Double?
        let interval: [Double]?
        let intervalReason: String?
        let n: Int
        let clips: Int
    }

    struct Heatmap: Encodable {
        let metric: String
        let region: String
        let rows: String
        let columns: String
        /// By level of `rows`, then `columns`.
        let means: [[Double?]]
        let n: [[Int]]
    }

    let run: Int64
    let design: String
    let axes: [Axis]
    let cells: [Cell]
    let effects: [Effect]
    let responses: [Response]
    let heatmaps: [Heatmap]

    init(_ view: SweepView, level: Double) {
        run = view.run
        design = view.sweep.design.rawValue
        axes = view.axes.map { Axis(name: $0.name, levels: $0.levels.map(\.text)) }
        cells = zip(view.sweep.cells, view.rows).map { cell, row in
            Cell(configuration: cell.configuration, values: cell.values.map(\.text), dropped: row?.drop.map(dropText))
        }
        let columns = view.columns.enumerated().map { (place: $0, metric: $1.metric.name, region: $1.region.rawValue) }
        effects = columns.flatMap { column in
            let all = view.effects(column.place, level: level)
            return all.effects.map { effect in
                Effect(
                    metric: column.metric, region: column.region, weight: effect.weight, change: effect.change.value,
                    interval: bounds(effect.interval), intervalReason: effect.interval.reason,
                    reason: effect.change.reason, cells: all.cells, clips: all.clips)
            }
        }
        responses = columns.flatMap { column in
            view.axes.indices.flatMap { axis in
                view.response(column.place, axis, level: level).map { response in
                    Response(
                        metric: column.metric, region: column.region, axis: view.axes[axis].name,
                        level: response.level.text, mean: response.mean, interval: bounds(response.interval),
                        intervalReason: response.interval.reason, n: response.n, clips: response.clips)
                }
            }
        }
        heatmaps = columns.flatMap { column in
            view.pairs.map { pair in
                let heats = view.heatmap(column.place, pair.first, pair.second)
                return Heatmap(
                    metric: column.metric, region: column.region, rows: view.axes[pair.first].name,
                    columns: view.axes[pair.second].name, means: heats.map { $0.map(\.mean) },
                    n: heats.map { $0.map(\.n) })
            }
        }
    }
}

/// A Pareto front in a report's JSON.
struct FrontDocument: Encodable {
    struct Objective: Encodable {
        let metric: String
        let region: String
        let direction: String
    }

    struct Row: Encodable {
        let configuration: String
        let means: [Double?]
        let n: [Int]
        /// "front", "dominated", "absent" where an objective has no value, or "dropped" by a race.
        let standing: String
        /// A row of the front that is better.
        let by: String?
        let dropped: String?
    }

    let objectives: [Objective]
    let rows: [Row]

    init(_ table: FrontTable) {
        objectives = table.objectives.map {
            Objective(metric: $0.metric.name, region: $0.region.rawValue, direction: $0.metric.direction.rawValue)
        }
        rows = table.rows.map { row in
            var (standing, by) = ("front", String?.none)
            switch row.standing {
            case .onFront: break
            case .dominated(let other): (standing, by) = ("dominated", table.rows[other].label)
            case .absent: standing = "absent"
            }
            return Row(
                configuration: row.label, means: row.means, n: row.counts,
                standing: row.drop == nil ? standing : "dropped", by: by, dropped: row.drop.map(dropText))
        }
    }
}

/// Metrics against weights beside published correlations, in a report's JSON.
struct FigureDocument: Encodable {
    struct Panel: Encodable {
        let axis: String
        let metric: String
        let region: String
        let r: Double?
        let interval: [Double]?
        let intervalReason: String?
        /// Why there is no r.
        let reason: String?
        let published: Double?
        let verdict: String
        let videos: Int
        let clips: Int
    }

    let source: String?
    let run: Int64
    let level: Double
    let panels: [Panel]

    init(_ agreement: FigureAgreement) {
        source = agreement.source
        run = agreement.run
        level = agreement.level
        panels = agreement.panels.map { panel in
            let correlation = panel.correlation
            return Panel(
                axis: panel.panel.axis, metric: panel.panel.column.metric, region: panel.panel.column.region.rawValue,
                r: correlation?.r.value, interval: correlation.flatMap { bounds($0.interval) },
                intervalReason: correlation?.interval.reason, reason: correlation?.r.reason,
                published: panel.panel.published, verdict: panel.verdict.rawValue, videos: correlation?.videos ?? 0,
                clips: correlation?.clips ?? 0)
        }
    }
}

private func bounds(_ interval: ClipInterval) -> [Double]? {
    interval.bounds.map { [$0.lowerBound, $0.upperBound] }
}
