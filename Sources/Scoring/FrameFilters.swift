public import Experiment
public import Video

/// The filters that both sides of a pair go through.
public struct FrameFilters: Sendable {
    public let blur: BilateralBlur
    public let canny: Canny

    public init(profile: Profile) {
        blur = BilateralBlur()
        canny = Canny(input: profile == .paibench2025 ? .rgb : .gray)
    }
}
