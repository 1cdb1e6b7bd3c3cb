import Experiment
import Foundation
import Results
import Testing

@testable import Reporting

/// What reports show of a race and of timings.
@Suite struct RaceReportTests {
    private let runs: SuiteRuns

    /// Three rows on eight clips; "edge" has been dropped after six, although its values are the best.
    init() throws {
        runs = try SuiteRuns()
        try runs.add(layout: nil, order: ["vis", "edge", "all"], metrics: [SuiteRuns.ssim], clips: 8) { name, _, clip in
            ["vis": 0.1, "edge": 0.9, "all": 0.2][name, default: 0] + 0.01 * Double(clip)
        }
        let evidence = RaceDecision.Evidence(
            objective: .init(metric: "blur-ssim", region: .all), difference: 0.25, bound: 0.125, level: 0.99997,
            p: 1e-6, clips: 6)
        try runs.store.record(
            RaceLook(
                number: 1, clips: 6, inPlay: 3, hypotheses: 6, budget: 0.05 / 2,
                decisions: [RaceDecision(dropped: "edge", by: "all", evidence: [evidence])]), run: 1)
    }

    private func report() throws -> Report { Report(try runs.results(), options: ReportOptions()) }

    @Test func `a dropped row says so and takes no part in marks`() throws {
        let text = try report().terminal(hasStyles: false)
        #expect(text.contains("edge, dropped after 6 clips by all"), "\(text)")
        #expect(text.contains("0.94 \n") || text.contains("0.94\n"), "\(text)")
        #expect(text.contains("0.24*") && text.contains("0.14_"), "\(text)")
        let markdown = try report().markdown()
        #expect(markdown.contains("| edge, dropped after 6 clips by all | 0.94 |"), "\(markdown)")
        #expect(markdown.contains("| all | **0.24** |"))
        #expect(try report().latex().contains("edge, dropped after 6 clips by all"))
    }

    @Test func `the evidence of every decision is shown`() throws {
        let text = try report().terminal(hasStyles: false)
        #expect(text.contains("Dropped from the race\n"), "\(text)")
        #expect(
            text.contains("edge  6            all                        +0.2500 [≥ +0.1250, 1 − 3e-05]"), "\(text)")
        #expect(
            text.contains("looked after 6 clips; each look may err with probability 0.025, shared by Holm's procedure"),
            "\(text)")
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(report().json().utf8)) as? [String: Any])
        let run = ((root["groups"] as? [[String: Any]])?[0]["runs"] as? [[String: Any]])?[0]
        let look = try #require((run?["race"] as? [[String: Any]])?[0])
        let decision = try #require((look["decisions"] as? [[String: Any]])?[0])
        #expect(look["clips"] as? Int == 6 && decision["dropped"] as? String == "edge")
        #expect(((decision["evidence"] as? [[String: Any]])?[0])?["bound"] as? Double == 0.125)
    }

    @Test func `times are medians with speedup and efficiency, and a plot on log axes`() throws {
        let timings = [("vis", 1, 8.0), ("all", 2, 4.5)].flatMap { name, devices, seconds in
            (1...6).map { k in
                Timing(
                    configuration: name, clip: "0", prompt: "", seed: 1, repeat: k, position: 0, devices: devices,
                    metric: "generate-seconds", outcome: .scored(seconds + 0.01 * Double(k)),
                    environment: ["cpu": "a small one"])
            }
        }
        try runs.store.record(timings, run: 1, at: Date(timeIntervalSince1970: 0))
        let report = try report()
        let text = report.terminal(hasStyles: false)
        #expect(text.contains("Time of a video\n"), "\(text)")
        #expect(text.contains("vis        1  8.035 [8.010, 8.060]  6     1.00       100 %"), "\(text)")
        #expect(text.contains("all        2  4.535 [4.510, 4.560]  6     1.77        89 %"), "\(text)")
        #expect(text.contains("fit of generate-seconds: 7.000/N + 1.035 + 0.000 log2 N s"), "\(text)")
        #expect(text.contains("measured on a small one"))
        let plot = try #require(report.plots(report.groups[0]).first { $0.name == "scaling" })
        #expect(plot.script.contains("set logscale xy") && plot.script.contains("title 'ideal'"))
    }

    @Test func `timed rows stand in the suite's order, whatever was measured first`() throws {
        let plan = RunPlan(
            name: "timed", dataset: "/data", profile: .paibench2025, parameters: [:], metrics: [], regions: [.all],
            trials: [], configurations: ["slow", "fast"], identity: Identity(of: ["timed"]))
        let run = try runs.store.begin(plan, environment: [:], at: Date(timeIntervalSince1970: 0))
        let timings = [("fast", 2, 1.0), ("slow", 1, 2.0)].map { name, devices, seconds in
            Timing(
                configuration: name, clip: "0", prompt: "", seed: 1, repeat: 1, position: devices, devices: devices,
                metric: "generate-seconds", outcome: .scored(seconds), environment: [:])
        }
        try runs.store.record(timings, run: run, at: Date(timeIntervalSince1970: 0))
        let table = try #require(Report(try runs.results(), options: ReportOptions()).groups.last?.timed.first?.table)
        #expect(table.rows.map(\.configuration) == ["slow", "fast"] && table.rows[1].speedup == 2)
    }
}
