import Experiment
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Perception

@Suite struct ImportFileTests {
    private let folder = TemporaryFolder()

    private static func fixture(_ name: String) -> String {
        Places.repository.appendingPathComponent("Fixtures/references/perception/runtime/\(name).onnx").path
    }

    private func request(_ kind: String, _ files: String...) throws -> ImportRequest {
        var request = ImportRequest(kind: try #require(NetworkKind(kind)), files: files)
        request.folder = folder.file("network")
        return request
    }

    private func failure(_ request: ImportRequest) throws -> BenchError {
        let error = try #require(#expect(throws: BenchError.self) { try NetworkImporter.run(request) })
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(".") }
        #expect(left.isEmpty, "nothing is left behind")
        return error
    }

    /// A network that adds its inputs, of the given names and shapes.
    private func model(
        _ name: String, inputs: [(String, [OnnxSize])], outputs: [String], shape: [OnnxSize] = []
    ) throws -> String {
        var graph = OnnxGraph(name: name)
        graph.inputs = inputs.map { .init(name: $0.0, shape: $0.1) }
        for output in outputs {
            graph.node("Identity", [inputs[0].0], to: output)
            graph.outputs.append(.init(name: output, shape: shape.isEmpty ? inputs[0].1 : shape))
        }
        try OnnxWriter.write(graph, to: folder.file(name + ".onnx"))
        return folder.file(name + ".onnx")
    }

    private let picture: [OnnxSize] = [.fixed(1), .fixed(3), .named("h"), .named("w")]

    @Test func `a depth network gets its authors' preprocessing`() throws {
        let path = try model("d", inputs: [("pixel_values", picture)], outputs: ["predicted_depth", "other"])
        let network = try NetworkImporter.run(try request("depth-anything-v2-small", path))
        let card = network.card
        #expect(card.name == "depth-anything-v2-small" && card.task == .depth && card.licence == "Apache-2.0")
        #expect(card.outputs == ["depth": "predicted_depth"] && card.source.hasPrefix("https://huggingface.co/"))
        let input = try #require(card.input)
        #expect(input.name == "pixel_values" && input.size == .shortSide(length: 518, multipleOf: 14))
        #expect(input.scale == .unit && input.colour == .rgb && input.filter == .bicubic)
        #expect(input.mean == [0.485, 0.456, 0.406] && input.std == [0.229, 0.224, 0.225])
        #expect(card.files.map(\.role) == ["model"] && card.files.map(\.file) == ["model.onnx"])
        try network.verify()
        #expect(try NetworkCheck(network).models.count == 1)
        let copied = try Data(contentsOf: URL(fileURLWithPath: try network.file()))
        #expect(try copied == Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test func `a network of one size gets that size`() throws {
        let shape: [OnnxSize] = [.fixed(1), .fixed(3), .fixed(28), .fixed(42)]
        let path = try model("d", inputs: [("x", shape)], outputs: ["depth"])
        var asked = try request("depth-anything-v2-small", path)
        let card = try NetworkImporter.run(asked).card
        #expect(card.input?.size == .fixed(height: 28, width: 42))
        asked.replaces = true
        asked.changes.size = .fixed(height: 14, width: 14)
        #expect(try failure(asked).sentence.contains("takes pictures of 42x28 only"))
    }

