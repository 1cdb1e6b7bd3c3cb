/// The difference of two configurations' means, paired by clip, for one-sided bounds at levels that no resampling reaches.
///
/// Between clips c with m_c pairs whose differences add up to S_c, D = sum S_c / sum m_c; its standard error is that of the
/// ratio, from the clips' u_c = (S_c - D m_c) / mean(m). The bound is D - t(level, C - 1) * error: what the expanded percentile
/// interval of experiments.md §4 gives where the resamples are normally spread (its tail Phi(-t sqrt(C / (C - 1))) meets their
/// standard deviation, which is sqrt((C - 1) / C) of the error). Holm over a grid asks for tails of 1e-5 and less. There the
/// percentiles themselves are no bound: of C clips the least resample is the worst clip C times over, so that they would drop
/// whatever is behind on all clips, which chance alone does in 2^-C of cases.
struct PairedMean {
    let value: Double
    let error: Double
    let clips: Int

    /// - Parameter clips: for each clip its sum of differences and how many there are; those without any do not count.
    /// - Returns: nil where fewer clips have a pair than an interval takes.
    init?(_ clips: [ClipSum]) {
        var (count, total) = (0, ClipSum())
        for clip in clips where clip.n > 0 {
            count += 1
            total.sum += clip.sum
            total.n += clip.n
        }
        guard count >= ClipInterval.fewestClips else { return nil }
        let value = total.sum / Double(total.n)
        var squares = 0.0
        for clip in clips where clip.n > 0 {
            let rest = clip.sum - value * Double(clip.n)
            squares += rest * rest
        }
        let size = Double(total.n) / Double(count)
        self.value = value
        error = (squares / Double(count - 1) / Double(count)).squareRoot() / size
        self.clips = count
    }

    /// How likely so large a difference would be if there were none, or one the other way.
    var p: Double {
        guard value > 0 else { return 1 }
        return error > 0 ? studentTail(value / error, degrees: clips - 1) : 0
    }

    /// What the difference is at least, with an error of `tail`.
    func lowerBound(tail: Double) -> Double {
        value - studentQuantile(level: 1 - 2 * tail, degrees: clips - 1) * error
    }
}
