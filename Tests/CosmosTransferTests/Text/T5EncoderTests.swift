import Experiment
import Foundation
import Tensors
import TestSupport
import Testing

@testable import CosmosTransfer

@Suite struct T5EncoderTests {
    private func configuration(_ model: String) throws -> TextConfiguration {
        struct File: Decodable {
            struct Text: Decodable {
                let dModel, layers, heads, dKv, dFf, vocab, tokens, buckets, maxDistance: Int
            }
            let text: Text
        }
        let text = try ReferenceNumbers.json("text/\(model)/config.json", as: File.self).text
        var c = TextConfiguration()
        (c.width, c.layers, c.heads, c.headWidth) = (text.dModel, text.layers, text.heads, text.dKv)
        (c.hiddenWidth, c.vocabulary, c.tokens) = (text.dFf, text.vocab, text.tokens)
        (c.buckets, c.maxDistance) = (text.buckets, text.maxDistance)
        return c
    }

    private func weights(_ model: String) throws -> [String: StoredTensor] {
        try SafetensorsFile(path: ReferenceNumbers.url("text/\(model)/text_encoder.safetensors").path).tensors
    }

    private func encoder(_ model: String) throws -> T5Encoder {
        try T5Encoder(configuration(model), weights: weights(model))
    }

    /// The prompts of a model's reference, without padding, and their embeddings.
    private func reference(_ model: String) throws -> [(ids: [Int32], text: Tensor)] {
        let inputs = try ReferenceNumbers("text/\(model)/ids/inputs.safetensors")
        let expected = try ReferenceNumbers("text/\(model)/ids/expected.safetensors")["text"]
        let (ids, mask) = (try inputs["input_ids"], try inputs["attention_mask"])
        let (rows, size) = (ids.shape[1], expected.count / ids.shape[0])
        return (0..<ids.shape[0]).map { sample in
            let length = mask.values[sample * rows..<(sample + 1) * rows].count { $0 == 1 }
            return (
                ids.values[sample * rows..<sample * rows + length].map { Int32($0) },
                Tensor(
                    shape: [1] + expected.shape.dropFirst(),
                    values: Array(expected.values[sample * size..<(sample + 1) * size]))
            )
        }
    }

