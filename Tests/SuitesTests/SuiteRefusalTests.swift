import Experiment
import Foundation
import Suites
import TestSupport
import Testing

@Suite struct SuiteRefusalTests {
    /// In the suite that uses everything: what is replaced by what, and what the sentence says.
    @Test(arguments: [
        ("title:", "titel:", "suites/a.yaml:2: the document has the unknown key 'titel'; a suite has suite, title"),
        ("title:", "titel:", "did you mean 'title'?"),
        ("suite: whole\n", "", "a.yaml:1: the document has no 'suite'; add it, as 'suite: table1'"),
        ("suite: whole", "suite: a/b", "a.yaml:1: 'suite' is 'a/b'; the suite's short name names files"),
        ("suite: whole", "suite: ..", "the first a letter or digit"),
        ("suite: whole", "suite:", "'suite' has no value; write one or leave the key out"),
        ("title: All of it", "suite: again", "a.yaml:1: the key 'suite' is given twice in one place; keep one of them"),
        (
            "world/clips", "world/none",
            "a.yaml:3: 'dataset' names world/none, which is not there; write the dataset's folder"
        ),
        ("../world/clips", "a.yaml", "which is not a folder"),
        ("[task_0000, task_0002]", "[a, a]", "'clips[1]' names the clip 'a' again"),
        ("[task_0000, task_0002]", "[]", "'clips' is an empty list"),
        ("[task_0000, task_0002]", "0001", "'clips' is '0001'; write how many clips, or a list of ids as [0001]"),
        ("[task_0000, task_0002]", "\"2\"", "'clips' is '2'; write how many clips, or a list of ids as [2]"),
        ("[task_0000, task_0002]", "[caf\u{e9}, cafe\u{301}]", "'clips[1]' names the clip 'caf\u{e9}' again"),
        ("[task_0000, task_0002]", "[.a]", "does not begin with '.'"),
        ("[task_0000, task_0002]", "0", "'clips' is '0'; write how many clips, or a list of ids"),
        ("[task_0000, task_0002]", "[../x]", "'clips[0]' is '../x'; a clip's id names its files"),
        ("  embedded:", "  recorded: ../world/videos\n  embedded:", "'generator' names more than one generator"),
        ("world/weights", "world/none", "a.yaml:6: 'generator.embedded.weights' names world/none, which is not there"),
        ("steps: 35", "steps: 0", "'generator.embedded.steps' is '0'; the number of steps is a whole number from 1"),
        (
            "guidance: 2.5", "guidance: .nan",
            "'generator.embedded.guidance' is '.nan'; the guidance is a number from 0 (no guidance) up, as 7"
        ),
        (
            "  embedded:", "  command: {run: [sh, \"{out}\"], minutes: 0}\n  # embedded:",
            "'generator.command.minutes' is '0'; a video's most minutes are a number above 0"
        ),
        ("vis: very_low", "vis: weak", "a.yaml:8: 'controls.vis' is 'weak'; a preset is none, very_low, low"),
        (
            "  vis: very_low", "  seg: low",
            "'controls' has the unknown key 'seg'; what is made from the clips themselves"
        ),
        ("{name: Vis,", "{nam: Vis,", "a.yaml:11: 'configurations[0]' has the unknown key 'nam'"),
        (
            "FG vis / BG seg", "Vis",
            "a.yaml:12: 'configurations[1]' has the name 'Vis', which another configuration has"
        ),
        ("FG vis / BG seg", "VIS?", "has the name 'VIS?', whose folder 'VIS' is that of 'Vis'; rename one of them"),
        ("FG vis / BG seg", "..", "has the name '..'; it names a folder"),
        ("{vis: 1}", "{}", "'configurations[0].weights' has no control; write controls with their weights"),
        ("{vis: 1}", "1", "'configurations[0].weights' is '1'; write controls with their weights"),
        (
            "{vis: 1}", "{viz: 1}",
            "has the unknown control 'viz'; the controls are vis, edge, depth, seg, keypoint, hdmap"
        ),
        ("{vis: 1}", "{viz: 1}", "did you mean 'vis'?"),
        ("{vis: 1}", "{upscale: 1}", "has the control 'upscale', which makes a larger video"),
        (
            "{vis: 1}", "{vis: -0.5}",
            "'configurations[0].weights.vis' is '-0.5'; a weight is a finite number that is 0 or more"
        ),
        ("{vis: 1}", "{vis: .inf}", "is '.inf'; a weight"), ("{vis: 1}", "{vis: 1e999}", "is '1e999'; a weight"),
        ("{vis: 1}", "{vis: 1e60}", "is '1e60'; a weight"), ("{vis: 1}", "{vis: nan}", "is 'nan'; a weight"),
        ("{vis: 1}", "{vis: strong}", "is 'strong'; a weight"), ("{vis: 1}", "{vis: 1/0}", "is '1/0'; a weight"),
        ("{vis: 1}", "{vis: 1/2/3}", "is '1/2/3'; a weight"), ("{vis: 1}", "{vis: [0, 1]}", "is a list; a weight"),
        ("{vis: 1}", "{vis: 0x10}", "is '0x10'; a weight"), ("{vis: 1}", "{vis: }", "is nothing; a weight"),
        ("{fg: 0.5, bg: 0}", "{fg: 0.5}", "a.yaml:14: 'configurations[1].weights.vis' has no 'bg'"),
        ("{fg: 0.5, bg: 0}", "{fg: 0.5, gb: 0}", "'configurations[1].weights.vis' has the unknown key 'gb'"),
        ("[own, \"1\", 2]", "some", "a.yaml:17: 'prompts' is 'some'; write own, all, a list of labels"),
        ("[own, \"1\", 2]", "[own, own]", "'prompts[1]' is the label 'own' again"),
        ("[own, \"1\", 2]", "[all]", "'prompts[0]' is 'all', which stands alone"),
        ("[own, \"1\", 2]", "[]", "'prompts' is an empty list"), ("[own, \"1\", 2]", "{}", "'prompts' has no text"),
        ("[own, \"1\", 2]", "{a b: c}", "is 'a b'; a prompt's label names files"),
        ("[own, \"1\", 2]", "{own: c}", "has the label 'own', which stands for the clips' captions"),
        ("[own, \"1\", 2]", "{night: ' '}", "'prompts.night' is empty; write the prompt's text"),
        ("4294967295", "4294967296", "'seeds[1]' is '4294967296'; a seed is a whole number from 0 to 4294967295"),
        ("4294967295", "-1", "'seeds[1]' is '-1'"), ("4294967295", "1.5", "'seeds[1]' is '1.5'"),
        ("4294967295", "99999999999999999999", "'seeds[1]' is '99999999999999999999'"),
        ("4294967295", "1", "a.yaml:18: 'seeds[1]' is the seed 1 again; keep one of them"),
        ("[1, 4294967295]", "[]", "'seeds' is an empty list; write at least one of seeds"),
        ("aligned-2026", "aligned", "'metrics.profile' is 'aligned'; a profile is paibench-2025, aligned-2026"),
        (
            "diameter: 5", "diameter: 64",
            "'metrics.blur-ssim.diameter' is '64'; the diameter in pixels is a whole number"
        ),
        ("sigma-color: 150", "sigma-color: 10", "sigma-color is a number from 50"),
        ("sigma-space: 9", "sigma: 9", "'metrics.blur-ssim' has the unknown key 'sigma'"),
        ("low: 50", "low: 500", "'metrics.edge-f1' has low 500.0 above high 100.0; swap them"),
        ("regions: true", "regions: yes", "'metrics.regions' is 'yes'; write true or false"),
        (
            "regions: true", "regions: false",
            "a.yaml:28: 'metrics.networks.saliency' finds the foreground, which is not"
        ),
        ("judges/depth", "judges/none", "'metrics.networks.depth' names world/judges/none, which is not there"),
        (
            "    masks: ../world/judges/classes", "    phrases: dino",
            "'metrics.networks.phrases' finds what the network"
        ),
        ("block: 32", "block: 33", "'metrics.niqe.block' is 33; the side of a block is an even number"),
        ("block: 32", "block: 8", "'metrics.niqe.block' is '8'"),
        ("  niqe: {block: 32}\n", "", "'table.columns[2]' is 'niqe', which is not measured; add 'niqe: {block: 96}'"),
        ("[blur-ssim, edge-f1/fg, niqe]", "[blur-sim]", "'table.columns[0]' has the unknown metric 'blur-sim'"),
        ("[blur-ssim, edge-f1/fg, niqe]", "[blur-sim]", "did you mean 'blur-ssim'?"),
        (
            "[blur-ssim, edge-f1/fg, niqe]", "[edge-f1/front]",
            "has the unknown region 'front'; the regions are all, fg, bg"
        ),
        ("[blur-ssim, edge-f1/fg, niqe]", "[niqe/fg]", "is 'niqe/fg', but niqe is of the whole picture; write niqe"),
        ("[blur-ssim, edge-f1/fg, niqe]", "[niqe, niqe/all]", "'table.columns[1]' is the column 'niqe/all' again"),
        ("[blur-ssim, edge-f1/fg, niqe]", "[]", "'table.columns' is an empty list"),
        ("[blur-ssim, edge-f1/fg, niqe]", "[dover-technical]", "add 'networks: {quality: …}' to the metrics"),
        (
            "[blur-ssim, edge-f1/fg, niqe]", "[niqe]\n  panels: [{axis: vis, column: blur-ssim}]",
            "'table.panels' has the unknown axis 'vis'; the suite has no grid"
        ),
        (
            "[blur-ssim, edge-f1/fg, niqe]", "[niqe]\n  panels: [{axis: vis, column: blur-ssim, r: 2}]",
            "'table.panels[0].r' is '2'; the published r is a number from -1 to 1"
        ),
        (
            "[blur-ssim, edge-f1/fg, niqe]", "[niqe]\n  panels: [{axis: vis}]",
            "'table.panels[0]' has no 'column'; add it, as 'column: blur-ssim/fg'"
        ),
        (
            "[blur-ssim, edge-f1/fg, niqe]", "[niqe]\n  panels: {file: ../papers/paper.yaml, figure: one}",
            "has no 'figures'; add it"
        ),
        ("paper.yaml", "none.yaml", "'table.published.file' names papers/none.yaml, which is not there"),
        (
            "table: one", "table: on",
            "'table.published.table' is 'on'; papers/paper.yaml has one; did you mean 'one'?"
        ),
        ("{name: Vis,", "{name: Blur,", "has no row that is called as a configuration here"),
        ("title: All of it", "title: !!python/name:os.system x", "'title' has the tag"),
        ("title: All of it", "? [a, b]\n: c", "has a key that is not a text; write 'key: value'"),
        ("{name: Vis,", "{<<: {name: a}, name: Vis,", "has a merge key '<<', which is not read"),
        ("  vis: very_low", "\tvis: very_low", "a.yaml:8: the line has a tab; YAML is indented with spaces"),
        ("title: All of it", "title: [a", "the text is not YAML"),
        ("title: All of it", "title: *nobody", "undefined alias"),
        ("title: All of it", "title: \u{1}", "the text has a character that YAML does not allow"),
        ("seeds:", "---\nseeds:", "a.yaml:18: a second document begins here; a suite is one document"),
        ("title: All of it", "title: &t [*t]", "undefined alias"),
    ])
    func `a mistake is named with its line and its remedy`(old: String, new: String, sentence: String) throws {
        try #require(SuiteWorld.whole.contains(old))
        let refusal = try SuiteWorld().refusal(SuiteWorld.whole.replacing(old, with: new, maxReplacements: 1))
        #expect(refusal.contains(sentence), "\(refusal)")
    }

