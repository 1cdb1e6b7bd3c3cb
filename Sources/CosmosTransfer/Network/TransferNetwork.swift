internal import CKernels
public import Experiment
public import Tensors

/// Cosmos-Transfer1's denoising network: the base transformer and its control branches (spec §1.2, §2).
///
/// All arithmetic is float32. Weights of a large network stay as they are stored, mapped from their files; those of a small
/// one are packed for its products once.
public final class TransferNetwork: Sendable {
    /// Something seen on the way, for comparisons with other implementations: `residual.<j>`, the sum of the branches'
    /// residuals for base block j, and `block.<j>`, the activation after it; [samples, frames, rows, columns, width] of the
    /// token grid.
    public typealias Observer = (_ name: String, _ value: Tensor) -> Void

    public let configuration: TransformerConfiguration
    /// The controls whose branches are loaded, in the order given.
    public let controls: [String]
    private let trunk: Trunk
    private let finalModulation: Modulation
    private let finalLayer: MatrixWeight
    private let branches: [String: ControlBranch]
    /// Every tensor, for the sentence that names a damaged one.
    private let parts: [(name: String, tensors: [String: StoredTensor])]

    /// - Parameters:
    ///   - base: the base network's tensors by their official names without prefix (spec §2.10).
    ///   - controls: the same for each control's branch.
    /// - Throws: `BenchError` when tensors are missing or have other shapes.
    public init(
        configuration: TransformerConfiguration, base: [String: StoredTensor],
        control: ControlConfiguration = ControlConfiguration(),
        controls: [(name: String, tensors: [String: StoredTensor])] = []
    ) throws {
        self.configuration = configuration
        self.controls = controls.map(\.name)
        // Kernels trust the shapes.
        _ = try WeightSet(tensors: base, source: "the base network").checked(configuration.baseTensors())
        for (name, tensors) in controls {
            _ = try WeightSet(tensors: tensors, source: "the control '\(name)'").checked(
                configuration.controlTensors(control), ignoring: configuration.unusedControlTensors().keys)
        }
        parts = [("base_model", base)] + controls.map { ("\($0.name)_control", $0.tensors) }
        let count = parts.reduce(0) { $0 + $1.tensors.values.reduce(0) { $0 + $1.count } }
        let packsOnce = count * MemoryLayout<Float>.size <= MatrixWeight.mostPackedBytes
        let weights = TensorLookup(tensors: base, packsOnce: packsOnce)
        trunk = try Trunk(
            weights, configuration: configuration, blocks: configuration.blocks, ropeRatio: configuration.ropeRatio)
        finalModulation = try Modulation(weights, "final_layer.", width: configuration.width)
        finalLayer = try weights.matrix("final_layer.linear.weight")
        var branches: [String: ControlBranch] = [:]
        for (name, tensors) in controls {
            branches[name] = try ControlBranch(
                TensorLookup(tensors: tensors, packsOnce: packsOnce), configuration: configuration, control: control)
        }
        self.branches = branches
    }

    /// What does not depend on the step, computed once for a clip: encoded hints, the text's keys and values, rotary tables.
    public struct Prepared: Sendable {
        struct Control: Sendable {
            let name: String
            let branch: ControlBranch
            /// [tokens, width] for all samples, or [samples · tokens, width].
            let hint: FloatBuffer
            let text: [[CrossKeys]]
            /// [samples · tokens]
            let weight: FloatBuffer
        }

        let grid: LatentGrid
        let paddingMask: [Float]?
        let rotary: RotaryEmbedding
        let controlRotary: RotaryEmbedding?
        let text: [[CrossKeys]]
        let controls: [Control]
    }

    /// A prompt's keys and values in all blocks: the same for every clip and patch that it steers.
    public struct TextKeys: Sendable {
        let trunk: [[CrossKeys]]
        let controls: [String: [[CrossKeys]]]
    }

    /// Projects a prompt for the base network and for the branches of `controls`; those without weights are passed over.
    /// - Throws: `BenchError` when the embedding has another width, or a number that is not finite.
    public func textKeys(
        _ prompt: PromptEmbedding, controls: [String], pool: WorkerPool
    ) throws(BenchError) -> TextKeys {
        for text in [prompt.text] + prompt.regions.map(\.text) {
            try expect("text", text, [nil, nil, configuration.textWidth])
        }
        var keys: [String: [[CrossKeys]]] = [:]
        for name in controls { keys[name] = branches[name]?.textKeys(prompt, pool: pool) }
        return TextKeys(trunk: trunk.textKeys(prompt, pool: pool), controls: keys)
    }

