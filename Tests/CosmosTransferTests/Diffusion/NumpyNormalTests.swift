import CosmosTransfer
import Experiment
import Foundation
import Tensors
import Testing

@Suite struct NumpyNormalTests {
    private struct Noise: Decodable {
        struct Seed: Decodable {
            let seed: UInt32
            let first: [Double]
            let at: [String: Double]
            let sum, sumOfSquares, smallest, largest: Double
        }
        let count: Int
        let seeds: [Seed]
    }

    @Test func `every seed gives numpy's doubles, bit for bit`() throws {
        let noise: Noise = try ReferenceNumbers.json("diffusion/noise.json")
        #expect(noise.seeds.map(\.seed).max() == .max)
        for seed in noise.seeds {
            var stream = NumpyNormal(seed: seed.seed)
            let values = (0..<noise.count).map { _ in stream.next() }
            #expect(Array(values.prefix(12)) == seed.first)
            for (place, value) in seed.at { #expect(values[try #require(Int(place))] == value) }
            #expect(values.min() == seed.smallest && values.max() == seed.largest)
            #expect(abs(values.reduce(0, +) - seed.sum) < 1e-8)
            #expect(abs(values.reduce(0) { $0 + $1 * $1 } - seed.sumOfSquares) < 1e-8)
        }
    }

    @Test func `tensors are the stream rounded to float32, in row-major order`() throws {
        let reference = try ReferenceNumbers("diffusion/noise.safetensors")
        for seed in [1, 2] as [UInt32] {
            let expected = try reference["seed_\(seed)"]
            #expect(NumpyNormal.tensor(seed: seed, shape: expected.shape) == expected)
        }
    }

    @Test func `a clip's seed is the video's and its number, and what numpy would refuse is refused`() throws {
        #expect(try NumpyNormal.seed(7, clip: 3) == 10)
        #expect(try NumpyNormal.seed(4_294_967_295) == .max)
        for (seed, clip) in [(-1, 0), (4_294_967_295, 1), (4_294_967_296, 0), (.max, 1)] {
            let error = #expect(throws: BenchError.self) { try NumpyNormal.seed(seed, clip: clip) }
            #expect(error?.code == .usage && error!.sentence.contains("\(seed)"))
        }
    }

    @Test func `without an input video sampling starts at level 80, with one at the level asked for`() {
        let noise = NumpyNormal.tensor(seed: 3, shape: [1, 2, 1, 2, 3])
        let alone = InitialLatent(noiseOf: noise.shape, seed: 3)
        #expect(alone.sigmaMax == 80 && alone.x.values == noise.values.map { 80 * $0 })
        let video = randomTensor(noise.shape, seed: 1)
        let start = InitialLatent(video: video, seed: 3, sigmaMax: 70)
        #expect(start.sigmaMax == 70)
        #expect(start.x.values == zip(video.values, noise.values).map { $0 + 70 * $1 })
    }
}
