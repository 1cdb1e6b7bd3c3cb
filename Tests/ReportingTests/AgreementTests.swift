import Experiment
import Foundation
import Results
import Testing

@testable import Reporting

/// Rankings against the paper's Table 1, contrasts against its Table 2.
@Suite struct AgreementTests {
    private static let metrics = [
        SuiteRuns.ssim, SuiteRuns.edge, SuiteRuns.depth, SuiteRuns.masks, SuiteRuns.diversity, SuiteRuns.niqe,
    ]

    private static func column(
        _ metric: String, _ name: String, _ region: Region = .all, _ direction: MetricDescriptor.Direction? = nil
    ) -> PublishedTable.Column {
        .init(column: .init(metric: metric, region: region), published: name, direction: direction)
    }

    private static func table1() throws -> PublishedTable {
        try SuiteRuns.published(
            "table1", .ranking,
            [
                ("blur_ssim", column("blur-ssim", "Blur SSIM")), ("edge_f1", column("edge-f1", "Edge F1")),
                ("depth_si_rmse", column("depth-si-rmse", "Depth si-RMSE")),
                ("mask_miou", column("mask-miou", "Mask mIoU")),
                ("diversity_lpips", column("perceptual-diversity", "Diversity LPIPS")),
                ("quality_score", column("niqe", "Quality score", .all, .higher)),
            ])
    }

    private static func table2() throws -> PublishedTable {
        let regions: [(String, Region)] = [("fg", .fg), ("bg", .bg)]
        let metrics = [
            ("blur_ssim", "blur-ssim", "Blur SSIM"), ("edge_f1", "edge-f1", "Edge F1"),
            ("depth_si_rmse", "depth-si-rmse", "Depth si-RMSE"), ("mask_miou", "mask-miou", "Mask mIoU"),
        ]
        // Backgrounds first: the report sorts them behind their foregrounds.
        return try SuiteRuns.published(
            "table2", .contrast,
            regions.reversed().flatMap { suffix, region in
                metrics.map { key, metric, name in ("\(key)_\(suffix)", column(metric, name, region)) }
            } + [("quality_score", column("niqe", "Quality score", .all, .higher))])
    }

    private func agreement(
        _ published: PublishedTable, options: ReportOptions = ReportOptions(), metrics: [MetricDescriptor] = metrics,
        _ value: (_ configuration: String, TableLayout.Column, _ clip: Int) -> Double?
    ) throws -> Agreement {
        let runs = try SuiteRuns()
        try runs.add(
            layout: TableLayout(title: "Table", published: published), order: published.configurations,
            metrics: metrics, value)
        let report = Report(try runs.results(), options: options)
        #expect(report.groups.count == 1 && report.groups[0].agreements.count == 1)
        return try #require(report.groups.first?.agreements.first)
    }

    // MARK: rankings

