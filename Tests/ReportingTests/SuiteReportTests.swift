import Experiment
import Foundation
import Results
import TestSupport
import Testing

@testable import Reporting

/// Tables in a suite's layout, and the agreement beside them in every format.
@Suite struct SuiteReportTests {
    private static let columns: [TableLayout.Column] = [
        .init(metric: "edge-f1", region: .all), .init(metric: "niqe", region: .all),
        .init(metric: "blur-ssim", region: .fg), .init(metric: "dover-technical", region: .all),
    ]
    private static let published = PublishedTable(
        source: "A & B (2025), Table <1>", comparison: .ranking,
        columns: [
            .init(column: columns[0], published: "Edge F1"),
            .init(column: columns[1], published: "Quality_score", direction: .higher),
            .init(column: columns[3], published: "DOVER"),
        ],
        rows: [
            .init(configuration: "vis", values: [0.16, 5.94, 1]), .init(configuration: "edge", values: [0.28, 5.48]),
            .init(configuration: "all", values: [0.2, 8.54, nil]), .init(configuration: "other", values: [0.3, 1, 2]),
        ])
    private static let layout = TableLayout(title: "Single & several", columns: columns, published: published)
    private static let metrics = [SuiteRuns.ssim, SuiteRuns.edge, SuiteRuns.niqe]

    private let runs: SuiteRuns

    /// Three rows, of which one could not be made, in the order of the suite.
    init() throws {
        runs = try SuiteRuns()
        try add("table", layout: Self.layout)
    }

    private func add(_ name: String, layout: TableLayout?) throws {
        try runs.add(
            name, layout: layout, order: ["vis", "seg", "edge", "all"], trialsOf: ["all", "edge", "vis"],
            metrics: Self.metrics, rejected: ["seg": 5]
        ) { configuration, column, clip in
            let base = ["vis": 0.1, "edge": 0.3, "all": 0.2][configuration, default: 0]
            return column.metric == "niqe" ? 5 + base + Double(clip) : base + 0.01 * Double(clip)
        }
    }

    private func report(_ options: ReportOptions = ReportOptions()) throws -> Report {
        Report(try runs.results(), options: options)
    }

