import Foundation
import TestSupport
import Testing

@Suite struct ModelsCommandTests {
    private let folder = TemporaryFolder()
    private static let config = """
        {"dit":{"D":8,"heads":2,"blocks":2,"lora_rank":2,"text_dim":4,"max_hw":[8,8],"max_t":4},
         "ctrl":{"blocks":1,"hint_channels":16,"names":["vis","edge"]},
         "tokenizer":{"channels":2,"multipliers":[1,1,1],"res_blocks":1},"clip":{"frames":9,"h":32,"w":32}}
        """

    private func random(_ arguments: String...) throws -> Program.Result {
        try folder.write(Self.config, to: "config.json")
        return try program.run(["models", "random", "w", "--config", "config.json"] + arguments, in: folder)
    }

    @Test func `a folder of random weights is written and inspected`() throws {
        let made = try random()
        #expect(made.status == 0 && made.output.isEmpty, "\(made.errors)")
        #expect(made.errors.contains("vis_control.safetensors"))
        let result = try program.run(["models", "inspect", "w"], in: folder)
        #expect(result.status == 0 && result.errors.isEmpty)
        for text in [
            "base ", "bfloat16", "control vis", "tokenizer decoder", "w/edge_control.safetensors",
            "A clip of 9 frames of 32x32: latent 2x4x4, 8 tokens", "one pass of the base network",
        ] { #expect(result.output.contains(text), "\(result.output)") }
    }

    @Test func `the inspection is printed as JSON`() throws {
        #expect(try random("--dtype", "fp32", "--seed", "7", "--threads", "1").status == 0)
        try FileManager.default.removeItem(atPath: folder.file("w/edge_control.safetensors"))
        let result = try program.run(
            ["models", "inspect", "w", "--frames", "17", "--height", "16", "--json"], in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let root = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(root["schema"] as? String == "transferbench.models/1")
        let parts = try #require(root["parts"] as? [[String: Any]])
        #expect(parts.map { $0["state"] as? String } == ["present", "present", "missing", "present", "present"])
        #expect((parts[0]["elements"] as? [String: Int])?.keys.sorted() == ["float32"])
        #expect((parts[2]["problem"] as? String)?.contains("edge_control.safetensors") == true)
        let clip = try #require(root["clip"] as? [String: Any])
        #expect(clip["latent"] as? [Int] == [3, 2, 4] && clip["tokens"] as? Int == 6)
    }

    @Test func `a model that does not take the published clip is inspected without an estimate`() throws {
        let path = Places.repository.appendingPathComponent("Fixtures/references/network/controls").path
        let result = try program.run(["models", "inspect", path], in: folder)
        #expect(result.status == 0 && result.errors.contains("no estimate: a clip of 121 frames"))
        #expect(result.output.contains("control depth") && !result.output.contains("A clip of"))
        let asked = try program.run(
            ["models", "inspect", path, "--frames", "9", "--height", "64", "--width", "64"], in: folder)
        #expect(asked.status == 0 && asked.errors.isEmpty && asked.output.contains("A clip of 9 frames of 64x64"))
    }

    @Test func `weights that do not fit are shown, and are an error`() throws {
        #expect(try random().status == 0)
        try folder.write(
            Self.config.replacingOccurrences(of: "\"lora_rank\":2", with: "\"lora_rank\":3"), to: "w/config.json")
        let result = try program.run(["models", "inspect", "w"], in: folder)
        #expect(result.status == 65)
        #expect(result.output.contains("UNUSABLE"))
        #expect(result.errors.contains("adaLN_modulation.1.weight is [2, 8], not [3, 8]"))
    }

    @Test func `bad requests are refused with one sentence and their code`() throws {
        #expect(try random().status == 0)
        let cases: [(arguments: [String], status: Int32, says: String)] = [
            (["inspect", "absent"], 65, "there is no weights folder absent"),
            (["inspect", "w", "--frames", "8"], 64, "8 frames"),
            (["inspect", "w", "--width", "9999999999999"], 64, "width"),
            (["random", "w", "--config", "config.json"], 64, "already holds"),
            (["random", "x", "--config", "absent.json"], 65, "absent.json"),
            (["random", "x", "--config", "config.json", "--threads", "0"], 64, "--threads"),
            (["random", "x", "--config", "config.json", "--dtype", "int8"], 64, "dtype"),
            (["random", "config.json/x", "--config", "config.json"], 65, "config.json/x"),
        ]
        for (arguments, status, says) in cases {
            let result = try program.run(["models"] + arguments, in: folder)
            #expect(result.status == status, "\(arguments): \(result.errors)")
            #expect(result.errors.contains(says), "\(result.errors)")
            #expect(result.output.isEmpty)
        }
    }
}
