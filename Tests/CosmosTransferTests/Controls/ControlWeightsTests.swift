import CosmosTransfer
import Experiment
import Tensors
import Testing

@Suite struct ControlWeightsTests {
    private func grid(
        _ frames: Int, _ height: Int, _ width: Int, tokens: [Int], temporal: Int = 8
    ) throws -> WeightGrid {
        try WeightGrid(
            frames: frames, height: height, width: width, clipFrames: frames, tokens: tokens, temporal: temporal)
    }

    /// A grid whose tokens are the pixels: what comes out is the normalised map itself.
    private func pixels(_ shape: [Int]) throws -> WeightGrid {
        try grid(shape[0], shape[1], shape[2], tokens: shape, temporal: 1)
    }

    private func map(_ weight: TokenWeight) throws -> Tensor {
        guard case .map(let map) = weight else { throw BenchError(.bug, "\(weight) is not a map") }
        return map.reshaped(Array(map.shape.dropFirst()))
    }

    // MARK: Against references

    private struct Numbers: Decodable {
        let given, normalised: [Double]
    }

    @Test func `numbers are divided by their sum when it is above 1`() throws {
        for r: Numbers in try ReferenceNumbers.json("diffusion/weights/numbers.json", as: [Numbers].self) {
            let weights = try ControlWeights(r.given.map { ("edge", .scalar($0)) }, grid: pixels([1, 2, 2])).tokens()
            for (weight, expected) in zip(weights, r.normalised) {
                guard case .uniform(let value) = weight else { throw BenchError(.bug, "\(weight) is a map") }
                #expect(value.count == 1 && abs(Double(value[0]) - expected) < 1e-7)
                #expect(weight.isZero == (expected == 0))
            }
        }
    }

    private struct Maps: Decodable {
        struct Case: Decodable {
            let name: String
            let given: [Given]
        }
        enum Given: Decodable {
            case number(Double)
            case map(String)
            init(from decoder: any Decoder) throws {
                let value = try decoder.singleValueContainer()
                if let number = try? value.decode(Double.self) {
                    self = .number(number)
                } else {
                    self = .map(try value.decode(String.self))
                }
            }
        }
        let target: [Int]
        let cases: [Case]
    }

    @Test func `maps are resized and normalised as the official pipeline does it, when that is asked for`() throws {
        let maps: Maps = try ReferenceNumbers.json("diffusion/weights/maps.json")
        let inputs = try ReferenceNumbers("diffusion/weights/inputs.safetensors")
        let expected = try ReferenceNumbers("diffusion/weights/expected.safetensors")
        for one in maps.cases {
            let given: [(control: String, weight: ControlWeight)] = try one.given.map {
                switch $0 {
                case .number(let value): ("edge", .scalar(value))
                case .map(let name): ("edge", .map(try inputs.stored(String(name.dropFirst(4)))))
                }
            }
            let weights = try ControlWeights(given, grid: pixels(maps.target), parity: .official).tokens()
            for (i, weight) in weights.enumerated() {
                #expect(relativeError(try map(weight), try expected["\(one.name).\(i)"]) < 1e-6)
            }
        }
    }

    @Test func `maps become tokens as in the reference`() throws {
        let inputs = try ReferenceNumbers("diffusion/map_to_tokens/inputs.safetensors")
        let expected = try ReferenceNumbers("diffusion/map_to_tokens/expected.safetensors")
        for (name, stored) in inputs.all {
            let (from, to) = (stored.shape, try expected[name].shape)
            let temporal = name == "temporal_4" ? 4 : 8
            let tokens = try ControlWeights(
                [("vis", .map(stored))], grid: grid(from[0], from[1], from[2], tokens: to, temporal: temporal)
            ).tokens()
            #expect(relativeError(try map(tokens[0]), try expected[name]) < 1e-6)
            let raw = try TokenWeight(stored, control: "vis", tokens: to, batch: 1, temporal: temporal)
            #expect(raw == tokens[0])
        }
    }

