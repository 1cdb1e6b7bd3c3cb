import CosmosTransfer
import Experiment
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct WeightsFolderTests {
    private static let references = Places.repository.appendingPathComponent("Fixtures/references").path
    private let temporary = TemporaryFolder()

    private func error(_ body: () throws -> Void) throws -> BenchError {
        let error = #expect(throws: BenchError.self, performing: body)
        return try #require(error)
    }

    @Test(
        arguments: ["base", "base_diffusers_names", "base_head_32", "base_pt", "controls", "sample_av", "wide_hint"])
    func `a network's weights are read under any names and suffixes`(_ name: String) throws {
        let folder = try WeightsFolder(path: "\(Self.references)/network/\(name)")
        let dit = try #require(folder.configuration.dit)
        let base = try folder.base()
        #expect(base.tensors.mapValues(\.shape) == dit.baseTensors())
        #expect(base.tensors.values.allSatisfy { $0.floats().allSatisfy(\.isFinite) })
        for control in folder.configuration.ctrl?.names ?? [] {
            let ctrl = try #require(folder.configuration.ctrl)
            #expect(try folder.control(control).tensors.mapValues(\.shape) == dit.controlTensors(ctrl))
        }
    }

    @Test(arguments: ["official_names", "diffusers_names", "temporal_4"])
    func `a tokenizer's weights are read under either package's names`(_ name: String) throws {
        let folder = try WeightsFolder(path: "\(Self.references)/tokenizer/\(name)")
        let sizes = try #require(folder.configuration.tokenizer)
        let expected = sizes.encoderTensors().merging(sizes.decoderTensors()) { $1 }
        #expect(try folder.tokenizer().tensors.mapValues(\.shape) == expected)
        #expect(try folder.tokenizerEncoder().tensors.mapValues(\.shape) == sizes.encoderTensors())
        #expect(try folder.tokenizerDecoder().tensors.mapValues(\.shape) == sizes.decoderTensors())
    }

    @Test(arguments: ["small", "long"]) func `a text encoder's weights are read`(_ name: String) throws {
        let folder = try WeightsFolder(path: "\(Self.references)/text/\(name)")
        let sizes = try #require(folder.configuration.text)
        #expect(try folder.textEncoder().tensors.mapValues(\.shape) == sizes.tensors())
    }

    @Test func `bf16 weights stay bf16`() throws {
        let base = try WeightsFolder(path: "\(Self.references)/network/base_pt").base()
        #expect(base.tensors.values.allSatisfy { $0.element == .bfloat16 })
    }

    // MARK: folders made here

    private func write(_ shapes: [String: [Int]], to name: String) throws {
        try SafetensorsWriter.write(shapes.mapValues { Tensor(shape: $0, repeating: 0.5) }, to: temporary.file(name))
    }

    private static let tiny = """
        {"dit":{"D":8,"heads":2,"blocks":2,"lora_rank":2,"text_dim":4,"max_hw":[8,8],"max_t":4},
         "ctrl":{"blocks":1,"hint_channels":16,"names":["vis","edge"]},
         "tokenizer":{"channels":2,"multipliers":[1,1,1],"res_blocks":1},
         "text":{"d_model":4,"layers":1,"heads":1,"d_kv":2,"d_ff":8,"vocab":16}}
        """

    private func tinyFolder() throws -> WeightsFolder {
        try temporary.write(Self.tiny, to: "config.json")
        return try WeightsFolder(path: temporary.path)
    }

    @Test func `every missing part says which file is expected where`() throws {
        let folder = try tinyFolder()
        let path = temporary.path
        let cases: [(part: String, says: [String], load: () throws -> Void)] = [
            ("base", ["base network", "base_model.safetensors"], { _ = try folder.base() }),
            ("control", ["'edge'", "edge_control.safetensors"], { _ = try folder.control("edge") }),
            ("tokenizer", ["tokenizer.safetensors", "encoder.jit"], { _ = try folder.tokenizer() }),
            ("decoder", ["tokenizer.safetensors", "decoder.jit"], { _ = try folder.tokenizerDecoder() }),
            ("text", ["text encoder", "text_encoder.safetensors"], { _ = try folder.textEncoder() }),
            ("pieces", ["spiece.model"], { _ = try folder.textTokenizerModel() }),
            ("distilled", ["edge_control_distilled"], { _ = try folder.distilledEdge() }),
        ]
        for (part, says, load) in cases {
            let error = try error(load)
            #expect(error.code == .missing, "\(part)")
            for text in says + [path] { #expect(error.sentence.contains(text), "\(part): \(error.sentence)") }
        }
    }

    @Test func `a part without its section of the configuration says which section`() throws {
        try temporary.write("{}", to: "config.json")
        let folder = try WeightsFolder(path: temporary.path)
        let cases: [(key: String, load: () throws -> Void)] = [
            ("dit", { _ = try folder.base() }), ("dit", { _ = try folder.control("vis") }),
            ("tokenizer", { _ = try folder.tokenizer() }), ("text", { _ = try folder.textEncoder() }),
        ]
        for (key, load) in cases {
            let error = try error(load)
            #expect(error.code == .missing && error.sentence.contains("'\(key)'"))
        }
    }

    @Test func `weights of another configuration are refused with the names`() throws {
        let folder = try tinyFolder()
        var shapes = try #require(folder.configuration.dit).baseTensors()
        shapes["affline_norm.weight"] = [9]
        shapes["final_layer.linear.weight"] = nil
        shapes["net.more"] = [1]
        try write(shapes, to: "base_model.safetensors")
        let error = try error { _ = try folder.base() }
        #expect(error.code == .unusableInput)
        for text in [
            "base_model.safetensors", "missing (final_layer.linear.weight)", "not expected (net.more)",
            "affline_norm.weight is [9], not [8]",
        ] { #expect(error.sentence.contains(text), "\(error.sentence)") }
    }

    @Test func `a damaged file is refused with its name`() throws {
        let folder = try tinyFolder()
        for name in ["base_model.pt", "base_model.safetensors"] {
            try temporary.write("nonsense", to: name)
            let error = try error { _ = try folder.base() }
            #expect(error.code == .unusableInput && error.sentence.contains(name))
        }
    }

    @Test func `the upscaler's released name is known, and distilled checkpoints are split`() throws {
        let folder = try tinyFolder()
        let dit = try #require(folder.configuration.dit)
        let ctrl = try #require(folder.configuration.ctrl)
        try write(dit.controlTensors(ctrl), to: "4kupscaler_control.safetensors")
        #expect(try folder.control("upscale").count == dit.controlTensors(ctrl).count)
        var both: [String: [Int]] = [:]
        for (name, shape) in dit.baseTensors() { both["net.base_model.net." + name] = shape }
        for (name, shape) in dit.controlTensors(ctrl) { both["net.net_ctrl." + name] = shape }
        for (name, shape) in dit.unusedControlTensors() { both["net.net_ctrl." + name] = shape }
        try write(both, to: "edge_control_distilled.safetensors")
        let parts = try folder.distilledEdge()
        let part = try #require(folder.inventory().first { $0.name == "distilled edge" })
        if case .present(_, let parameters, _, _) = part.state {
            #expect(parameters == part.expectedParameters)
        } else {
            Issue.record("\(part.state)")
        }
        #expect(parts.base.count == dit.baseTensors().count && parts.control.count == dit.controlTensors(ctrl).count)
    }

    @Test func `a text encoder may come with its decoder, under either name of the embeddings, and in shards`() throws {
        let folder = try tinyFolder()
        var shapes = try #require(folder.configuration.text).tensors()
        shapes["encoder.embed_tokens.weight"] = shapes["shared.weight"]
        shapes["decoder.block.0.x"] = [1]
        shapes["lm_head.weight"] = [16, 4]
        try write(shapes, to: "text_encoder.safetensors")
        let count = try folder.textEncoder().count
        shapes["shared.weight"] = nil
        try write(shapes, to: "text_encoder.safetensors")
        #expect(try folder.textEncoder().count == count)
        try FileManager.default.moveItem(
            atPath: temporary.file("text_encoder.safetensors"), toPath: temporary.file("model-00001.safetensors"))
        let places = shapes.keys.map { "\"\($0)\":\"model-00001.safetensors\"" }.joined(separator: ",")
        try temporary.write("{\"weight_map\":{\(places)}}", to: "text_encoder.safetensors.index.json")
        #expect(try folder.textEncoder().count == count)
    }

    @Test func `statistics come from the configuration, else from their file, else from the publication`() throws {
        let archives = Self.references + "/archives"
        try temporary.write(#"{"tokenizer":{"latent_channels":2}}"#, to: "config.json")
        #expect(try error { _ = try WeightsFolder(path: temporary.path) }.sentence.contains("tokenizer.mean"))
        try FileManager.default.copyItem(atPath: archives + "/tuple.pt", toPath: temporary.file("mean_std.pt"))
        let pair = try #require(try WeightsFolder(path: temporary.path).configuration.tokenizer)
        #expect(pair.mean == [[0, 0.125, 0.25, 0.375], [0.5, 0.625, 0.75, 0.875]])
        #expect(pair.std == [[1, 1.125, 1.25, 1.375], [1.5, 1.625, 1.75, 1.875]])
        try temporary.write(#"{"tokenizer":{"latent_channels":3}}"#, to: "config.json")
        #expect(try error { _ = try WeightsFolder(path: temporary.path) }.sentence.contains("mean_std.pt"))
        try FileManager.default.removeItem(atPath: temporary.file("mean_std.pt"))
        try SafetensorsWriter.write(
            ["mean": Tensor(shape: [3, 1], repeating: 0), "std": Tensor(shape: [3, 1], repeating: 0)],
            to: temporary.file("mean_std.safetensors"))
        #expect(try error { _ = try WeightsFolder(path: temporary.path) }.sentence.contains("no latent can have"))
        try FileManager.default.removeItem(atPath: temporary.file("mean_std.safetensors"))
        // Flat tensors are rows of frames.
        try FileManager.default.copyItem(
            atPath: Self.references + "/files/mean_std.pt", toPath: temporary.file("mean_std.pt"))
        try temporary.write(#"{"tokenizer":{}}"#, to: "config.json")
        let tokenizer = try #require(try WeightsFolder(path: temporary.path).configuration.tokenizer)
        let expected = try TensorFile.read(path: Self.references + "/files/maps_expected.safetensors")
        #expect(tokenizer.mean.flatMap { $0 } == expected["mean"]?.floats())
        #expect(tokenizer.std.flatMap { $0 } == expected["std"]?.floats())
        #expect(tokenizer.mean.count == 16 && tokenizer.mean[0].count == 4)
    }

    /// A TorchScript archive whose modules hold these tensors of zeros, as the tokenizer is released.
    private func scriptArchive(_ shapes: [String: [Int]]) -> [UInt8] {
        typealias P = TorchPickle
        func module(_ names: [(path: ArraySlice<Substring>, shape: [Int])]) -> [UInt8] {
            let children = Dictionary(grouping: names) { String($0.path.first ?? "") }.sorted { $0.key < $1.key }
            let attributes = children.map { key, values -> (String, [UInt8]) in
                if let leaf = values.first, leaf.path.count == 1 {
                    let strides = leaf.shape.indices.map { leaf.shape[($0 + 1)...].reduce(1, *) }
                    let storage = P.storage("FloatStorage", "0", 1 << 17)
                    return (key, P.tensor(storage, offset: 0, shape: leaf.shape, strides: strides))
                }
                return (key, module(values.map { ($0.path.dropFirst(), $0.shape) }))
            }
            return P.global("__torch__.module", "Module") + Array(")".utf8) + [0x81]
                + P.dictionary(attributes + [("training", [0x89])]) + Array("b".utf8)
        }
        let names = shapes.map { (path: $0.key.split(separator: ".")[...], shape: $0.value) }
        return P.archive(module(names), storages: [("0", [UInt8](repeating: 0, count: 1 << 19))])
    }

    @Test func `a released tokenizer is read from its two archives`() throws {
        let folder = try tinyFolder()
        let sizes = try #require(folder.configuration.tokenizer)
        var encoder = sizes.encoderTensors().merging(sizes.unusedEncoderTensors()) { $1 }
        encoder["encoder.patcher3d.wavelets"] = [2]
        encoder["encoder.patcher3d._arange"] = [2]
        var decoder = sizes.decoderTensors().merging(sizes.unusedDecoderTensors()) { $1 }
        decoder["decoder.unpatcher3d.wavelets"] = [2]
        try temporary.write(scriptArchive(encoder), to: "encoder.jit")
        #expect(try folder.tokenizerEncoder().tensors.mapValues(\.shape) == sizes.encoderTensors())
        #expect(try error { _ = try folder.tokenizer() }.sentence.contains("decoder.jit is missing"))
        try temporary.write(scriptArchive(decoder), to: "decoder.jit")
        let whole = try folder.tokenizer()
        #expect(whole.count == sizes.encoderTensors().count + sizes.decoderTensors().count)
        #expect(whole.source.contains("encoder.jit and ") && whole.source.hasSuffix("decoder.jit"))
    }

    @Test func `a released folder needs no configuration`() throws {
        try temporary.write("x", to: "base_model.pt")
        try temporary.write("x", to: "vis_control.pt")
        try temporary.write("x", to: "4kupscaler_control.pt")
        let configuration = try WeightsFolder(path: temporary.path).configuration
        #expect(configuration.dit == TransformerConfiguration())
        #expect(configuration.ctrl?.names == ["vis", "upscale"] && configuration.ctrl?.hintChannels == 128)
        #expect(configuration.tokenizer?.mean.count == 16 && configuration.text == TextConfiguration())
    }

    @Test func `hdmap and lidar controls make it Sample-AV`() throws {
        try temporary.write("x", to: "base_model.pt")
        try temporary.write("x", to: "lidar_control.safetensors")
        let configuration = try WeightsFolder(path: temporary.path).configuration
        #expect(configuration.dit?.hasConditionMask == false && configuration.dit?.patchInputs == 68)
        #expect(configuration.ctrl?.hintChannels == 16 && configuration.ctrl?.names == ["lidar"])
        try temporary.write("x", to: "vis_control.pt")
        #expect(try error { _ = try WeightsFolder(path: temporary.path) }.sentence.contains("two models"))
    }

    @Test func `a folder of something else says what is missing`() throws {
        #expect(try error { _ = try WeightsFolder(path: temporary.path) }.code == .missing)
        #expect(try error { _ = try WeightsFolder(path: temporary.file("absent")) }.code == .missing)
        let file = try temporary.write("x", to: "plain")
        #expect(try error { _ = try WeightsFolder(path: file) }.code == .missing)
    }
}
