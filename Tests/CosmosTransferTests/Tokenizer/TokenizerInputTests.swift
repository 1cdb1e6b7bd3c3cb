import CosmosTransfer
import Experiment
import Tensors
import TestSupport
import Testing
import Video

@Suite struct TokenizerInputTests {
    private let pool = WorkerPool(threads: 1)

    private func sentence(_ body: () throws -> Void) -> String {
        do { try body() } catch let error as BenchError { return error.sentence } catch { return "\(error)" }
        return ""
    }

    @Test func `numbers of frames without latents are refused with the nearest that have some`() throws {
        let tokenizer = try TokenizerFixtures.small()
        let refused = sentence { _ = try tokenizer.encode(frames: Tensor(shape: [1, 3, 12, 16, 16]), pool: pool) }
        #expect(refused.contains("12 frames") && refused.contains("cut it to 9 or lengthen it to 17"))
        let empty = sentence { _ = try tokenizer.encode(frames: Tensor(shape: [1, 3, 0, 16, 16]), pool: pool) }
        #expect(empty.contains("shorter than one latent frame"))
        let stream = try EncodingStream(tokenizer, height: 16, width: 16, pool: pool)
        _ = try stream.push(Tensor(shape: [3, 1, 16, 16]))
        #expect(sentence { _ = try stream.push(Tensor(shape: [3, 7, 16, 16])) }.contains("8 frames has no latents"))
    }

    @Test func `frames of other sizes are refused`() throws {
        let tokenizer = try TokenizerFixtures.small()
        let uneven = sentence { _ = try tokenizer.encode(frames: Tensor(shape: [1, 3, 1, 16, 20]), pool: pool) }
        #expect(uneven.contains("20x16") && uneven.contains("multiples of 8"))
        #expect(
            sentence { _ = try tokenizer.encode(frames: Tensor(shape: [1, 4, 1, 16, 16]), pool: pool) }.contains(
                "frames"))
        #expect(
            sentence { _ = try tokenizer.encode(frames: Tensor(shape: [3, 1, 16, 16]), pool: pool) }.contains("frames"))
        #expect(
            sentence { _ = try tokenizer.decode(latents: Tensor(shape: [1, 3, 1, 2, 2]), pool: pool) }.contains(
                "latent"))
        let stream = try DecodingStream(tokenizer, height: 2, width: 2, pool: pool)
        #expect(sentence { _ = try stream.push(Tensor(shape: [6, 1, 2, 3])) }.contains("3x2"))
    }

    @Test(arguments: [Float.nan, .infinity])
    func `numbers that are not finite are named with their place`(_ value: Float) throws {
        let tokenizer = try TokenizerFixtures.small()
        var frames = Tensor(shape: [1, 3, 9, 16, 16])
        frames.values[2 * 9 * 256 + 3 * 256 + 16 + 5] = value
        #expect(
            sentence { _ = try tokenizer.encode(frames: frames, pool: pool) }
                .contains("frames holds \(value) at [0, 2, 3, 1, 5]"))
        var latent = Tensor(shape: [1, 6, 1, 2, 2])
        latent.values[0] = value
        #expect(
            sentence { _ = try tokenizer.decode(latents: latent, pool: pool) }
                .contains("latent holds \(value) at [0, 0, 0, 0, 0]"))
    }

    @Test(arguments: [Float.nan, .infinity])
    func `weights with numbers that are not finite are found out`(_ value: Float) throws {
        var configuration = TokenizerConfiguration()
        configuration.channels = 4
        configuration.multipliers = [1, 2, 2]
        let tensors = TokenizerFixtures.random(configuration, seed: 1)
        func tokenizer(damaged name: String) throws -> VideoTokenizer {
            var damaged = tensors
            damaged[name] = StoredTensor(name: name, Tensor(shape: [8], repeating: value))
            return try VideoTokenizer(configuration, tensors: damaged)
        }
        let frames = Tensor(shape: [1, 3, 1, 16, 16])
        let decoder = try tokenizer(damaged: "decoder.mid.block_1.conv1.0.conv3d.bias")
        let latent = try decoder.encode(frames: frames, pool: pool)
        #expect(sentence { _ = try decoder.decode(latents: latent, pool: pool) }.contains("decoder made "))
        let encoder = try tokenizer(damaged: "encoder.mid.block_1.conv1.0.conv3d.bias")
        #expect(sentence { _ = try encoder.encode(frames: frames, pool: pool) }.contains("encoder made "))
    }

    @Test func `tensors that are missing or misshapen are named, others are ignored`() throws {
        var configuration = TokenizerConfiguration()
        configuration.channels = 4
        configuration.multipliers = [1, 2, 2]
        let tensors = TokenizerFixtures.random(configuration, seed: 1)
        var wrong = tensors
        wrong["decoder.norm_out.norm.bias"] = nil
        wrong["encoder.norm_out.norm.bias"] = StoredTensor(name: "", Tensor(shape: [7]))
        wrong["anything"] = StoredTensor(name: "", Tensor(shape: [7]))
        let said = sentence { _ = try VideoTokenizer(configuration, tensors: wrong) }
        #expect(
            said.contains("decoder.norm_out.norm.bias") && said.contains("encoder.norm_out.norm.bias is [7], not [8]"))
        #expect(!said.contains("anything"))

        let half = try VideoTokenizer(
            configuration, tensors: tensors.filter { configuration.encoderTensors()[$0.key] != nil })
        #expect(
            sentence { _ = try half.decode(latents: Tensor(shape: [1, 16, 1, 2, 2]), pool: pool) }.contains(
                "no decoder"))
        #expect(sentence { _ = try VideoTokenizer(configuration, tensors: [:]) }.contains("no weights"))
    }

    @Test func `configurations that make no tokenizer are refused by key`() {
        let faults: [(String, (inout TokenizerConfiguration) -> Void)] = [
            ("patch", { $0.patch = 3 }), ("patch", { $0.patch = 32 }),
            ("spatial_compression", { $0.spatialCompression = 12 }),
            ("spatial_compression", { $0.spatialCompression = 256 }), ("multipliers", { $0.multipliers = [] }),
            ("channels", { $0.channels = 0 }), ("temporal_compression", { $0.temporalCompression = 2 }),
            // Three levels after patches of 2 halve twice on the way in, but double once on the way out.
            ("spatial_compression", { $0.patch = 2 }),
        ]
        for (key, fault) in faults {
            var configuration = TokenizerConfiguration()
            fault(&configuration)
            #expect(sentence { _ = try VideoTokenizer(configuration, tensors: [:]) }.contains("tokenizer.\(key) "))
        }
    }

    @Test func `pixels become tensors and come back, cut and not rounded`() {
        let pixels = (0..<2).map { f in
            Frame(width: 3, height: 2, pixels: (0..<18).map { UInt8(truncatingIfNeeded: 37 * $0 + 100 * f) })
        }
        let tensor = Frame.tensor(of: pixels)
        #expect(tensor.shape == [3, 2, 2, 3])
        #expect(tensor.values[0] == -1 && tensor.values[12] == Float(37) / 255 * 2 - 1)
        let nudged = Tensor(shape: tensor.shape, values: tensor.values.map { $0 + 0.003 })
        #expect(Frame.frames(of: nudged) == pixels)
        let extremes = Tensor(shape: [3, 1, 1, 1], values: [-1.5, 1.5, 0.999])
        #expect(Frame.frames(of: extremes)[0].pixels == [0, 255, 254])
    }
}
