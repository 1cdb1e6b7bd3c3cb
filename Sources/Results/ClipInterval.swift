/// An interval over clips, or why there is none.
public enum ClipInterval: Sendable, Equatable {
    case bounds(ClosedRange<Double>)
    case absent(reason: String)

    public var bounds: ClosedRange<Double>? { if case .bounds(let range) = self { range } else { nil } }
    public var reason: String? { if case .absent(let reason) = self { reason } else { nil } }

    /// The fewest clips that an interval is given for: under that, clips say next to nothing about others.
    public static let fewestClips = 5
}
