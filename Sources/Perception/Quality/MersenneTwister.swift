/// The generator MT19937 (Matsumoto and Nishimura 1998), seeded as numpy's `random.seed` and torch's `manual_seed` do, with
/// the ways in which both draw whole numbers from it.
struct MersenneTwister {
    private static let size = 624
    private var state: [UInt32]
    private var next = size

    init(seed: UInt32) {
        state = [seed]
        for i in 1..<Self.size {
            let last = state[i - 1]
            state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(i))
        }
    }

    /// 32 random bits.
    mutating func bits() -> UInt32 {
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

    /// A number of 0..<bound as `torch.randint` draws it on the CPU: the remainder.
    mutating func remainder(below bound: Int) -> Int { Int(bits()) % bound }

    /// The same as numpy's `random.randint` draws it: masked bits, again while they are too large; none for a bound of 1.
    mutating func masked(below bound: Int) -> Int {
        let most = UInt32(bound - 1)
        guard most > 0 else { return 0 }
        let mask = UInt32.max >> most.leadingZeroBitCount
        while true {
            let drawn = bits() & mask
            if drawn <= most { return Int(drawn) }
        }
    }
}
