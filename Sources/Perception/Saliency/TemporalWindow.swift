/// Smooths a stream of maps over time: each becomes the mean of those up to `radius` frames before and after it, with
/// binomial weights (1 4 6 4 1 for radius 2), over the frames that there are.
///
/// A saliency network sees frames alone and its map is stretched to 0...1 in each, so what stands out flickers where little
/// does. A window around the frame brings no delay, unlike a mean over the past, which would drag a moving object's mask
/// behind it; five frames at 24 a second are short against most motion.
struct TemporalWindow {
    let radius: Int
    private let weights: [Float]
    /// The frames that are still needed, the first of them frame `first`.
    private var kept: [[Float]] = []
    private var first = 0
    private var added = 0
    private var given = 0

    init(radius: Int) {
        self.radius = radius
        // Normalised as it grows: the coefficients themselves overflow for long windows.
        var row: [Double] = [1]
        for _ in 0..<2 * radius { row = zip(row + [0], [0] + row).map { ($0 + $1) / 2 } }
        weights = row.map { Float($0) }
    }

    /// Adds a frame and gives the ones that are complete by it.
    mutating func add(_ map: [Float]) -> [[Float]] {
        kept.append(map)
        added += 1
        return added - given > radius ? [smoothed()] : []
    }

    /// Gives the frames that no later one will be added to.
    mutating func finish() -> [[Float]] {
        var rest: [[Float]] = []
        while given < added { rest.append(smoothed()) }
        return rest
    }

    private mutating func smoothed() -> [Float] {
        let range = max(first, given - radius)..<min(added, given + radius + 1)
        var sum: Float = 0
        var result = [Float](repeating: 0, count: kept[0].count)
        for frame in range {
            let weight = weights[frame - given + radius]
            sum += weight
            let map = kept[frame - first]
            for i in result.indices { result[i] += weight * map[i] }
        }
        if radius == 0 { result = kept[given - first] } else { for i in result.indices { result[i] /= sum } }
        given += 1
        let unneeded = max(0, given - radius - first)
        kept.removeFirst(min(unneeded, kept.count))
        first += unneeded
        return result
    }
}
