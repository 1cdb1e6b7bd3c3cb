internal import Experiment
internal import Results

extension Report {
    /// A picture a metric of a grid, with a panel for each pair of axes.
    func heatmaps(_ view: SweepView) -> [Plot] {
        view.columns.indices.compactMap { column in
            let pairs = view.pairs
            let heats = pairs.map { view.heatmap(column, $0.first, $0.second) }
            guard let scale = ColourScale(heats.joined().joined().compactMap(\.mean)) else { return nil }
            let panels = zip(pairs, heats).map { pair, heats in
                HeatPanel(
                    rows: view.axes[pair.first], columns: view.axes[pair.second], heats: heats, scale: scale,
                    digits: options.digits, number: 0)
            }
            return heatPlot(view, column, panels)
        }
    }

    private func heatPlot(_ view: SweepView, _ column: Int, _ panels: [HeatPanel]) -> Plot {
        let across = min(panels.count, panels.count > 4 ? 3 : 2)
        let down = (panels.count + across - 1) / across
        let width = max(panels.map(\.width).max() ?? 0, 480 / across)
        let height = panels.map(\.height).max() ?? 0
        let title =
            "\(view.columns[column].title); in each cell the mean and n, of \(view.columns[column].metric.scope.plural)"
        let numbered = panels.enumerated().map { $1.numbered($0) }
        return Plot(
            name: "heatmap-\(fileName(view.columns[column]))" + (view.runName == nil ? "" : "-run\(view.run)"),
            title: title, size: (width * across, 44 + height * down),
            script: """
                \(numbered.map(\.data).joined())
                set palette \(ColourScale.palette)
                set border 0
                set tics scale 0
                unset key
                set multiplot layout \(down),\(across) title \(quoted(title)) font 'DejaVu Sans,12'
                \(numbered.map(\.script).joined(separator: "\n"))
                unset multiplot
                """, isOnPage: false)
    }
}

/// Names files by a column: "blur-ssim-fg".
func fileName(_ column: ComparisonTable.Column) -> String {
    column.metric.name + (column.region == .all ? "" : "-" + column.region.rawValue)
}

/// Two axes that meet in a heatmap.
private struct HeatPanel {
    let rows: SweepView.Axis
    let columns: SweepView.Axis
    let heats: [[SweepView.Heat]]
    let scale: ColourScale
    let digits: Int
    let number: Int

    func numbered(_ number: Int) -> HeatPanel {
        HeatPanel(rows: rows, columns: columns, heats: heats, scale: scale, digits: digits, number: number)
    }

    private var text: (size: Int, width: Int) {
        let longest =
            heats.joined().map {
                [$0.mean.map { Reporting.number($0, digits) } ?? "", "n \($0.n)"].map(\.count).max()!
            }
            .max() ?? 4
        let size = columns.levels.count <= 6 ? 10 : columns.levels.count <= 10 ? 9 : 8
        return (size, max(44, longest * (size - 2) + 14))
    }

    private var isTurned: Bool { (columns.levels.map(\.text.count).max() ?? 0) * 9 + 4 > text.width }
    var width: Int { columns.levels.count * text.width + 8 * (rows.levels.map(\.text.count).max() ?? 0) + 150 }
    var height: Int {
        rows.levels.count * 36 + 100 + (isTurned ? 7 * (columns.levels.map(\.text.count).max() ?? 0) : 0)
    }

    /// A line a cell: place, value, text, colour of the text. The first level is at the bottom.
    var data: String {
        var lines = ""
        for (r, row) in heats.enumerated() {
            for (c, heat) in row.enumerated() {
                guard let mean = heat.mean else { continue }
                let ink = ColourScale.ink(on: scale.colour(mean))
                let text = Reporting.number(mean, digits) + (heat.isDropped ? "×" : "") + "\\nn \(heat.n)"
                lines += "\(c) \(r) \(mean) \"\(text)\" \(ink)\n"
            }
        }
        return "$heat\(number) << EOD\n\(lines)EOD\n"
    }

    var script: String {
        func ticks(_ axis: SweepView.Axis) -> String {
            axis.levels.enumerated().map { "\(tick($1.text)) \($0)" }.joined(separator: ",")
        }
        // One value has no range of colours.
        let (low, high) = scale.low < scale.high ? (scale.low, scale.high) : (scale.low - 0.5, scale.high + 0.5)
        return """
            set xlabel \(quoted(columns.name))
            set ylabel \(quoted(rows.name))
            set xtics \(isTurned ? "rotate by -45 " : "norotate ")(\(ticks(columns)))
            set ytics (\(ticks(rows)))
            set xrange [-0.5:\(Double(columns.levels.count) - 0.5)]
            set yrange [-0.5:\(Double(rows.levels.count) - 0.5)]
            set cbrange [\(low):\(high)]
            set cbtics (\([low, (low + high) / 2, high].map { "\(tick(Reporting.number($0, digits))) \($0)" }.joined(separator: ",")))
            plot $heat\(number) using 1:2:($1-0.49):($1+0.49):($2-0.48):($2+0.48):3 with boxxyerror fs solid 1 noborder lc palette notitle, \
            $heat\(number) using 1:2:4:5 with labels offset 0,0.35 font 'DejaVu Sans,\(text.size)' tc rgb variable notitle
            """
    }
}