    @Test func `rows with the paper's own values agree in every column, and their reverse in none`() throws {
        let table = try Self.table1()
        for sign in [1.0, -1] {
            let agreement = try agreement(table) { configuration, column, clip in
                // Clips differ, rows stay in order in each; the paper's quality grows as our NIQE falls.
                let turn = column.metric == "niqe" ? -sign : sign
                return table.value(configuration, column).map { turn * $0 + Double(clip) }
            }
            #expect(agreement.rankings.count == 6 && agreement.contrasts.isEmpty && agreement.level == 0.95)
            for ranking in agreement.rankings {
                let result = try #require(ranking.result)
                #expect(
                    result.tau == .scored(sign) && result.interval == .bounds(sign...sign),
                    "\(ranking.column.published)")
                #expect(result.rows == 9 && result.clips == 5 && ranking.rows.count == 9)
            }
        }
    }

    @Test func `a column that nobody measured is listed as such, and rows are matched by name`() throws {
        let table = try Self.table1()
        let absent = table.configurations[3]
        let agreement = try agreement(table, metrics: [SuiteRuns.ssim, SuiteRuns.niqe]) { configuration, column, _ in
            configuration == absent || column.metric == "niqe" ? nil : table.value(configuration, column)
        }
        #expect(agreement.rankings.map { $0.result == nil } == [false, true, true, true, true, false])
        let first = try #require(agreement.rankings[0].result)
        #expect(first.rows == 8 && agreement.rankings[0].rows.count == 9 && first.tau.value == 1)
        #expect(agreement.rankings[5].result?.tau == .unscored(reason: "no row has a value"))
        let text = agreement.text(ReportOptions())
        #expect(text.rows[0] == ["Blur SSIM ↑", "1.00 [1.00, 1.00]", "8 of 9", "5"])
        #expect(text.rows[1] == ["Edge F1 (edge-f1)", "not measured", "–", "–"])
        #expect(text.rows[5] == ["NIQE ↓ (published: Quality score ↑)", "no row has a value", "0 of 9", "0"])
    }

    @Test func `asking for some metrics leaves the others' agreement out`() throws {
        let table = try Self.table1()
        let options = ReportOptions(metrics: ["edge-f1"], level: 0.8)
        let agreement = try agreement(table, options: options) { table.value($0, $1) ?? Double($2) }
        #expect(agreement.rankings.map(\.column.column.metric) == ["edge-f1"] && agreement.level == 0.8)
    }

    // MARK: contrasts

    @Test func `the paper's own Table 2 agrees with itself, except for its tie`() throws {
        let table = try Self.table2()
        let agreement = try agreement(table) { configuration, column, clip in
            table.value(configuration, column).map { $0 + 0.1 * Double(clip) }
        }
        #expect(agreement.rankings.isEmpty)
        #expect(
            agreement.contrasts.map { "\($0.column.column.metric) \($0.column.column.region.rawValue)" } == [
                "blur-ssim fg", "blur-ssim bg", "edge-f1 fg", "edge-f1 bg", "depth-si-rmse fg", "depth-si-rmse bg",
                "mask-miou fg", "mask-miou bg",
            ])
        let signs = agreement.contrasts.map { $0.published > 0 ? "+" : $0.published < 0 ? "-" : "0" }.joined()
        #expect(signs == "+-+--+0-")
        for contrast in agreement.contrasts {
            let ours = try #require(contrast.ours)
            #expect(abs(ours.value - contrast.published) < 1e-9 && ours.clips == 5)
            #expect(contrast.verdict == (contrast.published == 0 ? .publishedTie : .agrees))
        }
        let text = agreement.text(ReportOptions())
        #expect(
            text.rows[0] == [
                "Blur SSIM FG ↑", "FG vis+edge / BG depth+seg, FG depth+seg / BG vis+edge", "+0.130",
                "+0.130 [+0.130, +0.130]", "5", "agrees",
            ])
        #expect(text.note.hasPrefix("of 8 signs 7 agree, 1 published tie; differences are first row less second"))
    }

    @Test func `a difference of the other sign disagrees, one that clips leave open is undecided`() throws {
        let table = try Self.table2()
        let first = table.configurations[0]
        let agreement = try agreement(table, metrics: [SuiteRuns.ssim, SuiteRuns.edge]) { configuration, column, clip in
            guard configuration == first else { return 0.5 }
            switch (column.metric, column.region) {
            case ("blur-ssim", .fg): return 0.4
            case ("blur-ssim", _): return 0.5 + (clip % 2 == 0 ? 0.1 : -0.12)
            case (_, .fg): return clip == 0 ? 0.6 : nil
            default: return nil
            }
        }
        #expect(
            agreement.contrasts.map(\.verdict) == [
                .disagrees, .undecided, .undecided, .notMeasured, .notMeasured, .notMeasured, .notMeasured,
                .notMeasured,
            ])
        #expect(
            agreement.contrasts[2].ours?.interval
                == .absent(reason: "1 clip is too few for an interval, which takes 5"))
        #expect(
            agreement.text(ReportOptions()).note.hasPrefix(
                "of 8 signs 1 disagrees, 2 undecided, 5 not measured; differences"))
    }

    @Test func `the direction of a published column turns the sign`() throws {
        let table = PublishedTable(
            source: "s", comparison: .contrast,
            columns: [
                Self.column("depth-si-rmse", "Depth accuracy", .fg, .higher),
                Self.column("depth-si-rmse", "Depth si-RMSE", .bg, .lower),
            ],
            rows: [.init(configuration: "a", values: [0.9, 0.1]), .init(configuration: "b", values: [0.8, 0.2])])
        let agreement = try agreement(table) { configuration, _, _ in configuration == "a" ? 0.3 : 0.4 }
        #expect(agreement.contrasts.map(\.verdict) == [.agrees, .agrees])
    }
}
