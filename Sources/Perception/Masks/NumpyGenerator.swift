/// numpy's `default_rng`: PCG64 (XSL-RR 128/64) behind a seed sequence, with the draws that sampling needs. The evaluator
/// of 2026 takes its prompt points from it, so its points can only be had with the same bits.
struct NumpyGenerator {
    private var state: UInt128
    private let increment: UInt128
    /// The upper half of a draw whose lower half was given as a 32-bit number.
    private var spare: UInt32?

    private static let multiplier = UInt128(2_549_297_995_355_413_924) << 64 | 4_865_540_595_714_422_341

    init(seed: UInt32) {
        var pool = SeedPool(seed)
        let words = (0..<4).map { _ in UInt64(pool.next()) | UInt64(pool.next()) << 32 }
        let start = UInt128(words[0]) << 64 | UInt128(words[1])
        increment = (UInt128(words[2]) << 64 | UInt128(words[3])) << 1 | 1
        state = 0
        step()
        state &+= start
        step()
    }

    private mutating func step() { state = state &* NumpyGenerator.multiplier &+ increment }

    mutating func next64() -> UInt64 {
        step()
        let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
        let turn = UInt64(truncatingIfNeeded: state >> 122)
        return folded >> turn | folded << ((64 - turn) & 63)
    }

    private mutating func next32() -> UInt32 {
        if let kept = spare {
            spare = nil
            return kept
        }
        let drawn = next64()
        spare = UInt32(drawn >> 32)
        return UInt32(truncatingIfNeeded: drawn)
    }

    /// 0 to `most`, every number as likely (Lemire).
    private mutating func integer(upTo most: UInt32) -> UInt32 {
        guard most > 0 else { return 0 }
        let count = UInt64(most) + 1
        var product = UInt64(next32()) * count
        if UInt64(UInt32(truncatingIfNeeded: product)) < count {
            let threshold = (UInt64(UInt32.max) - UInt64(most)) % count
            while UInt64(UInt32(truncatingIfNeeded: product)) < threshold { product = UInt64(next32()) * count }
        }
        return UInt32(product >> 32)
    }

    /// `count` different numbers below `population`, in random order: `choice(population, count, replace=False)` for a
    /// count of at most a fiftieth of the population, or a population of at most 10,000 (Floyd's algorithm).
    mutating func choice(_ count: Int, of population: Int) -> [Int] {
        precondition(0 < count && count <= population && population <= 1 << 31)
        precondition(population <= 10_000 || count <= population / 50)
        var chosen: [Int] = []
        var seen: Set<Int> = []
        for last in population - count..<population {
            let drawn = Int(integer(upTo: UInt32(last)))
            let kept = seen.contains(drawn) ? last : drawn
            seen.insert(kept)
            chosen.append(kept)
        }
        for index in stride(from: count - 1, through: 1, by: -1) {
            chosen.swapAt(index, Int(integer(upTo: UInt32(index))))
        }
        return chosen
    }
}

/// numpy's `SeedSequence` of one 32-bit number.
private struct SeedPool {
    private var pool: [UInt32]
    private var constant: UInt32 = 0x8b51_f9dd
    private var index = 0

    init(_ seed: UInt32) {
        var mixer: UInt32 = 0x43b0_d7e5
        func hashed(_ value: UInt32) -> UInt32 {
            var mixed = value ^ mixer
            mixer = mixer &* 0x931e_8875
            mixed = mixed &* mixer
            return mixed ^ mixed >> 16
        }
        pool = [seed, 0, 0, 0].map(hashed)
        for source in 0..<4 {
            for target in 0..<4 where source != target {
                let mixed = 0xca01_f9dd &* pool[target] &- 0x4973_f715 &* hashed(pool[source])
                pool[target] = mixed ^ mixed >> 16
            }
        }
    }

    mutating func next() -> UInt32 {
        var value = pool[index % 4] ^ constant
        constant = constant &* 0x58f3_8ded
        value = value &* constant
        index += 1
        return value ^ value >> 16
    }
}
