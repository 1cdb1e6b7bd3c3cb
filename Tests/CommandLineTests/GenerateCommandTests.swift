import Foundation
import TestSupport
import Testing

/// generate, denoise and tokenize as a person runs them, on random weights and a clip of the recorded benchmark.
@Suite struct GenerateCommandTests {
    private let folder = TemporaryFolder()
    private let clip = Places.recorded + "/dataset/videos/task_0000.mp4"

    init() throws {
        try TinyWeights.make(in: folder)
        try folder.write(
            """
            {"prompt": "a robot", "input_video_path": "\(clip)", "num_steps": 2, "vis": {"control_weight": 0.5},
             "edge": {"control_weight": 1}}
            """, to: "spec.json")
    }

    private func generate(_ arguments: String...) throws -> Program.Result {
        try program.run(["generate", "spec.json", "--weights", "w"] + arguments, in: folder)
    }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) }

    @Test func `a video is made, and again bit for bit with another number of threads`() throws {
        let one = try generate("--out", "one/", "--num-frames", "11", "--threads", "1")
        #expect(one.status == 0, "\(one.errors)")
        #expect(one.errors.contains("11 frames of 48x32 in 2 clips, controls vis, edge, seed 1"))
        #expect(try generate("--out", "two/", "--num-frames", "11", "--threads", "3").status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("one")).sorted()
        #expect(names.count == 11)
        for name in names { #expect(try bytes("one/" + name) == bytes("two/" + name)) }
        let other = try generate("--out", "three/", "--num-frames", "11", "--seed", "7")
        #expect(other.status == 0)
        #expect(try names.contains { try bytes("one/" + $0) != bytes("three/" + $0) })
    }

    @Test func `what is odd about the videos it reads is noted`() throws {
        try FFmpeg.make("a.webm", frames: 4, "-c:v libvpx-vp9", in: folder)
        try FFmpeg.make("b.webm", frames: 3, size: "32x24", "-c:v libvpx-vp9", in: folder)
        try folder.write("file a.webm\nfile b.webm\n", to: "list")
        try FFmpeg.run("-f concat -i list -c copy both.webm", in: folder)
        let result = try generate("--input-video", "both.webm", "--num-frames", "1", "--clip-frames", "1")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("both.webm: its pictures are 64x48 and then 32x24 from frame 4"))
    }

    @Test func `the specification says where the video goes`() throws {
        let result = try generate("--num-frames", "1", "--clip-frames", "1")
        #expect(result.status == 0, "\(result.errors)")
        #expect(FileManager.default.fileExists(atPath: folder.file("outputs/output.mp4")))
    }

    @Test func `bad input ends with a sentence and its exit code, and leaves no video`() throws {
        let cases: [(arguments: [String], status: Int32, text: String)] = [
            (["--size", "50x50"], 64, "multiple of 16"), (["--clip-frames", "8"], 64, "8 frames"),
            (["--guidance", "nan"], 64, "--guidance"), (["--sigma-max", "0"], 64, "--sigma-max"),
            (["--seed", "-1"], 64, "--seed"), (["--steps", "0"], 64, "--steps"), (["--size", "x"], 64, "--size"),
            (["--size", "4096x4096"], 65, "above the model's"), (["--input-video", "nowhere.mp4"], 65, "nowhere.mp4"),
            (["--use-distilled"], 65, "distilled"),
            (["--clip-frames", "9223372036854775807"], 64, "--clip-frames"), (["--is-av-sample"], 64, "driving model"),
            (["--num-frames", "2", "--clip-frames", "1"], 64, "clips of one frame"),
            (["--out", "spec.json"], 64, "also an input"), (["--out", "/dev/null"], 69, "not a regular file"),
            (["--prompt-embedding", "nowhere.npy"], 69, "nowhere.npy"),
        ]
        for (arguments, status, text) in cases {
            let result = try program.run(
                ["generate", "spec.json", "--weights", "w", "--out", "x.mp4", "--num-frames", "1"] + arguments,
                in: folder)
            #expect(result.status == status, "\(arguments): \(result.status) \(result.errors)")
            #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
            #expect(!result.errors.contains("\nFatal"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("x.mp4")))
        try FileManager.default.removeItem(atPath: folder.file("w/edge_control.safetensors"))
        let missing = try generate("--out", "x.mp4")
        #expect(missing.status == 69 && missing.errors.contains("'edge'"), "\(missing.errors)")
    }

    @Test func `a video that cannot be written is told before the model is loaded`() throws {
        // A model that is not there would be told next.
        try FileManager.default.removeItem(atPath: folder.file("w/base_model.safetensors"))
        let long = String(repeating: "x", count: 252) + ".mkv"
        for (arguments, text) in [
            (["--out", long], "has a name of 256 bytes"), (["--out", "a.gif"], "use .mp4, .mkv"),
            (["--out", "a.mp4", "--size", "49x32"], "even sizes"),
        ] {
            let result = try program.run(["generate", "spec.json", "--weights", "w"] + arguments, in: folder)
            #expect([65, 69].contains(result.status) && result.errors.contains(text), "\(result.errors)")
        }
        let limited = try program.run(
            ["generate", "spec.json", "--weights", "w", "--out", "a.mkv", "--size", "128x128"], in: folder,
            shell: "ulimit -f 1 && exec \"$@\"")
        #expect(limited.status == 69 && limited.errors.contains("File too large"), "\(limited.errors)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.contains(".partial") })
    }

    @Test func `one line of a batch behaves as two`() throws {
        try folder.write(
            """
            {"prompt": "a robot", "batch_input_path": "batch.jsonl", "sigma_max": 80, "num_steps": 1,
             "edge": {"control_weight": 1}}
            """, to: "spec.json")
        let line = "{\"visual_input\": \"\(clip)\", \"prompt\": \"a cup\"}\n"
        for lines in [1, 2] {
            try folder.write(String(repeating: line, count: lines), to: "batch.jsonl")
            for (out, place) in [
                (["--out", "out\(lines)/a.mkv"], "out\(lines)/video_"),
                (["--out", "pictures\(lines)"], "pictures\(lines)/video_"),
                ([], "outputs/video_"),
            ] {
                let result = try program.run(
                    ["generate", "spec.json", "--weights", "w", "--num-frames", "1"] + out, in: folder)
                #expect(result.status == 0, "\(result.errors)")
                for index in 0..<lines {
                    let name = out.isEmpty ? "output.mp4" : out[1].hasSuffix("mkv") ? "a.mkv" : "000000.png"
                    #expect(FileManager.default.fileExists(atPath: folder.file("\(place)\(index)/\(name)")))
                }
            }
            #expect(try bytes("outputs/video_0/prompt.txt") == Data("a cup".utf8))
            let embedded = try generate("--prompt-embedding", "e.npy")
            #expect(embedded.status == 64 && embedded.errors.contains("leave it out for a batch"), "\(embedded.errors)")
        }
        try folder.write(line + "{\"visual_imput\": \"x\"}\n", to: "batch.jsonl")
        let wrong = try generate()
        #expect(wrong.status == 65)
        #expect(wrong.errors.contains("batch.jsonl, line 2: has the unknown key 'visual_imput'"), "\(wrong.errors)")
        #expect(wrong.errors.contains("did you mean 'visual_input'?"), "\(wrong.errors)")
    }

    @Test func `a video's tensors make it again, and the official pipeline's oddities make another`() throws {
        let size = ["--num-frames", "11"]
        let first = try program.run(
            ["generate", "spec.json", "--weights", "w", "--out", "one/", "--tensors", "t.safetensors"] + size,
            in: folder)
        #expect(first.status == 0 && first.errors.contains("t.safetensors (16 tensors)"), "\(first.errors)")
        let again = ["generate", "spec.json", "--weights", "w", "--latents", "t.safetensors"] + size
        #expect(try program.run(again + ["--out", "two/", "--seed", "7", "--prompt", "else"], in: folder).status == 0)
        let official = try program.run(
            ["generate", "spec.json", "--weights", "w", "--out", "three/", "--parity"] + size, in: folder)
        #expect(official.status == 0, "\(official.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("one")).sorted()
        for name in names { #expect(try bytes("one/" + name) == bytes("two/" + name)) }
        #expect(try names.contains { try bytes("one/" + $0) != bytes("three/" + $0) })

        let shorter = try program.run(again.dropLast(2) + ["--out", "four/", "--num-frames", "9"], in: folder)
        #expect(shorter.status == 65 && shorter.errors.contains("t.safetensors: holds 'clip.1.final'"))
        #expect(try program.run(again + ["--out", "x/", "--tensors", "t.safetensors"], in: folder).status == 64)
        #expect(try generate("--out", "x/", "--latents", "spec.json").status == 65)
    }

    @Test func `a weight map with a NaN is named`() throws {
        // numpy's format by hand: a float32 map of 1 x 2, the second number not a number.
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"
        let text = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        try folder.write(
            [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8) + [0, 0, 128, 63, 0, 0, 192, 127],
            to: "map.npy")
        try folder.write(
            #"{"prompt": "a", "sigma_max": 80, "vis": {"control_weight": "map.npy", "input_control": "\#(clip)"}}"#,
            to: "spec.json")
        let result = try generate("--out", "x.mp4", "--num-frames", "1")
        #expect(
            result.status == 65 && result.errors.contains("'vis'") && result.errors.contains("nan"), "\(result.errors)")
    }

    @Test func `a damaged weight is named`() throws {
        let path = folder.file("w/vis_control.safetensors")
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: try file.seekToEnd() - 2)
        try file.write(contentsOf: Data([0xc0, 0x7f]))  // not a number, in bfloat16
        try file.close()
        let result = try generate("--out", "x.mp4", "--num-frames", "1")
        #expect(result.status == 65 && result.errors.contains("vis_control is nan"), "\(result.errors)")
    }

    @Test func `a single evaluation runs on raw tensors, and says what it cannot use`() throws {
        let network = Places.repository.path + "/Fixtures/references/network/controls"
        let inputs = network + "/three_numbers/inputs.safetensors"
        let arguments = ["denoise", "--weights", network, "--output", "out.safetensors", "--inputs"]
        let result = try program.run(arguments + [inputs, "--observe", "--timing"], in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let timing = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect((timing?["seconds"] as? [Double])?.count == 1)
        #expect(try bytes("out.safetensors").count > 1000)
        let nowhere = try program.run(
            ["denoise", "--weights", network, "--inputs", inputs, "--output", "no/out.safetensors"], in: folder)
        #expect(nowhere.status == 69 && nowhere.errors.contains("cannot be written"), "\(nowhere.errors)")
        let wrong = try program.run(arguments + [network + "/config.json"], in: folder)
        #expect(wrong.status == 65 && wrong.errors.contains("config.json"), "\(wrong.errors)")
        let other = try program.run(
            arguments + [
                Places.repository.path + "/Fixtures/references/tokenizer/temporal_4/t1_32x48/inputs.safetensors"
            ],
            in: folder)
        #expect(other.status == 65 && other.errors.contains("frames"), "\(other.errors)")
    }
}