    @Test(arguments: [
        ("comparison: ranking", "comparison: order", "papers/paper.yaml:5: 'tables.one.comparison' is 'order'"),
        ("comparison: ranking", "comparison: contrast", ""),
        ("      Edge: [0.8, null]\n", "", "'tables.one' has 1 rows; a ranking needs two or more"),
        ("[0.8, null]", "[0.8]", "papers/paper.yaml:11: 'tables.one.rows.Edge' has 1 numbers for 2 columns"),
        ("[0.8, null]", "[0.8, x]", "'tables.one.rows.Edge[1]' is 'x'; write the published number, or null"),
        ("direction: higher}", "direction: up}", "the better direction is higher, lower"),
        ("column: niqe", "column: blur-ssim", "is for a column that is there already"),
        (
            "source: A paper", "surce: A paper",
            "has the unknown key 'surce'; a file of published numbers has source, tables"
        ),
    ])
    func `a mistake in published numbers is named in their file`(old: String, new: String, sentence: String) throws {
        let world = try SuiteWorld()
        try #require((SuiteWorld.paper + "\n").contains(old))
        try world.folder.write(
            (SuiteWorld.paper + "\n").replacing(old, with: new, maxReplacements: 1), to: "papers/paper.yaml")
        let refusal = try world.refusal(SuiteWorld.whole)
        #expect(sentence.isEmpty ? refusal.isEmpty : refusal.contains(sentence), "\(refusal)")
    }

