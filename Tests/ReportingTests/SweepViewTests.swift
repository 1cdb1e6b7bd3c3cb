import Experiment
import Foundation
import TestSupport
import Testing

@testable import Reporting
@testable import Results

/// Heatmaps, response curves, main effects, fronts and panels of grids, from a store.
@Suite struct SweepViewTests {
    private let runs: SuiteRuns
    private static let metrics = [SuiteRuns.ssim, SuiteRuns.edge, SuiteRuns.diversity]
    private static let columns: [TableLayout.Column] = [
        .init(metric: "blur-ssim", region: .fg), .init(metric: "perceptual-diversity", region: .bg),
    ]

    init() throws { runs = try SuiteRuns() }

    private func value(_ text: String, _ number: Double?) -> Sweep.Value { .init(text: text, number: number) }

    /// vis/fg over 0, 1/3, 1 and seg/bg over 0, 1/2: six cells.
    private var product: Sweep {
        let vis = [value("0", 0), value("1/3", 1.0 / 3), value("1", 1)]
        let seg = [value("0", 0), value("1/2", 0.5)]
        return Sweep(
            design: .product,
            axes: [
                .init(name: "vis/fg", weights: ["vis/fg"], values: vis),
                .init(name: "seg/bg", weights: ["seg/bg"], values: seg),
            ],
            cells: vis.flatMap { v in
                seg.map { .init(configuration: "vis/fg \(v.text) · seg/bg \($0.text)", values: [v, $0]) }
            })
    }

    /// One weight at a time from 1/2, 1/2.
    private var oneAtATime: Sweep {
        let values = [value("0", 0), value("1/2", 0.5)]
        func cell(_ a: Sweep.Value, _ b: Sweep.Value) -> Sweep.Cell {
            .init(configuration: "vis/fg \(a.text) · seg/bg \(b.text)", values: [a, b])
        }
        return Sweep(
            design: .oneAtATime,
            axes: [
                .init(name: "vis/fg", weights: ["vis/fg"], values: values),
                .init(name: "seg/bg", weights: ["seg/bg"], values: values),
            ],
            cells: [cell(values[1], values[1]), cell(values[0], values[1]), cell(values[1], values[0])], base: 0)
    }

    private func add(
        _ sweep: Sweep, figure: SweepFigure? = nil, named: [String] = [], clips: Int = 6,
        _ value: @escaping (_ cell: Sweep.Cell?, TableLayout.Column, _ clip: Int) -> Double?
    ) throws {
        try runs.add(
            "grid", layout: TableLayout(title: "Grid", columns: Self.columns, figure: figure),
            order: named + sweep.cells.map(\.configuration), metrics: Self.metrics, clips: clips, sweep: sweep
        ) { configuration, column, clip in
            value(sweep.cells.first { $0.configuration == configuration }, column, clip)
        }
    }

    private func report(_ options: ReportOptions = ReportOptions(), drops: [String: (clips: Int, by: String)] = [:])
        throws -> Report
    {
        let decisions = drops.map { RaceDecision(dropped: $0.key, by: $0.value.by, evidence: []) }
        let looks = [RaceLook(number: 1, clips: 6, inPlay: 6, hypotheses: 6, budget: 0.05, decisions: decisions)]
        let results = try runs.results().map { own in
            RunResults(
                run: own.run, trials: own.trials, conditions: own.conditions, events: own.events, curves: own.curves,
                race: drops.isEmpty ? [] : looks, timings: [])
        }
        return Report(results, options: options)
    }

    /// SSIM grows with vis/fg by 0.6 and falls with seg/bg by 0.2; diversity falls with vis/fg.
    private func usual(_ cell: Sweep.Cell?, _ column: TableLayout.Column, _ clip: Int) -> Double? {
        let weights = cell?.values.map { $0.number ?? 0 } ?? [0.5, 0.25]
        return column.metric == "blur-ssim"
            ? 0.2 + 0.6 * weights[0] - 0.2 * weights[1] + 0.012 * Double(clip)
            : 3 - 2 * weights[0] - weights[1] + 0.012 * Double(clip)
    }

