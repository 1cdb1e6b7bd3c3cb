import Experiment
import Suites
import TestSupport
import Testing

@Suite struct SuiteTests {
    @Test func `metrics have the published parameters unless a suite says otherwise`() {
        let choice = MetricChoice(profile: .paibench2025)
        #expect(choice.blur == nil && choice.canny == nil && !choice.hasRegions)
    }

    @Test func `a suite says everything of an experiment`() throws {
        let world = try SuiteWorld()
        let suite = try world.suite(SuiteWorld.whole)
        #expect(suite.name == "whole")
        #expect(suite.path == world.path("suites/a.yaml"))
        #expect(suite.dataset == world.path("world/clips"))
        #expect(suite.clips == .ids(["task_0000", "task_0002"]))
        #expect(suite.generator == .embedded(weights: world.path("world/weights"), steps: 35, guidance: 2.5))
        #expect(suite.presets == ["vis": "very_low", "edge": "medium"])
        #expect(
            suite.configurations == [
                WeightedConfiguration(name: "Vis", weights: [("vis", .uniform(1))]),
                WeightedConfiguration(
                    name: "FG vis / BG seg",
                    weights: [("vis", .regional(fg: 0.5, bg: 0)), ("seg", .regional(fg: 0, bg: 1.0 / 3))]),
            ])
        #expect(suite.prompts == .labels(["", "1", "2"]))
        #expect(suite.seeds == [1, .max])
        var metrics = MetricChoice(profile: .aligned2026, hasRegions: true)
        metrics.blur = .init(diameter: 5, sigmaColor: 150, sigmaSpace: 9)
        metrics.canny = .init(low: 50, high: 100)
        metrics.depthNetwork = world.path("world/judges/depth")
        metrics.maskNetwork = world.path("world/judges/classes")
        metrics.perceptualNetwork = world.path("world/judges/features")
        metrics.saliencyNetwork = "u2net"
        metrics.niqeBlock = 32
        #expect(suite.metrics == metrics)
        #expect(suite.layout.title == "All of it")
        #expect(
            suite.layout.columns.map { "\($0.metric) \($0.region)" } == ["blur-ssim all", "edge-f1 fg", "niqe all"])
        let published = try #require(suite.layout.published)
        #expect(published.source == "A paper, Table 1" && published.comparison == .ranking)
        #expect(published.columns.map(\.published) == ["SSIM", "DOVER"])
        #expect(published.columns.map(\.direction) == [.higher, .higher])
        #expect(published.rows.map(\.configuration) == ["Vis", "Edge"])
        #expect(published.rows.map(\.values) == [[0.9, 5], [0.8, nil]])
    }

    @Test func `what a suite leaves out is the usual`() throws {
        let world = try SuiteWorld()
        let suite = try world.suite(SuiteWorld.small)
        #expect(suite.generator == .recorded(folder: world.path("world/videos")))
        #expect(suite.clips == nil && suite.presets.isEmpty && suite.prompts == .own && suite.seeds == [1])
        #expect(suite.metrics == MetricChoice(profile: .paibench2025))
        #expect(suite.layout == TableLayout(title: "small"))
    }

    @Test(arguments: [
        ("prompts: all", PromptChoice.all), ("prompts: own", .own), ("prompts: [\"5\"]", .labels(["5"])),
        (
            "prompts: {night: at night, dusk: \"at: dusk\"}",
            .texts([Prompt(label: "night", text: "at night"), Prompt(label: "dusk", text: "at: dusk")])
        ),
    ])
    func `prompts are the clips' captions or texts`(line: String, choice: PromptChoice) throws {
        #expect(try SuiteWorld().suite(SuiteWorld.small + line).prompts == choice)
    }

    @Test(arguments: [
        ("1", 1.0), ("0.25", 0.25), ("1/4", 0.25), ("1 / 3", 1.0 / 3), (".5", 0.5), ("1e-2", 0.01), ("\"0.5\"", 0.5),
    ])
    func `weights are numbers or fractions`(written: String, value: Double) throws {
        let text = SuiteWorld.small.replacing("vis: 1", with: "vis: \(written)")
        #expect(
            try SuiteWorld().suite(text).configurations[0]
                == WeightedConfiguration(name: "Vis", weights: [("vis", .uniform(value))]))
    }

    @Test func `a row may weight nothing`() throws {
        let text = SuiteWorld.small.replacing("vis: 1", with: "vis: 0, edge: {fg: 0, bg: 0}")
        #expect(try SuiteWorld().suite(text).configurations == [WeightedConfiguration(name: "Vis", weights: [])])
    }

    @Test func `a program beside the suite becomes absolute and others stay as they are`() throws {
        let world = try SuiteWorld()
        func generator(_ text: String) throws -> GeneratorChoice {
            try world.suite(SuiteWorld.small.replacing("{recorded: ../world/videos}", with: text)).generator
        }
        #expect(
            try generator(
                "{command: {run: [../tools/make.sh, \"{spec}\", 3], files: [../tools/make.sh, ../world/weights], minutes: 1.5}}"
            )
                == .command(
                    words: [world.path("tools/make.sh"), "{spec}", "3"],
                    files: [world.path("tools/make.sh"), world.path("world/weights")], minutes: 1.5))
        #expect(
            try generator("{command: [python3, a/b.py, \"\"]}")
                == .command(words: ["python3", "a/b.py", ""], files: [], minutes: nil))
        #expect(
            try generator("{embedded: ../world/weights}")
                == .embedded(weights: world.path("world/weights"), steps: nil, guidance: nil))
    }

    @Test func `an id is a text, whatever it looks like`() throws {
        let suite = try SuiteWorld().suite(
            SuiteWorld.small + "clips: [0001, 1.50, true, a b, cafe\u{301}, a__b, a_caption1, \"null\"]\n")
        #expect(
            suite.clips
                == .ids(["0001", "1.50", "true", "a b", "caf\u{e9}", "a__b", "a_caption1", "null"]))
    }

    @Test func `clips are a number or named, and one seed needs no list`() throws {
        let suite = try SuiteWorld().suite(SuiteWorld.small + "clips: 2\nseeds: 7\n")
        #expect(suite.clips == .first(2) && suite.seeds == [7])
    }

    @Test func `anchors and aliases are followed`() throws {
        let text = SuiteWorld.small.replacing("{vis: 1}}", with: "&w {vis: 1}}\n  - {name: Again, weights: *w}")
        let rows = try SuiteWorld().suite(text).configurations
        #expect(rows.map(\.name) == ["Vis", "Again"])
        #expect(rows.allSatisfy { $0.weights.map(\.amount) == [.uniform(1)] })
    }

    @Test func `a byte order mark and other line ends change nothing`() throws {
        let world = try SuiteWorld()
        let plain = try world.suite(SuiteWorld.whole)
        #expect(try world.suite("\u{FEFF}" + SuiteWorld.whole) == plain)
        #expect(try world.suite(SuiteWorld.whole.replacing("\n", with: "\r\n")) == plain)
        #expect(try world.suite("---\n" + SuiteWorld.whole + "...\n") == plain)
    }
}
