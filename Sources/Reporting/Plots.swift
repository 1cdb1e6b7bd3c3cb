internal import Experiment
import Foundation
internal import Results

/// A named picture of a report's group, as a gnuplot script without its terminal.
struct Plot {
    let name: String
    let title: String
    let size: (width: Int, height: Int)
    let script: String

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
    func plots(_ group: Group) -> [Plot] { [bars(group), curves(group), regions(group)].compactMap { $0 } }

    /// Means of every metric with their intervals, one panel a metric.
    private func bars(_ group: Group) -> Plot? {
        let level = options.level ?? 0.95
        var panels: [String] = []
        var data = ""
        for (k, metric) in group.metrics.enumerated() {
            let aggregates = group.rows.map { Aggregate($0.trials, metric: metric.name, region: .all, level: level) }
            guard aggregates.contains(where: { $0.mean != nil }) else { continue }
            data += "$bars\(k) << EOD\n"
            for (i, a) in aggregates.enumerated() {
                guard let mean = a.mean else { continue }
                let range = a.interval ?? mean...mean
                data += "\(i) \(mean) \(range.lowerBound) \(range.upperBound) \(colour(i))\n"
            }
            data += "EOD\n"
            let ticks = group.rows.enumerated().map { i, row in "\(quoted(short(row.label))) \(i)" }.joined(
                separator: ",")
            let top = aggregates.compactMap { $0.interval?.upperBound ?? $0.mean }.max() ?? 1
            let n = Set(aggregates.map { "\($0.n)/\($0.planned)" }).sorted().joined(separator: ", ")
            panels.append(
                """
                set title \(quoted("\(metric.title) — \(metric.direction) is better"))
                set ylabel \(quoted(axis(metric)))
                set xlabel \(quoted("videos scored / planned: \(n)"))
                set xtics (\(ticks)) \(group.rows.contains { $0.label.count > 12 } ? "rotate by -25" : "norotate")
                set xrange [-0.6:\(Double(group.rows.count) - 0.4)]
                set yrange [\(metric.low.map { min(0, $0 < 0 ? 0 : $0) } ?? 0):\(max(top * 1.15, 1e-6))]
                plot $bars\(k) using 1:2:5 with boxes lc rgb variable fs solid 0.85 notitle, \
                $bars\(k) using 1:3:(0):($4-$3) with vectors heads size screen 0.006,90 lc rgb '#222222' lw 1.5 notitle
                """)
        }
        return plot(
            "means", "Means by configuration; whiskers: \(number(level * 100, 0)) % bootstrap interval over clips",
            panels,
            data, setup: "set boxwidth 0.7\nset grid ytics \(gridStyle)\nunset key\n")
    }

    /// Every metric by frame, the mean over a configuration's videos.
    private func curves(_ group: Group) -> Plot? {
        var panels: [String] = []
        var data = ""
        for (k, metric) in group.metrics.enumerated() {
            let lines = group.rows.map { $0.meanPerFrame(metric.name, .all) }
            guard lines.contains(where: { $0.count { $0 != nil } > 1 }) else { continue }
            var drawn: [String] = []
            for (i, line) in lines.enumerated() where line.contains(where: { $0 != nil }) {
                data += "$curve\(k)_\(i) << EOD\n"
                for (frame, value) in line.enumerated() { data += value.map { "\(frame) \($0)\n" } ?? "\n" }
                data += "EOD\n"
                let n = group.rows[i].trials.count { $0.score(metric.name, .all)?.perFrame.isEmpty == false }
                drawn.append(
                    "$curve\(k)_\(i) using 1:2 with lines lw 2 lc rgb '\(plotColours[i % plotColours.count])' "
                        + "title \(quoted("\(short(group.rows[i].label)) (\(n) video\(n == 1 ? "" : "s"))"))")
            }
            panels.append(
                """
                set title \(quoted("\(metric.title) by frame — \(metric.direction) is better"))
                set ylabel \(quoted(axis(metric)))
                set xlabel 'frame'
                plot \(drawn.joined(separator: ", \\\n"))
                """)
        }
        return plot(
            "frames", "Per frame, mean over each configuration's videos", panels, data,
            setup: "set grid \(gridStyle)\n\(keyStyle)\nset yrange [*:*]\nset offsets 0,0,graph 0.05,graph 0.05\n")
    }

    /// Foreground against background, one point a video.
    private func regions(_ group: Group) -> Plot? {
        var panels: [String] = []
        var data = ""
        for (k, metric) in group.metrics.enumerated() {
            var drawn: [String] = []
            var extent: [Double] = []
            for (i, row) in group.rows.enumerated() {
                let points = row.trials.compactMap { trial -> (Double, Double)? in
                    guard let fg = trial.score(metric.name, .fg)?.outcome.value,
                        let bg = trial.score(metric.name, .bg)?.outcome.value
                    else { return nil }
                    return (bg, fg)
                }
                guard !points.isEmpty else { continue }
                data += "$points\(k)_\(i) << EOD\n" + points.map { "\($0.0) \($0.1)\n" }.joined() + "EOD\n"
                extent += points.flatMap { [$0.0, $0.1] }
                drawn.append(
                    "$points\(k)_\(i) using 1:2 with points pt \([7, 5, 9, 13, 11, 15, 6, 4][i % 8]) ps 1.2 lc rgb "
                        + "'\(plotColours[i % plotColours.count])' title "
                        + quoted("\(short(row.label)) (\(points.count) video\(points.count == 1 ? "" : "s"))"))
            }
            guard let low = extent.min(), let high = extent.max() else { continue }
            let margin = max((high - low) * 0.08, 1e-3)
            panels.append(
                """
                set title \(quoted("\(metric.title) — \(metric.direction) is better"))
                set xlabel \(quoted("background, \(axis(metric))"))
                set ylabel \(quoted("foreground, \(axis(metric))"))
                set xrange [\(low - margin):\(high + margin)]
                set yrange [\(low - margin):\(high + margin)]
                plot x with lines dt 2 lc rgb '#999999' title 'equal', \(drawn.joined(separator: ", \\\n"))
                """)
        }
        return plot(
            "regions", "Foreground against background, one point a video", panels, data,
            setup: "set grid \(gridStyle)\n\(keyStyle)\n")
    }

    private func plot(_ name: String, _ title: String, _ panels: [String], _ data: String, setup: String) -> Plot? {
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
        return Plot(name: name, title: title, size: (560 * columns, 60 + 420 * rows), script: script)
    }
}

private let gridStyle = "back lt 1 lw 0.6 lc rgb '#cccccc'"
private let keyStyle = "set key below center horizontal Left reverse samplen 1.6 spacing 1.2 height 0.6"

private func axis(_ metric: MetricDescriptor) -> String {
    metric.unit.isEmpty ? metric.title : "\(metric.title) (\(metric.unit))"
}

private func short(_ label: String) -> String { label.count > 28 ? label.prefix(27) + "…" : label }

private func colour(_ i: Int) -> Int { Int(plotColours[i % plotColours.count].dropFirst(), radix: 16) ?? 0 }
