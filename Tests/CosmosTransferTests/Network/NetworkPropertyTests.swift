import Experiment
import Tensors
import Testing

@testable import CosmosTransfer

/// What must hold for any weights; on the small three-control network of the references.
@Suite struct NetworkPropertyTests {
    private let reference: Reference
    private let pool = WorkerPool(threads: 2)

    init() throws { reference = try Reference(model: "controls", evaluation: "three_numbers") }

    private func hint(_ name: String, _ weight: TokenWeight) throws -> ControlHint {
        ControlHint(name: name, latent: try reference.tensor("hint.\(name)"), weight: weight)
    }

    private func evaluate(
        _ hints: [ControlHint], threads: Int = 2, observe: TransferNetwork.Observer? = nil
    ) throws -> Tensor {
        let pool = WorkerPool(threads: threads)
        let x = try reference.tensor("x")
        let conditions = NetworkConditions(
            prompt: PromptEmbedding(text: try reference.tensor("text")), hints: hints, fps: 24)
        let prepared = try reference.network.prepare(conditions, size: x.shape, pool: pool)
        return try reference.network.evaluate(
            prepared, x: x, noise: try reference.tensor("c_noise").values, pool: pool, observe: observe)
    }

    private func residuals(_ hints: [ControlHint]) throws -> [Tensor] {
        var seen: [Tensor] = []
        _ = try evaluate(hints) { name, value in if name.hasPrefix("residual") { seen.append(value) } }
        return seen
    }

    private func grid() throws -> [Int] {
        let x = try reference.tensor("x").shape
        return [x[0], x[2], x[3] / 2, x[4] / 2]
    }

    @Test func `weights that are all zero give the base alone, and no branch runs`() throws {
        let zeros = Tensor(shape: try grid(), repeating: 0)
        let hints = [try hint("vis", .uniform([0])), try hint("edge", .map(zeros))]
        #expect(try evaluate(hints) == evaluate([]))
        #expect(try residuals(hints).isEmpty)
    }

    @Test func `residuals are linear in the weights`() throws {
        let one = try residuals([hint("vis", .uniform([1]))])
        let other = try residuals([hint("edge", .uniform([1]))])
        let mixed = try residuals([hint("vis", .uniform([0.25])), hint("edge", .uniform([0.5]))])
        #expect(mixed.count == 2)
        for ((a, b), c) in zip(zip(one, other), mixed) {
            let most = c.values.map(abs).max() ?? 0
            for i in c.values.indices {
                #expect(abs(0.25 * a.values[i] + 0.5 * b.values[i] - c.values[i]) <= 1e-5 * most)
            }
        }
    }

    @Test func `a constant map gives the bits of the number`() throws {
        let map = Tensor(shape: try grid(), repeating: 0.3)
        #expect(try evaluate([hint("vis", .map(map))]) == evaluate([hint("vis", .uniform([0.3]))]))
    }

    @Test func `two half maps add up to the whole`() throws {
        let shape = try grid()
        let count = shape.reduce(1, *)
        let left = Tensor(shape: shape, values: (0..<count).map { $0 % shape[3] < shape[3] / 2 ? 1 : 0 })
        let right = Tensor(shape: shape, values: left.values.map { 1 - $0 })
        let halves = try [left, right].map { try residuals([hint("vis", .map($0))]) }
        let whole = try residuals([hint("vis", .uniform([1]))])
        #expect(whole.count == 2)
        for j in whole.indices {
            #expect(zip(halves[0][j].values, halves[1][j].values).map(+) == whole[j].values)
        }
    }

    @Test func `any number of threads gives the same bits`() throws {
        let hints = [try hint("vis", .uniform([0.4])), try hint("depth", .uniform([0.6]))]
        let one = try evaluate(hints, threads: 1)
        #expect(try evaluate(hints, threads: 2) == one)
        #expect(try evaluate(hints, threads: 5) == one)
    }

    @Test func `a sample's bits do not depend on the others in its batch`() throws {
        let two = try Reference(model: "controls", evaluation: "batch_2")
        let x = try two.tensor("x")
        let whole = try two.evaluate(threads: 2)
        for s in 0..<x.shape[0] {
            #expect(try two.sample(s).evaluate(threads: 2).values == whole.part(s).values)
        }
    }