    @Test func `relative positions share buckets as in transformers`() throws {
        struct Buckets: Decodable {
            let firstOffset, buckets, maxDistance: Int
            let values: [Int]
        }
        let reference: Buckets = try ReferenceNumbers.json("text/buckets.json")
        let rule = PositionBuckets(count: reference.buckets, maxDistance: reference.maxDistance)
        for (i, bucket) in reference.values.enumerated() { #expect(rule.bucket(reference.firstOffset + i) == bucket) }
        for far in [-100_000, 100_000] { #expect(rule.bucket(far) == (far < 0 ? 15 : 31)) }
    }

    @Test(arguments: ["small", "long"]) func `embeddings are those of transformers`(model: String) throws {
        let encoder = try encoder(model)
        var worst = 0.0
        for (ids, expected) in try reference(model) {
            let text = try encoder.encode(ids: ids, pool: WorkerPool(threads: 2))
            worst = max(worst, relativeError(text, expected))
            let width = encoder.configuration.width
            #expect(text.values[(ids.count * width)...].allSatisfy { $0 == 0 && $0.sign == .plus })
        }
        print("T5 \(model): \(worst) from transformers")
        #expect(worst < 1e-6)
    }

    @Test func `any number of threads gives the same bits`() throws {
        let encoder = try encoder("long")
        for (ids, _) in try reference("long") {
            let one = try encoder.encode(ids: ids, pool: WorkerPool(threads: 1))
            for threads in [2, 3] { #expect(try encoder.encode(ids: ids, pool: WorkerPool(threads: threads)) == one) }
        }
    }

    @Test func `weights in bfloat16 stay so and give what their rounded values give`() throws {
        var (half, wide) = ([String: StoredTensor](), [String: StoredTensor]())
        for (name, tensor) in try weights("small") {
            let bits = tensor.floats().map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }
            half[name] = StoredTensor(name: name, element: .bfloat16, shape: tensor.shape) { bytes in
                bits.withUnsafeBytes { bytes.copyMemory(from: $0) }
            }
            wide[name] = half[name].map { StoredTensor(name: name, $0.tensor()) }
        }
        let ids: [Int32] = [5, 100, 7, 1]
        let c = try configuration("small")
        let a = try T5Encoder(c, weights: half).encode(ids: ids, pool: WorkerPool(threads: 1))
        let b = try T5Encoder(c, weights: wide).encode(ids: ids, pool: WorkerPool(threads: 1))
        #expect(a == b)
    }

    @Test func `no tokens at all give zeros`() throws {
        let text = try encoder("small").encode(ids: [], pool: WorkerPool(threads: 2))
        #expect(text == Tensor(shape: [1, 32, 64]))
    }

    @Test func `weights that are absent or of another shape are all named`() throws {
        var weights = try self.weights("small")
        weights["encoder.final_layer_norm.weight"] = nil
        weights["encoder.block.1.layer.1.DenseReluDense.wi.weight"] = weights["shared.weight"]
        weights["encoder.block.0.layer.0.SelfAttention.q.weight"] = nil
        let error = #expect(throws: BenchError.self) { try T5Encoder(configuration("small"), weights: weights) }
        for name in ["final_layer_norm", "1.layer.1.DenseReluDense.wi", "0.layer.0.SelfAttention.q", "[384, 64]"] {
            #expect(error?.sentence.contains(name) == true)
        }
        weights = try self.weights("small")
        weights["encoder.embed_tokens.weight"] = weights.removeValue(forKey: "shared.weight")
        #expect(throws: Never.self) { try T5Encoder(configuration("small"), weights: weights) }
    }

    @Test func `tokens and sizes that make no sense are refused`() throws {
        let encoder = try encoder("small")
        for ids in [[384], [-1], [Int32](repeating: 3, count: 33)] as [[Int32]] {
            #expect(throws: BenchError.self) { try encoder.encode(ids: ids, pool: WorkerPool(threads: 1)) }
        }
        for change: (inout TextConfiguration) -> Void in [
            { $0.heads = 0 }, { $0.buckets = 6 }, { $0.buckets = 0 }, { $0.maxDistance = 8 }, { $0.width = -1 },
        ] {
            var c = try configuration("small")
            change(&c)
            #expect(throws: BenchError.self) { try T5Encoder(c, weights: self.weights("small")) }
        }
        var weights = try self.weights("small")
        weights["encoder.final_layer_norm.weight"] = StoredTensor(name: "n", Tensor(shape: [64], repeating: .nan))
        let error = #expect(throws: BenchError.self) {
            try T5Encoder(configuration("small"), weights: weights).encode(ids: [3], pool: WorkerPool(threads: 1))
        }
        #expect(error?.sentence.contains("nan") == true)
    }

    @Test func `a prompt becomes its tokens' embedding`() throws {
        let tokenizer = try SentencePiece(path: ReferenceNumbers.url("text/small/spiece.model").path)
        let encoder = try encoder("small")
        let pool = WorkerPool(threads: 2)
        let prompts = PromptEncoder(tokenizer: tokenizer, encoder: encoder)
        let text = "A robot arm lifts a red cup."
        #expect(
            try prompts.encode(text, pool: pool)
                == encoder.encode(ids: tokenizer.encode(text, tokens: 32), pool: pool))
    }

    // MARK: Embeddings made elsewhere

    @Test func `embeddings from files are padded with zeros`() throws {
        let folder = TemporaryFolder()
        let rows = randomTensor([3, 4], seed: 8)
        for (shape, name) in [([3, 4], "a"), ([1, 3, 4], "b")] {
            let path = folder.file(name + ".safetensors")
            try SafetensorsWriter.write(["prompt": rows.reshaped(shape)], to: path)
            let text = try PrecomputedEmbedding.read(path: path, tokens: 5, width: 4)
            #expect(text == Tensor(shape: [1, 5, 4], values: rows.values + [Float](repeating: 0, count: 8)))
        }
        let path = folder.file("two.safetensors")
        try SafetensorsWriter.write(["other": Tensor(shape: [1]), "text": rows], to: path)
        #expect(try PrecomputedEmbedding.read(path: path, tokens: 3, width: 4).values == rows.values)
    }

    @Test func `embeddings that do not fit are refused with the place`() throws {
        func padded(_ tensor: Tensor) throws -> Tensor {
            try PrecomputedEmbedding.padded(
                StoredTensor(name: "t", tensor), file: "e.npy", tokens: 5, width: 4)
        }
        for shape in [[4], [6, 4], [3, 5], [2, 3, 4], [1, 1, 3, 4], []] {
            let error = #expect(throws: FileError.self) { try padded(Tensor(shape: shape)) }
            #expect(error?.reason.contains("[M, 4]") == true)
        }
        var bad = Tensor(shape: [3, 4])
        bad.values[6] = .nan
        let error = #expect(throws: FileError.self) { try padded(bad) }
        #expect(error?.reason.contains("row 1, column 2") == true)
    }
}
