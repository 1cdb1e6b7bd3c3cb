public import Experiment

/// What is measured so far in a race: the objectives' values, turned so that larger is better.
public struct RaceValues: Sendable {
    /// By configuration and objective, then by slot: a clip and one of its prompts, or the clip as a whole.
    private var values: [[[Double?]]]
    /// The clip of each slot, by objective.
    private var clips: [[Int]]
    private var clipCount = 0

    /// - Parameters:
    ///   - items: the trials and conditions of each configuration, of the clips that count.
    ///   - objectives: with the way that is better.
    public init(
        _ items: [[any ScoredItem]], objectives: [(column: TableLayout.Column, better: MetricDescriptor.Direction)]
    ) {
        var places: [String: Int] = [:]
        values = items.map { _ in objectives.map { _ in [] } }
        clips = objectives.map { _ in [] }
        for (objective, (column, better)) in objectives.enumerated() {
            var slots: [[String]: Int] = [:]
            for (configuration, own) in items.enumerated() {
                for item in own {
                    guard let value = item.score(column.metric, column.region)?.outcome.value else { continue }
                    let clip = item.clipIdentity.hex
                    let place = places[clip] ?? places.count
                    places[clip] = place
                    let slot = slots[[clip, item.prompt]] ?? slots.count
                    if slot == slots.count {
                        slots[[clip, item.prompt]] = slot
                        clips[objective].append(place)
                    }
                    let missing = max(0, slot + 1 - values[configuration][objective].count)
                    values[configuration][objective] += [Double?](repeating: nil, count: missing)
                    values[configuration][objective][slot] = better == .higher ? value : -value
                }
            }
        }
        clipCount = places.count
    }

    /// Values of one video a clip.
    /// - Parameter values: by configuration and objective, one for each clip; nil where there is none.
    init(_ values: [[[Double?]]]) {
        self.values = values
        clipCount = values.flatMap { $0.map(\.count) }.max() ?? 0
        let all = Array(0..<clipCount)
        clips = values.first.map { $0.map { _ in all } } ?? []
    }

    /// The differences of one configuration's values and another's, by clip.
    func differences(_ first: Int, _ second: Int, objective: Int) -> [ClipSum] {
        let (a, b) = (values[first][objective], values[second][objective])
        var sums = [ClipSum](repeating: ClipSum(), count: clipCount)
        for slot in 0..<min(a.count, b.count) {
            if let x = a[slot], let y = b[slot] { sums[clips[objective][slot]].add(x - y) }
        }
        return sums
    }
}
