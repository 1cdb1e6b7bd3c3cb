internal import Experiment

/// The controls that a configuration can weight.
private let controls = ["vis", "edge", "depth", "seg", "keypoint", "hdmap", "lidar"]

extension YAMLValue {
    /// The rows of the table.
    func configurations() throws(BenchError) -> [WeightedConfiguration] {
        var configurations: [WeightedConfiguration] = []
        var names: [String: String] = [:]
        for item in try list("configurations, as {name: Vis, weights: {vis: 1}}") {
            let configuration = try item.configuration()
            let (name, folder) = (configuration.name, configuration.folderName)
            guard !folder.isEmpty, name.utf8.count <= 100 else {
                throw item.wrong(
                    "has the name '\(name.shortened)'; it names a folder: write up to 100 characters, with a letter or digit"
                )
            }
            // Some file systems do not tell capitals from small letters.
            if let other = names.updateValue(name, forKey: folder.lowercased()) {
                throw item.wrong(
                    other == name
                        ? "has the name '\(name)', which another configuration has; rename one of them"
                        : "has the name '\(name)', whose folder '\(folder)' is that of '\(other)'; rename one of them")
            }
            configurations.append(configuration)
        }
        return configurations
    }

    private func configuration() throws(BenchError) -> WeightedConfiguration {
        let fields = try YAMLFields(self, known: ["name", "weights"], of: "a configuration")
        let name = try fields.required("name", "Vis").text("the configuration's name")
        guard name.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
            throw wrong("has a name with control characters; write it on one line")
        }
        let weights = try fields.required("weights", "{vis: 1}")
        guard weights.isMapping, !weights.items.isEmpty else {
            throw weights.wrong(
                "\(weights.isMapping ? "has no control" : "is \(weights.shown)"); write controls with their weights, as "
                    + "{vis: 1}, or {vis: 0} for the model without controls")
        }
        var amounts: [(control: String, amount: ControlAmount)] = []
        for (control, place, value) in weights.items {
            guard controls.contains(control) else {
                throw weights.wrong(
                    at: place,
                    control == "upscale"
                        ? "has the control 'upscale', which makes a larger video of one that is finished; a suite weights "
                            + controls.joined(separator: ", ")
                        : "has the unknown control '\(control.shortened)'; the controls are "
                            + controls.joined(separator: ", ") + hint(control, controls))
            }
            amounts.append((control, try value.amount()))
        }
        return WeightedConfiguration(name: name, weights: amounts)
    }

    private func amount() throws(BenchError) -> ControlAmount {
        guard isMapping else { return .uniform(try weight("0.5, 1/3 or {fg: 0.5, bg: 0}")) }
        let fields = try YAMLFields(self, known: ["fg", "bg"], of: "a weight by region")
        return .regional(
            fg: try fields.required("fg", "0.5").weight("0.5 or 1/3"),
            bg: try fields.required("bg", "0.5").weight("0.5 or 1/3"))
    }

    /// A number that is 0 or more, also as a fraction.
    private func weight(_ example: String) throws(BenchError) -> Double {
        let parts = scalar?.split(separator: "/", omittingEmptySubsequences: false).map { part in
            finite(part.trimmingSpaces)
        }
        let value: Double? =
            switch parts?.count {
            case 1: parts?[0]
            case 2: parts.flatMap { pair in pair[0].flatMap { over in pair[1].map { over / $0 } } }
            default: nil
            }
        // The network computes in single precision.
        guard let value, value >= 0, Float(value).isFinite else {
            throw wrong("is \(shown); a weight is a finite number that is 0 or more: write \(example)")
        }
        return value
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
