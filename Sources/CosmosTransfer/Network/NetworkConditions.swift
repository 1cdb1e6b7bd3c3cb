internal import Experiment
public import Tensors

/// One control of a network evaluation.
public struct ControlHint: Sendable {
    public let name: String
    /// The encoded control video, already scaled (spec §1.3): [samples, latent channels, frames, height, width].
    public let latent: Tensor
    public let weight: TokenWeight

    public init(name: String, latent: Tensor, weight: TokenWeight) {
        self.name = name
        self.latent = latent
        self.weight = weight
    }
}

/// What stays the same through all steps of a clip.
public struct NetworkConditions: Sendable {
    public let prompt: PromptEmbedding
    public let hints: [ControlHint]
    /// [samples or 1, 1, height, width] at any resolution; nil for zeros, which is usual.
    public let paddingMask: Tensor?
    /// Frames a second that the clip is meant to be shown at.
    public let fps: Double

    public init(prompt: PromptEmbedding, hints: [ControlHint] = [], paddingMask: Tensor? = nil, fps: Double) {
        self.prompt = prompt
        self.hints = hints
        self.paddingMask = paddingMask
        self.fps = fps
    }
}

extension NetworkConditions {
    /// - Throws: `BenchError` that names the tensor and what is wrong with it.
    func check(_ grid: LatentGrid, configuration: TransformerConfiguration, controls: Set<String>) throws(BenchError) {
        guard fps > 0, fps.isFinite else {
            throw BenchError(.unusableInput, "fps is \(fps): give a number of frames a second above zero")
        }
        try expect("text", prompt.text, [grid.samples, nil, configuration.textWidth])
        for (index, region) in prompt.regions.enumerated() {
            try expect("text.region.\(index)", region.text, [grid.samples, nil, configuration.textWidth])
            guard region.tokens.count == grid.tokens else {
                throw BenchError(
                    .unusableInput,
                    "region_mask.\(index) has \(region.tokens.count) tokens where the video has \(grid.tokens)")
            }
        }
        if let paddingMask {
            try expect("padding_mask", paddingMask, [paddingMask.shape.first == 1 ? 1 : grid.samples, 1, nil, nil])
        }
        for (index, hint) in hints.enumerated() {
            guard controls.contains(hint.name) else {
                throw BenchError(
                    .missing,
                    "there are no weights for the control '\(hint.name)': put \(hint.name)_control.safetensors "
                        + "or \(hint.name)_control.pt into the weights folder")
            }
            guard !hints[..<index].contains(where: { $0.name == hint.name }) else {
                throw BenchError(.unusableInput, "the control '\(hint.name)' is given twice")
            }
            try expect(
                "hint.\(hint.name)", hint.latent,
                [grid.samples, configuration.latentChannels, grid.frames, grid.height, grid.width])
            try check(hint.weight, of: hint.name, grid)
        }
    }

    private func check(_ weight: TokenWeight, of name: String, _ grid: LatentGrid) throws(BenchError) {
        let values: [Float]
        switch weight {
        case .uniform(let numbers):
            guard numbers.count == 1 || numbers.count == grid.samples else {
                throw BenchError(
                    .unusableInput,
                    "weight.\(name) has \(numbers.count) numbers: give one, or one for each of the \(grid.samples) samples"
                )
            }
            values = numbers
        case .map(let map):
            try expect(
                "weight.\(name)", map,
                [map.shape.first == 1 ? 1 : grid.samples, grid.tokenFrames, grid.tokenRows, grid.tokenColumns])
            values = map.values
        }
        if let index = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
            throw BenchError(
                .unusableInput,
                "weight.\(name) is \(values[index]) at position \(index): weights are numbers from zero up")
        }
    }
}

/// Refuses a tensor of another shape (nil stands for any size above zero), or with a number that is not finite.
func expect(_ name: String, _ tensor: Tensor, _ shape: [Int?]) throws(BenchError) {
    let fits =
        tensor.shape.count == shape.count
        && zip(tensor.shape, shape).allSatisfy { have, want in want.map { $0 == have } ?? (have > 0) }
    guard fits else {
        let wanted = shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
        throw BenchError(.unusableInput, "\(name) has the shape \(tensor.shape) where [\(wanted)] is expected")
    }
    if let position = tensor.firstNonFinite {
        throw BenchError(.unusableInput, "\(name) holds \(tensor.values[position]) at position \(position)")
    }
}
