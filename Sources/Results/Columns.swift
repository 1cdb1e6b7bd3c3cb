internal import Experiment
import Foundation

/// JSON columns, with sorted keys: equal values give equal text.
enum JSON {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

/// What a run's suite says about its table: the JSON of `run.suite`.
struct SuiteColumn: Codable {
    let layout: TableLayout?
    let configurations: [String]
    let sweep: Sweep?
    let scaling: PublishedScaling?

    /// nil where the plan says nothing of it.
    init?(_ plan: RunPlan) {
        guard
            plan.layout != nil || !plan.configurations.isEmpty || plan.sweep != nil
                || plan.scaling != nil
        else { return nil }
        layout = plan.layout
        configurations = plan.configurations
        sweep = plan.sweep
        scaling = plan.scaling
    }
}

/// An amount in the JSON of `generation.weights`, an object by control: a number, or `{"bg": 0, "fg": 0.5}`.
struct WeightColumn: Codable {
    let amount: ControlAmount

    private enum CodingKeys: CodingKey { case fg, bg }

    init(amount: ControlAmount) { self.amount = amount }

    init(from decoder: any Decoder) throws {
        if let number = try? decoder.singleValueContainer().decode(Double.self) {
            amount = .uniform(number)
        } else {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            amount = .regional(
                fg: try container.decode(Double.self, forKey: .fg), bg: try container.decode(Double.self, forKey: .bg))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch amount {
        case .uniform(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .regional(let fg, let bg):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(fg, forKey: .fg)
            try container.encode(bg, forKey: .bg)
        }
    }

    static func all(of configuration: WeightedConfiguration) -> [String: WeightColumn] {
        Dictionary(configuration.weights.map { ($0.control, WeightColumn(amount: $0.amount)) }) { _, last in last }
    }
}

/// The blob of per-frame values: little-endian float64, NaN where a frame has none.
enum PerFrame {
    static func data(_ values: [Double?]) -> Data {
        Data(values.flatMap { value in withUnsafeBytes(of: (value ?? .nan).bitPattern.littleEndian, Array.init) })
    }

    static func values(_ data: Data) -> [Double?] {
        let bytes = Array(data)
        return stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { at in
            let pattern = bytes[at..<at + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let value = Double(bitPattern: pattern)
            return value.isNaN ? nil : value
        }
    }
}
