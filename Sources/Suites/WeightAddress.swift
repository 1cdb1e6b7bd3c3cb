internal import Experiment

/// What of a configuration's weights is meant: a control, or a control in one region.
struct WeightAddress: Sendable, Hashable {
    /// The controls that a suite can weigh.
    static let controls = ["vis", "edge", "depth", "seg", "keypoint", "hdmap", "lidar"]

    let control: String
    /// `all` for one number of the whole picture.
    let region: Region

    /// As "vis/fg", or "vis".
    var text: String { region == .all ? control : "\(control)/\(region.rawValue)" }

    /// Whether both change the weight of some place.
    func overlaps(_ other: WeightAddress) -> Bool {
        control == other.control && (region == .all || other.region == .all || region == other.region)
    }
}

/// Weights of a grid's cell, exact.
struct ExactWeights: Sendable {
    enum Amount: Sendable {
        case uniform(Fraction)
        case regional(fg: Fraction, bg: Fraction)

        fileprivate func value(_ region: Region) -> Fraction {
            switch self {
            case .uniform(let value): value
            case .regional(let fg, let bg): region == .fg ? fg : bg
            }
        }

        fileprivate var amount: ControlAmount {
            switch self {
            case .uniform(let value): .uniform(value.value)
            case .regional(let fg, let bg): .regional(fg: fg.value, bg: bg.value)
            }
        }
    }

    /// In the order given.
    private var weights: [(control: String, amount: Amount)] = []

    subscript(control: String) -> Amount? {
        get { weights.first { $0.control == control }?.amount }
        set {
            let place = weights.firstIndex { $0.control == control }
            switch (place, newValue) {
            case (let place?, let amount?): weights[place].amount = amount
            case (let place?, nil): weights.remove(at: place)
            case (nil, let amount?): weights.append((control, amount))
            case (nil, nil): break
            }
        }
    }

    /// What an address has; 0 where nothing is said. For a whole picture that has two numbers, nil.
    subscript(address: WeightAddress) -> Fraction? {
        switch (self[address.control], address.region) {
        case (nil, _): .zero
        case (.uniform(let value), _): value
        case (.regional, .all): nil
        case (let amount?, let region): amount.value(region)
        }
    }

    /// Gives an address a weight. What the control weighs in the other region stays, and is 0 where nothing is said.
    mutating func set(_ address: WeightAddress, to value: Fraction) {
        let old = self[address.control] ?? .uniform(.zero)
        switch address.region {
        case .all: self[address.control] = .uniform(value)
        case .fg: self[address.control] = .regional(fg: value, bg: old.value(.bg))
        case .bg: self[address.control] = .regional(fg: old.value(.fg), bg: value)
        }
    }

    /// Of the weights in the foreground and in the background; nil where it needs more digits than are kept.
    func sum(_ region: Region) -> Fraction? {
        weights.reduce(.some(.zero)) { sum, weight in sum?.adding(weight.amount.value(region)) }
    }

    var amounts: [(control: String, amount: ControlAmount)] { weights.map { ($0.control, $0.amount.amount) } }
}
