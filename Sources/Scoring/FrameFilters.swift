public import Experiment
public import Video

/// The filters that both sides of a pair go through.
public struct FrameFilters: Sendable {
    public let blur: BilateralBlur
    public let canny: Canny
    /// What differs from the published evaluators, by the filter's name; scores of other filters share no table.
    public let changes: [String: String]

    /// The published filters of a profile, or others where the pictures' size asks for them.
    /// - Parameters:
    ///   - blur: of Blur SSIM; nil for the published one.
    ///   - thresholds: Canny's, low and high; nil for the published 100 and 200.
    public init(profile: Profile, blur: BilateralBlur? = nil, thresholds: (low: Double, high: Double)? = nil) {
        self.blur = blur ?? BilateralBlur()
        let input: Canny.Input = profile == .paibench2025 ? .rgb : .gray
        canny = thresholds.map { Canny(input: input, low: $0.low, high: $0.high) } ?? Canny(input: input)
        var changes: [String: String] = [:]
        if let blur, (blur.diameter, blur.sigmaColor, blur.sigmaSpace) != BilateralBlur.medium {
            changes["blur"] =
                "scaled to d=\(blur.diameter) sigma-color=\(blur.sigmaColor) sigma-space=\(blur.sigmaSpace)"
        }
        if let thresholds, canny != Canny(input: input) {
            changes["canny"] = "set to \(thresholds.low)/\(thresholds.high)"
        }
        self.changes = changes
    }
}
