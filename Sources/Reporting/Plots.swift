internal import Experiment
import Foundation
internal import Results

/// A named picture of a report's group, as a gnuplot script without its terminal.
struct Plot {
    let name: String
    let title: String
    let size: (width: Int, height: Int)
    let script: String
    /// Whether the page shows the picture; otherwise it has the same as a table.
    var isOnPage = true

    /// Draws it.
    func draw(to path: String, _ format: PlotFormat, program: String) throws(BenchError) {
        let font = "noenhanced font 'DejaVu Sans,11'"
        let terminal =
            switch format {
            case .png: "set terminal pngcairo size \(size.width),\(size.height) \(font)"
            case .svg: "set terminal svg size \(size.width),\(size.height) dynamic \(font) background '#ffffff'"
            }
        try runGnuplot("\(terminal)\nset output \(quoted(path))\n\(script)\nunset output\n", program: program)
    }
}

extension Report {
    /// The plots of a group; without frames or regions, fewer.
    func plots(_ group: Group) -> [Plot] {
        // A line or a bar a row tells nothing of hundreds.
        let few = group.rows.count <= Self.mostDrawnRows
        let ofRows =
            [few ? bars(group) : nil, published(group), scaling(group)] + (few ? [curves(group), regions(group)] : [])
        return ofRows.compactMap { $0 } + group.figures.compactMap { figure($0) }
            + [group.front.flatMap { front($0, group) }].compactMap { $0 }
            + group.sweeps.flatMap { responses($0) + heatmaps($0) }
    }

    /// Most rows that have bars and curves of their own.
    public static let mostDrawnRows = 40

    /// Means of every metric with their intervals, one panel a metric.
    private func bars(_ group: Group) -> Plot? {
        let level = options.level ?? 0.95
        let labels = shortLabels(group.rows.map(\.label))
        var panels: [String] = []
        var data = ""
        for (k, metric) in group.metrics.enumerated() {
            let aggregates = group.rows.map { $0.aggregate(metric, .all, level: level) }
            guard aggregates.contains(where: { $0.mean != nil }) else { continue }
            data += "$bars\(k) << EOD\n"
            for (i, a) in aggregates.enumerated() {
                guard let mean = a.mean else { continue }
                let range = a.interval?.bounds ?? mean...mean
                let row = group.rows.count - 1 - i  // the first on top
                let dropped = group.rows[i].drop != nil
                data += "\(row) \(mean) \(range.lowerBound) \(range.upperBound) \(dropped ? 0xC8C8C8 : colour(i))\n"
            }
            data += "EOD\n"
            let ticks = labels.enumerated().map { i, label in "\(tick(label)) \(group.rows.count - 1 - i)" }
            let bounds = aggregates.compactMap { $0.interval?.bounds ?? $0.mean.map { $0...$0 } }
            let top = max(bounds.map(\.upperBound).max() ?? 1, 0)
            let bottom = min(bounds.map(\.lowerBound).min() ?? 0, 0)
            let n = Set(aggregates.map { "\($0.n)/\($0.planned)" }).sorted().joined(separator: ", ")
            panels.append(
                """
                set title \(quoted("\(metric.title) — \(metric.direction) is better"))
                set xlabel \(quoted("\(axis(metric)); \(metric.scope.plural) scored / planned: \(n)"))
                set ytics (\(ticks.joined(separator: ",")))
                \(drops(group))
                set yrange [-0.6:\(Double(group.rows.count) - 0.4)]
                set xrange [\(bottom * 1.1):\(max(top * 1.1, bottom == 0 ? 1e-6 : 0))]
                plot $bars\(k) using (0):1:(0):2:($1-0.35):($1+0.35):5 with boxxyerror lc rgb variable fs solid 0.85 notitle, \
                $bars\(k) using 3:1:($4-$3):(0) with vectors heads size screen 0.004,90 lc rgb '#222222' lw 1.5 notitle
                """)
        }
        let hasIntervals = data.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count == 5 && fields[2] != fields[3]
        }
        return plot(
            "means",
            "Means by configuration"
                + (hasIntervals
                    ? "; whiskers: \(number(level * 100, 0)) % bootstrap interval over clips"
                    : "; no whiskers: an interval takes \(ClipInterval.fewestClips) clips"),
            panels, data, height: 110 + 34 * group.rows.count,
            setup: "set grid xtics \(gridStyle)\nunset key\nset lmargin \(4 + (labels.map(\.count).max() ?? 0))\n")
    }

    /// What became of rows that a race dropped, written on their bars.
    private func drops(_ group: Group) -> String {
        let texts = group.rows.enumerated().compactMap { i, row -> String? in
            row.drop.map { drop in
                let text = "dropped after \(counted(drop.clips, "clip")) by \(drop.by)"
                return "set label \(quoted(text)) at graph 0.01,first \(group.rows.count - 1 - i) front font ',8'"
            }
        }
        return (["unset label"] + texts).joined(separator: "\n")
    }

    /// Every metric by frame, the mean over a configuration's videos.
    private func curves(_ group: Group) -> Plot? {
        let labels = shortLabels(group.rows.map(\.label))
        var panels: [String] = []
        var data = ""
        for (k, metric) in group.metrics.enumerated() {
            let curves = group.rows.map { row in row.curves.first { $0.metric == metric.name } }
            guard curves.contains(where: { $0?.means.count { $0 != nil } ?? 0 > 1 }) else { continue }
            var drawn: [String] = []
            for (i, curve) in curves.enumerated() {
                guard let curve, curve.means.contains(where: { $0 != nil }) else { continue }
                data += "$curve\(k)_\(i) << EOD\n"
                for (frame, value) in curve.means.enumerated() { data += value.map { "\(frame) \($0)\n" } ?? "\n" }
                data += "EOD\n"
                drawn.append(
                    "$curve\(k)_\(i) using 1:2 with lines lw 2 dt \(1 + i / plotColours.count) "
                        + "lc rgb '\(plotColours[i % plotColours.count])' "
                        + "title \(quoted(counted(labels[i], curve.videos)))")
            }
            let values = curves.flatMap { $0?.means ?? [] }.compactMap(\.self)
            panels.append(
                """
                set yrange \(plotRange(values))
                set title \(quoted("\(metric.title) by frame — \(metric.direction) is better"))
                set ylabel \(quoted(axis(metric)))
                set xlabel 'frame'
                plot \(drawn.joined(separator: ", \\\n"))
                """)
        }
        return plot(
            "frames", "Per frame, mean over each configuration's videos", panels, data,
            height: 380 + legendHeight(labels),
            setup: "set grid \(gridStyle)\n\(keyStyle)\nset offsets 0,0,graph 0.05,graph 0.05\n")
    }

    /// Foreground against background, one point a video, or a clip where the metric is of all its videos.
    private func regions(_ group: Group) -> Plot? {
        let labels = shortLabels(group.rows.map(\.label))
        var panels: [String] = []
        var data = ""
        for (k, metric) in group.metrics.enumerated() {
            var drawn: [String] = []
            var extent: [Double] = []
            for (i, row) in group.rows.enumerated() {
                let points = row.items(of: metric).compactMap { item -> (Double, Double)? in
                    guard let fg = item.score(metric.name, .fg)?.outcome.value,
                        let bg = item.score(metric.name, .bg)?.outcome.value
                    else { return nil }
                    return (bg, fg)
                }
                guard !points.isEmpty else { continue }
                data += "$points\(k)_\(i) << EOD\n" + points.map { "\($0.0) \($0.1)\n" }.joined() + "EOD\n"
                extent += points.flatMap { [$0.0, $0.1] }
                drawn.append(
                    "$points\(k)_\(i) using 1:2 with points pt \(plotShapes[i % plotShapes.count]) ps 1.2 lc rgb "
                        + "'\(plotColours[i % plotColours.count])' title "
                        + quoted(counted(labels[i], points.count)))
            }
            guard let low = extent.min(), let high = extent.max() else { continue }
            let margin = max((high - low) * 0.08, 1e-3)
            panels.append(
                """
                set title \(quoted("\(metric.title) — \(metric.direction) is better"))
                set xlabel \(quoted("background, \(axis(metric))"))
                set ylabel \(quoted("foreground, \(metric.title)"))
                set size square
                set xrange [\(low - margin):\(high + margin)]
                set yrange [\(low - margin):\(high + margin)]
                plot x with lines dt 2 lc rgb '#999999' title 'equal', \(drawn.joined(separator: ", \\\n"))
                """)
        }
        return plot(
            "regions", "Foreground against background, one point a video", panels, data,
            height: 470 + legendHeight(labels + ["equal"]), setup: "set grid \(gridStyle)\n\(keyStyle)\n")
    }

    /// A picture of panels; nil without any.
    func plot(
        _ name: String, _ title: String, _ panels: [String], _ data: String, height: Int, setup: String
    ) -> Plot? {
        guard !panels.isEmpty else { return nil }
        let columns = min(2, panels.count)
        let rows = (panels.count + columns - 1) / columns
        let script = """
            \(data)
            \(setup)set border 3
            set tics nomirror
            set multiplot layout \(rows),\(columns) title \(quoted(title)) font 'DejaVu Sans,13'
            \(panels.joined(separator: "\n"))
            unset multiplot
            """
        return Plot(name: name, title: title, size: (560 * columns, 60 + height * rows), script: script)
    }
}

