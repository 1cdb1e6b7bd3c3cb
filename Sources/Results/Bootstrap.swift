internal import Experiment
import Foundation

/// The interval of a mean over clips: that of the ratio sum S_c / sum m_c, where clip c has m_c values that add up to S_c
/// (experiments.md §4).
///
/// - Parameter level: coverage in 0..<1, as 0.95.
func bootstrapInterval(
    _ values: [(clip: String, value: Double)], level: Double, resamples: Int = 10_000
) -> ClipInterval {
    var order: [String] = []
    var sums: [String: ClipSum] = [:]
    for (clip, value) in values {
        if sums[clip] == nil { order.append(clip) }
        sums[clip, default: ClipSum()].add(value)
    }
    let clips = order.map { sums[$0]! }
    return bootstrapInterval(clips: clips.count, level: level, resamples: resamples) { mean(of: clips, $0) }
}

/// The expanded percentile bootstrap interval (Hesterberg 2015; experiments.md §4) of any number that is computed from clips.
///
/// Whole clips are resampled, because videos of one clip are alike. The plain percentile interval is too short for few clips:
/// it has the spread of a normal quantile and of a variance over C; `expandedTail` puts Student's and C - 1 in their place.
/// The generator is seeded, so the same clips give the same interval.
///
/// - Parameters:
///   - level: coverage in 0..<1, as 0.95.
///   - statistic: the number from a resample, given as places of clips; nil where that resample has none.
/// - Returns: no interval with fewer than five clips, or where more than a tenth of the resamples have no number.
func bootstrapInterval(
    clips: Int, level: Double, resamples: Int = 10_000, _ statistic: ([Int]) -> Double?
) -> ClipInterval {
    bootstrapIntervals(clips: clips, numbers: 1, level: level, resamples: resamples) { statistic($0).map { [$0] } }[0]
}

/// The same for several numbers of each resample, an interval a number.
func bootstrapIntervals(
    clips: Int, numbers: Int, level: Double, resamples: Int = 10_000, _ statistic: ([Int]) -> [Double]?
) -> [ClipInterval] {
    guard clips >= ClipInterval.fewestClips else {
        let count = clips == 1 ? "1 clip is" : "\(clips) clips are"
        let reason = "\(count) too few for an interval, which takes \(ClipInterval.fewestClips)"
        return [ClipInterval](repeating: .absent(reason: reason), count: numbers)
    }
    let tail = expandedTail(clips: clips, level: level)
    let drawn = resampled(clips: clips, resamples: resamples, statistic)
    guard isEnough(drawn.count, of: resamples) else {
        let reason = "more than a tenth of the resamples have no value"
        return [ClipInterval](repeating: .absent(reason: reason), count: numbers)
    }
    return (0..<numbers).map { number in .bounds(interval(drawn.map { $0[number] }, tail: tail)) }
}

/// A number more and less Student's quantile of (1 + level) / 2 with C - 1 degrees times the spread of its resamples over clips,
/// which is widened to that of a variance over C - 1: for numbers that are spread nearly normally.
/// - Returns: no interval where `bootstrapInterval` has none.
func bootstrapSpread(
    clips: Int, level: Double, resamples: Int = 10_000, around value: Double, _ statistic: ([Int]) -> Double?
) -> ClipInterval {
    guard clips >= ClipInterval.fewestClips else {
        return bootstrapInterval(clips: clips, level: level, resamples: resamples, statistic)
    }
    let drawn = resampled(clips: clips, resamples: resamples, statistic)
    guard isEnough(drawn.count, of: resamples) else {
        return .absent(reason: "more than a tenth of the resamples have no value")
    }
    let mean = drawn.reduce(0, +) / Double(drawn.count)
    let variance = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(drawn.count)
    let error = (variance * Double(clips) / Double(clips - 1)).squareRoot()
    let reach = studentQuantile(level: level, degrees: clips - 1) * error
    return .bounds(value - reach...value + reach)
}

/// The share of resamples that the expanded interval leaves out on each side: Phi(-t sqrt(C / (C - 1))), with t Student's
/// quantile of (1 + level) / 2 with C - 1 degrees.
func expandedTail(clips: Int, level: Double) -> Double {
    let t = studentQuantile(level: level, degrees: clips - 1)
    return normalDistribution(-t * (Double(clips) / Double(clips - 1)).squareRoot())
}

/// What a statistic gives for resamples of clips; the same resamples every time.
private func resampled<T>(clips: Int, resamples: Int, _ statistic: ([Int]) -> T?) -> [T] {
    var generator = SplitMix64(state: 0x7472_616e_7366_6572)
    var picks = [Int](repeating: 0, count: clips)
    var drawn: [T] = []
    drawn.reserveCapacity(resamples)
    for _ in 0..<resamples {
        for place in picks.indices { picks[place] = Int(generator.next() % UInt64(clips)) }
        if let value = statistic(picks) { drawn.append(value) }
    }
    return drawn
}

private func isEnough(_ drawn: Int, of resamples: Int) -> Bool { drawn > 0 && drawn * 10 >= resamples * 9 }

private func interval(_ drawn: [Double], tail: Double) -> ClosedRange<Double> {
    let numbers = drawn.sorted()
    func quantile(_ q: Double) -> Double {
        let place = q * Double(numbers.count - 1)
        let low = Int(place)
        let high = min(low + 1, numbers.count - 1)
        return numbers[low] + (numbers[high] - numbers[low]) * (place - Double(low))
    }
    return quantile(tail)...max(quantile(tail), quantile(1 - tail))
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
