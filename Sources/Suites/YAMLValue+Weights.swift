internal import Experiment

extension YAMLValue {
    /// A control that a suite can weigh.
    /// - Parameters:
    ///   - name: as written.
    ///   - place: where.
    func control(_ name: String, at place: YAMLValue) throws(BenchError) -> String {
        let controls = WeightAddress.controls
        guard controls.contains(name) else {
            throw wrong(
                at: place,
                name == "upscale"
                    ? "has the control 'upscale', which makes a larger video of one that is finished; a suite weights "
                        + controls.joined(separator: ", ")
                    : "has the unknown control '\(name.shortened)'; the controls are "
                        + controls.joined(separator: ", ") + hint(name, controls))
        }
        return name
    }

    /// A weight's address, as "vis", "vis/fg" or "vis/bg".
    func address() throws(BenchError) -> WeightAddress {
        let text = try text("a weight, as vis, vis/fg or vis/bg")
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let control = try control(parts[0], at: self)
        guard parts.count == 2 else { return WeightAddress(control: control, region: .all) }
        guard let region = Region(rawValue: parts[1]), region != .all else {
            throw wrong(
                "has the unknown region '\(parts[1].shortened)'; write \(control), \(control)/fg or \(control)/bg")
        }
        return WeightAddress(control: control, region: region)
    }

    /// Addresses of which no two change the weight of one place.
    func addresses() throws(BenchError) -> [WeightAddress] {
        var addresses: [WeightAddress] = []
        for item in try list("weights, as [depth/bg, edge/bg]", single: true) {
            let address = try item.address()
            if let other = addresses.first(where: { $0.overlaps(address) }) {
                throw item.wrong("is \(address.text), which \(other.text) moves already; keep one of them")
            }
            addresses.append(address)
        }
        return addresses
    }

    /// A weight that stays as it is written.
    func exactWeight(_ example: String) throws(BenchError) -> Fraction {
        let remedy = "a weight is a finite number that is 0 or more: write \(example)"
        guard let scalar, let number = Fraction(scalar), number >= .zero else {
            throw wrong(
                "is \(shown); \(scalar.flatMap(Self.isLong) ?? false ? "that has too many digits: " : "")\(remedy)")
        }
        return number
    }

    /// Whether a text is a number above 0 of which not all digits are kept.
    private static func isLong(_ text: String) -> Bool { (finite(text) ?? -1) > 0 }

    /// The weights that all cells of a grid share; left-out regions are 0.
    func baseWeights() throws(BenchError) -> ExactWeights {
        guard isMapping else { throw wrong("is \(shown); write controls with their weights, as {vis: {fg: 0.5}}") }
        var weights = ExactWeights()
        for (name, place, value) in items {
            let control = try control(name, at: place)
            guard value.isMapping else {
                weights[control] = .uniform(try value.exactWeight("0.5, 1/3 or {fg: 0.5}"))
                continue
            }
            let fields = try YAMLFields(value, known: ["fg", "bg"], of: "a weight by region")
            weights[control] = .regional(
                fg: try fields["fg"]?.exactWeight("0.5 or 1/3") ?? .zero,
                bg: try fields["bg"]?.exactWeight("0.5 or 1/3") ?? .zero)
        }
        return weights
    }
}