    @Test func `the terminal table follows the layout, with the agreement under it`() throws {
        #expect(
            try report().terminal(hasStyles: false) == """
                profile paibench-2025, dataset data, run 1 (table, PARTIAL)

                Single & several
                                  Edge F1 ↑          NIQE ↓  Blur SSIM FG ↑
                ───────────  ──────────────  ──────────────  ──────────────
                vis          0.12 (5/5, 5)   7.10 (5/5, 5)*  0.12 (5/5, 5)
                seg PARTIAL     – (0/5, 0)      – (0/5, 0)      – (0/5, 0)
                edge         0.32 (5/5, 5)*  7.30 (5/5, 5)   0.32 (5/5, 5)*
                all          0.22 (5/5, 5)_  7.20 (5/5, 5)_  0.22 (5/5, 5)_
                in parentheses: videos scored / planned, clips; marks compare the same 5 clips in all rows; * best, _ second

                Agreement with A & B (2025), Table <1>, PARTIAL
                                                                 tau-b    rows  clips
                ───────────────────────────────────  ─────────────────  ──────  ─────
                Edge F1 ↑                            1.00 [1.00, 1.00]  3 of 4      5
                NIQE ↓ (published: Quality_score ↑)  0.33 [0.33, 0.33]  3 of 4      5
                DOVER (dover-technical)                   not measured       –      –
                Kendall's tau-b between our means and the published values, 1 for the same order of rows, -1 for the \
                reverse; in brackets: 95 % bootstrap interval over clips

                What made the rows
                what made these videos is not recorded: they were not made by this program's runs

                To know:

                - not measured, so not in the table: dover-technical (all)

                """)
    }

    @Test func `Markdown, LaTeX and the page escape what they would read`() throws {
        let markdown = try report().markdown()
        #expect(
            markdown.contains(
                """
                ### Agreement with A & B (2025), Table \\<1\\>, PARTIAL

                | | tau-b | rows | clips |
                |:--|--:|--:|--:|
                | Edge F1 ↑ | 1.00 \\[1.00, 1.00\\] | 3 of 4 | 5 |
                | NIQE ↓ (published: Quality\\_score ↑) |
                """))
        let latex = try report().latex()
        #expect(latex.contains("\\caption{Agreement with A \\& B (2025), Table $<$1$>$, PARTIAL; Kendall's tau-b"))
        #expect(
            latex.contains(
                "\n{}NIQE $\\downarrow$ (published: Quality\\_score $\\uparrow$) & 0.33 [0.33, 0.33] & 3 of 4 & 5 \\\\\n"
            ))
        let folder = TemporaryFolder()
        let written = try ReportFolder(path: folder.file("out")).write(
            try report(), formats: [.html], store: runs.store)
        #expect(written.troubles.isEmpty && written.files.contains("plots/published.svg"))
        let plot = try String(contentsOfFile: folder.file("out/plots/published.svg"), encoding: .utf8)
        #expect(plot.contains("published Quality_score") && plot.contains("tau-b 0.33") && plot.contains(">edge<"))
        let page = try String(contentsOfFile: folder.file("out/index.html"), encoding: .utf8)
        #expect(page.contains("<h3>Agreement with A &amp; B (2025), Table &lt;1&gt;, PARTIAL</h3>"))
        #expect(page.contains("<tr><th>Edge F1 ↑</th><td>1.00 [1.00, 1.00]</td><td>3 of 4</td><td>5</td></tr>"))
    }

    @Test func `JSON has every published value beside our mean, and why there is no tau`() throws {
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(try report().json().utf8)) as? [String: Any])
        let group = try #require((root["groups"] as? [[String: Any]])?.first)
        let agreement = try #require((group["agreements"] as? [[String: Any]])?.first)
        #expect(agreement["source"] as? String == "A & B (2025), Table <1>" && agreement["run"] as? Int == 1)
        #expect(agreement["comparison"] as? String == "ranking" && agreement["partial"] as? Bool == true)
        let columns = try #require(agreement["columns"] as? [[String: Any]])
        #expect(columns.map { $0["published"] as? String } == ["Edge F1", "Quality_score", "DOVER"])
        #expect(columns.map { $0["direction"] as? String } == ["higher", "higher", nil])
        #expect(columns[0]["tau"] as? Double == 1 && columns[0]["interval"] as? [Double] == [1, 1])
        #expect(columns[2]["reason"] as? String == "not measured" && columns[2]["tau"] == nil)
        let rows = try #require(columns[0]["rows"] as? [[String: Any]])
        #expect(rows.map { $0["published"] as? Double } == [0.16, 0.28, 0.2, 0.3])
        #expect(rows.map { $0["mean"] == nil } == [false, false, false, true])
    }

    @Test func `a run without a suite joins the one suite that fits, and has its own table between two`() throws {
        try add("own", layout: nil)
        var report = try report()
        #expect(report.groups.map { $0.runs.map(\.run.name) } == [["table", "own"]])
        #expect(report.groups[0].tables.map(\.title) == ["Single & several"])
        #expect(report.groups[0].tables[0].rows.map(\.label).prefix(2) == ["vis (run 1)", "seg (run 1)"])
        #expect(report.groups[0].agreements.map(\.runName) == ["table", "own"])
        #expect(
            report.terminal(hasStyles: false).contains(
                "\nAgreement with A & B (2025), Table <1>, run 2 (own), PARTIAL\n"))

        try add("other", layout: TableLayout(title: "Other"))
        report = try self.report()
        #expect(report.groups.map { $0.runs.map(\.run.name) } == [["table"], ["own"], ["other"]])
        #expect(report.groups.map { $0.tables[0].title } == ["Single & several", "Whole picture", "Other"])
        #expect(report.groups.map(\.agreements.count) == [1, 0, 0])
    }

    @Test func `metrics that are asked for by name go before the layout's columns`() throws {
        let group = try #require(try report(ReportOptions(metrics: ["blur-ssim"])).groups.first)
        #expect(group.tables.map(\.title) == ["Whole picture", "Foreground and background"])
        #expect(group.tables[0].columns.map(\.metric.name) == ["blur-ssim"] && group.agreements.isEmpty)
        #expect(group.tables[0].rows.map(\.label) == ["vis", "seg", "edge", "all"])
    }

    @Test func `a table of contrasts says how many signs agree`() throws {
        let columns = [Region.fg, .bg].map {
            PublishedTable.Column(column: .init(metric: "edge-f1", region: $0), published: "Edge F1")
        }
        let published = PublishedTable(
            source: "a paper", comparison: .contrast, columns: columns,
            rows: [.init(configuration: "edge", values: [0.3, 0.1]), .init(configuration: "vis", values: [0.1, 0.3])])
        let runs = try SuiteRuns()
        try runs.add(
            layout: TableLayout(title: "Schemes", columns: columns.map(\.column), published: published),
            order: ["edge", "vis"], metrics: [SuiteRuns.edge], clips: 6
        ) { configuration, column, clip in
            configuration == "vis" ? 0.25 : column.region == .fg ? 0.5 : clip % 2 == 0 ? 0.5 : 0.125
        }
        let text = Report(try runs.results(), options: ReportOptions()).terminal(hasStyles: false)
        #expect(
            text.components(separatedBy: "\n\n").first { $0.hasPrefix("Agreement") }.map { $0 + "\n" } == """
                Agreement with a paper
                              difference of  published                     ours  clips       sign
                ────────────  ─────────────  ─────────  ───────────────────────  ─────  ─────────
                Edge F1 FG ↑      edge, vis     +0.200  +0.250 [+0.250, +0.250]      6     agrees
                Edge F1 BG ↑      edge, vis     -0.200  +0.062 [-0.125, +0.250]      6  undecided
                of 2 signs 1 agrees, 1 undecided; differences are first row less second; in brackets: 95 % paired \
                bootstrap interval over clips, undecided where it contains 0

                """)
    }
}
