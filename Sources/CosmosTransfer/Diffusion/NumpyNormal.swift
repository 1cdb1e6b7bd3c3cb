internal import Experiment
internal import Foundation
public import Tensors

/// The stream of normal numbers that numpy's `RandomState(seed).standard_normal` gives, bit for bit (spec §1.8): a
/// Mersenne Twister, doubles of 53 bits, and the polar method.
public struct NumpyNormal: Sendable {
    private var twister: MersenneTwister
    private var waiting: Double?

    /// Any seed that numpy takes: 0 to 2³²−1.
    public init(seed: UInt32) { twister = MersenneTwister(seed: seed) }

    /// The next number.
    public mutating func next() -> Double {
        if let value = waiting {
            waiting = nil
            return value
        }
        while true {
            let first = 2 * twister.double() - 1
            let second = 2 * twister.double() - 1
            let square = first * first + second * second
            if square < 1, square != 0 {
                let factor = (-2 * log(square) / square).squareRoot()
                waiting = factor * first
                return factor * second
            }
        }
    }

    /// The first numbers of a seed's stream, rounded to float32, in row-major order.
    public static func tensor(seed: UInt32, shape: [Int]) -> Tensor {
        var stream = NumpyNormal(seed: seed)
        var noise = Tensor(shape: shape)
        for i in 0..<noise.count { noise.values[i] = Float(stream.next()) }
        return noise
    }

    /// The seed of clip `clip` of a video: `seed + clip`.
    /// - Throws: `BenchError` when it is not a number that numpy takes.
    public static func seed(_ seed: Int, clip: Int = 0) throws -> UInt32 {
        let (sum, overflow) = seed.addingReportingOverflow(clip)
        guard !overflow, let value = UInt32(exactly: sum) else {
            throw BenchError(
                .usage,
                "the seed \(seed) is not usable\(clip > 0 ? " for clip \(clip)" : ""): it and the clip's number must add "
                    + "up to 0 … 4294967295; choose another")
        }
        return value
    }
}
