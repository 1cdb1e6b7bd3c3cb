internal import Experiment
internal import Results

extension Report {
    /// All rows by two objectives, a third as colour: the front with numbers, and rows that the suite names with their names.
    func front(_ table: FrontTable, _ group: Group) -> Plot? {
        FrontPicture(table, group.runs.lazy.compactMap { $0.run.layout?.published }.first)?.plot
    }
}

/// A scatter of a front.
private struct FrontPicture {
    private struct Point {
        let x: Double
        let y: Double
        /// The third objective; nil with two.
        let z: Double?
        let row: FrontTable.Row
    }

    private let table: FrontTable
    private let points: [Point]
    /// Points of the front in the order of the list beside it.
    private let front: [Point]
    private let published: [(name: String, x: Double, y: Double)]
    private let size = (width: 1040, height: 640)
    /// The plot in shares of the picture; what is left of it to the right holds the list.
    private let area = (left: 0.085, right: 0.64, bottom: 0.11, top: 0.91)
    private let range: (x: ClosedRange<Double>, y: ClosedRange<Double>)

    /// - Parameter published: its rows are drawn where its columns measure what the objectives do.
    init?(_ table: FrontTable, _ published: PublishedTable?) {
        self.table = table
        self.published = published.map { Self.rows($0, table.objectives) } ?? []
        let points = table.rows.compactMap { row -> Point? in
            guard let x = row.means[0], let y = row.means[1] else { return nil }
            if table.objectives.count > 2, row.means[2] == nil { return nil }
            return Point(x: x, y: y, z: table.objectives.count > 2 ? row.means[2] : nil, row: row)
        }
        guard !points.isEmpty else { return nil }
        self.points = points
        front = table.front.compactMap { row in points.first { $0.row.label == row.label } }
        func padded(_ values: [Double]) -> ClosedRange<Double> {
            let (low, high) = (values.min()!, values.max()!)
            let margin = max((high - low) * 0.08, 1e-6 * max(abs(high), 1e-3))
            return low - margin...high + margin
        }
        range = (
            padded(points.map(\.x) + self.published.map(\.x)), padded(points.map(\.y) + self.published.map(\.y))
        )
    }

    /// Published rows that have both objectives, under the same names as ours: another measure has other numbers.
    private static func rows(
        _ table: PublishedTable, _ objectives: [ComparisonTable.Column]
    ) -> [(name: String, x: Double, y: Double)] {
        let places = objectives.prefix(2).map { objective in
            table.columns.firstIndex { column in
                column.column.metric == objective.metric.name && column.column.region == objective.region
                    && column.published.lowercased().hasPrefix(objective.metric.title.lowercased())
            }
        }
        guard places.count == 2, let x = places[0], let y = places[1] else { return [] }
        return table.rows.compactMap { row in
            guard let a = row.values[x], let b = row.values[y] else { return nil }
            return (row.configuration, a, b)
        }
    }

    var plot: Plot {
        let columns = table.objectives
        let isCoded = columns.count > 2
        let others = points.filter { !$0.row.isFront && $0.row.drop == nil && !$0.row.isNamed }
        let named = points.filter { $0.row.isNamed && $0.row.drop == nil }
        let dropped = points.filter { $0.row.drop != nil }
        func block(_ name: String, _ points: [Point]) -> String {
            "$\(name) << EOD\n" + points.map { "\($0.x) \($0.y) \($0.z ?? 0)\n" }.joined() + "EOD\n"
        }
        let sorted = front.sorted { $0.x < $1.x }
        var data = block("others", others) + block("front", front) + block("named", named) + block("dropped", dropped)
        data += block("edge", sorted)
        var drawn: [String] = []
        func add(_ name: String, _ points: [Point], _ style: String, _ title: String, plain: String) {
            guard !points.isEmpty else { return }
            let colour = isCoded ? "lc palette" : "lc rgb '\(plain)'"
            drawn.append(
                "$\(name) using 1:2\(isCoded ? ":3" : "") with points \(style) \(colour) title \(quoted(title))")
        }
        if !isCoded, sorted.count > 1 {
            let steps = columns[0].metric.direction == .higher ? "fsteps" : "steps"
            drawn.append("$edge using 1:2 with \(steps) lw 1.5 dt 2 lc rgb '\(plotColours[1])' notitle")
        }
        add("others", others, "pt 7 ps 0.8", "cells", plain: "#9a9a9a")
        add("dropped", dropped, "pt 2 ps 0.9", "dropped by the race", plain: "#9a9a9a")
        add("front", front, "pt 7 ps 1.5", "front", plain: plotColours[1])
        if !named.isEmpty {
            drawn.append("$named using 1:2 with points pt 12 ps 2 lw 1.8 lc rgb '#000000' title 'named by the suite'")
        }
        if !published.isEmpty {
            data += "$published << EOD\n" + published.map { "\($0.x) \($0.y)\n" }.joined() + "EOD\n"
            drawn.append(
                "$published using 1:2 with points pt 8 ps 1.6 lw 1.5 lc rgb '\(plotColours[0])' title 'published'")
        }
        let title = "\(table.title): \(front.count) of \(points.count) rows"
        return Plot(
            name: "front", title: title, size: size,
            script: """
                \(data)
                set title \(quoted(title)) font 'DejaVu Sans,12'
                set grid \(gridStyle)
                set border 3
                set tics nomirror
                set key below center horizontal Left reverse samplen 1.5
                set lmargin at screen \(area.left)
                set rmargin at screen \(area.right)
                set bmargin at screen \(area.bottom + 0.06)
                set tmargin at screen \(area.top)
                set xrange [\(range.x.lowerBound):\(range.x.upperBound)]
                set yrange [\(range.y.lowerBound):\(range.y.upperBound)]
                set xlabel \(quoted(axisText(columns[0])))
                set ylabel \(quoted(axisText(columns[1])))
                \(isCoded ? colours(columns[2]) : "unset colorbox")
                \((labels + list).joined(separator: "\n"))
                plot \(drawn.joined(separator: ", \\\n"))
                """)
    }