    /// Prepares a clip.
    /// - Parameters:
    ///   - size: of the latents, [samples, channels, frames, height, width].
    ///   - text: the prompt's keys, when they exist already.
    ///   - others: prepared with hints of the same latents, which are taken over where they are encoded already: the other
    ///     pass of a guided step, other weights.
    /// - Throws: `BenchError` that names the input and what is wrong with it.
    public func prepare(
        _ conditions: NetworkConditions, size: [Int], text: TextKeys? = nil, sharing others: [Prepared] = [],
        rotaryPrecision: RotaryPrecision = .float32, pool: WorkerPool
    ) throws(BenchError) -> Prepared {
        let grid = try grid(of: size)
        try conditions.check(grid, configuration: configuration, controls: Set(branches.keys))
        let padding = conditions.paddingMask.map { resized($0, to: grid) }
        let timeScale = configuration.baseFPS / conditions.fps
        let active = conditions.hints.filter { !$0.weight.isZero }
        let names = active.map(\.name)
        let text = if let text { text } else { try textKeys(conditions.prompt, controls: names, pool: pool) }
        let controls = active.compactMap { hint -> Prepared.Control? in
            guard let branch = branches[hint.name] else { return nil }
            let shared = others.lazy.compactMap { $0.controls.first { $0.name == hint.name } }.first
            return Prepared.Control(
                name: hint.name, branch: branch,
                hint: shared?.hint ?? branch.hint(hint.latent, paddingMask: padding, grid: grid, pool: pool),
                text: text.controls[hint.name] ?? branch.textKeys(conditions.prompt, pool: pool),
                weight: perToken(hint.weight, grid))
        }
        return Prepared(
            grid: grid, paddingMask: padding,
            rotary: trunk.rotary(grid, timeScale: timeScale, precision: rotaryPrecision),
            controlRotary: controls.first?.branch.rotary(grid, timeScale: timeScale, precision: rotaryPrecision),
            text: text.trunk, controls: controls)
    }

    /// One evaluation of the network.
    /// - Parameters:
    ///   - x: [samples, channels, frames, height, width], already multiplied by c_in.
    ///   - noise: c_noise = ¼ ln σ, one number a sample.
    ///   - conditionMask: [samples or 1, 1, frames, height, width]; nil for zeros.
    /// - Returns: as `x`.
    /// - Throws: `BenchError` for a wrong shape or a number that is not finite, in the inputs or in the result.
    public func evaluate(
        _ prepared: Prepared, x: Tensor, noise: [Float], conditionMask: Tensor? = nil, pool: WorkerPool,
        observe: Observer? = nil
    ) throws(BenchError) -> Tensor {
        let grid = prepared.grid
        let input = try input(x, noise, conditionMask, prepared)
        let (rows, width) = (grid.samples * grid.tokens, configuration.width)
        let texts = prepared.text.joined() + prepared.controls.flatMap { $0.text.joined() }
        let workspace = Workspace(
            grid: grid, width: width, heads: configuration.heads, hiddenWidth: width * configuration.mlpRatio,
            regional: texts.contains { !$0.regional.isEmpty })
        func report(_ name: String, _ buffer: FloatBuffer) {
            observe?(
                name,
                Tensor(
                    shape: [grid.samples, grid.tokenFrames, grid.tokenRows, grid.tokenColumns, width],
                    values: buffer.array()))
        }

        let depth = prepared.controls.map(\.branch.blocks).max() ?? 0
        let residuals = (0..<depth).map { _ in FloatBuffer(count: rows * width) }
        for residual in residuals { residual.fill(0) }
        if let rotary = prepared.controlRotary {
            for control in prepared.controls {
                control.branch.addResiduals(
                    to: residuals, input: input, text: control.text, hint: control.hint, weight: control.weight,
                    rotary: rotary, workspace: workspace, pool: pool)
            }
        }
        for (j, residual) in residuals.enumerated() { report("residual.\(j)", residual) }

        let y = trunk.embed(input, grid: grid, pool: pool)
        let (signal, distinct) = (trunk.signal(noise, pool: pool), input.distinct)
        for j in 0..<configuration.blocks {
            trunk.runBlock(
                j, y, distinct: distinct, signal: signal, rotary: prepared.rotary, text: prepared.text[j],
                workspace: workspace, pool: pool)
            if j < depth {
                let (isa, residual) = (tb_isa_best(), residuals[j])
                pool.runRanges(rows, grain: 256) { range in
                    let at = range.lowerBound * width
                    tb_add_gated(isa, y.pointer + at, width, residual.pointer + at, width, nil, range.count, width)
                }
            }
            report("block.\(j)", y)
        }
        return try finish(y, signal, workspace, pool)
    }

