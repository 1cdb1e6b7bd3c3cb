internal import Experiment
internal import Tensors

/// Finds, in what a model says of itself, the input for pictures and the outputs that a task needs.
struct ModelFit {
    let model: OnnxModel
    let layout: NetworkKind.Layout

    /// The preset's input with the model's name and, where the model takes one size only, that size.
    func input(_ preset: NetworkKind.Preset, _ changes: CardChanges) throws(BenchError) -> PictureInput {
        let port = try picturePort(named: changes.input, usual: preset.usualInput)
        var input = preset.input
        input.name = port.name
        input.colour = changes.colour ?? input.colour
        input.scale = changes.scale ?? input.scale
        input.mean = changes.mean ?? input.mean
        input.std = changes.std ?? input.std
        input.filter = changes.filter ?? input.filter
        input.size = changes.size ?? input.size
        if let shape = port.shape, case .fixed(let height) = shape[shape.count - 2],
            case .fixed(let width) = shape[shape.count - 1]
        {
            let only = SizeRule.fixed(height: height, width: width)
            if changes.size == nil, !fits(input.size, height, width) { input.size = only }
            guard fits(input.size, height, width) else {
                throw unusable(
                    "takes pictures of \(width)x\(height) only; leave out --size, or export it for another size")
            }
        }
        return input
    }

    /// Whether the task can give a part all that it takes, and finds in it what it needs.
    func check(_ part: NetworkKind.Part) throws(BenchError) {
        if let missing = (part.takes ?? []).first(where: { name in !model.inputs.contains { $0.name == name } }) {
            throw unusable(
                "has no input '\(missing)', which a \(part.role) takes; its inputs are \(listed(model.inputs)): export it with those names"
            )
        }
        if let missing = part.gives.first(where: { name in !model.outputs.contains { $0.name == name } }) {
            throw unusable(
                "has no output '\(missing)', which a \(part.role) gives; its outputs are \(listed(model.outputs)): export it with those names"
            )
        }
        guard part.takes == nil, model.inputs.count > 1 else { return }
        throw unusable("takes more than pictures: its inputs are \(listed(model.inputs)); export it with one input")
    }

    private func fits(_ rule: SizeRule, _ height: Int, _ width: Int) -> Bool {
        switch rule {
        case .fixed(height, width): true
        case .longSide(let length, true): length == height && length == width
        default: false
        }
    }

    private func picturePort(named name: String?, usual: String?) throws(BenchError) -> OnnxModel.Port {
        if let name {
            guard let port = model.inputs.first(where: { $0.name == name }) else {
                throw unusable("has no input '\(name)'; its inputs are \(listed(model.inputs))")
            }
            guard takesPictures(port) else {
                throw unusable("has '\(name)' of \(described(port)), where pictures are float32 \(layout.words)")
            }
            return port
        }
        let ports = model.inputs.filter(takesPictures)
        if let port = ports.first(where: { $0.name == usual }) { return port }
        guard ports.count == 1, let port = ports.first else {
            let remedy = ports.isEmpty ? "export it with such an input" : "say which with --input"
            throw unusable(
                "has \(ports.isEmpty ? "no input" : "several inputs") for pictures (float32, \(layout.words)): its inputs are "
                    + "\(listed(model.inputs)); \(remedy)")
        }
        return port
    }

    private func takesPictures(_ port: OnnxModel.Port) -> Bool {
        guard port.element == .float32 else { return false }
        guard let shape = port.shape else { return true }
        guard shape.count == layout.rank else { return false }
        if case .fixed(let count) = shape[layout.colours] { return count == 3 }
        return true
    }

    /// The output for a role: the one a person names, one of the usual names, the only one, or the first where the first is
    /// meant.
    func output(_ role: String, usual names: [String], named name: String?, takesFirst: Bool) throws(BenchError)
        -> String
    {
        if let name {
            guard model.outputs.contains(where: { $0.name == name }) else {
                throw unusable("has no output '\(name)'; its outputs are \(listed(model.outputs))")
            }
            return name
        }
        if let usual = names.first(where: { name in model.outputs.contains { $0.name == name } }) { return usual }
        guard let first = model.outputs.first, takesFirst || model.outputs.count == 1 else {
            throw unusable(
                "has several outputs (\(listed(model.outputs))); say which is the \(role) with --output \(role)=NAME")
        }
        return first.name
    }

    private func listed(_ ports: [OnnxModel.Port]) -> String {
        let shown = ports.prefix(8).map { "'\($0.name)' \(described($0))" }.joined(separator: ", ")
        return ports.isEmpty ? "none" : shown + (ports.count > 8 ? ", …" : "")
    }

    private func described(_ port: OnnxModel.Port) -> String { "\(port.element.name) \(port.shapeText)" }

    private func unusable(_ what: String) -> BenchError { BenchError(.unusableInput, "\(model.path) \(what)") }
}

extension OnnxModel.Port {
    /// As `1x3xheightxwidth`; `any` where the file does not say.
    public var shapeText: String {
        guard let shape else { return "of any shape" }
        if shape.isEmpty { return "a number" }
        return shape.map {
            switch $0 {
            case .fixed(let size): "\(size)"
            case .named(let name): name.isEmpty ? "any" : name
            }
        }.joined(separator: "x")
    }
}
