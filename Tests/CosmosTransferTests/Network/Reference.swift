import Foundation
import Tensors
import TestSupport
import Testing

@testable import CosmosTransfer

/// One evaluation of one of the small networks in Fixtures/references/network.
struct Reference {
    private(set) var inputs: [String: StoredTensor]
    let expected: [String: StoredTensor]
    let network: TransferNetwork

    init(model: String, evaluation: String) throws {
        let folder = Places.repository.path + "/Fixtures/references/network/\(model)"
        inputs = try TensorFile.read(path: "\(folder)/\(evaluation)/inputs.safetensors")
        expected = try TensorFile.read(path: "\(folder)/\(evaluation)/expected.safetensors")
        network = try TransferNetwork(try WeightsFolder(path: folder), controls: RawEvaluation(inputs).controls)
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
            #expect(relativeError(got, want.tensor()) <= 1e-6, "\(name)")
        }
    }
}

extension Tensor {
    /// One entry of the first dimension.
    func part(_ index: Int) -> Tensor {
        let size = count / shape[0]
        return Tensor(shape: [1] + shape.dropFirst(), values: Array(values[index * size..<(index + 1) * size]))
    }
}
