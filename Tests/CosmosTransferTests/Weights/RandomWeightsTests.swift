import Foundation
import Tensors
import TestSupport
import Testing

@testable import CosmosTransfer

@Suite struct RandomWeightsTests {
    private let folder = TemporaryFolder()
    private static let shapes = [
        "a.weight": [300, 70], "norm.weight": [101], "a.bias": [33], "extra_pos_embedder.pos_emb_t": [16, 50],
        "zero_blocks.block0.weight": [64, 64], "c.conv3d.weight": [8, 4, 3, 3, 3], "scalar": [],
    ]

    private func write(_ name: String, seed: UInt64 = 1, element: ElementType = .bfloat16, threads: Int = 1) throws
        -> [String: StoredTensor]
    {
        try RandomWeights(seed: seed, element: element)
            .write(Self.shapes, to: folder.file(name), pool: WorkerPool(threads: threads))
        return try TensorFile.read(path: folder.file(name))
    }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) }

    @Test func `the same seed gives the same bytes for any number of threads`() throws {
        for threads in [1, 2, 7] {
            try FileManager.default.createDirectory(
                atPath: folder.file("\(threads)"), withIntermediateDirectories: true)
            _ = try write("\(threads)/a.safetensors", threads: threads)
        }
        #expect(try bytes("1/a.safetensors") == bytes("2/a.safetensors"))
        #expect(try bytes("1/a.safetensors") == bytes("7/a.safetensors"))
    }

    @Test func `another seed, file or tensor has other numbers`() throws {
        let first = try #require(try write("a.safetensors")["a.weight"]).floats()
        let seeded = try #require(try write("a.safetensors", seed: 2)["a.weight"]).floats()
        let other = try #require(try write("b.safetensors")["a.weight"]).floats()
        for numbers in [seeded, other] {
            let equal = zip(first, numbers).count { $0 == $1 }
            #expect(equal < first.count / 20)
        }
    }

    @Test func `numbers are spread as their tensors' kind asks`() throws {
        for element in [ElementType.float32, .bfloat16] {
            let tensors = try write("a.safetensors", element: element)
            for (name, shape) in Self.shapes {
                let tensor = try #require(tensors[name])
                #expect(tensor.shape == shape && tensor.element == element)
                let spread = Spread(of: name, shape)
                let values = tensor.floats()
                #expect(values.allSatisfy { abs($0 - spread.centre) <= spread.width + abs($0) / 256 }, "\(name)")
                guard values.count > 1000 else { continue }
                let mean = values.reduce(0, +) / Float(values.count)
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
                #expect(abs(mean - spread.centre) < 0.1 * spread.width, "\(name)")
                #expect(abs(variance - spread.width * spread.width / 3) < 0.1 * variance, "\(name)")
                let neighbours = zip(values, values.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
                #expect(abs(neighbours / Float(values.count)) < 0.1 * variance, "\(name)")
            }
        }
        #expect(Spread(of: "x.linear.weight", [8, 48]).width == 0.125)
    }

    @Test func `the numbers do not depend on how a file is cut`() throws {
        let whole = try #require(try write("a.safetensors", element: .float32)["a.weight"]).floats()
        let narrow = try #require(try write("a.safetensors", element: .bfloat16)["a.weight"]).floats()
        for (wide, rounded) in zip(whole, narrow) { #expect(abs(wide - rounded) <= abs(wide) / 256) }
    }

    @Test func `every part of a configuration gets a file that fits`() throws {
        let config = try folder.write(
            """
            {"dit":{"D":8,"heads":2,"blocks":2,"lora_rank":2,"text_dim":4,"max_hw":[8,8],"max_t":4},
             "ctrl":{"blocks":1,"hint_channels":16,"names":["vis","lidar"]},
             "tokenizer":{"channels":2,"multipliers":[1,1,1],"res_blocks":1},
             "text":{"d_model":4,"layers":1,"heads":1,"d_kv":2,"d_ff":8,"vocab":16}}
            """, to: "config.json")
        let configuration = try ModelConfiguration(path: config)
        let random = RandomWeights(seed: 3, element: .float32)
        for (name, tensors) in RandomWeights.files(of: configuration) {
            try random.write(tensors, to: folder.file(name), pool: WorkerPool(threads: 1))
        }
        let weights = try WeightsFolder(path: folder.path)
        for part in weights.inventory() where part.name != "text tokenizer" {
            guard case .present(_, let parameters, let bytes, let elements) = part.state else {
                Issue.record("\(part.name): \(part.state)")
                continue
            }
            #expect(parameters == part.expectedParameters && bytes == 4 * parameters)
            #expect(elements == ["float32": parameters])
        }
        #expect(
            weights.inventory().map(\.name) == [
                "base", "control vis", "control lidar", "tokenizer encoder", "tokenizer decoder", "text encoder",
                "text tokenizer",
            ])
    }
}
