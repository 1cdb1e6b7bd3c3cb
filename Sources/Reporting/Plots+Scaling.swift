internal import Experiment
import Foundation
internal import Results

extension Report {
    /// Seconds by number of devices on log axes: our medians with their intervals and the published times, each with its fit
    /// and with what it would be if devices shared all of the work.
    func scaling(_ group: Group) -> Plot? {
        var panels: [String] = []
        var data = ""
        var lines = 0
        for (run, table) in group.timed {
            for metric in table.metrics where ["generate-seconds", "diffusion-seconds"].contains(metric.name) {
                var drawn: [String] = []
                defer { lines = max(lines, drawn.count) }
                func add(_ series: ScalingSeries, colour: String, shape: Int) {
                    let name = "$scaling\(panels.count)_\(drawn.count)"
                    data += "\(name) << EOD\n"
                    for point in series.points {
                        data += "\(point.devices) \(point.seconds) \(point.low) \(point.high)\n"
                    }
                    data += "EOD\n"
                    drawn.append(
                        "\(name) using 1:2:3:4 with yerrorbars pt \(shape) ps 1.3 lw 1.5 lc rgb '\(colour)' "
                            + "title \(quoted(series.label))")
                    // Two threads say nothing of 64: lines end with the points.
                    let last = (series.points.map(\.devices).max() ?? 1)
                    func drawnTo(_ line: String) -> String { "(x <= \(Double(last) * 1.02) ? \(line) : NaN)" }
                    if let fit = ScalingFit(series.points.map { ($0.devices, $0.seconds) }) {
                        let words = "a/N + b + c log2 N"
                        drawn.append(
                            drawnTo("\(fit.shared)/x + \(fit.constant) + \(fit.talk)*log(x)/log(2)")
                                + " with lines lw 1.5 "
                                + "lc rgb '\(colour)' title \(quoted(words))")
                    }
                    if let first = series.points.first {
                        drawn.append(
                            drawnTo("\(first.seconds * Double(first.devices))/x")
                                + " with lines dt 2 lc rgb '\(colour)' title 'ideal'"
                        )
                    }
                }
                let points = table.rows.compactMap { row -> ScalingSeries.Point? in
                    guard let place = table.metrics.firstIndex(of: metric), let median = row.medians[place] else {
                        return nil
                    }
                    let range = median.interval.bounds ?? median.value...median.value
                    return .init(row.devices, median.value, range.lowerBound, range.upperBound)
                }
                let name = run.run.name + (group.runs.count > 1 ? " (run \(run.run.number))" : "")
                add(
                    ScalingSeries(label: "\(name), median", points: points), colour: plotColours[0],
                    shape: plotShapes[0])
                if let scaling = run.run.scaling,
                    let curve = scaling.curves.first(where: { $0.metric == metric.name })
                {
                    let published = scaling.points(metric.name).map {
                        ScalingSeries.Point($0.devices, $0.seconds, $0.seconds, $0.seconds)
                    }
                    add(
                        ScalingSeries(label: "published: \(curve.published)", points: published),
                        colour: plotColours[1], shape: plotShapes[1])
                }
                let ticks = Set(table.rows.map(\.devices) + (run.run.scaling?.devices ?? [])).sorted()
                panels.append(
                    """
                    set title \(quoted("\(metric.title) — \(metric.direction) is better"))
                    set xlabel 'devices: threads, ranks or GPUs'
                    set ylabel 'seconds of a video'
                    set xtics (\(ticks.map { "'\($0)' \($0)" }.joined(separator: ", ")))
                    set xrange [\(Double(ticks.first ?? 1) * 0.8):\(Double(ticks.last ?? 1) * 1.25)]
                    plot \(drawn.joined(separator: ", \\\n"))
                    """)
            }
        }
        let source = group.timed.compactMap(\.run.run.scaling?.source).first
        return plot(
            "scaling", "Time by number of devices" + (source.map { ", ours beside \($0)" } ?? ""), panels, data,
            height: 400 + 24 * lines,
            setup: "set grid \(gridStyle)\n\(keyStyle) maxcols 1\nset logscale xy\nset yrange [*:*]\nset samples 200\n")
    }
}

/// Points of one curve, by number of devices.
private struct ScalingSeries {
    struct Point {
        let devices: Int
        let seconds, low, high: Double

        init(_ devices: Int, _ seconds: Double, _ low: Double, _ high: Double) {
            (self.devices, self.seconds, self.low, self.high) = (devices, seconds, low, high)
        }
    }

    let label: String
    let points: [Point]
}
