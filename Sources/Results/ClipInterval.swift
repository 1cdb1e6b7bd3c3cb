/// An interval over clips, or why there is none.
public enum ClipInterval: Sendable, Equatable {
    case bounds(ClosedRange<Double>)
    case absent(reason: String)

    /// The expanded percentile bootstrap over clips of the mean of some values (experiments.md §4).
    /// - Parameter level: coverage in 0..<1, as 0.95.
    public init(ofMean values: [(clip: String, value: Double)], level: Double) {
        self = bootstrapInterval(values, level: level)
    }

    /// The interval of a growing function of the number.
    func mapped(_ change: (Double) -> Double) -> ClipInterval {
        switch self {
        case .bounds(let range): .bounds(change(range.lowerBound)...change(range.upperBound))
        case .absent: self
        }
    }

    public var bounds: ClosedRange<Double>? { if case .bounds(let range) = self { range } else { nil } }
    public var reason: String? { if case .absent(let reason) = self { reason } else { nil } }

    /// The fewest clips that an interval is given for: under that, clips say next to nothing about others.
    public static let fewestClips = 5
}
