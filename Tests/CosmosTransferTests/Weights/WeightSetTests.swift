import Experiment
import Foundation
import Tensors
import TestSupport
import Testing

@testable import CosmosTransfer

@Suite struct WeightSetTests {
    private func set(_ shapes: [String: [Int]], element: ElementType = .float32) -> WeightSet {
        var tensors: [String: StoredTensor] = [:]
        for (name, shape) in shapes {
            tensors[name] = StoredTensor(name: name, element: element, shape: shape) { bytes in
                for i in bytes.indices { bytes[i] = 0 }
            }
        }
        return WeightSet(tensors: tensors, source: "weights.pt")
    }

    @Test func `a check gives the expected tensors alone`() throws {
        let weights = set(["a": [2], "b": [3, 4], "c": [5]])
        let checked = try weights.checked(["a": [2], "b": [3, 4]], ignoring: ["c", "d"])
        #expect(Set(checked.tensors.keys) == ["a", "b"])
        #expect(checked.parameters == 14 && checked.bytes == 56)
    }

    @Test func `one error names everything that is wrong`() {
        var tensors = set(["a": [2], "b": [3, 4], "x": [1], "y": [1]]).tensors
        tensors["i"] = set(["i": [2]], element: .int64).tensors["i"]
        let weights = WeightSet(tensors: tensors, source: "weights.pt")
        let error = #expect(throws: BenchError.self) {
            try weights.checked(["a": [2], "b": [4, 3], "c": [1], "d": [1], "i": [2]], ignoring: ["y"])
        }
        #expect(error?.code == .unusableInput)
        #expect(
            error?.sentence
                == "weights.pt does not fit config.json: 2 tensors are missing (c, d); 1 tensor is not expected (x); "
                + "1 tensor is of another shape (b is [3, 4], not [4, 3]); "
                + "1 tensor is no floating-point numbers (i is int64); use the configuration and the weights of one model"
        )
    }

    private func sentence(missing count: Int) -> String {
        let expected = Dictionary(uniqueKeysWithValues: (0..<count).map { ("name\(10_000 + $0)", [1]) })
        let error = #expect(throws: BenchError.self) { try set([:]).checked(expected) }
        return error?.sentence ?? ""
    }

    @Test func `all names of a model are in one error, and endless lists are cut and counted`() {
        let all = (0..<2000).map { "name\(10_000 + $0)" }.joined(separator: ", ")
        #expect(sentence(missing: 2000).contains("2000 tensors are missing (\(all));"))
        #expect(sentence(missing: 2150).contains("2150 tensors are missing (\(all) and 150 more);"))
        let error = #expect(throws: BenchError.self) {
            try set([String(repeating: "x", count: 100_000): [1]]).checked([:])
        }
        #expect((error?.sentence.count ?? 0) < 1000)
    }

    @Test func `names of absurd length lead to no prefix`() {
        let long = String(repeating: ".", count: 600)
        let shapes = ["net." + long: [1], "net.a": [1], String(repeating: ".", count: 100_000): [1]]
        #expect(set(shapes).inOfficialNames([long: [1]]) { _ in nil }.tensors.mapValues(\.shape) == shapes)
        let official = set(shapes).inOfficialNames([long: [1], "a": [1]]) { _ in nil }
        #expect(official["a"]?.shape == [1] && official[long]?.shape == [1])
    }

    @Test(
        arguments: ["", "net.", "base_model.net.", "net.base_model.net.", "net.net_ctrl.", "model.net.", "a.b.c.d."])
    func `any prefix is removed, and what is only for training`(_ prefix: String) throws {
        var dit = TransformerConfiguration()
        (dit.width, dit.heads, dit.blocks, dit.loraRank, dit.textWidth) = (8, 2, 2, 2, 4)
        let expected = dit.baseTensors()
        var shapes: [String: [Int]] = [:]
        for (name, shape) in expected { shapes[prefix + name] = shape }
        shapes[prefix + "pos_embedder.seq"] = [128]
        shapes[prefix + "blocks.block0.blocks.0.block.attn._extra_state"] = [5]
        shapes["logvar.0.freqs"] = [128]
        shapes["base_model.logvar.1.weight"] = [1, 128]
        let official = set(shapes).inOfficialNames(expected, diffusers: DiffusersNames.baseNetwork)
        #expect(official.tensors.mapValues(\.shape) == expected)
        #expect(official.tensors.allSatisfy { $0.key == $0.value.name })
    }

    @Test func `averaged weights come before raw ones`() {
        let expected = ["a.b": [2], "a.c": [3]]
        var both: [String: [Int]] = ["optimizer.state.0": [1]]
        for (name, shape) in expected {
            both["ema.net-" + name.replacingOccurrences(of: ".", with: "-")] = shape
            both["model.net." + name] = [7]
        }
        #expect(set(both).inOfficialNames(expected) { _ in nil }.tensors.mapValues(\.shape) == expected)
        let raw = ["model.net.a.b": [2], "model.net.a.c": [3], "lr": [1]]
        #expect(set(raw).inOfficialNames(expected) { _ in nil }.tensors.mapValues(\.shape) == expected)
    }

    @Test func `names outside the prefix are kept, so that a check reports them`() {
        let expected = ["a.b": [1], "a.c": [1], "d.e": [1]]
        let shapes = ["net.a.b": [1], "net.a.c": [1], "other.d.e": [1]]
        #expect(Set(set(shapes).inOfficialNames(expected) { _ in nil }.tensors.keys) == ["a.b", "a.c", "other.d.e"])
    }

    @Test func `a distilled checkpoint holds two networks`() throws {
        for top in ["", "model."] {
            let shapes = [
                "\(top)net.base_model.net.x": [1], "\(top)net.base_model.net.y": [2], "\(top)net.net_ctrl.x": [3],
                "\(top)net.base_model.logvar.0": [4],
            ]
            let parts = try #require(set(shapes).distilledParts())
            #expect(parts.base.tensors.mapValues(\.shape) == ["x": [1], "y": [2]])
            #expect(parts.control.tensors.mapValues(\.shape) == ["x": [3]])
        }
        #expect(set(["net.base_model.net.x": [1]]).distilledParts() == nil)
    }

    @Test func `diffusers' names that mean nothing here are left alone`() {
        let strange = [
            "", ".", "a", "patch_embed", "transformer_blocks", "transformer_blocks.0", "transformer_blocks.0.attn1",
            "transformer_blocks.0.attn1.to_x.weight", "transformer_blocks.0.ff.net.7.weight",
            "transformer_blocks.0.norm4.x.weight", "time_embed.x.y", "norm_out.linear_3.weight",
        ]
        for name in strange { #expect(DiffusersNames.baseNetwork(name) == nil, "\(name)") }
        let others =
            strange + [
                "encoder", "encoder.weight", "encoder.down_blocks.9.resnets.0.conv1.conv_s.weight",
                "decoder.up_blocks.-1.resnets.0.conv1.conv_s.weight", "encoder.mid_block.resnets.x.conv1.weight",
                "encoder.mid_block.other.0.conv1.conv_s.weight", "encoder.down.0.block.0.conv1.0.conv3d.weight",
                "encoder.down_blocks.0.other.0.conv1.conv_s.weight", "quant_conv.conv3d.weight",
                "encoder.conv_in.x.y.z.weight",
            ]
        for name in others { #expect(DiffusersNames.tokenizer(name, levels: 3) == nil, "\(name)") }
    }
}
