import Experiment
import Foundation
import Results
import Testing

@testable import Reporting

/// What reports say of how their rows were made.
@Suite struct OriginsTableTests {
    private let runs: SuiteRuns

    /// Two rows on two clips; "all" was made, "seg" was made on one clip only, as far as the store knows.
    init() throws {
        runs = try SuiteRuns()
        try runs.add(layout: nil, order: ["all", "seg"], metrics: [SuiteRuns.ssim], clips: 2) { _, _, clip in
            0.5 + Double(clip)
        }
        try make("all", [("vis", .uniform(1 / 3)), ("seg", .regional(fg: 0, bg: 0.5))], on: [0, 1])
        try make("seg", [("seg", .uniform(1))], on: [0])
    }

    private func make(
        _ configuration: String, _ weights: [(control: String, amount: ControlAmount)], on clips: [Int],
        prompt: String = "", seed: UInt32 = 5, in runs: SuiteRuns? = nil
    ) throws {
        for clip in clips {
            let task = VideoTask(
                configuration: WeightedConfiguration(name: configuration, weights: weights),
                clip: ClipInputs(name: "\(clip)", video: "", controls: [:], foreground: nil),
                prompt: Prompt(label: prompt, text: "clip \(clip) <b>\u{1b}[31m"), seed: seed, output: "",
                recipe: "0a1b2c3d")
            try (runs ?? self.runs).store.record(
                GeneratedVideo(
                    identity: Identity(of: [configuration, "\(clip)"]), task: task, generator: "command make.sh 0f…",
                    settings: ["command": "make.sh {spec}"],
                    video: Artifact(
                        path: "", bytes: 1, sha256: Identity(of: ["table \(configuration) \(clip)"]).hex), seconds: nil),
                environment: [:], at: Date(timeIntervalSince1970: 0))
        }
    }

    @Test func `a prompt is called as in the suite, and several seeds have a column`() throws {
        let runs = try SuiteRuns()
        try runs.add(layout: nil, order: ["all"], metrics: [SuiteRuns.ssim], clips: 2) { _, _, _ in 0.5 }
        for clip in 0..<2 { try make("all", [], on: [clip], prompt: "1", seed: UInt32(clip + 1), in: runs) }
        let report = Report(try runs.results(), options: ReportOptions())
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any])
        let group = try #require((root["groups"] as? [[String: Any]])?.first)
        #expect(try #require(group["trials"] as? [[String: Any]]).map { $0["prompt"] as? String } == ["1", "1"])
        let page = HTMLPage(report: report, plots: [[]], previews: { _ in [] }, sheets: 0).rendered()
        #expect(page.contains(">seed<"), "\(page)")
    }

    private func report() throws -> Report { Report(try runs.results(), options: ReportOptions()) }

    @Test func `a table has what rows differ in, and lines what they share`() throws {
        let text = try report().terminal(hasStyles: false)
        #expect(text.contains("What made the rows\n     weights\n───"), "\(text)")
        #expect(text.contains("all  vis 0.3333, seg fg 0 bg 0.5"), "\(text)")
        #expect(text.contains("seg  seg 1\n"), "\(text)")
        #expect(
            text.contains(
                "in all rows: generator command make.sh 0f…; command make.sh {spec}; seed 5; prompts own; adopted no\n"),
            "\(text)")
        #expect(text.contains("not recorded: 1 of 2 videos of seg\n"), "\(text)")
        #expect(text.contains("prompt own: 2 texts by clip, as for 0: \"clip 0 <b>\"; the JSON has all\n"), "\(text)")
    }

    @Test func `every format has it, and none has an escape sequence`() throws {
        let report = try report()
        #expect(report.markdown().contains("| all | vis 0.3333, seg fg 0 bg 0.5 |"))
        #expect(report.latex().contains("{}all & vis 0.3333, seg fg 0 bg 0.5 \\\\"))
        let page = HTMLPage(report: report, plots: [[]], previews: { _ in [] }, sheets: 0).rendered()
        #expect(page.contains("<tr><th>all</th><td class=\"text\">vis 0.3333, seg fg 0 bg 0.5</td>"))
        #expect(page.contains("<td class=\"text\">clip 1 &lt;b&gt;</td>"))
        for text in [report.terminal(hasStyles: false), report.markdown(), report.latex(), page] {
            #expect(!text.contains("\u{1b}"))
        }
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any])
        let group = try #require((root["groups"] as? [[String: Any]])?.first)
        let origins = try #require(group["trials"] as? [[String: Any]]).map { $0["origin"] as? [String: Any] }
        #expect(origins.count { $0 == nil } == 1)
        let all = try #require(origins.first { ($0?["weights"] as? [String: Any])?["vis"] != nil } ?? nil)
        #expect(all["seed"] as? Int == 5 && all["arrival"] as? String == "made")
        #expect((all["promptText"] as? String)?.hasPrefix("clip ") == true)
        #expect(((all["weights"] as? [String: Any])?["seg"] as? [String: Double]) == ["fg": 0, "bg": 0.5])
    }

    @Test func `videos of folders say that nothing is known of them`() throws {
        let runs = try SuiteRuns()
        try runs.add(layout: nil, order: ["a"], metrics: [SuiteRuns.ssim], clips: 1) { _, _, _ in 1 }
        let text = Report(try runs.results(), options: ReportOptions()).terminal(hasStyles: false)
        #expect(
            text.contains(
                "What made the rows\nwhat made these videos is not recorded: they were not made by this program's runs\n"
            ))
    }
}
