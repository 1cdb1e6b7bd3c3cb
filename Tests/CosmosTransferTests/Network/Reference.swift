import Foundation
import Tensors
import TestSupport
import Testing

@testable import CosmosTransfer

struct Reference {
    var inputs: [String: StoredTensor]
    let expected: [String: StoredTensor]
    let network: TransferNetwork

    init(model: String, evaluation: String) throws {
        let folder = Places.repository.path + "/Fixtures/references/network/\(model)"
        let json =
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: folder + "/config.json")))
            as! [String: [String: Any]]
        let d = json["dit"]!
        var c = TransformerConfiguration()
        c.width = d["D"] as! Int
        c.heads = d["heads"] as! Int
        c.blocks = d["blocks"] as! Int
        c.loraRank = d["lora_rank"] as! Int
        c.textWidth = d["text_dim"] as! Int
        c.hasConditionMask = d["cond_mask"] as! Bool
        c.mlpRatio = d["mlp_ratio"] as! Int
        c.ropeRatio = RopeRatio(t: (d["rope_ratio_t"] as! NSNumber).doubleValue, h: 1, w: 1)
        var k = ControlConfiguration()
        var controls: [(name: String, tensors: [String: StoredTensor])] = []
        func strip(_ t: [String: StoredTensor]) -> [String: StoredTensor] {
            var o: [String: StoredTensor] = [:]
            let prefix = t.keys.first { $0.hasSuffix("x_embedder.proj.1.weight") }!.dropLast(
                "x_embedder.proj.1.weight".count)
            for (n, v) in t { o[String(n.dropFirst(prefix.count))] = v }
            return o
        }
        if let x = json["ctrl"] {
            k.blocks = x["blocks"] as! Int
            k.hintChannels = x["hint_channels"] as! Int
            for name in x["names"] as! [String] {
                if FileManager.default.fileExists(atPath: folder + "/\(name)_control.safetensors") {
                    controls.append((name, strip(try TensorFile.read(path: folder + "/\(name)_control.safetensors"))))
                }
            }
        }
        network = try TransferNetwork(
            configuration: c, base: strip(try TensorFile.read(path: folder + "/base_model.safetensors")), control: k,
            controls: controls)
        inputs = try TensorFile.read(path: folder + "/\(evaluation)/inputs.safetensors")
        expected = try TensorFile.read(path: folder + "/\(evaluation)/expected.safetensors")
    }

    func tensor(_ name: String) throws -> Tensor { try #require(inputs[name], "inputs lack \(name)").tensor() }

    /// One sample of the inputs.
    func sample(_ s: Int) throws -> Reference {
        var one = self
        let samples = try tensor("x").shape[0]
        one.inputs = inputs.mapValues { stored in
            // A map over [frames, rows, columns] is shared by all samples.
            stored.shape.first == samples && stored.shape.count != 3 || stored.name.hasPrefix("text")
                ? StoredTensor(name: stored.name, stored.tensor().part(s)) : stored
        }
        return one
    }

    func evaluate(threads: Int, observe: TransferNetwork.Observer? = nil) throws -> Tensor {
        try RawEvaluation(inputs).run(on: network, temporal: 8, pool: WorkerPool(threads: threads), observe: observe)
    }

    /// Holds the result, the residuals and all blocks against the stored numbers.
    func compare() throws {
        var seen: [String: Tensor] = [:]
        let out = try evaluate(threads: 2) { seen[$0] = $1 }
        seen["out"] = out
        for (name, want) in expected where !name.hasPrefix("normalised") {
            let got = try #require(seen[name])
            #expect(got.shape == want.shape)
            #expect(got.relativeError(to: want.floats()) <= 1e-5, "\(name)")
        }
    }
}

extension Tensor {
    /// One entry of the first dimension.
    func part(_ index: Int) -> Tensor {
        let size = count / shape[0]
        return Tensor(shape: [1] + shape.dropFirst(), values: Array(values[index * size..<(index + 1) * size]))
    }

    /// Largest difference over largest value.
    func relativeError(to expected: [Float]) -> Float {
        let most = expected.map(abs).max() ?? 0
        return zip(values, expected).map { abs($0 - $1) / most }.max() ?? .infinity
    }
}
