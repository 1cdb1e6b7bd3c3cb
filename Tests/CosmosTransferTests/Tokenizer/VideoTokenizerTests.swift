import CosmosTransfer
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct VideoTokenizerTests {
    static let cases = [
        "official_names/t1_32x48", "official_names/t9_24x40", "official_names/t17_16x24", "temporal_4/t1_32x48",
        "temporal_4/t9_16x24",
    ]

    @Test(arguments: cases)
    func `latents and frames are those of diffusers`(_ name: String) throws {
        let tokenizer = try TokenizerFixtures.tokenizer(String(name.prefix { $0 != "/" }))
        let inputs = try TokenizerFixtures.tensors("\(name)/inputs.safetensors")
        let expected = try TokenizerFixtures.tensors("\(name)/expected.safetensors")
        let pool = WorkerPool(threads: 2)
        let frames = try #require(inputs["frames"]).tensor()
        let latent = try #require(expected["latent"]).tensor()
        let encoded = relativeError(try tokenizer.encode(frames: frames, pool: pool), latent)
        let decoded = relativeError(
            try tokenizer.decode(latents: latent, pool: pool), try #require(expected["decoded"]).tensor())
        #expect(encoded < 6e-6)
        #expect(decoded < 6e-6)
    }

    @Test func `weights in bfloat16 under the names of diffusers are read from their folder`() throws {
        let folder = TokenizerFixtures.folder.appendingPathComponent("diffusers_names").path
        let tokenizer = try VideoTokenizer(WeightsFolder(path: folder))
        let inputs = try TokenizerFixtures.tensors("diffusers_names/t9_16x16/inputs.safetensors")
        let expected = try TokenizerFixtures.tensors("diffusers_names/t9_16x16/expected.safetensors")
        let latent = try #require(expected["latent"]).tensor()
        let pool = WorkerPool(threads: 2)
        let encoded = try tokenizer.encode(frames: #require(inputs["frames"]).tensor(), pool: pool)
        #expect(relativeError(encoded, latent) < 6e-6)
        let decoder = try VideoTokenizer(WeightsFolder(path: folder), .decoder)
        #expect(
            relativeError(try decoder.decode(latents: latent, pool: pool), try #require(expected["decoded"]).tensor())
                < 6e-6)
    }

    @Test func `any number of threads gives the same bits`() throws {
        let tokenizer = try TokenizerFixtures.small()
        let frames = TokenizerFixtures.noise([2, 3, 9, 40, 56])
        let latent = try tokenizer.encode(frames: frames, pool: WorkerPool(threads: 1))
        #expect(latent.shape == [2, 6, 2, 5, 7])
        #expect(try tokenizer.encode(frames: frames, pool: WorkerPool(threads: 2)) == latent)
        let decoded = try tokenizer.decode(latents: latent, pool: WorkerPool(threads: 1))
        #expect(decoded.shape == frames.shape)
        #expect(try tokenizer.decode(latents: latent, pool: WorkerPool(threads: 3)) == decoded)
    }

    @Test func `chunks of any length give the bits of the whole clip`() throws {
        let tokenizer = try TokenizerFixtures.small()
        let pool = WorkerPool(threads: 2)
        let frames = TokenizerFixtures.noise([1, 3, 41, 16, 24])
        let latent = try tokenizer.encode(frames: frames, pool: pool)
        let decoded = try tokenizer.decode(latents: latent, pool: pool)
        for lengths in [[1, 1, 1, 1, 1, 1], [6], [1, 3, 2]] {
            let encoding = try EncodingStream(tokenizer, height: 16, width: 24, pool: pool)
            let decoding = try DecodingStream(tokenizer, height: 2, width: 3, pool: pool)
            var (first, start) = (0, 0)
            for length in lengths {
                let count = encoding.nextFrames + (length - 1) * 8
                let latents = try encoding.push(frames.slice(start..<start + count))
                #expect(latents == latent.slice(first..<first + length))
                let pixels = try decoding.push(latents, isLast: first + length == 6)
                #expect(pixels == decoded.slice(start..<start + count))
                first += length
                start += count
            }
            #expect(start == 41)
        }
    }

    @Test func `later frames change nothing that came before`() throws {
        let tokenizer = try TokenizerFixtures.small()
        let pool = WorkerPool(threads: 2)
        let frames = TokenizerFixtures.noise([1, 3, 17, 16, 16])
        let picture = Tensor(shape: [1, 3, 1, 16, 16], values: frames.slice(0..<1).values)
        let latent = try tokenizer.encode(frames: frames, pool: pool)
        #expect(try tokenizer.encode(frames: picture, pool: pool).values == latent.slice(0..<1).values)

        var changed = frames
        for c in 0..<3 { changed.values[(c * 17 + 9) * 256 + 77] += 0.5 }
        let other = try tokenizer.encode(frames: changed, pool: pool)
        #expect(other.slice(0..<2) == latent.slice(0..<2))
        #expect(other.slice(2..<3) != latent.slice(2..<3))

        let decoded = try tokenizer.decode(latents: latent, pool: pool)
        let first = Tensor(shape: [1, 6, 1, 2, 2], values: latent.slice(0..<1).values)
        #expect(try tokenizer.decode(latents: first, pool: pool).values == decoded.slice(0..<1).values)
    }

    @Test(arguments: [
        (2, 8, 8, 4), (4, 8, 4, 2), (2, 8, 4, 3), (1, 2, 2, 3), (2, 2, 2, 1), (4, 16, 8, 4), (8, 8, 8, 2),
        (8, 16, 8, 3),
    ])
    func `every configuration of the general rule gives back the frames' size`(
        _ patch: Int, _ spatial: Int, _ temporal: Int, _ levels: Int
    ) throws {
        let tokenizer = try TokenizerFixtures.small(
            multipliers: Array([1, 2, 1, 2].prefix(levels)), patch: patch, spatial: spatial, temporal: temporal)
        let frames = TokenizerFixtures.noise([1, 3, 1 + 2 * temporal, 32, 48])
        let latent = try tokenizer.encode(frames: frames, pool: WorkerPool(threads: 2))
        #expect(latent.shape == [1, 6, 3, 32 / spatial, 48 / spatial])
        let decoded = try tokenizer.decode(latents: latent, pool: WorkerPool(threads: 2))
        #expect(decoded.shape == frames.shape)
        #expect(decoded.firstNonFinite == nil)
    }

    @Test func `samples of a batch do not see each other`() throws {
        let tokenizer = try TokenizerFixtures.small()
        let frames = TokenizerFixtures.noise([2, 3, 9, 16, 16])
        let half = frames.count / 2
        let both = try tokenizer.encode(frames: frames, pool: WorkerPool(threads: 2))
        let second = try tokenizer.encode(
            frames: Tensor(shape: [1, 3, 9, 16, 16], values: Array(frames.values[half...])),
            pool: WorkerPool(threads: 2))
        #expect(Array(both.values[(both.count / 2)...]) == second.values)
    }
}

extension Tensor {
    /// Frames of [B,C,T,H,W], B = 1, or [C,T,H,W]; as [C,T,H,W].
    fileprivate func slice(_ frames: Range<Int>) -> Tensor {
        let sizes = shape.suffix(4)
        let (c, t, h, w) = (
            sizes[sizes.startIndex], sizes[sizes.startIndex + 1], shape[shape.count - 2], shape[shape.count - 1]
        )
        var part: [Float] = []
        for channel in 0..<c {
            part += values[(channel * t + frames.lowerBound) * h * w..<(channel * t + frames.upperBound) * h * w]
        }
        return Tensor(shape: [c, frames.count, h, w], values: part)
    }
}