    @Test func `maps of another size are stretched as in the reference`() throws {
        let inputs = try ReferenceNumbers("diffusion/map_resize/inputs.safetensors")
        let expected = try ReferenceNumbers("diffusion/map_resize/expected.safetensors")
        for name in expected.all.keys {
            let target = try expected[name]
            let source = try inputs.stored(String(name.split(separator: ".")[0]))
            let stretched = try ControlWeights([("vis", .map(source))], grid: pixels(target.shape)).tokens()
            #expect(relativeError(try map(stretched[0]), target) < 1e-6)
        }
    }

    // MARK: Properties

    @Test func `tokens are the mean of their centre pixels`() throws {
        let pixels = randomTensor([9, 32, 48], seed: 5, in: 0...1)
        let tokens = try map(
            ControlWeights([("seg", .map(pixels))], grid: grid(9, 32, 48, tokens: [2, 2, 3])).tokens()[0])
        func pixel(_ t: Int, _ y: Int, _ x: Int) -> Float { pixels.values[(t * 32 + y) * 48 + x] }
        for (u, frames) in [(0, [0]), (1, [4, 5])] {
            for i in 0..<2 {
                for j in 0..<3 {
                    let samples = frames.flatMap { t in
                        [7, 8].flatMap { y in [7, 8].map { x in pixel(t, 16 * i + y, 16 * j + x) } }
                    }
                    let mean = samples.reduce(0, +) / Float(samples.count)
                    #expect(abs(tokens.values[(u * 2 + i) * 3 + j] - mean) < 1e-6)
                }
            }
        }
    }

    @Test func `a constant map equals the number`() throws {
        let grid = try grid(9, 32, 32, tokens: [2, 2, 2])
        for value in [0, 0.3, 1, 2.5] {
            let flat = Tensor(shape: [5, 7, 3], repeating: Float(value))
            let number = try ControlWeights([("a", .scalar(value)), ("b", .scalar(0.7))], grid: grid).tokens()
            let mixed = try ControlWeights([("a", .map(flat)), ("b", .scalar(0.7))], grid: grid).tokens()
            for (number, mixed) in zip(number, mixed) {
                guard case .uniform(let one) = number else { throw BenchError(.bug, "\(number) is a map") }
                #expect(try map(mixed).values == [Float](repeating: one[0], count: 8))
            }
        }
    }

    @Test func `two half-maps sum to the whole`() throws {
        let grid = try grid(9, 32, 64, tokens: [2, 2, 4])
        var left = Tensor(shape: [32, 64], repeating: 0.8)
        var right = left
        for i in 0..<left.count {
            if i % 64 < 32 { right.values[i] = 0 } else { left.values[i] = 0 }
        }
        let halves = try [left, right].map { try map(ControlWeights([("edge", .map($0))], grid: grid).tokens()[0]) }
        #expect(zip(halves[0].values, halves[1].values).allSatisfy { $0 + $1 == 0.8 && $0 * $1 == 0 })
    }

    @Test func `weights that are zero everywhere mark a branch that need not run`() throws {
        let grid = try grid(1, 32, 32, tokens: [1, 2, 2])
        var dot = Tensor(shape: [32, 32])
        dot.values[0] = 1  // between the centres of the tokens
        let weights = try ControlWeights(
            [("a", .map(Tensor(shape: [3, 2, 2]))), ("b", .scalar(0)), ("c", .map(dot)), ("d", .scalar(1))], grid: grid)
        #expect(weights.names == ["a", "b", "c", "d"])
        #expect(weights.tokens().map(\.isZero) == [true, true, true, false])
    }

    @Test func `a 0 beside a map switches the control off, unless the official behaviour is asked for`() throws {
        let grid = try grid(1, 16, 16, tokens: [1, 1, 1])
        func weights(_ zero: ControlWeight, _ parity: WeightParity) throws -> [Float] {
            try ControlWeights(
                [("a", zero), ("b", .map(Tensor(shape: [1, 1], repeating: 1)))], grid: grid, parity: parity
            )
            .tokens().map { try map($0).values[0] }
        }
        #expect(try weights(.scalar(0), WeightParity()) == [0, 1])
        #expect(try weights(.scalar(0), .official) == [0.5, 0.5])
        #expect(try weights(.scalar(0, quoted: true), .official) == [0, 1])
    }

