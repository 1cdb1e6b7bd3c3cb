import Foundation
import Tensors
import TestSupport
import Testing

/// The numbers of independent implementations that tests are held against: `Fixtures/references`.
struct ReferenceNumbers {
    private let tensors: [String: StoredTensor]

    /// The tensors of a safetensors file.
    init(_ path: String) throws {
        tensors = try TensorFile.read(path: Self.url(path).path)
    }

    var all: [String: StoredTensor] { tensors }
    func stored(_ name: String) throws -> StoredTensor { try #require(tensors[name]) }
    subscript(_ name: String) -> Tensor {
        get throws { try stored(name).tensor() }
    }

    static func url(_ path: String) -> URL {
        Places.repository.appendingPathComponent("Fixtures/references/" + path)
    }

    /// A JSON file of references.
    static func json<T: Decodable>(_ path: String, as type: T.Type = T.self) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(contentsOf: url(path)))
    }
}

/// Reproducible numbers between two bounds.
func randomTensor(_ shape: [Int], seed: UInt64, in range: ClosedRange<Float> = -1...1) -> Tensor {
    var random = SeededRandom(seed)
    return Tensor(shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &random) })
}
