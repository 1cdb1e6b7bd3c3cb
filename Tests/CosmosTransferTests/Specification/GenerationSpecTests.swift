import CosmosTransfer
import Experiment
import Foundation
import TestSupport
import Testing
import Video

@Suite struct GenerationSpecTests {
    private let folder = TemporaryFolder()

    private func read(
        _ text: String, overrides: GenerationSpec.Overrides = GenerationSpec.Overrides(), file: String = "spec.json"
    ) throws -> [GenerationSpec] {
        for name in ["in.mp4", "edge.mp4", "depth.mp4", "map.pt", "map.npy", "edge.pt"] {
            try folder.write("x", to: name)
        }
        try folder.write(text, to: file)
        return try GenerationSpec.read(path: file, overrides: overrides, workingFolder: folder.path)
    }

    private func spec(
        _ text: String, overrides: GenerationSpec.Overrides = GenerationSpec.Overrides()
    ) throws -> GenerationSpec {
        try #require(try read(text, overrides: overrides).first)
    }

    /// The sentence, which names the file.
    private func error(_ text: String, overrides: GenerationSpec.Overrides = GenerationSpec.Overrides()) -> String {
        let error = #expect(throws: BenchError.self, "\(text)") { try read(text, overrides: overrides) }
        #expect(error?.sentence.contains("spec.json") == true, "\(error?.sentence ?? "")")
        #expect(error?.sentence.contains("\n") == false)
        return error?.sentence ?? ""
    }

    /// A specification with an input video and these members.
    private func withInput(_ members: String) -> String {
        "{\"prompt\": \"p\", \"input_video_path\": \"in.mp4\", \(members)}"
    }

