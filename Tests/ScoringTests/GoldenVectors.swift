import Foundation
import TestSupport
import Testing

/// Reads `Resources/golden_vectors.json`, the numbers of the public evaluators on synthetic scenes.
struct GoldenVectors {
    private let root: [String: Any]

    init() throws {
        let url = try #require(
            Bundle.module.url(forResource: "golden_vectors", withExtension: "json", subdirectory: "Resources"))
        root = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    }

    func object(_ keys: String...) throws -> [String: Any] {
        try #require(keys.reduce(root as Any?) { ($0 as? [String: Any])?[$1] } as? [String: Any])
    }

    func number(_ keys: String...) throws -> Double {
        let value = keys.reduce(root as Any?) { ($0 as? [String: Any])?[$1] }
        return try #require((value as? NSNumber)?.doubleValue, "\(keys)")
    }

    func numbers(_ keys: String...) throws -> [Double] {
        let value = keys.reduce(root as Any?) { ($0 as? [String: Any])?[$1] }
        return try #require(value as? [NSNumber], "\(keys)").map(\.doubleValue)
    }
}
