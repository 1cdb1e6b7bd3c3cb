public import Experiment

/// How the leaders of a column are marked.
public enum Marking: String, Sendable, CaseIterable {
    /// Best bold, second underlined; when several share the best, nobody is second (the paper's Tables 1 and 3).
    case bestAndSecond = "best-and-second"
    /// Best bold (the paper's Table 4).
    case best
    case none
}

/// A cell's place in its column.
public enum Mark: String, Sendable, Codable {
    case best, second
}

/// Marks the leaders among displayed values: what looks equal in the table is a tie (metrics.md §10).
/// - Parameter values: rounded as displayed; nil where a row has none. A row alone leads nobody.
public func marks(_ values: [Double?], direction: MetricDescriptor.Direction, marking: Marking) -> [Mark?] {
    let ranked = Set(values.compactMap { $0 }).sorted { direction == .higher ? $0 > $1 : $0 < $1 }
    guard marking != .none, values.count > 1, let best = ranked.first else { return values.map { _ in nil } }
    let isTied = values.count { $0 == best } > 1
    return values.map { value in
        guard let value else { return nil }
        if value == best { return .best }
        return marking == .bestAndSecond && !isTied && value == ranked[1] ? .second : nil
    }
}
