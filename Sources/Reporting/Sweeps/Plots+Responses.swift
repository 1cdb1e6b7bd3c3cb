internal import Experiment
internal import Results

extension Report {
    /// A picture a metric of a grid, with a panel for each axis: means by level with their intervals.
    func responses(_ view: SweepView) -> [Plot] {
        let level = options.level ?? 0.95
        let axes = view.axes.indices.filter { view.axes[$0].levels.count > 1 }
        return view.columns.indices.compactMap { column in
            let responses = axes.map { view.response(column, $0, level: level) }
            let bounds = responses.joined().flatMap { response in
                [response.mean, response.interval.bounds?.lowerBound, response.interval.bounds?.upperBound]
                    .compactMap { $0 }
            }
            guard let low = bounds.min(), let high = bounds.max() else { return nil }
            let margin = max((high - low) * 0.08, 1e-6 * max(abs(high), 1e-3))
            var data = ""
            let panels = zip(axes, responses).enumerated().map { k, item -> String in
                let (axis, curve) = (view.axes[item.0], item.1)
                let places = curve.indices.map { axis.isNumeric ? curve[$0].level.number! : Double($0) }
                data += "$response\(k) << EOD\n"
                for (place, point) in zip(places, curve) {
                    guard let mean = point.mean else { continue }
                    let range = point.interval.bounds ?? mean...mean
                    data += "\(place) \(mean) \(range.lowerBound) \(range.upperBound)\n"
                }
                data += "EOD\n"
                let counts = Set(curve.filter { $0.n > 0 }.map(\.n)).sorted()
                let n = counts.count < 2 ? "\(counts.first ?? 0)" : "\(counts[0]) to \(counts.last!)"
                let width = max((places.max() ?? 1) - (places.min() ?? 0), 1e-6)
                // Close values would write over each other.
                let hasTicks =
                    curve.count <= 9
                    && zip(places, places.dropFirst()).allSatisfy {
                        ($1 - $0) / width > 0.02 * Double(curve.map(\.level.text.count).max() ?? 1)
                    }
                let ticks = zip(places, curve).map { "\(tick($1.level.text)) \($0)" }.joined(separator: ",")
                return """
                    set title \(quoted("\(axis.name), n = \(n) \(view.columns[column].metric.scope.plural) a point"))
                    set xlabel \(quoted(axis.name))
                    set ylabel \(quoted(yLabel(view.columns[column])))
                    set xtics \(hasTicks || !axis.isNumeric ? "norotate (\(ticks))" : "norotate autofreq")
                    set xrange [\((places.min() ?? 0) - 0.06 * width):\((places.max() ?? 1) + 0.06 * width)]
                    set yrange [\(low - margin):\(high + margin)]
                    plot $response\(k) using 1:2:3:4 with yerrorbars pt 7 ps 0.9 lw 1.4 lc rgb '#222222' notitle, \
                    $response\(k) using 1:2 with \(axis.isNumeric ? "lines" : "points pt 7") lw 2 lc rgb '\(plotColours[0])' notitle
                    """
            }
            let intervals = responses.joined().map(\.interval)
            let told =
                intervals.contains { $0.bounds != nil }
                ? "bars: \(number(level * 100, 0)) % bootstrap interval over clips"
                : "no bars: an interval takes \(ClipInterval.fewestClips) clips"
            let kind = view.sweep.design == .oneAtATime ? "others at the base" : "mean over the others"
            return plot(
                "response-\(fileName(view.columns[column]))" + (view.runName == nil ? "" : "-run\(view.run)"),
                "\(view.columns[column].title) by axis, \(kind); \(told)", panels, data, height: 330,
                setup: "set grid \(gridStyle)\nunset key\n")
        }
    }

    private func yLabel(_ column: ComparisonTable.Column) -> String {
        axis(column.metric) + (column.region == .all ? "" : " " + column.region.rawValue.uppercased())
    }

    /// Every video of a figure's panels, with means by weight and the correlation.
    func figure(_ agreement: FigureAgreement) -> Plot? {
        var data = ""
        let panels = agreement.panels.enumerated().compactMap { k, panel -> String? in
            guard let metric = panel.metric, let correlation = panel.correlation, !panel.points.isEmpty else {
                return nil
            }
            let column = ComparisonTable.Column(metric: metric, region: panel.panel.column.region)
            let byX = Dictionary(grouping: panel.points, by: \.x).sorted { $0.key < $1.key }
            let width = max((byX.last?.key ?? 1) - (byX.first?.key ?? 0), 1e-6)
            let clips = panel.points.map(\.clip).reduce(into: [String: Int]()) { places, clip in
                if places[clip] == nil { places[clip] = places.count }
            }
            // Videos of a clip stand beside those of others, the same in every column.
            data += "$points\(k) << EOD\n"
            for point in panel.points {
                let shift = (Double(clips[point.clip]!) + 0.5) / Double(clips.count) - 0.5
                data += "\(point.x + shift * 0.09 * width) \(point.y)\n"
            }
            data += "EOD\n$means\(k) << EOD\n"
            for (x, points) in byX {
                let mean = points.reduce(0) { $0 + $1.y } / Double(points.count)
                let range =
                    ClipInterval(ofMean: points.map { ($0.clip, $0.y) }, level: agreement.level).bounds ?? mean...mean
                data += "\(x) \(mean) \(range.lowerBound) \(range.upperBound)\n"
            }
            data += "EOD\n"
            let r =
                correlation.r.value.map { "r \(number($0, 2))" + bracketed(correlation.interval) { number($0, 2) } }
                ?? "no r: \(correlation.r.reason ?? "")"
            let published =
                panel.panel.published.map { ", published \(number($0, 2)): \(panel.verdict.rawValue)" } ?? ""
            return """
                set title \(quoted(r + published))
                set xlabel \(quoted("weight \(panel.panel.axis); \(metric.scope.plural): \(panel.points.count)"))
                set ylabel \(quoted(yLabel(column) + " " + metric.direction.arrow))
                set xrange [\((byX.first?.key ?? 0) - 0.1 * width):\((byX.last?.key ?? 1) + 0.1 * width)]
                set xtics autofreq
                plot $points\(k) using 1:2 with points pt 6 ps 0.7 lc rgb '#8a8a8a' notitle, \
                $means\(k) using 1:2:3:4 with yerrorbars pt 7 ps 1.1 lw 2 lc rgb '\(plotColours[1])' notitle, \
                $means\(k) using 1:2 with lines lw 2 lc rgb '\(plotColours[1])' notitle
                """
        }
        let name = agreement.runName == nil ? "panels" : "panels-run\(agreement.run)"
        return plot(
            name,
            "Every video, and means with \(number(agreement.level * 100, 0)) % intervals"
                + (agreement.source.map { "; published: " + $0 } ?? ""), panels, data, height: 360,
            setup: "set grid \(gridStyle)\nunset key\nset yrange [*:*]\nset offsets 0,0,graph 0.06,graph 0.06\n")
    }
}