    @Test(arguments: [
        ("{objectives: [blur-ssim]}", ""),
        ("{objectives: [blur-ssim], confidence: 0.9, blocks: 1, at-least: 6, seed: 3}", ""),
        ("{}", "a.yaml:4: 'race' has no 'objectives'; add it, as 'objectives: [blur-ssim/fg,"),
        ("{objective: [blur-ssim]}", "'race' has the unknown key 'objective'; a race has objectives, confidence"),
        ("{objectives: [blur-sim]}", "'race.objectives[0]' has the unknown metric 'blur-sim'"),
        ("{objectives: [niqe]}", "'race.objectives[0]' is 'niqe', which is not measured; add 'niqe: {block: 96}'"),
        ("{objectives: [blur-ssim/fg]}", "a.yaml:4: 'race.objectives[0]' is 'blur-ssim/fg', which is not measured"),
        ("{objectives: [box3d-map]}", "is 'box3d-map', which no suite measures; choose another objective"),
        ("{objectives: [blur-ssim, blur-ssim]}", "'race.objectives[1]' is the column 'blur-ssim' again"),
        ("{objectives: [blur-ssim], confidence: 1}", "'race.confidence' is '1'; the confidence is a number between 0"),
        ("{objectives: [blur-ssim], confidence: 0}", "'race.confidence' is '0'; the confidence is"),
        ("{objectives: [blur-ssim], confidence: 95}", "'race.confidence' is '95'; the confidence is"),
        (
            "{objectives: [blur-ssim], blocks: 0}",
            "a.yaml:4: 'race.blocks' is '0'; the number of clips a time is a whole"
        ),
        ("{objectives: [blur-ssim], at-least: 0}", "'race.at-least' is '0'; the number of clips before anything"),
        ("{objectives: [blur-ssim], seed: -1}", "'race.seed' is '-1'; a seed is a whole number"),
        ("{objectives: [blur-ssim]}\ntiming: {repeats: 6}", "a.yaml:5: 'timing' stands beside a race"),
        ("fast", "'race' is 'fast'; a race has the keys objectives"),
    ])
    func `a race that cannot be run is named with its line and its remedy`(race: String, sentence: String) throws {
        let suite = SuiteWorld.small.replacing("configurations:", with: "race: \(race)\nconfigurations:")
        let refusal = try SuiteWorld().refusal(suite + "  - {name: Edge, weights: {edge: 1}}\n")
        #expect(sentence.isEmpty ? refusal.isEmpty : refusal.contains(sentence), "\(refusal)")
    }

