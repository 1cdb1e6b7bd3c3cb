import Foundation

/// What `detections --json` prints; it changes only with its number. What has no value is null.
struct DetectionsDocument: Encodable {
    static let schema = "transferbench.detections/1"

    /// A number, a text, a list, an object, or null: the parameters of two protocols differ.
    enum Value: Encodable {
        case number(Double)
        case count(Int)
        case text(String)
        case texts([String])
        case list([Double])
        case map([String: String])
        case numbers([String: Double?])
        case null

        init(_ number: Double?) { self = number.map { .number($0) } ?? .null }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let value): try container.encode(value)
            case .count(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            case .texts(let value): try container.encode(value)
            case .list(let value): try container.encode(value)
            case .map(let value): try container.encode(value)
            case .numbers(let value): try container.encode(value)
            case .null: try container.encodeNil()
            }
        }
    }

    let `protocol`: String
    let parameters: [String: Value]
    let meanAP: Double?
    /// Why there is no value.
    let reason: String?
    /// Of the protocol nuscenes: nds, tp_errors, tp_scores.
    let scores: [String: Value]
    let classes: [String: [String: Value]]
    let n: [String: Int]
    /// Records that are left out.
    let dropped: [String: Int]
    let warnings: [String]
    let environment: [String: String]

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Self.schema, forKey: Key("schema"))
        try container.encode(`protocol`, forKey: Key("protocol"))
        try container.encode(parameters, forKey: Key("parameters"))
        try container.encode(meanAP, forKey: Key("mean_ap"))
        try container.encodeIfPresent(reason, forKey: Key("reason"))
        for (name, value) in scores { try container.encode(value, forKey: Key(name)) }
        try container.encode(classes, forKey: Key("classes"))
        try container.encode(n, forKey: Key("n"))
        try container.encode(dropped, forKey: Key("dropped"))
        try container.encode(warnings, forKey: Key("warnings"))
        try container.encode(environment, forKey: Key("environment"))
    }
}
