/// The published evaluator that a metric follows where evaluators differ (metrics.md §0).
public enum Profile: String, Sendable, CaseIterable, Codable {
    /// The public PAI-Bench evaluator of September 2025: Canny on RGB, unbounded depth residuals, nearest depth resizing.
    case paibench2025 = "paibench-2025"
    /// The alignment with the internal evaluator of June 2026: Canny on gray, residuals within ±10, smooth depth resizing,
    /// mask filter by region.
    case aligned2026 = "aligned-2026"
}
