import Experiment
import Suites
import TestSupport
import Testing

@Suite struct GridRefusalTests {
    /// A grid, and what the sentence says of it.
    @Test(arguments: [
        ("axes: []", "a.yaml:6: 'grid.axes' is an empty list; write at least one of axes"),
        ("base: {vis: 1}", "a.yaml:6: 'grid' has no 'axes'; add them, as 'axes: [{weight: vis/fg"),
        ("axis: []", "a.yaml:6: 'grid' has the unknown key 'axis'; a grid has base, axes, design"),
        ("axis: []", "did you mean 'axes'?"),
        ("axes: [{weight: viz/fg, values: [0]}]", "a.yaml:6: 'grid.axes[0].weight' has the unknown control 'viz'"),
        ("axes: [{weight: viz/fg, values: [0]}]", "did you mean 'vis'?"),
        ("axes: [{weight: vis/front, values: [0]}]", "has the unknown region 'front'; write vis, vis/fg or vis/bg"),
        ("axes: [{weigth: vis, values: [0]}]", "'grid.axes[0]' has the unknown key 'weigth'; an axis has weight"),
        ("axes: [{values: [0]}]", "'grid.axes[0]' has no 'weight' and no 'setting'"),
        ("axes: [{weight: vis, setting: steps, values: [0]}]", "has a weight and a setting; write two axes"),
        ("axes: [{weight: vis}]", "'grid.axes[0]' has no 'values'; add it, as 'values: [0, 1/3, 1/2]'"),
        ("axes: [{weight: vis, values: [-1]}]", "'grid.axes[0].values[0]' is '-1'; a weight is a finite number"),
        ("axes: [{weight: vis, values: [one]}]", "'grid.axes[0].values[0]' is 'one'; a weight is a finite number"),
        ("axes: [{weight: vis, values: [1/0]}]", "is '1/0'; a weight is a finite number"),
        ("axes: [{weight: vis, values: [.nan]}]", "is '.nan'; a weight is a finite number"),
        ("axes: [{weight: vis, values: [0.12345678901234567]}]", "that has too many digits: a weight is"),
        ("axes: [{weight: vis, values: {from: 0, step: 1/4}}]", "'grid.axes[0].values' has no 'to'; add it"),
        ("axes: [{weight: vis, values: {to: 1, step: 1/4}}]", "'grid.axes[0].values' has no 'from'; add it"),
        ("axes: [{weight: vis, values: {from: 0, to: 1}}]", "has no 'step'; add it, as 'step: 1/4'"),
        ("axes: [{weight: vis, values: {from: 0, to: 1, step: 0}}]", "is '0'; a step is a number above 0, as 1/4"),
        ("axes: [{weight: vis, values: {from: 0, to: 1, step: -1}}]", "is '-1'; a step is a number above 0"),
        ("axes: [{weight: vis, values: {from: 1, to: 0, step: 1}}]", "goes from 1 to 0; the greater number comes last"),
        (
            "axes: [{weight: vis, values: {from: 0, to: 1, step: 1e-7}}]",
            "a.yaml:6: 'grid' has 10000001 cells, and at most 10000 are taken; leave out values or axes, or raise max-cells"
        ),
        (
            "axes: [{weight: vis, values: {from: 0, to: 1e15, step: 1e-7}}]", "'grid' has more than"
        ),
        (
            "axes: [{weight: vis, values: [0, 1/2, 0.5]}]",
            "'grid' has two cells with the same weights and settings, 'vis 1/2' and 'vis 0.5'; leave one of them out"
        ),
        (
            "axes: [{weight: vis, values: [0]}, {weight: vis/fg, values: [1]}]",
            "'grid.axes[1]' moves vis/fg, which another axis moves"
        ),
        ("axes: [{weight: [vis, vis/fg], values: [0]}]", "is vis/fg, which vis moves already; keep one of them"),
        (
            "axes: [{setting: steps, values: [1]}, {setting: steps, values: [2]}]",
            "'grid.axes[1]' moves 'steps', which another axis moves"
        ),
        (
            "axes: [{setting: stpes, values: [1]}]",
            "'grid.axes[0].values[0]' has the unknown setting 'stpes'; the embedded generator has steps, guidance, weights"
        ),
        ("axes: [{setting: stpes, values: [1]}]", "did you mean 'steps'?"),
        ("axes: [{setting: steps, values: [0]}]", "is '0'; the number of steps is a whole number from 1"),
        (
            "axes: [{setting: threads, values: [1, 2]}]",
            "sets 'threads', which cannot change a video; only a suite with"
        ),
        ("axes: [{setting: generator, values: [big]}]", "is 'big'; the suite names no generators"),
        ("base: {viz: 1}\naxes: [{weight: vis, values: [0]}]", "'grid.base' has the unknown control 'viz'"),
        ("base: {vis: {fg: -1}}\naxes: [{weight: vis, values: [0]}]", "a.yaml:6: 'grid.base.vis.fg' is '-1'; a weight"),
        (
            "design: cube\naxes: [{weight: vis, values: [0]}]",
            "'grid.design' is 'cube'; a design is product, one-at-a-time"
        ),
        ("where: total < 1\naxes: [{weight: vis, values: [0]}]", "'grid.where' is 'total < 1'; write what the weights"),
        ("where: sum > 2\naxes: [{weight: vis, values: [0, 1]}]", "has no cell that its 'where' allows, of 2"),
        ("max-cells: 1\naxes: [{weight: vis, values: [0, 1]}]", "'grid' has 2 cells, and at most 1 are taken"),
        ("design: simplex", "'grid' has no 'simplex'; add it"),
        (
            "design: simplex\nsimplex: {weights: [vis, seg], step: 0.3}",
            "'grid.simplex.step' is '0.3', which does not add up to 1; write a part of it"
        ),
        ("design: simplex\nsimplex: {weights: [vis], step: 1/4}", "has one weight; a simplex shares a sum among two"),
        ("design: simplex\nsimplex: {weights: [vis, seg], step: 0}", "'grid.simplex.step' is '0'; a step is a number"),
        ("design: simplex\nsimplex: {weights: [vis, seg], step: 1e-7}", "'grid' has 10000001 cells"),
        (
            "design: simplex\nsimplex: {weights: [vis, seg], step: 1/2}\naxes: [{weight: edge, values: [0]}]",
            "'grid.axes[0]' is an axis, and a simplex has none"
        ),
        (
            "simplex: {weights: [vis, seg], step: 1/2}\naxes: [{weight: edge, values: [0]}]",
            "'grid.simplex' is for 'design: simplex', and the design is product"
        ),
        ("design: sample\naxes: [{weight: vis, values: {from: 0, to: 1}}]", "'grid' has no 'sample'; add it"),
        (
            "design: sample\nsample: {n: 0}\naxes: [{weight: vis, values: {from: 0, to: 1}}]",
            "'grid.sample.n' is '0'; the number of points is a whole number from 1"
        ),
        (
            "design: sample\nsample: {n: 20000}\naxes: [{weight: vis, values: {from: 0, to: 1}}]",
            "'grid' has 20000 cells, and at most 10000 are taken"
        ),
        (
            "design: sample\nsample: {n: 4}\naxes: [{weight: vis, values: {from: 0, to: 1, step: 1e-9}}]",
            "'grid.axes[0]' has 1000000001 values, and at most 10000 are taken; take larger steps"
        ),
        (
            "design: one-at-a-time\nbase: {vis: {fg: 1}}\naxes: [{weight: vis, values: [0]}]",
            "moves vis from the base, where it has two weights; give the base one"
        ),
        (
            "design: one-at-a-time\naxes: [{setting: guidance, values: [1, 2]}]",
            "moves 'guidance' from the base, and the suite's generator does not say what that is; write it there"
        ),
    ])
    func `a grid that cannot be meant is refused with its place and what to write`(
        grid: String, sentence: String
    ) throws {
        let found = try SuiteWorld().refusal(GridTests.text(grid))
        #expect(found.contains(sentence), "\(found)")
    }

