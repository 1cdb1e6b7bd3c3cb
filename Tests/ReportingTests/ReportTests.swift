import Experiment
import Foundation
import Results
import TestSupport
import Testing

@testable import Reporting

/// Tables, files and the page, from a small store of made-up scores.
@Suite struct ReportTests {
    private let folder = TemporaryFolder()
    private let store: Store

    private static let metrics = [
        MetricDescriptor(name: "blur-ssim", title: "Blur SSIM", direction: .higher, low: -1, high: 1, isHeadline: true),
        MetricDescriptor(name: "depth-si-rmse", title: "Depth si-RMSE", direction: .lower, low: 0, isHeadline: true),
        MetricDescriptor(name: "edge-recall", title: "Edge recall", direction: .higher, low: 0, high: 1),
    ]

    /// Two configurations, two clips, regions; one depth value is missing.
    init() throws {
        store = try Store(path: folder.file("results.sqlite"), access: .write(wait: 0))
        try add(profile: .paibench2025, configurations: ["edge & <vis>", "uniform_1"])
    }

    private func add(
        profile: Profile, configurations: [String], diversity: MetricDescriptor? = nil
    ) throws {
        func artifact(_ name: String) -> Artifact {
            Artifact(path: "/videos/\(name).mp4", bytes: 1, sha256: Identity(of: [name]).hex)
        }
        var trials: [PlannedTrial] = []
        for clip in ["a", "b"] {
            for configuration in configurations {
                let trial = Trial(
                    configuration: Configuration(name: configuration),
                    clip: Clip(name: clip, caption: "A \"clip\" <\(clip)>", video: artifact(clip)), prompt: "",
                    video: artifact(configuration + clip))
                trials.append(
                    PlannedTrial(trial: trial, fingerprint: Identity(of: [profile.rawValue, trial.identity.hex])))
            }
        }
        let conditions: [PlannedCondition] =
            diversity == nil
            ? []
            : trials.map { planned -> PlannedCondition in
                let condition = Condition(
                    configuration: planned.trial.configuration, clip: planned.trial.clip, videos: [planned.trial.video])
                return PlannedCondition(condition: condition, fingerprint: condition.identity)
            }
        let plan = RunPlan(
            name: "made", dataset: "/data", profile: profile, parameters: ["frame-limit": "121"],
            metrics: Self.metrics + [diversity].compactMap { $0 }, regions: Region.allCases, trials: trials,
            conditions: conditions, identity: Identity(of: [profile.rawValue]))
        let now = Date(timeIntervalSince1970: 0)
        _ = try store.begin(plan, environment: ["opencv": "4.6.0"], at: now)
        let video = TrialRecord.Video(width: 64, height: 48, rate: 24, declaredFrames: 3)
        for (i, planned) in trials.enumerated() {
            let base = [0.801, 0.912, 0.823, 0.934][i]
            let scores = Region.allCases.flatMap { region -> [Score] in
                let shift = region == .all ? 0 : region == .fg ? -0.1 : 0.05
                let depth: Score.Outcome = i == 2 ? .unscored(reason: "no depth") : .scored(1 - base - shift)
                return [
                    Score(
                        metric: "blur-ssim", region: region, outcome: .scored(base + shift), n: 3,
                        parameters: ["window": "7x7"], warnings: region == .all ? ["mind <this>"] : [],
                        perFrame: [base, base + 0.01, base - 0.01]),
                    Score(metric: "depth-si-rmse", region: region, outcome: depth, n: 3, perFrame: [0.1, nil, 0.3]),
                    Score(metric: "edge-recall", region: region, outcome: .scored(0.5), n: 3),
                ]
            }
            try store.record(
                TrialRecord(
                    reference: video, generated: video, scores: scores, warnings: [], failures: [],
                    referencePreviews: [0: [1, 2, 3]], generatedPreviews: [0: [4, 5, 6]]),
                of: planned, plan: plan, environment: ["opencv": "4.6.0"])
        }
        for (i, planned) in conditions.enumerated() {
            let score = Score(
                metric: "perceptual-diversity", region: .all, outcome: .scored(i % 2 == 0 ? 0.4 : 0.5), n: 3)
            try store.record([score], of: planned, plan: plan, environment: ["opencv": "4.6.0"])
        }
    }