    @Test func `maps span the whole video, and padding repeats its last frame`() throws {
        // Frame f of 17 has weight f/16; clips are of 9 frames and share one.
        let ramp = Tensor(shape: [17, 1, 1], values: (0..<17).map { Float($0) / 16 })
        let grid = try WeightGrid(frames: 17, height: 16, width: 16, clipFrames: 9, tokens: [2, 1, 1], temporal: 8)
        let weights = try ControlWeights([("a", .map(ramp))], grid: grid)
        #expect(try map(weights.tokens(firstFrame: 0)[0]).values == [0, 4.5 / 16])
        #expect(try map(weights.tokens(firstFrame: 8)[0]).values == [0.5, 12.5 / 16])
        #expect(try map(weights.tokens(firstFrame: 16)[0]).values == [1, 1])
        let official = try ControlWeights([("a", .map(ramp))], grid: grid, parity: .official)
        let last = Float((8.5 * 17 / 9 - 0.5) / 16)
        #expect(try map(official.tokens(firstFrame: 8)[0]).values.allSatisfy { abs($0 - last) < 1e-6 })
    }

    @Test func `tokens of a patch are those of its part of the map`() throws {
        let whole = randomTensor([1, 48, 64], seed: 6, in: 0...1)
        let window = try WeightGrid(
            frames: 1, height: 48, width: 64, clipFrames: 1, tokens: [1, 2, 2], temporal: 8,
            window: (16..<48, 32..<64))
        let all = try map(ControlWeights([("a", .map(whole))], grid: grid(1, 48, 64, tokens: [1, 3, 4])).tokens()[0])
        let part = try map(ControlWeights([("a", .map(whole))], grid: window).tokens()[0])
        #expect(part.values == [6, 7, 10, 11].map { all.values[$0] })
    }

