/// Percentile bootstrap interval of a mean. Whole clips are resampled, because videos of one clip are alike; the generator
/// is seeded, so the same values give the same interval.
///
/// - Parameters:
///   - level: coverage in 0..<1, as 0.95.
/// - Returns: nil with fewer than two clips.
func bootstrapInterval(
    _ values: [(clip: String, value: Double)], level: Double, resamples: Int = 2000
) -> ClosedRange<Double>? {
    var order: [String] = []
    var sums: [String: (sum: Double, n: Int)] = [:]
    for (clip, value) in values {
        if sums[clip] == nil { order.append(clip) }
        let old = sums[clip] ?? (0, 0)
        sums[clip] = (old.sum + value, old.n + 1)
    }
    guard order.count >= 2 else { return nil }
    let clips = order.map { sums[$0]! }
    var generator = SplitMix64(state: 0x7472_616e_7366_6572)
    var means = (0..<resamples).map { _ in
        var (sum, n) = (0.0, 0)
        for _ in clips {
            let pick = clips[Int(generator.next() % UInt64(clips.count))]
            sum += pick.sum
            n += pick.n
        }
        return sum / Double(n)
    }
    means.sort()
    func quantile(_ q: Double) -> Double {
        let place = q * Double(resamples - 1)
        let low = Int(place)
        let high = min(low + 1, resamples - 1)
        return means[low] + (means[high] - means[low]) * (place - Double(low))
    }
    return quantile((1 - level) / 2)...quantile((1 + level) / 2)
}

/// Steele, Lea and Flood's generator: small, fast, and the same everywhere.
private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