    @Test func `what a person says goes before the preset`() throws {
        var asked = try request("depth", Self.fixture("grey"))
        #expect(try failure(asked).sentence.contains("say which is the depth with --output depth=NAME"))
        asked.changes.outputs = ["": "grey"]
        asked.changes.size = .native(multipleOf: 8, least: 64)
        asked.changes.colour = .bgr
        asked.changes.scale = .byte
        asked.changes.mean = [1, 2, 3]
        asked.changes.std = [4, 5, 6]
        asked.changes.filter = .area
        asked.changes.settings = ["a": 0.5]
        asked.changes.licence = "mine"
        asked.changes.source = "https://example.org"
        asked.name = "my depth"
        let card = try NetworkImporter.run(asked).card
        #expect(card.outputs == ["depth": "grey"] && card.settings["a"] == 0.5 && card.licence == "mine")
        #expect(card.source == "https://example.org" && card.name == "my depth")
        #expect(
            card.input
                == PictureInput(
                    name: "picture", size: .native(multipleOf: 8, least: 64), colour: .bgr, scale: .byte,
                    mean: [1, 2, 3], std: [4, 5, 6], filter: .area))
        asked.replaces = true
        asked.changes.outputs = ["depth": "none"]
        #expect(try failure(asked).sentence.contains("its outputs are 'grey' float32 1x1xhxw, 'twice'"))
        asked.changes.outputs = ["colour": "grey", "depth": "grey"]
        #expect(try failure(asked).code == .usage)
        asked.changes.outputs = ["": "grey"]
        asked.changes.input = "none"
        #expect(try failure(asked).sentence.contains("has no input 'none'"))
    }

    @Test func `a model that takes something else than pictures is refused`() throws {
        let flat = try model("flat", inputs: [("x", [.fixed(1), .fixed(10)])], outputs: ["depth"])
        #expect(try failure(try request("depth", flat)).sentence.contains("no input for pictures"))
        let grey = try model(
            "grey", inputs: [("x", [.fixed(1), .fixed(1), .named("h"), .named("w")])], outputs: ["depth"])
        #expect(try failure(try request("depth", grey)).sentence.contains("'x' float32 1x1xhxw"))
        let two = try model("two", inputs: [("x", picture), ("scale", [.fixed(1)])], outputs: ["depth"])
        #expect(try failure(try request("depth", two)).sentence.contains("takes more than pictures"))
        let window: [OnnxSize] = [.fixed(1), .fixed(32), .fixed(3), .named("h"), .named("w")]
        let video = try model("video", inputs: [("x", window)], outputs: ["depth"])
        #expect(try failure(try request("depth", video)).code == .unusableInput)
        let card = try NetworkImporter.run(try request("video-depth-anything", video)).card
        #expect(card.task == .videoDepth && card.input?.name == "x")
    }

    @Test func `of several outputs a saliency network's first is meant`() throws {
        let path = try model("u", inputs: [("input.1", picture)], outputs: ["a", "b"])
        let wheel = try folder.write(
            zipArchive([
                ZipEntry(
                    deflated: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), name: "rembg/u2netp.onnx"),
                ZipEntry(stored: [1, 2], name: "rembg/__init__.py"),
            ]), to: "rembg.whl")
        let network = try NetworkImporter.run(try request("u2net-p", wheel))
        #expect(network.card.outputs == ["saliency": "a"] && network.card.input?.scale == .peak)
        #expect(network.card.input?.size == .fixed(height: 320, width: 320))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: network.path).sorted() == [
                "model.onnx", "network.json",
            ])
        let broken = try folder.write(Array(try Data(contentsOf: URL(fileURLWithPath: wheel)).prefix(200)), to: "b.whl")
        var again = try request("u2net-p", broken)
        again.folder = folder.file("again")
        #expect(try failure(again).code == .unusableInput)
    }

    @Test func `a segmenter has its classes`() throws {
        let path = try model("s", inputs: [("x", picture)], outputs: ["logits"])
        var asked = try request("segmenter", path)
        #expect(try failure(asked).sentence.contains("--classes FILE"))
        asked.classes = try folder.write("road\r\n car \n\u{e9}tal\n\n", to: "classes.txt")
        #expect(try NetworkImporter.run(asked).card.classes == ["road", "car", "\u{e9}tal"])
        asked.replaces = true
        asked.classes = try folder.write("road\n\ncar\n", to: "classes.txt")
        #expect(try failure(asked).sentence.contains("empty line"))
        asked.classes = Self.fixture("grey")
        #expect(try failure(asked).sentence.contains("is no text"))
    }

    @Test func `the parts of SAM 2 are told apart by their inputs`() throws {
        let encoder = try model(
            "e", inputs: [("image", [.fixed(1), .fixed(3), .fixed(1024), .fixed(1024)])],
            outputs: ["high_res_feats_0", "high_res_feats_1", "image_embed"])
        let names = [
            "image_embed", "high_res_feats_0", "high_res_feats_1", "point_coords", "point_labels", "mask_input",
            "has_mask_input",
        ]
        let decoder = try model("d", inputs: names.map { ($0, [.fixed(1)]) }, outputs: ["masks", "iou_predictions"])
        let card = try NetworkImporter.run(try request("sam2", encoder, decoder)).card
        #expect(card.files.map(\.file) == ["encoder.onnx", "decoder.onnx"] && card.task == .promptedSegmentation)
        #expect(card.outputs == ["masks": "masks", "iou_predictions": "iou_predictions"])
        #expect(card.input?.name == "image" && card.settings["memory-frames"] == 7)
        var asked = try request("sam2", decoder, encoder)
        asked.folder = folder.file("other")
        #expect(try failure(asked).sentence.contains("has no output 'image_embed', which a encoder gives"))
        asked.files = ["decoder=" + decoder, "encoder=" + encoder]
        #expect(try NetworkImporter.run(asked).card.files.map(\.role) == ["encoder", "decoder"])
        asked.folder = folder.file("third")
        asked.files = [encoder, decoder, encoder]
        #expect(try failure(asked).sentence.contains("name memory-encoder=FILE too"))
        asked.files = [encoder]
        #expect(try failure(asked).sentence.contains("its decoder is missing"))
        asked.files = [encoder, decoder, encoder, decoder, encoder]
        #expect(try failure(asked).sentence.contains("one file too many"))
    }

    @Test func `Grounding DINO brings its vocabulary`() throws {
        let path = try model(
            "g", inputs: [("pixel_values", picture), ("input_ids", [.fixed(1), .named("n")])],
            outputs: ["logits", "pred_boxes"])
        let words = try folder.write("[PAD]\n[CLS]\na\n", to: "vocab.txt")
        let network = try NetworkImporter.run(try request("grounding-dino", path, words))
        #expect(network.card.outputs == ["logits": "logits", "boxes": "pred_boxes"])
        #expect(network.card.input?.size == .within(shortSide: 800, longSide: 1333))
        #expect(try String(contentsOfFile: try network.file("vocabulary"), encoding: .utf8) == "[PAD]\n[CLS]\na\n")
    }

    @Test func `of DOVER's two views the technical one is meant`() throws {
        let clips: [OnnxSize] = [.fixed(4), .fixed(3), .fixed(32), .fixed(224), .fixed(224)]
        let path = try model("v", inputs: [("aes_view", clips), ("tech_view", clips)], outputs: ["score"])
        let card = try NetworkImporter.run(try request("dover", path)).card
        #expect(card.task == .quality && card.input?.name == "tech_view" && card.input?.scale == .byte)
        #expect(card.outputs == ["technical": "score"] && card.input?.size == .fixed(height: 224, width: 224))
    }

    // MARK: files

    @Test func `files are linked when asked for, also through a symbolic link`() throws {
        let path = try model("d", inputs: [("x", picture)], outputs: ["depth"])
        try FileManager.default.createSymbolicLink(atPath: folder.file("link.onnx"), withDestinationPath: path)
        var asked = try request("depth", folder.file("link.onnx"))
        asked.links = true
        let network = try NetworkImporter.run(asked)
        func inode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
        }
        #expect(try inode(try network.file()) == inode(path))
        try network.verify()
    }

    @Test func `a network is replaced only when asked for, and nothing else ever`() throws {
        let path = try model("d", inputs: [("x", picture)], outputs: ["depth"])
        var asked = try request("depth", path)
        _ = try NetworkImporter.run(asked)
        #expect(try failure(asked).sentence.contains("replace it with --replace"))
        asked.replaces = true
        asked.name = "second"
        #expect(try NetworkImporter.run(asked).card.name == "second")
        try folder.write("mine", to: "papers/thesis.txt")
        asked.folder = folder.file("papers")
        #expect(try failure(asked).sentence.contains("holds other files than a network"))
        asked.folder = folder.file("papers/thesis.txt")
        #expect(try failure(asked).sentence.contains("is a file"))
        asked.folder = nil
        asked.networks = folder.file("all")
        asked.name = "../up"
        #expect(try failure(asked).code == .usage)
    }

    @Test func `what a killed import left is removed by the next`() throws {
        let path = try model("d", inputs: [("x", picture)], outputs: ["depth"])
        // A process identifier that cannot be: beyond what Linux gives.
        try folder.write("half", to: ".network.partial-4194999-1/model.onnx")
        try folder.write("half", to: ".network.partial-\(getpid())-1/model.onnx")
        _ = try NetworkImporter.run(try request("depth", path))
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(".") }
        #expect(left == [".network.partial-\(getpid())-1"])
    }

    /// `model` with one weight that lies in a file of its own.
    private func externalModel(location: String, offset: Int = 0, length: Int = 8) throws -> String {
        func field(_ key: UInt8, _ content: [UInt8]) -> [UInt8] { [key, UInt8(content.count)] + content }
        func text(_ key: UInt8, _ text: String) -> [UInt8] { field(key, Array(text.utf8)) }
        func entry(_ key: String, _ value: String) -> [UInt8] { field(0x6a, text(0x0a, key) + text(0x12, value)) }
        var bytes = [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: model("m", inputs: [("x", picture)], outputs: ["depth"]))))
        let weight = field(
            0x2a,
            [0x08, 2, 0x10, 1] + text(0x42, "far") + entry("location", location) + entry("offset", "\(offset)")
                + entry("length", "\(length)") + [0x70, 1])
        // The graph is the last field and shorter than 128 bytes with this one, or its length takes two.
        let graph = try #require(bytes.firstIndex(of: 0x3a))
        var length = 0
        var start = graph + 1
        for shift in stride(from: 0, to: 14, by: 7) {
            length |= Int(bytes[start] & 127) << shift
            start += 1
            if bytes[start - 1] < 128 { break }
        }
        let whole = Array(bytes[start...]) + weight
        bytes = Array(bytes[..<graph]) + [0x3a, UInt8(whole.count & 127) | 128, UInt8(whole.count >> 7)] + whole
        return try folder.write(bytes, to: "external/model.onnx")
    }

    @Test func `weights in files of their own come along`() throws {
        let path = try externalModel(location: "far.data")
        #expect(
            try failure(try request("depth", path)).sentence.contains(
                "keeps weights in far.data, which is not beside it"))
        try folder.write([1, 2, 3, 4, 5, 6, 7], to: "external/far.data")
        #expect(try failure(try request("depth", path)).sentence.contains("'far' lies beyond its end"))
        try folder.write([1, 2, 3, 4, 5, 6, 7, 8], to: "external/far.data")
        let network = try NetworkImporter.run(try request("depth", path))
        #expect(network.card.files.map(\.role) == ["model", "model-weights"])
        #expect(network.card.files.map(\.file) == ["model.onnx", "far.data"])
        try network.verify()
        _ = try NetworkCheck(network)
        for name in ["../far.data", "/etc/passwd", ".hidden", "a/b"] {
            var asked = try request("depth", try externalModel(location: name))
            asked.replaces = true
            #expect(try failure(asked).sentence.contains("no plain name"), "\(name)")
        }
    }
}
