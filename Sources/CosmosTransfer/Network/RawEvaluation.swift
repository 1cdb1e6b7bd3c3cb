public import Experiment
public import Tensors

/// A single network evaluation on raw tensors, so that any other implementation can be held against this one.
///
/// Tensors by name:
/// - `x` [B, C, t, h, w], already multiplied by c_in; `c_noise` [B]; `text` [B, M, width].
/// - optional: `condition_mask` [B or 1, 1, t, h, w]; `padding_mask` [B or 1, 1, H, W]; `fps` [1], 24 when absent.
/// - for every control that takes part: `hint.<control>` [B, C, t, h, w] and `weight.<control>`: one number, one a sample
///   [B], a map of tokens [t, h', w'] or [B, t, h', w'], or a map of pixels [H, W], [T, H, W] or [B, T, H, W]. Weights are
///   used as they are, without dividing by their sum.
/// - regional prompts: `text.region.<r>` [B, M, width] with `region_mask.<r>` [t, h', w'], above ½ inside; r from 0.
public struct RawEvaluation: Sendable {
    private let tensors: [String: StoredTensor]
    /// The controls that take part, in the file's alphabetical order.
    public let controls: [String]

    private static let known: Set<String> = ["x", "c_noise", "text", "condition_mask", "padding_mask", "fps"]
    private static let families = ["hint.", "weight.", "text.region.", "region_mask."]

    /// - Throws: `BenchError` naming a tensor that is missing or that is not one of the above.
    public init(_ tensors: [String: StoredTensor]) throws(BenchError) {
        self.tensors = tensors
        let strangers = tensors.keys.filter { name in
            !Self.known.contains(name) && !Self.families.contains { name.hasPrefix($0) }
        }
        if !strangers.isEmpty {
            throw BenchError(
                .unusableInput,
                "the inputs hold \(strangers.sorted().joined(separator: ", ")): tensors are called "
                    + "\(Self.known.sorted().joined(separator: ", ")), \(Self.families.map { "\($0)<…>" }.joined(separator: ", "))"
            )
        }
        controls = tensors.keys.filter { $0.hasPrefix("hint.") }.map { String($0.dropFirst("hint.".count)) }.sorted()
        for name in tensors.keys where name.hasPrefix("weight.") && !controls.contains(String(name.dropFirst(7))) {
            throw BenchError(.unusableInput, "the inputs hold \(name) without hint.\(name.dropFirst(7))")
        }
    }

    /// Runs the evaluation.
    /// - Parameters:
    ///   - temporal: frames in a latent frame, for weight maps in pixels.
    ///   - observe: told of residuals and block activations as they come.
    /// - Returns: `out`, as `x`.
    /// - Throws: `BenchError` that names the tensor and what is wrong with it.
    public func run(
        on network: TransferNetwork, temporal: Int, pool: WorkerPool, observe: TransferNetwork.Observer? = nil
    ) throws -> Tensor {
        let x = try tensor("x")
        let patch = network.configuration.patch
        guard x.shape.count == 5, zip(x.shape.dropFirst(2), patch).allSatisfy({ $0 >= $1 }) else {
            throw BenchError(
                .unusableInput,
                "x has the shape \(x.shape) where [samples, channels, frames, height, width] is expected")
        }
        let grid = zip(x.shape.dropFirst(2), patch).map { $0 / $1 }
        let hints = try controls.map { name in
            let weight = try TokenWeight(
                stored("weight.\(name)"), control: name, tokens: grid, batch: x.shape[0], temporal: temporal)
            return ControlHint(name: name, latent: try tensor("hint.\(name)"), weight: weight)
        }
        var regions: [PromptEmbedding.Region] = []
        while tensors["text.region.\(regions.count)"] != nil {
            let index = regions.count
            let mask = try tensor("region_mask.\(index)")
            try expect("region_mask.\(index)", mask, grid)
            regions.append(
                PromptEmbedding.Region(text: try tensor("text.region.\(index)"), tokens: mask.values.map { $0 > 0.5 }))
        }
        let named = tensors.keys.filter { $0.hasPrefix("text.region.") || $0.hasPrefix("region_mask.") }
        guard named.count == 2 * regions.count else {
            throw BenchError(
                .unusableInput,
                "the inputs hold \(named.sorted().joined(separator: ", ")): regions are text.region.R with region_mask.R, R "
                    + "from 0 without gaps")
        }
        let fps = try tensors["fps"].map { _ in try tensor("fps") }
        if let fps, fps.count != 1 {
            throw BenchError(.unusableInput, "fps has the shape \(fps.shape) where one number is expected")
        }
        let conditions = NetworkConditions(
            prompt: PromptEmbedding(text: try tensor("text"), regions: regions), hints: hints,
            paddingMask: try optional("padding_mask"), fps: fps.map { Double($0.values[0]) } ?? 24)
        let prepared = try network.prepare(conditions, size: x.shape, pool: pool)
        return try network.evaluate(
            prepared, x: x, noise: try tensor("c_noise").values, conditionMask: try optional("condition_mask"),
            pool: pool, observe: observe)
    }

    private func stored(_ name: String) throws(BenchError) -> StoredTensor {
        guard let tensor = tensors[name] else { throw BenchError(.unusableInput, "the inputs lack the tensor \(name)") }
        return tensor
    }

    private func tensor(_ name: String) throws(BenchError) -> Tensor {
        let tensor = try stored(name)
        guard tensor.count <= Self.mostNumbers else {
            throw BenchError(
                .unusableInput, "\(name) has \(tensor.count) numbers, more than the \(Self.mostNumbers) taken at once")
        }
        return tensor.tensor()
    }

    private func optional(_ name: String) throws(BenchError) -> Tensor? {
        tensors[name] == nil ? nil : try tensor(name)
    }

    /// 8 GiB of float32: more is taken for damage.
    private static let mostNumbers = 1 << 31
}
