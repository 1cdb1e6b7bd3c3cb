import Foundation
import TestSupport
import Testing

@testable import Suites

@Suite struct SobolTests {
    @Test func `the sequence is that of an independent implementation`() throws {
        let url = URL(fileURLWithPath: Places.references + "/sobol/points.json")
        let expected = try JSONDecoder().decode([[UInt32]].self, from: Data(contentsOf: url))
        #expect(expected.count == 64 && expected[0].count == Sobol.mostDimensions)
        #expect(Sobol(dimensions: Sobol.mostDimensions, seed: nil).points(64) == expected)
    }

    /// Whatever the seed: of 2^k points, one in each of 2^k equal parts of every coordinate.
    @Test(arguments: [1, 2, 77, UInt32.max])
    func `scrambled points lie one in each part of every coordinate`(seed: UInt32) {
        for power in [0, 3, 6, 9] {
            let points = Sobol(dimensions: Sobol.mostDimensions, seed: seed).points(1 << power)
            for dimension in 0..<Sobol.mostDimensions {
                let parts = Set(points.map { (UInt64($0[dimension]) << UInt64(power)) >> 32 })
                #expect(parts.count == points.count)
            }
        }
    }

    /// The first two coordinates are a net of quality 0: every elementary box of 2^-k has one of 2^k points.
    @Test(arguments: [3, 4, UInt32(5)]) func `scrambling keeps the sequence a net`(seed: UInt32) {
        let points = Sobol(dimensions: 2, seed: seed).points(64)
        for wide in 0...6 {
            let boxes = Set(
                points.map { [(UInt64($0[0]) << UInt64(wide)) >> 32, (UInt64($0[1]) << UInt64(6 - wide)) >> 32] })
            #expect(boxes.count == 64)
        }
    }

    @Test func `a seed gives the same points everywhere, and another one others`() {
        let first = Sobol(dimensions: 3, seed: 1).points(4)
        #expect(first == Sobol(dimensions: 3, seed: 1).points(4))
        #expect(first == Array(Sobol(dimensions: 3, seed: 1).points(16)[..<4]))
        #expect(first != Sobol(dimensions: 3, seed: 2).points(4))
        #expect(Set(first.flatMap(\.self)).count == 12)
    }

    /// The mean over seeds of an integral's error is 0: scrambled points are uniform.
    @Test func `scrambled points are uniform over seeds`() {
        var sums = [0.0, 0, 0]
        for seed in 0..<2000 {
            let point = Sobol(dimensions: 3, seed: UInt32(seed)).points(1)[0]
            for dimension in 0..<3 { sums[dimension] += Double(point[dimension]) / 0x1p32 }
        }
        // Standard error of a mean of 2000 uniform numbers: 0.0065.
        for sum in sums { #expect(abs(sum / 2000 - 0.5) < 0.026) }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1000])
    func `a Latin hypercube has one point in each part of every coordinate`(count: Int) {
        let points = LatinHypercube(dimensions: 3, seed: 5).points(count)
        for dimension in 0..<3 {
            let parts = points.map { Int((UInt64($0[dimension]) * UInt64(count)) >> 32) }
            #expect(parts.sorted() == Array(0..<count))
        }
        #expect(points == LatinHypercube(dimensions: 3, seed: 5).points(count))
        #expect(count == 1 || points != LatinHypercube(dimensions: 3, seed: 6).points(count))
    }
}