    @Test func `a race of one configuration is refused`() throws {
        let suite = SuiteWorld.small + "race: {objectives: [blur-ssim]}\n"
        #expect(
            try SuiteWorld().refusal(suite)
                == "suites/a.yaml:6: 'race' has one configuration only, which nobody can beat; add a second one, or leave the "
                + "race out")
    }

    @Test(arguments: [
        ("{repeats: 6}", ""),
        ("{repeats: 6, warm-up: 0, seed: 2, devices: [1, 2], diffusion-seconds: \"took (.*) s\"}", ""),
        ("{}", "a.yaml:6: 'timing' has no 'repeats'; add it, as 'repeats: 6'"),
        ("{repeats: 0}", "'timing.repeats' is '0'; the number of repeats is a whole number from 1"),
        ("{repeats: 6, warm-up: -1}", "'timing.warm-up' is '-1'; the number of videos that are made before"),
        ("{repeats: 6, devices: []}", "'timing.devices' is an empty list"),
        ("{repeats: 6, devices: [0]}", "'timing.devices[0]' is '0'; a number of devices is a whole number from 1"),
        ("{repeats: 6, devices: [2, 2]}", "'timing.devices[1]' is 2 again; keep one of them"),
        ("{repeats: 6, diffusion-seconds: \"took .* s\"}", "write a regular expression with one group"),
        ("{repeats: 6, diffusion-seconds: \"(\"}", "'timing.diffusion-seconds' is '('; write a regular expression"),
        ("{repeats: 6, published: {file: ../papers/paper.yaml, table: two}}", "papers/paper.yaml has one"),
        ("{repeats: 6, published: {file: ../papers/times.yaml, table: t}}", ""),
        ("{repeats: 6, published: {file: ../papers/bad.yaml, table: t}}", "papers/bad.yaml:8: "),
        ("{repeat: 6}", "did you mean 'repeats'?"),
    ])
    func `a timing that cannot be run is named with its line and its remedy`(timing: String, sentence: String) throws {
        let world = try SuiteWorld()
        let times = """
            source: A paper
            tables:
              t:
                title: Table 5
                comparison: scaling
                devices: [1, 4]
                rows:
                  - {metric: diffusion-seconds, published: Diffusion, seconds: [9, 3]}

            """
        try world.folder.write(times, to: "papers/times.yaml")
        try world.folder.write(times.replacing("[9, 3]", with: "[9]"), to: "papers/bad.yaml")
        let refusal = try world.refusal(SuiteWorld.small + "timing: \(timing)\n")
        #expect(sentence.isEmpty ? refusal.isEmpty : refusal.contains(sentence), "\(refusal)")
    }

    @Test func `what is no suite at all is named`() throws {
        let world = try SuiteWorld()
        #expect(try world.refusal("") == "suites/a.yaml is empty; README shows what a suite holds")
        #expect(try world.refusal("# nothing\n").contains("is empty"))
        #expect(try world.refusal("null").contains("is empty"))
        #expect(
            try world.refusal("[1]").contains("a.yaml:1: the document is a list; a suite has the keys suite, title"))
        #expect(try world.refusal("hello").contains("the document is 'hello'"))
        #expect(try world.refusal([0x61, 0x0a, 0xff]).contains("a.yaml:2: the text is not UTF-8; save the file"))
        #expect(try world.refusal(Array("a: 1".utf16.flatMap { [UInt8($0 & 255), 0] })).contains("a.yaml:1:"))
    }

    @Test(arguments: [
        ("folder", "is a folder; name the YAML file in it"), ("none.yaml", "there is no file"),
        ("link", "is not a regular file; name the YAML file of a suite"),
    ])
    func `what is no file is named`(name: String, sentence: String) throws {
        let world = try SuiteWorld()
        try world.folder.write("", to: "folder/.keep")
        try FileManager.default.createSymbolicLink(atPath: world.path("link"), withDestinationPath: "/dev/zero")
        let error = #expect(throws: BenchError.self) { try Suite(path: world.path(name)) }
        #expect(error?.sentence.contains(sentence) == true && error?.sentence.contains(name) == true)
    }
}