    /// The final layer and the tokens' way back into the latent (spec §2.9).
    private func finish(
        _ y: FloatBuffer, _ signal: TimestepSignal, _ workspace: Workspace, _ pool: WorkerPool
    ) throws(BenchError) -> Tensor {
        let (grid, width, outputs) = (workspace.grid, configuration.width, configuration.patchOutputs)
        let rows = grid.samples * grid.tokens
        finalModulation.vectors(signal, pool: pool).normalise(y, into: workspace.normed, grid: grid, pool: pool)
        let features = FloatBuffer(count: rows * outputs)
        pool.multiply(
            workspace.normed.pointer, stride: width, rows: rows, segments: grid.samples, by: finalLayer,
            into: (features.pointer, outputs))
        let channels = configuration.latentChannels
        let size = channels * grid.positions
        let values = [Float](unsafeUninitializedCapacity: grid.samples * size) { buffer, filled in
            filled = grid.samples * size
            guard let base = buffer.baseAddress else { return }
            for s in 0..<grid.samples {
                grid.scatter(features.pointer + s * grid.tokens * outputs, channels: channels, into: base + s * size)
            }
        }
        let out = Tensor(shape: [grid.samples, channels, grid.frames, grid.height, grid.width], values: values)
        if let position = out.firstNonFinite {
            throw BenchError(
                .unusableInput,
                "the network gave \(out.values[position]) at position \(position): "
                    + (damagedWeight() ?? "the inputs are too large for it, or its weights are not this model's"))
        }
        return out
    }

    /// The first weight that is not finite, named; nil when all are.
    private func damagedWeight() -> String? {
        let piece = 1 << 20
        let numbers = FloatBuffer(count: piece)
        for part in parts {
            for (name, tensor) in part.tensors.sorted(by: { $0.key < $1.key }) {
                for start in stride(from: 0, to: tensor.count, by: piece) {
                    let count = min(piece, tensor.count - start)
                    tensor.widen(start..<start + count, into: numbers.pointer)
                    guard let i = (0..<count).first(where: { !numbers.pointer[$0].isFinite }) else { continue }
                    return "its weight '\(name)' in \(part.name) is \(numbers.pointer[i]) at position \(start + i)"
                }
            }
        }
        return nil
    }

    /// The grid of latents [samples, channels, frames, height, width].
    /// - Throws: `BenchError` when the model does not take that size.
    func grid(of size: [Int]) throws(BenchError) -> LatentGrid {
        let patch = configuration.patch
        guard size.count == 5, size.allSatisfy({ $0 > 0 }), size[1] == configuration.latentChannels else {
            throw BenchError(
                .unusableInput,
                "x has the shape \(size) where [samples, \(configuration.latentChannels), frames, height, width] is expected"
            )
        }
        guard zip(size[2...], patch).allSatisfy({ $0 % $1 == 0 }) else {
            throw BenchError(
                .unusableInput, "the latent size \(Array(size[2...])) is not a multiple of the patch \(patch)")
        }
        guard size[2] <= configuration.maxFrames, size[3] <= configuration.maxSize[0],
            size[4] <= configuration.maxSize[1]
        else {
            throw BenchError(
                .unusableInput,
                "the latent size \(Array(size[2...])) is above the model's \([configuration.maxFrames] + configuration.maxSize)"
            )
        }
        return LatentGrid(samples: size[0], frames: size[2], height: size[3], width: size[4], patch: patch)
    }

    private func input(
        _ x: Tensor, _ noise: [Float], _ mask: Tensor?, _ prepared: Prepared
    ) throws(BenchError) -> NetworkInput {
        let grid = prepared.grid
        let size = [grid.samples, configuration.latentChannels, grid.frames, grid.height, grid.width]
        try expect("x", x, size)
        try expect("c_noise", Tensor(shape: [noise.count], values: noise), [grid.samples])
        var condition: [Float]?
        if let mask {
            guard configuration.hasConditionMask else {
                throw BenchError(.unusableInput, "condition_mask is given, but this model takes none")
            }
            let one = mask.shape.first == 1
            try expect("condition_mask", mask, [one ? 1 : grid.samples, 1] + size[2...].map { $0 })
            condition = one ? (0..<grid.samples).flatMap { _ in mask.values } : mask.values
        }
        return NetworkInput(x: x, noise: noise, conditionMask: condition, paddingMask: prepared.paddingMask)
    }

    /// The padding mask at latent resolution: the nearest number, repeated over time (spec §2.2).
    private func resized(_ mask: Tensor, to grid: LatentGrid) -> [Float] {
        let (height, width) = (mask.shape[2], mask.shape[3])
        return (0..<grid.samples).flatMap { s in
            let first = mask.shape[0] == 1 ? 0 : s * height * width
            let plane = (0..<grid.height).flatMap { y in
                (0..<grid.width).map { x in
                    mask.values[first + y * height / grid.height * width + x * width / grid.width]
                }
            }
            return (0..<grid.frames).flatMap { _ in plane }
        }
    }

    private func perToken(_ weight: TokenWeight, _ grid: LatentGrid) -> FloatBuffer {
        let out = FloatBuffer(count: grid.samples * grid.tokens)
        for s in 0..<grid.samples {
            let at = out.pointer + s * grid.tokens
            switch weight {
            case .uniform(let values): at.update(repeating: values[values.count == 1 ? 0 : s], count: grid.tokens)
            case .map(let map):
                let first = map.shape[0] == 1 ? 0 : s * grid.tokens
                for i in 0..<grid.tokens { at[i] = map.values[first + i] }
            }
        }
        return out
    }
}
