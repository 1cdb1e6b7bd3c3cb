import Foundation
import Testing

@testable import Scoring
@testable import Tensors

/// `Resources/driving_golden.json`: numbers of the public devkit and of independent implementations.
struct DrivingGolden {
    let root: JSON

    init() throws {
        let url = try #require(
            Bundle.module.url(forResource: "driving_golden", withExtension: "json", subdirectory: "Resources"))
        root = try JSON(path: url.path)
    }

    func list(_ keys: String...) throws -> [JSON] { try root.at(keys).list() }
    func value(_ keys: String...) throws -> JSON { try root.at(keys) }
}

extension JSON {
    func at(_ keys: [String]) throws -> JSON {
        try keys.reduce(self) { value, key in try #require(value[key], "\(key)") }
    }

    func at(_ keys: String...) throws -> JSON { try at(keys) }

    func list() throws -> [JSON] {
        guard case .array(let values) = self else { throw FileError(.malformed, file: "golden", "has no list here") }
        return values
    }

    func members() throws -> [Member] {
        guard case .object(let members) = self else {
            throw FileError(.malformed, file: "golden", "has no object here")
        }
        return members
    }

    /// Nil for null.
    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    func number() throws -> Double { try #require(double) }
    func numbers() throws -> [Double] { try list().map { try $0.number() } }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

/// Equal to so many decimals; both absent is equal too.
func agree(_ a: Double?, _ b: Double?, _ tolerance: Double = 1e-9) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= tolerance
}

extension UprightBox {
    /// x, y, z of the centre, length, width, height, yaw.
    init(_ numbers: [Double]) {
        self.init(
            centre: [numbers[0], numbers[1], numbers[2]], size: [numbers[3], numbers[4], numbers[5]], yaw: numbers[6])
    }
}

extension DetectionPairs {
    /// The pairs of two documents.
    init(_ reference: String, _ detections: String, negativeScores: Bool = true) throws {
        self.init(
            reference: try BoxFile(Array(reference.utf8), file: "reference.json", role: .reference),
            detections: try BoxFile(
                Array(detections.utf8), file: "detections.json", role: .detections(negativeScores: negativeScores)))
    }
}