    @Test func `samples of a batch keep their own weights`() {
        let map = Tensor(shape: [1, 1, 1, 2], values: [0.1, 0.2])
        #expect(TokenWeight.batch([.uniform([1]), .uniform([2])]) == .uniform([1, 2]))
        #expect(TokenWeight.batch([.map(map)]) == .map(map))
        #expect(
            TokenWeight.batch([.uniform([1]), .map(map)])
                == .map(Tensor(shape: [2, 1, 1, 2], values: [1, 1, 0.1, 0.2])))
    }

    @Test func `half-precision maps are read where they lie`() throws {
        let half = StoredTensor(name: "m", element: .float16, shape: [1, 16, 16]) { bytes in
            bytes.bindMemory(to: UInt16.self).update(repeating: 0x3800)  // one half
        }
        let weights = try ControlWeights([("a", .map(half))], grid: grid(9, 16, 16, tokens: [2, 1, 1])).tokens()
        #expect(try map(weights[0]).values == [0.5, 0.5])
    }

    // MARK: Bad input

    private func sentence(_ weight: ControlWeight) throws -> String {
        let error = #expect(throws: BenchError.self) {
            try ControlWeights([("vis", .scalar(1)), ("edge", weight)], grid: pixels([1, 2, 2]))
        }
        return try #require(error).sentence
    }

    @Test func `numbers that are no weights are refused by the control's name`() throws {
        for value in [-0.5, .nan, .infinity, -.infinity, 1e39] {
            let text = try sentence(.scalar(value))
            #expect(text.contains("'edge'") && text.contains("\(value)"))
        }
    }

    @Test func `maps that hold no weights are refused with the place`() throws {
        for value in [Float.nan, .infinity, -1e-9] {
            var map = Tensor(shape: [3, 4, 5])
            map.values[1 * 20 + 2 * 5 + 3] = value
            let text = try sentence(.map(map))
            #expect(text.contains("'edge'") && text.contains("[1, 2, 3]"))
        }
        var long = Tensor(shape: [1 << 17])
        long.values[100_000] = -1
        #expect(try sentence(.map(long.reshaped([2, 1 << 16]))).contains("[1, 34464]"))
    }

    @Test func `maps of the wrong rank are refused`() throws {
        for shape in [[], [4], [1, 2, 2, 2]] {
            let text = try sentence(.map(Tensor(shape: shape, repeating: 1)))
            #expect(text.contains("'edge'") && text.contains("must be 2D or 3D") && text.contains("\(shape)"))
        }
        #expect(try sentence(.map(Tensor(shape: [0, 4]))).contains("empty"))
    }

    @Test func `raw weights of a shape without meaning are refused by name`() throws {
        for shape in [[3], [2, 2, 2, 2, 2], [3, 1, 2, 2], [3, 2, 2]] {
            let error = #expect(throws: BenchError.self) {
                try TokenWeight(
                    StoredTensor(name: "w", Tensor(shape: shape)), control: "edge", tokens: [2, 1, 1], batch: 2,
                    temporal: 8)
            }
            #expect(error?.code == .unusableInput)
        }
        func raw(_ tensor: Tensor) throws -> TokenWeight {
            try TokenWeight(
                StoredTensor(name: "w", tensor), control: "edge", tokens: [2, 1, 1], batch: 2, temporal: 8)
        }
        #expect(try raw(Tensor(shape: [], values: [0.5])) == .uniform([0.5]))
        #expect(try raw(Tensor(shape: [2], values: [0.5, 0.25])) == .uniform([0.5, 0.25]))
        #expect(
            try raw(Tensor(shape: [2, 1, 1], values: [1, 2])) == .map(Tensor(shape: [1, 2, 1, 1], values: [1, 2])))
        #expect(throws: BenchError.self) { try raw(Tensor(shape: [2], values: [1, .nan])) }
        #expect(throws: BenchError.self) { try raw(Tensor(shape: [2, 1, 1], values: [1, -1])) }
        let flat = try raw(Tensor(shape: [16, 16], repeating: 3))
        #expect(flat == .map(Tensor(shape: [1, 2, 1, 1], repeating: 3)))
        var pixels = Tensor(shape: [2, 9, 2, 2], repeating: 1)
        for i in 36..<72 { pixels.values[i] = 2 }
        #expect(try raw(pixels) == .map(Tensor(shape: [2, 2, 1, 1], values: [1, 1, 2, 2])))
    }

    @Test func `a file with several tensors is no weight map`() throws {
        let one = StoredTensor(name: "a", Tensor(shape: [1, 1]))
        #expect(throws: BenchError.self) {
            try ControlWeight.map(in: ["a": one, "b": one], file: "w.pt", control: "vis")
        }
        #expect(throws: BenchError.self) { try ControlWeight.map(in: [:], file: "w.pt", control: "vis") }
        guard case .map = try ControlWeight.map(in: ["a": one], file: "w.pt", control: "vis") else {
            throw BenchError(.bug, "not a map")
        }
    }

    @Test func `sizes that are no whole number of tokens are refused`() throws {
        var tokenizer = TokenizerConfiguration()
        #expect(
            try WeightGrid(frames: 121, height: 704, width: 1280, clipFrames: 121, tokenizer: tokenizer).tokens
                == [16, 44, 80])
        for (height, width, frames) in [(700, 1280, 121), (704, 1288, 121), (704, 1280, 120), (0, 16, 1)] {
            #expect(throws: BenchError.self) {
                try WeightGrid(frames: 1, height: height, width: width, clipFrames: frames, tokenizer: tokenizer)
            }
        }
        tokenizer.temporalCompression = 4
        #expect(
            try WeightGrid(frames: 9, height: 32, width: 48, clipFrames: 9, tokenizer: tokenizer).tokens == [3, 2, 3])
    }
}