let gridStyle = "back lt 1 lw 0.6 lc rgb '#cccccc'"
let keyStyle = "set key below center horizontal Left reverse samplen 2.5 spacing 1.2 height 0.6"

/// What an axis shows of some values: all of them, and around a single one a little, where gnuplot would complain.
func plotRange(_ values: [Double]) -> String {
    guard let low = values.min(), let high = values.max(), high - low <= 1e-9 * max(abs(low), abs(high)) else {
        return "[*:*]"
    }
    let margin = max(abs(low) * 0.05, 1e-3)
    return "[\(low - margin):\(high + margin)]"
}

func axis(_ metric: MetricDescriptor) -> String {
    metric.unit.isEmpty ? metric.title : "\(metric.title) (\(metric.unit))"
}

/// Pixels that a legend of these labels takes below a panel.
func legendHeight(_ labels: [String]) -> Int {
    let columns = max(1, 66 / ((labels.map(\.count).max() ?? 0) + 18))
    return 24 * ((labels.count + columns - 1) / columns)
}

private func counted(_ label: String, _ videos: Int) -> String { "\(label) (\(videos) video\(videos == 1 ? "" : "s"))" }

/// A tick label: a printf format to gnuplot, where nothing else is.
func tick(_ label: String) -> String { quoted(label.replacing("%", with: "%%")) }

/// Labels of at most 28 characters, shortened in the middle; where that makes two alike, they are numbered.
func shortLabels(_ labels: [String]) -> [String] {
    let short = labels.map { label in
        label.count > 28 ? label.prefix(12) + "…" + label.suffix(15) : label
    }
    return short.enumerated().map { i, label in
        short.count { $0 == label } > 1 ? "\(i + 1) \(label)" : label
    }
}

private func colour(_ i: Int) -> Int { Int(plotColours[i % plotColours.count].dropFirst(), radix: 16) ?? 0 }