    @Test func `an official specification is read with its defaults`() throws {
        let spec = try spec(
            """
            {"prompt": "a robot", "input_video_path": "in.mp4", "vis": {"control_weight": 0.25},
             "edge": {"control_weight": "0.5", "input_control": "edge.mp4"},
             "depth": {"control_weight": "map.pt", "input_control": "depth.mp4", "ckpt_path": "edge.pt"}}
            """)
        #expect(spec.prompt == "a robot" && spec.inputVideo == folder.file("in.mp4"))
        #expect(
            spec.controls == [
                .init(kind: .vis, weight: .number(0.25, quoted: false), source: .preset(.medium)),
                .init(kind: .edge, weight: .number(0.5, quoted: true), source: .video(folder.file("edge.mp4"))),
                .init(
                    kind: .depth, weight: .file(folder.file("map.pt")), source: .video(folder.file("depth.mp4")),
                    checkpoint: folder.file("edge.pt")),
            ])
        // The model's own settings are its configuration's.
        #expect(spec.sigmaMax == nil && spec.guidance == nil && spec.steps == nil && spec.fps == nil && spec.seed == 1)
        #expect(!spec.isSampleAV && !spec.isDistilled && spec.regions.isEmpty)
        #expect(spec.saveFolder == "outputs" && spec.saveName == "output")
        #expect(spec.negativePrompt == nil)
        #expect(spec.warnings.isEmpty, "\(spec.warnings)")
    }

    @Test func `no prompt is made up`() throws {
        let spec = try spec(#"{"input_video_path": "in.mp4", "edge": {"control_weight": 1}}"#)
        #expect(spec.prompt.isEmpty && spec.negativePrompt == nil)
        #expect(spec.warnings.isEmpty)
    }

    @Test func `controls keep the order of the file`() throws {
        for order in [["seg", "vis", "edge", "depth"], ["edge", "seg", "depth", "vis"], ["keypoint", "vis"]] {
            let controls = order.map { "\"\($0)\": {\"control_weight\": 0.2, \"input_control\": \"edge.mp4\"}" }
            let spec = try spec(withInput(controls.joined(separator: ", ")))
            #expect(spec.controls.map(\.kind.rawValue) == order)
        }
    }

    @Test func `the command line goes before the file, and the file before the default`() throws {
        let text = withInput(
            """
            "seed": 7, "sigma_max": 60.5, "guidance": 3, "num_steps": 20, "fps": 10, "blur_strength": "low",
            "canny_threshold": "very_high", "is_av_sample": true, "video_save_folder": "out/", "video_save_name": "x",
            "negative_prompt": "n", "edge": {"control_weight": 1}, "vis": {"control_weight": 1}
            """)
        let file = try spec(text)
        #expect(file.seed == 7 && file.sigmaMax == 60.5 && file.guidance == 3 && file.steps == 20 && file.fps == 10)
        #expect(file.controls.map(\.source) == [.preset(.veryHigh), .preset(.low)] && file.isSampleAV)
        #expect(file.saveFolder == "out" && file.saveName == "x" && file.negativePrompt == "n")
        var overrides = GenerationSpec.Overrides()
        (overrides.prompt, overrides.negativePrompt, overrides.seed, overrides.sigmaMax) = ("q", "m", 9, 80)
        (overrides.guidance, overrides.steps, overrides.fps, overrides.blurStrength) = (6, 4, 12, .high)
        (overrides.cannyThreshold, overrides.isSampleAV, overrides.saveName) = (.veryLow, false, "y")
        overrides.inputVideo = "edge.mp4"
        let line = try spec(text, overrides: overrides)
        #expect(line.prompt == "q" && line.negativePrompt == "m" && line.seed == 9 && line.sigmaMax == 80)
        #expect(line.guidance == 6 && line.steps == 4 && line.fps == 12 && !line.isSampleAV)
        #expect(line.controls.map(\.source) == [.preset(.veryLow), .preset(.high)])
        #expect(line.saveFolder == "out" && line.saveName == "y" && line.inputVideo == folder.file("edge.mp4"))
    }

    @Test func `the official checks come in their order, with their messages`() {
        #expect(error(#"{"foo": {}, "edge": {"control_weight": -1}}"#).contains("Invalid hint_key 'foo'"))
        let sigma = "Must have 'input_video' specified if sigma_max < 80"
        #expect(error(#"{"prompt": "p", "edge": {"control_weight": -1}}"#).contains(sigma))
        #expect(error(#"{"prompt": "p", "input_video_path": "", "edge": {}}"#).contains(sigma))
        #expect(
            error(#"{"prompt": "p", "sigma_max": 80, "edge": {"control_weight": -1}}"#).contains(
                "neither an 'input_control'"))
        #expect(
            error(withInput(#""use_distilled": true, "vis": {"control_weight": -1}"#)).contains(
                "no distilled checkpoint"))
        // The first control's mistakes come first.
        #expect(error(withInput(#""edge": {"control_weight": -1}, "seg": {}"#)).contains("control 'edge'"))
    }

    @Test(arguments: [
        "-1", "-0.001", "\"-1\"", "\"\"", "\"none\"", "\"nan\"", "\"inf\"", "\"0x1p3\"", "\"map.bin\"", "\"1e999\"",
        "true",
        "[1]", "\"1,5\"", "\"1 2\"",
    ]) func `a weight that is none is refused with the official message`(_ weight: String) {
        let sentence = error(withInput("\"edge\": {\"control_weight\": \(weight)}"))
        #expect(sentence.contains("control 'edge'"))
        #expect(sentence.contains("must be a valid non-negative float or a path to a .pt file"))
    }

    @Test(arguments: [
        ("0", 0.0, false), ("2", 2, false), ("1e3", 1000, false), ("\"0\"", 0, true), ("\" .5 \"", 0.5, true),
        ("\"1e-1\"", 0.1, true),
    ]) func `numbers and numeric texts are weights, without an upper bound`(
        _ text: String, _ value: Double, _ quoted: Bool
    )
        throws
    {
        let spec = try spec(withInput("\"edge\": {\"control_weight\": \(text)}"))
        #expect(spec.controls[0].weight == .number(value, quoted: quoted))
    }

    @Test func `a missing weight is one half, with a warning`() throws {
        for members in ["{}", #"{"control_weight": null}"#] {
            let spec = try spec(withInput("\"edge\": \(members)"))
            #expect(spec.controls[0].weight == .number(0.5, quoted: true))
            #expect(spec.warnings.count == 1 && spec.warnings[0].contains("there is no 'control_weight', so it is 0.5"))
        }
    }

    @Test func `a control that only a network could make must be given`() {
        for kind in ["depth", "seg", "keypoint"] {
            let sentence = error(withInput("\"\(kind)\": {\"control_weight\": 1}"))
            #expect(sentence.contains("control '\(kind)'") && sentence.contains("no network here"))
        }
        #expect(error(withInput(#""hdmap": {"control_weight": 1}"#)).contains("must have an 'input_control'"))
        #expect(
            error(#"{"sigma_max": 80, "upscale": {"input_control": "edge.mp4"}}"#).contains("enlarges the input video"))
        #expect(
            error(withInput(#""seg": {"control_weight_prompt": "cup", "input_control": "edge.mp4"}"#))
                .contains("'control_weight_prompt' needs a segmentation network"))
    }

    @Test func `the upscaler takes the input video`() throws {
        #expect(try spec(withInput(#""upscale": {"control_weight": 1}"#)).controls[0].source == .input)
    }

    @Test func `values of the wrong type name their key`() {
        for (members, parts) in [
            (#""seed": "1""#, ["'seed' must be a whole number, 0 to 4294967295", "the text '1'"]),
            (#""seed": -1"#, ["'seed'", "-1"]), (#""seed": 1.5"#, ["'seed'"]), (#""seed": 1e300"#, ["'seed'"]),
            (#""seed": 99999999999999999999"#, ["'seed'"]), (#""num_steps": 0"#, ["'num_steps'"]),
            (#""num_steps": true"#, ["'num_steps'", "true"]), (#""fps": 0"#, ["'fps'"]),
            (#""guidance": "5""#, ["'guidance'"]), (#""sigma_max": 0"#, ["'sigma_max'"]),
            (#""sigma_max": []"#, ["'sigma_max'", "a list"]),
            (#""is_av_sample": 1"#, ["'is_av_sample' must be true or false"]),
            (#""blur_strength": "none""#, ["'blur_strength' must be one of very_low, low, medium, high, very_high"]),
            (#""canny_threshold": 3"#, ["'canny_threshold'"]), (#""num_input_frames": 9"#, ["'num_input_frames'"]),
            (#""negative_prompt": """#, ["'negative_prompt' must not be empty"]),
            (#""video_save_name": "../x""#, ["'video_save_name' must be a plain file name"]),
            (#""video_save_folder": 3"#, ["'video_save_folder'"]), (#""vis": 1"#, ["'vis' must be an object"]),
            (#""regional_prompts": "x""#, ["'regional_prompts' must be a list"]),
        ] {
            let sentence = error(withInput(members + #", "edge": {"control_weight": 1}"#))
            for part in parts { #expect(sentence.contains(part), "\(members): \(sentence)") }
        }
        #expect(error(#"{"prompt": 3, "input_video_path": "in.mp4", "edge": {}}"#).contains("'prompt' must be text"))
        #expect(error(withInput(#""edge": {"input_control": 5}"#)).contains("'input_control' must be text"))
        #expect(error(withInput(#""guidance": 3"#)).contains("names no control"))
    }

    @Test func `a file that does not exist is named with the places that were looked at`() throws {
        #expect(
            error(withInput(#""edge": {"input_control": "no.mp4"}"#)).contains(
                "'input_control' of 'edge' 'no.mp4' does not exist"))
        #expect(error(withInput(#""edge": {"control_weight": "no.pt"}"#)).contains("'no.pt' does not exist"))
        #expect(
            error(withInput(#""edge": {"control_weight": 1, "ckpt_path": "no.pt"}"#)).contains("'ckpt_path' of 'edge'"))
        #expect(
            error(#"{"prompt": "p", "input_video_path": "no.mp4", "edge": {}}"#).contains("'input_video_path' 'no.mp4'")
        )
        #expect(error(withInput(#""edge": {"input_control": "a\u0000b"}"#)).contains("names no file"))
        let sentence = try #require(
            #expect(throws: BenchError.self) {
                try GenerationSpec.read(path: "missing.json", workingFolder: folder.path)
            }
        ).sentence
        #expect(sentence.contains("missing.json"))
    }

    @Test func `paths are relative to the working folder first, then to the specification`() throws {
        try folder.write("x", to: "specs/in.mp4")
        try folder.write("x", to: "specs/only.mp4")
        let text =
            #"{"prompt": "p", "input_video_path": "in.mp4", "edge": {"control_weight": 1, "input_control": "only.mp4"}}"#
        let spec = try #require(try read(text, file: "specs/spec.json").first)
        #expect(spec.inputVideo == folder.file("in.mp4"))
        #expect(spec.controls[0].source == .video(folder.file("specs/only.mp4")))
    }

    @Test func `a checkpoint is taken as written, else from the folder of checkpoints`() throws {
        try folder.write("x", to: "models/mine.pt")
        var overrides = GenerationSpec.Overrides()
        overrides.checkpointFolder = "models"
        func checkpoint(_ path: String) throws -> String? {
            try spec(withInput("\"edge\": {\"control_weight\": 1, \"ckpt_path\": \"\(path)\"}"), overrides: overrides)
                .controls[0].checkpoint
        }
        #expect(try checkpoint("mine.pt") == folder.file("models/mine.pt"))
        #expect(try checkpoint("edge.pt") == folder.file("edge.pt"))
        #expect(try checkpoint("") == nil)
    }

    @Test func `keys without effect are warnings that name them`() throws {
        let spec = try spec(
            withInput(
                """
                "sede": 3, "num_gpus": 8, "offload_guardrail_models": true, "upsample_prompt": true,
                "edge": {"control_weight": 0, "control_wieght": 1, "control_weight_prompt": "x", "input_control_prompt": "y"},
                "vis": {"control_weight": "map.npy"}
                """))
        for part in [
            "'sede' is unknown", "'upsample_prompt' has no effect", "'control_wieght' is unknown",
            "'control_weight_prompt' has no effect", "'input_control_prompt' has no effect",
            "'edge' has control_weight 0 beside a map",
        ] {
            #expect(spec.warnings.filter { $0.contains(part) }.count == 1, "\(part)")
        }
        #expect(spec.warnings.count == 6, "\(spec.warnings)")
    }

    @Test func `regional prompts are boxes, files of boxes and mask videos`() throws {
        try folder.write("[[0, 0, 0.5, 1], [0.5, 0.25, 1, 0.75]]", to: "regions/boxes.json")
        let edge = #", "edge": {"control_weight": 1}"#
        let spec = try spec(
            withInput(
                """
                "regional_prompts": [
                  {"prompt": "a", "region_definitions_path": "edge.mp4"},
                  {"prompt": "b", "region_definitions_path": [0, 0.5, 1, 1]},
                  {"prompt": "c", "region_definitions_path": "regions/boxes.json"}]
                """ + edge))
        #expect(spec.regions.map(\.prompt) == ["a", "b", "c"])
        #expect(spec.regions[0].definitions == [.video(folder.file("edge.mp4"))])
        #expect(spec.regions[1].definitions == [.box(try RegionBox(x1: 0, y1: 0.5, x2: 1, y2: 1))])
        #expect(spec.regions[2].definitions.count == 2)
        for (region, part) in [
            (#"{"region_definitions_path": [0, 0, 1, 1]}"#, "has no 'prompt'"),
            (#"{"prompt": "x"}"#, "has no 'region_definitions_path'"),
            (#"{"prompt": "x", "mask_prompt": "cup"}"#, "needs a segmentation network"),
            (#"{"prompt": "x", "region_definitions_path": "no.mp4"}"#, "'no.mp4' does not exist"),
            ("3", "must be a JSON object"),
        ] {
            let sentence = error(withInput("\"regional_prompts\": [\(region)]" + edge))
            #expect(sentence.contains("regional prompt 1") || sentence.contains("region_definitions_path"))
            #expect(sentence.contains(part), "\(sentence)")
        }
        for box in ["[1, 0, 0, 1]", "[0, 0, 2, 1]", "[0, 0, 1]", "[]", "{}", "[0, 0, 1, \"1\"]", "5"] {
            #expect(throws: BenchError.self, "\(box)") {
                try read(
                    withInput("\"regional_prompts\": [{\"prompt\": \"x\", \"region_definitions_path\": \(box)}]" + edge)
                )
            }
        }
    }

    @Test func `what is no JSON, twice the same key, NaN and bottomless nesting are errors`() {
        for text in [
            "", "{", "[]", "null", "\"x\"", "{\"edge\": {}, }", "{\"edge\": {}} x", "{'edge': {}}",
            withInput("\"edge\": {\"control_weight\": NaN}"), withInput("\"edge\": {\"control_weight\": 1e999}"),
            withInput("\"edge\": {}, \"edge\": {}"),
            withInput("\"edge\": {\"control_weight\": 1, \"control_weight\": 2}"),
            String(repeating: "[", count: 100_000), String(repeating: "{\"edge\":", count: 100_000),
        ] {
            _ = error(text)
        }
    }

    @Test func `damaged bytes are a sentence or a specification, never a crash`() throws {
        let text = withInput(#""seed": 3, "edge": {"control_weight": "0.5", "input_control": "edge.mp4"}"#)
        _ = try read(text)
        var random = SeededRandom(3)
        for _ in 0..<400 {
            try folder.write(random.damaged(Array(text.utf8)), to: "damaged.json")
            do {
                _ = try GenerationSpec.read(path: "damaged.json", workingFolder: folder.path)
            } catch let error as BenchError {
                #expect(error.code == .unusableInput && error.sentence.contains("damaged.json"))
            }
        }
    }
}

@Suite struct BatchSpecTests {
    private let folder = TemporaryFolder()

    private func read(_ lines: String, spec: String? = nil) throws -> [GenerationSpec] {
        for name in ["a.mp4", "b.mp4", "edge.mp4"] { try folder.write("x", to: name) }
        try folder.write(
            spec
                ?? #"{"prompt": "p", "batch_input_path": "batch.jsonl", "vis": {"control_weight": 0.3}, "edge": {"control_weight": 0.5, "input_control": "edge.mp4"}}"#,
            to: "spec.json")
        try folder.write(lines, to: "batch.jsonl")
        return try GenerationSpec.read(path: "spec.json", workingFolder: folder.path)
    }

    @Test func `every line is a video of its own`() throws {
        let specs = try read(
            """
            {"visual_input": "a.mp4", "prompt": "first"}
            {"visual_input": "b.mp4", "control_overrides": {"edge": {"input_control": null, "control_weight": 1}, "seg": {}}}

            """)
        #expect(specs.map(\.inputVideo) == [folder.file("a.mp4"), folder.file("b.mp4")])
        #expect(specs.map(\.prompt) == ["first", "p"])
        #expect(specs.map(\.saveFolder) == ["outputs/video_0", "outputs/video_1"])
        #expect(specs.allSatisfy { $0.saveName == "output" })
        #expect(specs[0].controls.map(\.kind) == [.vis, .edge] && specs[1].controls.map(\.kind) == [.vis, .edge])
        #expect(specs[0].controls[1].source == .video(folder.file("edge.mp4")))
        #expect(specs[1].controls[1] == .init(kind: .edge, weight: .number(1, quoted: false), source: .preset(.medium)))
        #expect(specs[0].warnings.isEmpty)
        #expect(specs[1].warnings.count == 1 && specs[1].warnings[0].contains("'seg', which is no control"))
    }

    @Test func `a line that is none is named by its number`() {
        for (line, part) in [
            ("", "line 2: is blank"), ("   ", "line 2: is blank"), ("x", "line 2"),
            ("[]", "line 2: must be a JSON object"),
            (#"{"prompt": "x"}"#, "line 2: has no 'visual_input'"), (#"{"visual_input": 3}"#, "line 2: 'visual_input'"),
            (#"{"visual_input": "no.mp4"}"#, "'no.mp4' does not exist"),
            (#"{"visual_input": "a.mp4", "control_overrides": 3}"#, "line 2, 'control_overrides'"),
            (#"{"visual_input": "a.mp4", "control_overrides": {"edge": 3}}"#, "line 2, 'control_overrides' of 'edge'"),
            (
                #"{"visual_input": "a.mp4", "control_overrides": {"edge": {"control_weight": -1}}}"#,
                "line 2, control 'edge'"
            ),
            (
                #"{"visual_imput": "a.mp4"}"#,
                "line 2: has the unknown key 'visual_imput'; a line of a batch has visual_input"
            ),
            (#"{"visual_input": "a.mp4", "seed": 2}"#, "line 2: has the unknown key 'seed'"),
            (
                #"{"visual_input": "a.mp4", "control_overrides": {"egde": {}}}"#,
                "line 2, 'control_overrides': has the unknown key 'egde'"
            ),
            (
                #"{"visual_input": "a.mp4", "control_overrides": {"edge": {"control_wieght": 1}}}"#,
                "did you mean 'control_weight'?"
            ),
            (
                #"{"visual_input": "a.mp4", "control_overrides": {"edge": {"input_control": "no.mp4"}}}"#,
                "line 2: 'input_control' of 'edge' 'no.mp4' does not exist"
            ),
            (#"{"visual_input": "no.mp4"}"#, "line 2: 'visual_input' 'no.mp4' does not exist"),
        ] {
            let error = #expect(throws: BenchError.self, "\(line)") {
                try read("{\"visual_input\": \"a.mp4\"}\n\(line)\n{\"visual_input\": \"a.mp4\"}\n")
            }
            #expect(error?.sentence.contains(part) == true, "\(error?.sentence ?? "")")
        }
        #expect(throws: BenchError.self) { try read("") }
    }

    @Test func `one line is a batch like two`() throws {
        let line = #"{"visual_input": "a.mp4", "prompt": "first"}"#
        let (one, two) = (try read(line), try read(line + "\r\n" + line + "\n"))
        #expect(one.count == 1 && two.count == 2 && one[0] == two[0])
        #expect(one[0].batchLine == 0 && two[1].batchLine == 1)
        #expect(try read("\u{feff}" + line) == one, "a byte order mark is no mistake")
    }

    @Test func `a mistake of the specification is not put on a line`() throws {
        let error = #expect(throws: BenchError.self) {
            try read(
                #"{"visual_input": "a.mp4"}"#,
                spec: #"{"prompt": "p", "batch_input_path": "batch.jsonl", "edge": {"input_control": "no.mp4"}}"#)
        }
        #expect(error?.sentence.contains("spec.json: 'input_control' of 'edge'") == true, "\(error?.sentence ?? "")")
    }
}
