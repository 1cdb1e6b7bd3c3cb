/// The generator MT19937 (Matsumoto and Nishimura 1998), seeded as numpy's `random.seed` and torch's `manual_seed` do.
public struct MersenneTwister: Sendable {
    private static let size = 624
    private var state: [UInt32]
    private var next = size

    public init(seed: UInt32) {
        state = [seed]
        for i in 1..<Self.size {
            let last = state[i - 1]
            state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(i))
        }
    }

    /// 32 random bits.
    public mutating func bits() -> UInt32 {
        if next == Self.size { renew() }
        var y = state[next]
        next += 1
        y ^= y >> 11
        y ^= y << 7 & 0x9d2c_5680
        y ^= y << 15 & 0xefc6_0000
        return y ^ y >> 18
    }

    private mutating func renew() {
        for k in 0..<Self.size {
            let y = state[k] & 0x8000_0000 | state[(k + 1) % Self.size] & 0x7fff_ffff
            state[k] = state[(k + 397) % Self.size] ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
        }
        next = 0
    }

    /// A double in [0, 1) from two draws of 32 bits.
    public mutating func double() -> Double {
        let high = Double(bits() >> 5)
        let low = Double(bits() >> 6)
        return (high * 67_108_864 + low) / 9_007_199_254_740_992
    }
}