    // MARK: heatmaps

    @Test func `a heatmap has the mean and n of every place where two axes meet`() throws {
        try add(product, usual)
        let text = try report().terminal(hasStyles: false)
        #expect(
            text.contains(
                """
                Blur SSIM FG ↑ by vis/fg and seg/bg
                vis/fg \\ seg/bg         0       1/2
                ───────────────  ────────  ────────
                0                0.23 (6)  0.13 (6)
                1/3              0.43 (6)  0.33 (6)
                1                0.83 (6)  0.73 (6)
                in parentheses: videos
                """), "\(text)")
        let markdown = try report().markdown()
        #expect(markdown.contains("| vis/fg \\\\ seg/bg | 0 | 1/2 |\n|:--|--:|--:|\n| 0 | 0.23 (6) | 0.13 (6) |"))
        #expect(
            text.contains("Diversity (judge) BG ↑ by vis/fg and seg/bg\n") && text.contains("in parentheses: clips"))
    }

    @Test func `where one axis is moved at a time, places that were not asked for are empty`() throws {
        try add(oneAtATime, usual)
        let view = try #require(try report().groups[0].sweeps.first)
        let heats = view.heatmap(0, 0, 1)
        #expect(heats.map { $0.map(\.n) } == [[0, 6], [6, 6]] && heats[0][0].mean == nil)
        let response = view.response(0, 0, level: 0.95)
        #expect(response.map(\.n) == [6, 6] && response.map(\.level.text) == ["0", "1/2"])
    }

    @Test func `many values of an axis stand in ranges`() throws {
        let cells = (0..<40).map { Sweep.Cell(configuration: "c\($0)", values: [value("\($0)", Double($0) / 39)]) }
        let sweep = Sweep(
            design: .sample, axes: [.init(name: "vis", weights: ["vis"], values: [])], cells: cells)
        let axis = SweepView.Axis(sweep, 0)
        #expect(axis.levels.count == 8 && axis.levels[0].text == "0.00–0.12" && axis.levels[7].number == 0.9375)
        #expect(axis.places.first == 0 && axis.places.last == 7)
    }

    // MARK: main effects and front

    @Test func `main effects are the change for 0.1 of each weight`() throws {
        try add(product, usual)
        let text = try report().terminal(hasStyles: false)
        #expect(
            text.contains(
                """
                Main effects of the weights
                                                         vis/fg                   seg/bg
                ──────────────────────  ───────────────────────  ───────────────────────
                Blur SSIM FG ↑          +0.060 [+0.060, +0.060]  -0.020 [-0.020, -0.020]
                Diversity (judge) BG ↑  -0.200 [-0.200, -0.200]  -0.100 [-0.100, -0.100]
                change of each metric when a weight grows by 0.1, least squares over the means of 6 cells; in brackets: \
                95 % bootstrap interval over clips
                """), "\(text)")
    }

    @Test func `the front that was asked for is printed alone`() throws {
        try add(product, usual)
        let text = try report(ReportOptions(front: Self.columns)).terminal(hasStyles: false)
        #expect(
            text.contains(
                """
                Pareto front of Blur SSIM FG ↑, Diversity (judge) BG ↑
                                       Blur SSIM FG ↑  Diversity (judge) BG ↑
                ─────────────────────  ──────────────  ──────────────────────
                vis/fg 1 · seg/bg 0         0.830 (6)               1.030 (6)
                vis/fg 1/3 · seg/bg 0       0.430 (6)               2.363 (6)
                vis/fg 0 · seg/bg 0         0.230 (6)               3.030 (6)
                3 of 6 rows: no other row is at least as good in all of these and better in one; in parentheses: videos \
                or clips
                """), "\(text)")
        #expect(!text.contains("Main effects") && !text.contains("What made"))
    }

    @Test func `rows without an objective, equal rows and dropped rows are told`() throws {
        try add(product, named: ["A", "B"]) { cell, column, clip in
            if cell?.configuration == "vis/fg 0 · seg/bg 1/2", column.metric == "blur-ssim" { return nil }
            return usual(cell, column, clip)
        }
        let front = try #require(
            try report(drops: ["vis/fg 1 · seg/bg 0": (clips: 6, by: "A")]).groups[0].front)
        #expect(front.front.map(\.label).prefix(1) == ["vis/fg 1 · seg/bg 1/2"])
        let note = front.text(ReportOptions()).notes[0]
        #expect(note.contains("of 6 rows"), "\(note)")
        #expect(note.contains("equal in all: A, B"), "\(note)")
        #expect(note.contains("without Blur SSIM FG ↑, so not compared: vis/fg 0 · seg/bg 1/2"), "\(note)")
        #expect(note.contains("without 1 row that the race dropped"), "\(note)")
    }

    @Test func `a dropped row keeps its numbers and says so, and has no mark, effect or place in curves`() throws {
        try add(product, usual)
        let report = try report(drops: ["vis/fg 1 · seg/bg 0": (clips: 6, by: "vis/fg 1 · seg/bg 1/2")])
        let text = report.terminal(hasStyles: false)
        #expect(text.contains("vis/fg 1 · seg/bg 0, dropped after 6 clips by vis/fg 1 · seg/bg 1/2  "))
        #expect(text.contains("0.83 (6) dropped"), "\(text)")
        #expect(text.contains("over the means of 5 cells") && text.contains("without 1 cell that the race dropped"))
        let rows = report.groups[0].tables[0].rows
        #expect(rows.first { $0.drop != nil }?.cells.allSatisfy { $0.mark == nil } == true)
        #expect(report.groups[0].sweeps[0].response(0, 0, level: 0.95).map(\.n) == [12, 12, 6])
    }

    // MARK: panels

    @Test func `panels say whether the sign of r is the published one`() throws {
        let figure = SweepFigure(
            source: "A paper, Figure 7",
            panels: [
                .init(axis: "vis/fg", column: Self.columns[0], published: 0.9),
                .init(axis: "vis/fg", column: Self.columns[1], published: 0.9),
                .init(axis: "seg/bg", column: .init(metric: "niqe", region: .all), published: 0.1),
                .init(axis: "edge/fg", column: Self.columns[0], published: nil),
                .init(axis: "seg/bg", column: Self.columns[0], published: nil),
            ])
        try add(oneAtATime, figure: figure) { cell, column, clip in
            (usual(cell, column, clip) ?? 0) + (cell?.values[1].number == 0 ? 0.1 * Double(clip % 2) : 0)
        }
        let agreement = try #require(try report().groups[0].figures.first)
        #expect(agreement.panels.map(\.verdict) == [.agrees, .disagrees, .notMeasured, .noAxis, .notPublished])
        #expect(agreement.panels[0].points.count == 12 && agreement.panels[0].correlation?.clips == 6)
        let text = agreement.text(ReportOptions())
        #expect(text.title == "Agreement with A paper, Figure 7")
        #expect(text.rows[2] == ["niqe", "seg/bg", "–", "0.10", "–", "–", "not measured"])
    }

    // MARK: formats

    @Test func `page, pictures and JSON have what the grid shows`() throws {
        let figure = SweepFigure(
            source: nil, panels: [.init(axis: "vis/fg", column: Self.columns[0], published: 0.5)])
        try add(product, figure: figure, named: ["FG <vis> & more"], usual)
        let folder = TemporaryFolder()
        let written = try ReportFolder(path: folder.path).write(
            try report(), formats: [.html, .json], store: runs.store)
        #expect(written.troubles.isEmpty, "\(written.troubles)")
        for name in ["heatmap-blur-ssim-fg", "response-perceptual-diversity-bg", "front", "panels"] {
            #expect(written.files.contains("plots/\(name).png") && written.files.contains("plots/\(name).svg"))
        }
        let page = try String(contentsOfFile: folder.file("index.html"), encoding: .utf8)
        #expect(page.contains("<table class=\"heatmap\">") && page.contains("background:#fde725;color:#000000"))
        #expect(page.contains("background:#440154;color:#ffffff") && page.contains("Main effects of the weights"))
        let front = try String(contentsOfFile: folder.file("plots/front.svg"), encoding: .utf8)
        #expect(front.replacing("&gt;", with: ">").contains("FG &lt;vis> &amp; more"))
        let root = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: folder.file("report.json"))))
        let group = try #require(((root as? [String: Any])?["groups"] as? [[String: Any]])?.first)
        let sweep = try #require((group["sweeps"] as? [[String: Any]])?.first)
        #expect((sweep["cells"] as? [Any])?.count == 6 && (sweep["effects"] as? [Any])?.count == 4)
        #expect((sweep["responses"] as? [Any])?.count == 10 && (sweep["heatmaps"] as? [Any])?.count == 2)
        let rows = try #require((group["front"] as? [String: Any])?["rows"] as? [[String: Any]])
        #expect(rows.count == 7 && rows.contains { $0["standing"] as? String == "dominated" && $0["by"] != nil })
        #expect((group["figures"] as? [[String: Any]])?.count == 1)
    }

    @Test func `a grid of a thousand cells keeps texts and pages short`() throws {
        let values = (0..<10).map { value("\($0)", Double($0)) }
        let sweep = Sweep(
            design: .product,
            axes: ["a", "b", "c"].map { .init(name: $0, weights: [$0], values: values) },
            cells: (0..<1000).map { k in
                .init(configuration: "cell \(k)", values: [values[k / 100], values[k / 10 % 10], values[k % 10]])
            })
        try add(sweep, clips: 2) { cell, column, clip in
            Double(column.metric == "blur-ssim" ? 1 : -1) * (cell?.values[0].number ?? 0) + Double(clip)
        }
        let report = try report()
        let text = report.terminal(hasStyles: false)
        #expect(text.contains("100 of 1000 rows: those with a mark, and the first; CSV, JSON and the page have all"))
        #expect(text.split(separator: "\n").count { $0.hasPrefix("cell ") } < 1200)
        #expect(!report.plots(report.groups[0]).contains { ["means", "frames", "regions"].contains($0.name) })
    }

    @Test func `colours go from dark to light, and every text on them can be read`() throws {
        let scale = try #require(ColourScale([0, 1]))
        #expect(scale.colour(0) == 0x440154 && scale.colour(1) == 0xfde725 && scale.colour(0.5) == 0x21918c)
        #expect(scale.colour(-3) == 0x440154 && scale.colour(9) == 0xfde725)
        #expect(ColourScale([2, 2])?.colour(2) == 0x21918c && ColourScale([]) == nil)
        func luminance(_ colour: Int) -> Double {
            zip([16, 8, 0], [0.2126, 0.7152, 0.0722]).reduce(0) { sum, part in
                let share = Double(colour >> part.0 & 255) / 255
                return sum + part.1 * (share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4))
            }
        }
        var last = -1.0
        for k in 0...100 {
            let own = luminance(scale.colour(Double(k) / 100))
            let ink = luminance(ColourScale.ink(on: scale.colour(Double(k) / 100)))
            #expect((max(own, ink) + 0.05) / (min(own, ink) + 0.05) >= 4.5)
            #expect(own > last)
            last = own
        }
    }

    @Test func `labels cover neither points nor each other where there is room`() {
        let points = [(x: 100.0, y: 100.0), (x: 108, y: 100), (x: 104, y: 107)]
        var placer = LabelPlacer(points: points, x: 0...400, y: 0...300)
        let places = points.map { placer.place(width: 40, height: 14, at: $0) }
        for (i, a) in places.enumerated() {
            for point in points { #expect(abs(a.x - point.x) >= 20 || abs(a.y - point.y) >= 7) }
            for b in places[..<i] { #expect(abs(a.x - b.x) >= 40 || abs(a.y - b.y) >= 14) }
        }
    }
}
