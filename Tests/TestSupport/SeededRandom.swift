/// A small generator (SplitMix64) whose numbers are the same on every machine and every run.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(_ seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Bytes in 0...max.
    public mutating func bytes(_ count: Int, max: UInt8 = 255) -> [UInt8] {
        (0..<count).map { _ in UInt8(next() % (UInt64(max) + 1)) }
    }

    /// The bytes with one to four of them replaced, and sometimes a piece cut out: what a bad disk or an attacker makes.
    public mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0...Int(next() % 4) where !result.isEmpty {
            result[Int(next() % UInt64(result.count))] = UInt8(truncatingIfNeeded: next())
        }
        if next() % 8 == 0, !result.isEmpty {
            let start = Int(next() % UInt64(result.count))
            result.removeSubrange(start..<min(result.count, start + 1 + Int(next() % 16)))
        }
        return result
    }
}
