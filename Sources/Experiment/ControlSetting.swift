/// How much a control counts in a configuration (design: "weight").
public enum ControlAmount: Sendable, Equatable, Codable {
    /// The same everywhere, 0 or more.
    case uniform(Double)
    /// One number where the clip's foreground mask is, another elsewhere.
    case regional(fg: Double, bg: Double)

    /// Whether it switches the control off.
    public var isZero: Bool {
        switch self {
        case .uniform(let value): value == 0
        case .regional(let fg, let bg): fg == 0 && bg == 0
        }
    }

    /// Equal amounts have equal words: a part of identities.
    public var words: String {
        switch self {
        case .uniform(let value): "\(value)"
        case .regional(let fg, let bg): "fg \(fg) bg \(bg)"
        }
    }
}

/// One set of control weights by name, as a suite gives it.
public struct WeightedConfiguration: Sendable, Equatable {
    public let name: String
    /// By control ("vis", "edge", …), in the order given; controls that are off are not there.
    public let weights: [(control: String, amount: ControlAmount)]
    /// Its folder's name, where the name itself would give none that is its own.
    let folder: String?

    public init(name: String, weights: [(control: String, amount: ControlAmount)], folder: String? = nil) {
        self.name = name
        self.folder = folder
        self.weights = weights.filter { !$0.amount.isZero }
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.name == b.name && a.weights.count == b.weights.count
            && zip(a.weights, b.weights).allSatisfy { $0.control == $1.control && $0.amount == $1.amount }
    }

    public var needsForeground: Bool {
        weights.contains { if case .regional = $0.amount { true } else { false } }
    }
}

/// Where a clip's control video comes from.
public enum ControlInput: Sendable, Equatable {
    /// A file, or a folder of PNG images.
    case video(path: String)
    /// Made from the clip itself with a published preset, as "medium" (vis and edge only).
    case preset(String)
}