    private func colours(_ column: ComparisonTable.Column) -> String {
        """
        set palette \(ColourScale.palette)
        set cblabel \(quoted(axisText(column)))
        set colorbox user origin \(area.right + 0.015),\(area.bottom + 0.06) size 0.015,0.35
        """
    }

    private func axisText(_ column: ComparisonTable.Column) -> String {
        "\(column.title)\(column.metric.unit.isEmpty ? "" : " (\(column.metric.unit))"), \(column.metric.direction) is better"
    }

    // MARK: texts

    /// The names of the front's rows beside the plot, by number.
    private var list: [String] {
        let most = 24
        var lines = front.prefix(most).enumerated().map { "\($0 + 1)  \(shortLabels([$1.row.label])[0])" }
        if front.count > most { lines.append("… \(front.count - most) more, in the table") }
        let top = area.top
        let left = area.right + (table.objectives.count > 2 ? 0.13 : 0.025)
        return ["set label 'Front, by number' at screen \(left),\(top) left font 'DejaVu Sans,11'"]
            + lines.enumerated().map { k, line in
                "set label \(quoted(line)) at screen \(left),\(top - 0.032 * Double(k + 1)) left font 'DejaVu Sans,9'"
            }
    }

    /// Numbers of the front and names of named rows, where they cover as little as can be.
    private var labels: [String] {
        let marks = points.map { pixel($0.x, $0.y) } + published.map { pixel($0.x, $0.y) }
        var placer = LabelPlacer(
            points: marks, x: (area.left + 0.01) * Double(size.width)...Double(size.width) * (area.right + 0.01),
            y: (area.bottom + 0.07) * Double(size.height)...Double(size.height) * (area.top + 0.02))
        var lines: [String] = []
        let named = points.filter { $0.row.isNamed && $0.row.drop == nil }
        let names: [(text: String, centre: (x: Double, y: Double))] =
            front.enumerated().map { (text: "\($0 + 1)", centre: pixel($1.x, $1.y)) }
            + named.map { (shortLabels([$0.row.label])[0], pixel($0.x, $0.y)) }
            + published.map { (shortLabels([$0.name])[0] + " (published)", pixel($0.x, $0.y)) }
        for name in names {
            let centre = name.centre
            let place = placer.place(width: Double(name.text.count) * 7 + 2, height: 14, at: centre)
            lines.append(
                "set label \(quoted(name.text)) at screen \(place.x / Double(size.width)),"
                    + "\(place.y / Double(size.height)) center front font 'DejaVu Sans,10'")
        }
        return lines
    }

    /// Where a point lies in the picture, from its lower left corner.
    private func pixel(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        let bottom = area.bottom + 0.06
        func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
            (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        }
        return (
            (area.left + share(x, range.x) * (area.right - area.left)) * Double(size.width),
            (bottom + share(y, range.y) * (area.top - bottom)) * Double(size.height)
        )
    }
}

extension FrontTable.Row {
    var isFront: Bool { standing == .onFront && drop == nil }
}