    @Test func `samples of the same noise under other texts give the bits of each alone`() throws {
        let (x, text) = (try reference.tensor("x"), try reference.tensor("text"))
        var other = text
        other.values[0] += 1
        func evaluate(_ texts: [Tensor]) throws -> [Float] {
            let all = Tensor(
                shape: [texts.count] + text.shape.dropFirst(), values: texts.flatMap { $0.values })
            let size = [texts.count] + x.shape.dropFirst()
            let prepared = try reference.network.prepare(
                NetworkConditions(prompt: PromptEmbedding(text: all), fps: 24), size: size, pool: pool)
            return try reference.network.evaluate(
                prepared, x: Tensor(shape: size, values: texts.flatMap { _ in x.values }),
                noise: texts.map { _ in 0.3 }, pool: pool
            ).values
        }
        #expect(x.shape[0] == 1)
        let (one, two) = (try evaluate([text]), try evaluate([other]))
        #expect(one != two)
        #expect(try evaluate([text, other, other]) == one + two + two)
    }

    @Test func `what repeats in a batch is found, bit for bit`() {
        func distinct(_ samples: [Float], noise: [Float]? = nil, mask: [Float]? = nil) -> Int {
            NetworkInput(
                x: Tensor(shape: [samples.count, 2], values: samples.flatMap { [$0, 1] }),
                noise: noise ?? samples.map { _ in 0.5 }, conditionMask: mask, paddingMask: nil
            ).distinct
        }
        #expect(distinct([3]) == 1)
        #expect(distinct([3, 3, 3]) == 1)
        #expect(distinct([3, 4, 3, 4]) == 2)
        #expect(distinct([3, 4, 4, 3]) == 4)
        #expect(distinct([3, 4, 3]) == 3)
        #expect(distinct([0, -0.0]) == 2)
        #expect(distinct([3, 3], noise: [0.5, 0.6]) == 2)
        #expect(distinct([3, 3, 3, 3], mask: [0, 1, 0, 1]) == 2)
    }

    @Test func `weights that mean nothing are errors that name the control`() throws {
        #expect(
            throws: BenchError(.unusableInput, "weight.vis is -0.5 at position 0: weights are numbers from zero up")
        ) {
            try evaluate([hint("vis", .uniform([-0.5]))])
        }
        var map = Tensor(shape: try grid(), repeating: 1)
        map.values[3] = .nan
        #expect(throws: BenchError(.unusableInput, "weight.vis holds nan at position 3")) {
            try evaluate([hint("vis", .map(map))])
        }
        let flat = Tensor(shape: [4, 4], repeating: 1)
        let rank = try #require(throws: BenchError.self) { try evaluate([hint("edge", .map(flat))]) }
        #expect(rank.sentence.hasPrefix("weight.edge has the shape [4, 4] where ["))
    }

    @Test func `inputs that are not finite, or of another shape, are errors that name the tensor`() throws {
        var latent = try reference.tensor("hint.vis")
        latent.values[7] = .infinity
        #expect(throws: BenchError(.unusableInput, "hint.vis holds inf at position 7")) {
            try evaluate([ControlHint(name: "vis", latent: latent, weight: .uniform([1]))])
        }
        let x = try reference.tensor("x")
        let text = try reference.tensor("text")
        let narrow = NetworkConditions(prompt: PromptEmbedding(text: text.reshaped([1, text.count, 1])), fps: 24)
        let width = try #require(throws: BenchError.self) {
            try reference.network.prepare(narrow, size: x.shape, pool: pool)
        }
        #expect(width.sentence.hasPrefix("text has the shape ["))
        let odd = try #require(throws: BenchError.self) {
            try reference.network.prepare(
                NetworkConditions(prompt: PromptEmbedding(text: text), fps: 24), size: [1, 16, 1, 7, 8], pool: pool)
        }
        #expect(odd.sentence == "the latent size [1, 7, 8] is not a multiple of the patch [1, 2, 2]")
    }

    @Test func `a control without weights is named`() throws {
        let missing = try #require(throws: BenchError.self) {
            try evaluate([ControlHint(name: "seg", latent: reference.tensor("x"), weight: .uniform([1]))])
        }
        #expect(missing.code == .missing)
        #expect(missing.sentence.contains("'seg'") && missing.sentence.contains("seg_control.safetensors"))
    }
}