    @Test func `a cell whose folder is a named row's is refused`() throws {
        let text = GridTests.text(
            "axes: [{weight: vis/fg, values: [0, 1/3]}]",
            rows: "configurations: [{name: vis fg 1 3, weights: {edge: 1}}]")
        #expect(
            try SuiteWorld().refusal(text).contains(
                "'grid' has the cell 'vis/fg 1/3', whose folder 'vis_fg_1_3' is that of 'vis fg 1 3'; rename the configuration"
            ))
    }

    @Test(arguments: [
        ("vis/fg", nil, "--axis 'vis/fg' has no values; write a weight or setting and values"),
        ("vis/fg=0,x", nil, "--axis vis/fg=0,x: 'vis/fg.values[1]' is 'x'; a weight is a finite number"),
        ("viz/fg=0", nil, "--axis viz/fg=0: 'viz/fg.weight[0]' has the unknown control 'viz'"),
        ("steps=10", nil, "'steps.values[0]' has the unknown setting 'steps'; a recorded generator has none"),
        ("vis=0:1:0", nil, "'vis.values.step' is '0'; a step is a number above 0"),
        ("vis=0:1", nil, "'vis.values' has no 'step'; add it"),
        ("vis=0:1:1e-8", nil, "'grid' has 100000001 cells, and at most 10000 are taken"),
        ("vis=0", "squares", "--design 'squares' is none of product, one-at-a-time, simplex, sample"),
        ("vis=0", "product:3", "--design 'product:3': only a sample has a number"),
        ("vis=0", "sample", "'grid' has no 'sample'; add it"),
    ])
    func `a wrong axis on the command line is a usage error`(axis: String, design: String?, sentence: String) throws {
        let world = try SuiteWorld()
        let path = try world.folder.write(SuiteWorld.small, to: "suites/a.yaml")
        let error = #expect(throws: BenchError.self) {
            _ = try Suite(path: path, grid: GridChange(axes: [axis], design: design))
        }
        #expect(error?.code == .usage && error?.sentence.contains(sentence) == true, "\(error?.sentence ?? "")")
    }
}
