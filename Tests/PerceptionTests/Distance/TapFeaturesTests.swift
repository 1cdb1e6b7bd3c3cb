import Foundation
import Tensors
import TestSupport
import Testing

@testable import Perception

@Suite struct TapFeaturesTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let net: String
        let channels: [Int]
        let sizes: [[Int]]
        let seed: UInt64
        let headsSeed: UInt64
        let pictures: Int
        let distances: [Double]
        let withoutHeads: [Double]
        var testDescription: String { net }

        /// The features that `make_lpips.py` made.
        func taps(pool: WorkerPool) -> [TapFeatures] {
            var random = SeededRandom(seed)
            let taps = zip(channels, sizes).map { channels, size in
                TapFeatures(channels: channels, positions: size[0] * size[1], pictures: pictures)
            }
            for picture in 0..<pictures {
                for tap in taps {
                    var values = random.signed(tap.channels * tap.positions).map { max(0, $0) }
                    if picture == 1 {
                        let empty = picture % tap.positions
                        for c in 0..<tap.channels { values[c * tap.positions + empty] = 0 }
                    }
                    values.withUnsafeBufferPointer { tap.set(picture, $0, pool: pool) }
                }
            }
            return taps
        }

        func sums(_ heads: DistanceHeads?, threads: Int) -> [Double] {
            let pool = WorkerPool(threads: threads)
            var sums = [Double](repeating: 0, count: distances.count)
            for (index, tap) in taps(pool: pool).enumerated() {
                let weights = heads?.weights[index] ?? [Float](repeating: 1, count: tap.channels)
                for (pair, value) in tap.distances(weights: weights, pool: pool).enumerated() { sums[pair] += value }
            }
            return sums
        }
    }

    static let cases: [Case] = (try? LpipsReference.read("taps.json")) ?? []

    @Test func `there are numbers for all three backbones`() {
        #expect(Self.cases.map(\.net) == ["vgg", "alex", "squeeze"])
        #expect(Self.cases.map(\.channels.count) == [5, 5, 7])
    }

    @Test(arguments: cases) func `distances of features are those of the lpips package`(_ one: Case) {
        let heads = DistanceHeads.random(one.channels, seed: one.headsSeed)
        for (got, want) in zip(one.sums(heads, threads: 2), one.distances) { #expect(abs(got - want) < 2e-6) }
        for (got, want) in zip(one.sums(nil, threads: 2), one.withoutHeads) { #expect(abs(got - want) < 3e-6) }
    }

    @Test func `any number of threads gives the same bits`() {
        var random = SeededRandom(4)
        let values = (0..<3).map { _ in random.signed(40 * 5000) }
        func distances(_ threads: Int) -> [Double] {
            let pool = WorkerPool(threads: threads)
            let tap = TapFeatures(channels: 40, positions: 5000, pictures: 3)
            for (k, picture) in values.enumerated() {
                picture.withUnsafeBufferPointer { tap.set(k, $0, pool: pool) }
            }
            return tap.distances(weights: [Float](repeating: 0.3, count: 40), pool: pool)
        }
        let one = distances(1)
        for threads in [2, 3, 7] { #expect(distances(threads) == one) }
    }

    @Test func `the order of pictures does not change a bit of a pair`() {
        var random = SeededRandom(5)
        let values = (0..<2).map { _ in random.signed(33 * 100) }
        let pool = WorkerPool(threads: 1)
        func distance(_ order: [Int]) -> [Double] {
            let tap = TapFeatures(channels: 33, positions: 100, pictures: 2)
            for (k, picture) in order.enumerated() {
                values[picture].withUnsafeBufferPointer { tap.set(k, $0, pool: pool) }
            }
            return tap.distances(weights: [Float](repeating: 1, count: 33), pool: pool)
        }
        #expect(distance([0, 1]) == distance([1, 0]))
        #expect(distance([1, 1]) == [0])
    }

    @Test func `brightness of features does not count, their direction does`() {
        let pool = WorkerPool(threads: 1)
        let tap = TapFeatures(channels: 2, positions: 1, pictures: 3)
        for (k, picture) in ([[3, 4], [30, 40], [4, -3]] as [[Float]]).enumerated() {
            picture.withUnsafeBufferPointer { tap.set(k, $0, pool: pool) }
        }
        let distances = tap.distances(weights: [1, 1], pool: pool)
        #expect(abs(distances[0]) < 1e-12 && abs(distances[1] - 2) < 1e-6 && abs(distances[2] - 2) < 1e-6)
    }
}
