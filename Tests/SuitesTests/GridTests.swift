import Experiment
import Suites
import TestSupport
import Testing

@Suite struct GridTests {
    /// The least suite with a grid and no named configuration.
    static func text(_ grid: String, rows: String = "") -> String {
        """
        suite: sweep
        dataset: ../world/clips
        generator: {embedded: {weights: ../world/weights, steps: 35}}
        \(rows)
        grid:
        \(grid.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))

        """
    }

    private func suite(_ grid: String, rows: String = "") throws -> Suite {
        try SuiteWorld().suite(Self.text(grid, rows: rows))
    }

    private static func words(_ configuration: WeightedConfiguration) -> String {
        configuration.weights.map { "\($0.control) \($0.amount.words)" }.joined(separator: ", ")
    }

    @Test func `a product has every combination, the first axis slowest`() throws {
        let suite = try suite(
            """
            base: {vis: {fg: 0.5}, edge: {fg: 0.5}, depth: {bg: 0.5}}
            axes:
              - {weight: vis/fg, values: [0, 1/3]}
              - {weight: seg/bg, values: {from: 0, to: 1, step: 1/2}}
            """)
        #expect(
            suite.configurations.map(\.name) == [
                "vis/fg 0 · seg/bg 0", "vis/fg 0 · seg/bg 1/2", "vis/fg 0 · seg/bg 1", "vis/fg 1/3 · seg/bg 0",
                "vis/fg 1/3 · seg/bg 1/2", "vis/fg 1/3 · seg/bg 1",
            ])
        #expect(
            Self.words(suite.configurations[4])
                == "vis fg \(1.0 / 3) bg 0.0, edge fg 0.5 bg 0.0, depth fg 0.0 bg 0.5, seg fg 0.0 bg 0.5")
        #expect(Self.words(suite.configurations[0]) == "edge fg 0.5 bg 0.0, depth fg 0.0 bg 0.5")
        #expect(suite.configurations[4].folderName == "vis_fg_1_3_seg_bg_1_2")
        let sweep = try #require(suite.sweep)
        #expect(sweep.design == .product && sweep.base == nil)
        #expect(
            sweep.axes == [
                .init(name: "vis/fg", weights: ["vis/fg"], values: [.init(text: "0", number: 0), third]),
                .init(
                    name: "seg/bg", weights: ["seg/bg"],
                    values: [.init(text: "0", number: 0), .init(text: "1/2", number: 0.5), .init(text: "1", number: 1)]),
            ])
        #expect(sweep.cells.map(\.configuration) == suite.configurations.map(\.name))
        #expect(sweep.cells[4].values == [third, .init(text: "1/2", number: 0.5)])
    }

    private var third: Sweep.Value { .init(text: "1/3", number: 1.0 / 3) }

    @Test func `cells come after the rows that are named, and one that is such a row is that row`() throws {
        let suite = try suite(
            "axes: [{weight: vis, values: [0, 1/2, 1]}]",
            rows: "configurations: [{name: All, weights: {vis: 1}}, {name: Edge, weights: {edge: 1}}]")
        #expect(suite.configurations.map(\.name) == ["All", "Edge", "vis 0", "vis 1/2"])
        #expect(suite.sweep?.cells.map(\.configuration) == ["vis 0", "vis 1/2", "All"])
    }

    @Test func `weights that are linked move together`() throws {
        let suite = try suite("axes: [{weight: [depth/bg, edge/bg], values: [0.1, 1/4]}]")
        #expect(suite.configurations.map(\.name) == ["depth/bg + edge/bg 0.1", "depth/bg + edge/bg 1/4"])
        #expect(Self.words(suite.configurations[1]) == "depth fg 0.0 bg 0.25, edge fg 0.0 bg 0.25")
        #expect(suite.sweep?.axes[0].weights == ["depth/bg", "edge/bg"])
    }

    @Test func `a number for the whole picture and a pair are different cells`() throws {
        let suite = try suite(
            "base: {vis: 1/2}\naxes: [{weight: vis/fg, values: [1/2]}]",
            rows: "configurations: [{name: Whole, weights: {vis: 1/2}}]")
        #expect(suite.configurations.map(Self.words) == ["vis 0.5", "vis fg 0.5 bg 0.5"])
    }

    @Test func `one at a time moves each axis alone, and has its base once`() throws {
        let suite = try suite(
            """
            design: one-at-a-time
            base: {vis: {fg: 0.5}, edge: {fg: 0.5}}
            axes:
              - {weight: vis/fg, values: [0, 1/3, 1/2]}
              - {weight: edge/fg, values: [0, 1/3, 1/2]}
              - {setting: steps, values: [10, 35]}
            """)
        #expect(
            suite.configurations.map(\.name)
                == ["base", "vis/fg 0", "vis/fg 1/3", "edge/fg 0", "edge/fg 1/3", "steps 10"])
        #expect(Self.words(suite.configurations[2]) == "vis fg \(1.0 / 3) bg 0.0, edge fg 0.5 bg 0.0")
        let sweep = try #require(suite.sweep)
        #expect(sweep.base == 0 && sweep.design == .oneAtATime)
        #expect(sweep.cells[0].values.map(\.text) == ["1/2", "1/2", "35"])
        #expect(sweep.cells[4].values.map(\.text) == ["1/2", "1/3", "35"])
        #expect(suite.generator(of: "base") == suite.generator)
        #expect(suite.generator(of: "steps 10") == .embedded(weights: suite.weights, steps: 10, guidance: nil))
    }

    @Test func `a simplex shares out its sum in lexicographic order`() throws {
        let suite = try suite("design: simplex\nsimplex: {weights: [vis, edge, depth, seg], step: 1/4, sum: 1}")
        #expect(suite.configurations.count == 35)
        #expect(suite.configurations.first?.name == "vis 0 · edge 0 · depth 0 · seg 1")
        #expect(suite.configurations[1].name == "vis 0 · edge 0 · depth 1/4 · seg 3/4")
        #expect(suite.configurations.last?.name == "vis 1 · edge 0 · depth 0 · seg 0")
        let cells = try #require(suite.sweep).cells.map { $0.values.compactMap(\.number) }
        #expect(cells == cells.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(cells.allSatisfy { $0.reduce(0, +) == 1 })
        #expect(suite.sweep?.axes.map(\.values.count) == [5, 5, 5, 5])
    }

    @Test func `a sample spreads over its ranges, the same for a seed`() throws {
        let text = """
            design: sample
            sample: {n: 64, seed: 3}
            axes:
              - {weight: vis/fg, values: {from: 0, to: 1}}
              - {weight: seg/bg, values: {from: 1/4, to: 1/2}}
            """
        let suite = try suite(text)
        let cells = try #require(suite.sweep).cells
        #expect(cells.count == 64 && suite.sweep?.axes.allSatisfy(\.values.isEmpty) == true)
        let first = cells.compactMap { $0.values[0].number }
        #expect(Set(first.map { Int($0 * 64 - 1e-9) }).count >= 63)
        #expect(cells.allSatisfy { (0.25...0.5).contains($0.values[1].number ?? 0) })
        #expect(try self.suite(text).configurations == suite.configurations)
        #expect(try self.suite(text.replacing("seed: 3", with: "seed: 4")).configurations != suite.configurations)
        #expect(suite.configurations[0].name == "vis/fg 0.094 · seg/bg 0.25062")
        for cell in cells { #expect(cell.values.allSatisfy { Double($0.text) == $0.number }) }
        let long = try self.suite(
            "design: sample\nsample: {n: 2000}\naxes: [{weight: vis, values: {from: 0, to: 1}}]")
        #expect(long.configurations.count == 2000)
    }

    @Test func `a sample with a list takes every value of it equally often`() throws {
        let suite = try suite(
            """
            design: sample
            sample: {n: 12}
            axes:
              - {weight: vis, values: {from: 0, to: 1}}
              - {setting: steps, values: [10, 20, 35]}
            """)
        let steps = try #require(suite.sweep).cells.map { $0.values[1].text }
        #expect(["10", "20", "35"].map { value in steps.count { $0 == value } } == [4, 4, 4])
    }

    @Test func `a condition holds at every place of the picture`() throws {
        let suite = try suite(
            """
            axes:
              - {weight: vis/fg, values: [0, 1/3, 2/3]}
              - {weight: edge, values: [1/3, 2/3]}
            where: sum <= 1
            """)
        #expect(!suite.configurations.map(\.name).contains("vis/fg 2/3 · edge 2/3"))
        #expect(suite.configurations.count == 5)
        let exact = try self.suite(
            "axes: [{weight: vis, values: [0.1, 0.2]}, {weight: edge, values: [0.2, 0.1]}]\nwhere: sum = 0.3")
        #expect(exact.configurations.map(\.name) == ["vis 0.1 · edge 0.2", "vis 0.2 · edge 0.1"])
    }

    @Test func `only what varies is in a name`() throws {
        let suite = try suite("axes: [{weight: vis, values: [0, 1]}, {weight: edge, values: [1/2]}]")
        #expect(suite.configurations.map(\.name) == ["vis 0", "vis 1"])
        let single = try self.suite("axes: [{weight: edge, values: [1/2]}]")
        #expect(single.configurations.map(\.name) == ["edge 1/2"])
    }

    @Test func `a name that no folder can have keeps its text and gets a hash`() throws {
        let axes = ["vis", "edge", "depth", "seg", "lidar"].flatMap { control in
            ["fg", "bg"].map { "{weight: \(control)/\($0), values: [0.125, 0.25]}" }
        }
        let suite = try suite("axes: [\(axes.joined(separator: ", "))]")
        #expect(suite.configurations.count == 1024)
        let folders = Set(suite.configurations.map { $0.folderName.lowercased() })
        #expect(folders.count == 1024)
        #expect(folders.allSatisfy { $0.utf8.count <= 100 && $0.contains("@") })
        #expect(suite.configurations[0].name.hasPrefix("vis/fg 0.125 · vis/bg 0.125"))
    }

    @Test func `cells of words have folders of their own`() throws {
        let world = try SuiteWorld()
        for name in ["a b", "a_b"] { try world.folder.write("", to: "world/\(name)/.keep") }
        let suite = try world.suite(
            Self.text("base: {vis: 1}\naxes: [{setting: weights, values: [../world/a b, ../world/a_b]}]"))
        #expect(suite.configurations.map(\.name) == ["weights ../world/a b", "weights ../world/a_b"])
        #expect(Set(suite.configurations.map(\.folderName)).count == 2)
        #expect(
            suite.generator(of: suite.configurations[0].name)
                == .embedded(weights: world.path("world/a b"), steps: 35, guidance: nil))
    }

    @Test(arguments: [
        ("vis/fg=0,1/3,1/2", nil, ["vis/fg 0", "vis/fg 1/3", "vis/fg 1/2"]),
        ("vis/fg=0:1:1/2", "one-at-a-time", ["base", "vis/fg 1/2", "vis/fg 1"]),
    ])
    func `the command line gives a grid to a suite that has none`(
        axis: String, design: String?, names: [String]
    ) throws {
        let world = try SuiteWorld()
        let path = try world.folder.write(SuiteWorld.small, to: "suites/a.yaml")
        let suite = try Suite(path: path, grid: GridChange(axes: [axis], design: design))
        #expect(suite.configurations.map(\.name) == ["Vis"] + names)
    }

    @Test func `the command line's axes take the place of a grid's, and its base stays`() throws {
        let world = try SuiteWorld()
        let path = try world.folder.write(
            Self.text("base: {edge: 1/2}\naxes: [{weight: vis, values: [0, 1]}]"), to: "suites/a.yaml")
        let change = try GridChange(axes: ["depth+seg=0.1,0.2", "steps=10,20"], design: nil)
        let suite = try Suite(path: path, grid: change)
        #expect(
            suite.configurations.map(\.name) == [
                "depth + seg 0.1 · steps 10", "depth + seg 0.1 · steps 20", "depth + seg 0.2 · steps 10",
                "depth + seg 0.2 · steps 20",
            ])
        #expect(Self.words(suite.configurations[0]) == "edge 0.5, depth 0.1, seg 0.1")
        let sampled = try Suite(path: path, grid: GridChange(axes: ["vis=0:1"], design: "sample:8"))
        #expect(sampled.configurations.count == 8)
    }
}

extension Suite {
    fileprivate var weights: String { if case .embedded(let weights, _, _) = generator { weights } else { "" } }
}
