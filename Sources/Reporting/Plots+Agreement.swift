internal import Experiment
internal import Results

extension Report {
    /// Our means against the published values, one panel a published column and one point a row.
    func published(_ group: Group) -> Plot? {
        var panels: [String] = []
        var data = ""
        var labels: [String] = []
        for agreement in group.agreements {
            for ranking in agreement.rankings {
                guard let metric = ranking.column.metric, let tau = ranking.result?.tau.value else { continue }
                let names = shortLabels(ranking.rows.map(\.configuration))
                var drawn: [String] = []
                for (i, row) in ranking.rows.enumerated() {
                    guard let mean = row.ours else { continue }
                    let name = "$published\(panels.count)_\(i)"
                    data += "\(name) << EOD\n\(row.published) \(mean)\nEOD\n"
                    drawn.append(
                        "\(name) using 1:2 with points pt \(plotShapes[i % plotShapes.count]) ps 1.6 lc rgb "
                            + "'\(plotColours[i % plotColours.count])' title \(quoted(names[i]))")
                }
                labels += names
                let ranges = (plotRange(ranking.rows.map(\.published)), plotRange(ranking.rows.compactMap(\.ours)))
                let run = agreement.runName.map { ", run \(agreement.run) (\($0))" } ?? ""
                let title = ComparisonTable.Column(metric: metric, region: ranking.column.column.region).title
                let arrow = ranking.column.direction.map { " " + $0.arrow } ?? ""
                panels.append(
                    """
                    set xrange \(ranges.0)
                    set yrange \(ranges.1)
                    set title \(quoted("\(title): tau-b \(number(tau, 2))\(run)"))
                    set xlabel \(quoted("published \(ranking.column.published)\(arrow)"))
                    set ylabel \(quoted("ours, \(axis(metric))"))
                    plot \(drawn.joined(separator: ", \\\n"))
                    """)
            }
        }
        return plot(
            "published", "Our means against \(group.agreements.first?.source ?? "")", panels, data,
            height: 380 + legendHeight(Array(Set(labels))),
            setup: "set grid \(gridStyle)\n\(keyStyle)\n"
                + "set offsets graph 0.08,graph 0.08,graph 0.08,graph 0.08\n")
    }
}
