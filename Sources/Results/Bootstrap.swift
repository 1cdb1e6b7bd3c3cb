/// Percentile bootstrap interval of a mean over clips.
///
/// - Parameters:
///   - level: coverage in 0..<1, as 0.95.
/// - Returns: nil with fewer than two clips.
func bootstrapInterval(
    _ values: [(clip: String, value: Double)], level: Double, resamples: Int = 2000
) -> ClosedRange<Double>? {
    var order: [String] = []
    var sums: [String: ClipSum] = [:]
    for (clip, value) in values {
        if sums[clip] == nil { order.append(clip) }
        sums[clip, default: ClipSum()].add(value)
    }
    let clips = order.map { sums[$0]! }
    return bootstrapInterval(clips: clips.count, level: level, resamples: resamples) { mean(of: clips, $0) }
}

/// Percentile bootstrap interval of any number that is computed from clips. Whole clips are resampled, because videos of one
/// clip are alike; the generator is seeded, so the same clips give the same interval.
///
/// - Parameters:
///   - level: coverage in 0..<1, as 0.95.
///   - statistic: the number from a resample, given as places of clips; nil where that resample has none.
/// - Returns: nil with fewer than two clips, or where more than a tenth of the resamples have no number.
func bootstrapInterval(
    clips: Int, level: Double, resamples: Int = 2000, _ statistic: ([Int]) -> Double?
) -> ClosedRange<Double>? {
    guard clips >= 2 else { return nil }
    var generator = SplitMix64(state: 0x7472_616e_7366_6572)
    var picks = [Int](repeating: 0, count: clips)
    var numbers: [Double] = []
    for _ in 0..<resamples {
        for place in picks.indices { picks[place] = Int(generator.next() % UInt64(clips)) }
        if let number = statistic(picks) { numbers.append(number) }
    }
    guard numbers.count * 10 >= resamples * 9 else { return nil }
    numbers.sort()
    func quantile(_ q: Double) -> Double {
        let place = q * Double(numbers.count - 1)
        let low = Int(place)
        let high = min(low + 1, numbers.count - 1)
        return numbers[low] + (numbers[high] - numbers[low]) * (place - Double(low))
    }
    return quantile((1 - level) / 2)...quantile((1 + level) / 2)
}

/// What the values of one clip add to a mean.
struct ClipSum {
    var sum = 0.0
    var n = 0

    mutating func add(_ value: Double) {
        sum += value
        n += 1
    }
}

/// The mean of the values of the clips at some places, which may repeat; nil without any value.
func mean(of clips: [ClipSum], _ places: some Sequence<Int>) -> Double? {
    var total = ClipSum()
    for place in places {
        total.sum += clips[place].sum
        total.n += clips[place].n
    }
    return total.n == 0 ? nil : total.sum / Double(total.n)
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