    private func report(_ options: ReportOptions = ReportOptions()) throws -> Report {
        Report(try store.runs().map { try store.results(of: $0) }, options: options)
    }

    @Test func `the terminal table`() throws {
        #expect(
            try report().terminal(hasStyles: false) == """
                profile paibench-2025, frame-limit 121, dataset data, run 1 (made)

                Whole picture
                                 Blur SSIM ↑  Depth si-RMSE ↓
                ────────────  ──────────────  ───────────────
                edge & <vis>  0.81 (2/2, 2)_   0.20 (1/2, 1)_
                uniform_1     0.92 (2/2, 2)*   0.08 (2/2, 2)*
                in parentheses: videos scored / planned, clips; marks compare only what all rows with a value share, which \
                is 2 clips for Blur SSIM ↑, 1 clip for Depth si-RMSE ↓; * best, _ second

                Foreground and background
                              Blur SSIM FG ↑  Blur SSIM BG ↑  Depth si-RMSE FG ↓  Depth si-RMSE BG ↓
                ────────────  ──────────────  ──────────────  ──────────────────  ──────────────────
                edge & <vis>  0.71 (2/2, 2)_  0.86 (2/2, 2)_      0.30 (1/2, 1)_      0.15 (1/2, 1)_
                uniform_1     0.82 (2/2, 2)*  0.97 (2/2, 2)*      0.18 (2/2, 2)*      0.03 (2/2, 2)*
                in parentheses: videos scored / planned, clips; marks compare only what all rows with a value share, which \
                is 2 clips for Blur SSIM FG ↑, Blur SSIM BG ↑, 1 clip for Depth si-RMSE FG ↓, Depth si-RMSE BG ↓; * best, _ second

                What made the rows
                what made these videos is not recorded: they were not made by this program's runs

                To know:

                - blur-ssim (all): mind <this> (4 videos)
                - depth-si-rmse (all, fg, bg): unscored: no depth

                """)
        #expect(try report().terminal(hasStyles: true).contains("\u{1b}[1m0.92 (2/2, 2)\u{1b}[0m"))
    }

    @Test func `a metric of whole conditions counts clips beside the videos of the others`() throws {
        let diversity = MetricDescriptor(
            name: "perceptual-diversity", title: "Diversity (VGG16)", direction: .higher, low: 0, isHeadline: true,
            scope: .condition)
        try add(profile: .aligned2026, configurations: ["edge", "vis"], diversity: diversity)
        let report = Report(
            try store.runs().filter { $0.profile == .aligned2026 }.map { try store.results(of: $0) },
            options: ReportOptions(metrics: ["blur-ssim", "perceptual-diversity"]))
        #expect(
            report.terminal(hasStyles: false).hasPrefix(
                """
                profile aligned-2026, frame-limit 121, dataset data, run 2 (made)

                Whole picture
                      Blur SSIM ↑  Diversity (VGG16) ↑
                ────  ───────────  ───────────────────
                edge        0.81_                0.40_
                vis         0.92*                0.50*
                n = 2 of 2 videos (2 clips) for every value; n = 2 of 2 clips for Diversity (VGG16); marks compare the same \
                2 clips in all rows; * best, _ second

                """))
        #expect(report.csv().contains(",perceptual-diversity,all,higher,0.4,,,2,2,2,\n"))
        #expect(try report.json().contains("\"conditions\""))
    }

    @Test func `the Markdown table`() throws {
        let text = try report(ReportOptions(metrics: ["blur-ssim"], digits: 3, level: 0.95)).markdown()
        #expect(text.contains("| | Blur SSIM ↑ |\n|:--|--:|\n"))
        #expect(
            text.contains(
                "| edge & \\<vis\\> | <u>0.812 [–]</u> |\n| uniform\\_1 | **0.923 [–]** |"))
        #expect(
            text.contains("; [–]: 2 clips are too few for an interval, which takes 5; marks compare the same 2 clips"))
    }

    @Test func `the LaTeX table escapes what LaTeX would read`() throws {
        let text = try report().latex()
        #expect(text.contains("{}edge \\& $<$vis$>$ & \\underline{0.81 (2/2, 2)} & \\underline{0.20 (1/2, 1)} \\\\"))
        #expect(text.contains("uniform\\_1 & \\textbf{0.92 (2/2, 2)} & \\textbf{0.08 (2/2, 2)} \\\\"))
        #expect(text.contains(" & Blur SSIM $\\uparrow$ & Depth si-RMSE $\\downarrow$ \\\\"))
    }

    @Test func `CSV has full precision and one mean a line`() throws {
        let lines = try report(ReportOptions(level: 0.95)).csv().split(separator: "\n").map(String.init)
        #expect(lines[0] == "profile,run,configuration,metric,region,direction,mean,low,high,n,planned,clips,caveats")
        #expect(lines.count == 1 + 2 * 2 * 3)
        #expect(lines[1].hasPrefix("paibench-2025,1,edge & <vis>,blur-ssim,all,higher,0.812,,,2,2,2"))
    }

    @Test func `JSON holds every trial with its scores and reasons`() throws {
        let text = try report().json()
        let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(root["schema"] as? String == "transferbench.report/1")
        let group = try #require((root["groups"] as? [[String: Any]])?.first)
        let trials = try #require(group["trials"] as? [[String: Any]])
        #expect(trials.count == 4)
        let scores = trials.flatMap { $0["scores"] as? [[String: Any]] ?? [] }
        #expect(scores.count == 4 * 9)
        #expect(scores.count { $0["reason"] as? String == "no depth" } == 3)
        let means = try #require(group["means"] as? [[String: Any]])
        #expect(means.contains { $0["n"] as? Int == 1 && $0["planned"] as? Int == 2 })
    }

    @Test func `runs of two profiles never share a table`() throws {
        try add(profile: .aligned2026, configurations: ["edge & <vis>"])
        let groups = try report().groups
        #expect(groups.map(\.profile) == [.paibench2025, .aligned2026])
        #expect(groups.map { $0.tables[0].rows.count } == [2, 1])
    }

    @Test func `the folder has every format, the page everything in it, and pictures to look at`() throws {
        let written = try ReportFolder(path: folder.file("out")).write(
            try report(ReportOptions(level: 0.95)), formats: ReportFolder.Format.allCases, store: store)
        #expect(written.troubles.isEmpty)
        for file in ["table.md", "table.tex", "table.csv", "report.json", "index.html"] {
            #expect(written.files.contains(file))
        }
        for name in ["means", "frames", "regions"] {
            let png = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/plots/\(name).png")))
            #expect(png.starts(with: [0x89, 0x50, 0x4e, 0x47]) && png.count > 5000)
            let svg = try String(contentsOfFile: folder.file("out/plots/\(name).svg"), encoding: .utf8)
            #expect(svg.contains("<svg") && svg.hasSuffix("</svg>\n\n") || svg.contains("</svg>"))
        }
        let page = try String(contentsOfFile: folder.file("out/index.html"), encoding: .utf8)
        #expect(page.contains("edge &amp; &lt;vis&gt;") && !page.contains("<vis>"))
        #expect(page.contains("A &quot;clip&quot; &lt;a&gt;"))
        #expect(page.contains("data:image/jpeg;base64,AQID") && page.contains("data:image/jpeg;base64,BAUG"))
        #expect(page.contains("mind &lt;this&gt;") && page.contains("no depth") && page.contains("4.6.0"))
        // Self-contained: nothing is fetched.
        #expect(!page.contains("http://") && !page.contains("https://"))
    }

    @Test func `without gnuplot the report is written and says what is missing`() throws {
        let written = try ReportFolder(path: folder.file("out"), gnuplot: "no-such-program").write(
            try report(), formats: [.html], store: store)
        #expect(written.files == ["index.html"])
        #expect(written.troubles.count == 1 && written.troubles[0].contains("apt-get install gnuplot-nox"))
        #expect(errorCode { try runGnuplot("plot no sense", program: "gnuplot") } == .missing)
        #expect(errorCode { try runGnuplot("x", program: "false") } == .missing)
    }

    private func errorCode(_ body: () throws -> Void) -> BenchError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? BenchError)?.code
        }
    }

    @Test func `numbers are displayed as printf rounds them, without a negative zero`() {
        #expect(number(0.125, 2) == "0.12" && number(0.375, 2) == "0.38" && number(-0.001, 2) == "0.00")
        #expect(number(-0.5, 1) == "-0.5" && number(2, 0) == "2")
    }
}
