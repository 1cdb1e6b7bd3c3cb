import CosmosTransfer
import Foundation
import Tensors
import TestSupport

/// Small tokenizers for tests.
enum TokenizerFixtures {
    static let folder = Places.repository.appendingPathComponent("Fixtures/references/tokenizer")

    /// The configuration that a references' folder holds.
    static func configuration(_ model: String) throws -> TokenizerConfiguration {
        let path = folder.appendingPathComponent("\(model)/config.json").path
        return try ModelConfiguration(path: path).tokenizer ?? TokenizerConfiguration()
    }

    static func tensors(_ path: String) throws -> [String: StoredTensor] {
        try TensorFile.read(path: folder.appendingPathComponent(path).path)
    }

    static func tokenizer(_ model: String) throws -> VideoTokenizer {
        try VideoTokenizer(configuration(model), tensors: tensors("\(model)/tokenizer.safetensors"))
    }

    /// Random weights of a size that keeps the numbers near 1.
    static func random(_ configuration: TokenizerConfiguration, seed: UInt64) -> [String: StoredTensor] {
        var random = SeededRandom(seed)
        var wanted = configuration.encoderTensors()
        wanted.merge(configuration.decoderTensors()) { $1 }
        var tensors: [String: StoredTensor] = [:]
        for (name, shape) in wanted.sorted(by: { $0.key < $1.key }) {
            let count = shape.reduce(1, *)
            let isGain = name.contains("norm") && name.hasSuffix("weight")
            let spread = shape.count > 1 ? 1.5 / Double(count / shape[0]).squareRoot() : 0.2
            let values = (0..<count).map { _ in
                Float((isGain ? 1 : 0) + spread * Double.random(in: -1...1, using: &random))
            }
            tensors[name] = StoredTensor(name: name, Tensor(shape: shape, values: values))
        }
        return tensors
    }

    /// A small tokenizer with random weights.
    static func small(
        channels: Int = 4, multipliers: [Int] = [1, 2, 2], patch: Int = 4, spatial: Int = 8, temporal: Int = 8
    ) throws -> VideoTokenizer {
        var configuration = TokenizerConfiguration()
        configuration.channels = channels
        configuration.multipliers = multipliers
        configuration.patch = patch
        configuration.resBlocks = 1
        configuration.latentChannels = 6
        configuration.zChannels = 5
        configuration.spatialCompression = spatial
        configuration.temporalCompression = temporal
        return try VideoTokenizer(configuration, tensors: random(configuration, seed: 7))
    }

    static func noise(_ shape: [Int], seed: UInt64 = 1) -> Tensor {
        var random = SeededRandom(seed)
        return Tensor(
            shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) })
    }
}
