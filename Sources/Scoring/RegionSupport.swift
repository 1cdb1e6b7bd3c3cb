internal import Experiment
internal import Video

extension Region {
    /// Where sums by region keep this one.
    var index: Int {
        switch self {
        case .all: 0
        case .fg: 1
        case .bg: 2
        }
    }
}

extension Score.Outcome {
    /// No pixel to look at.
    static func emptyRegion(_ region: Region) -> Score.Outcome {
        .unscored(reason: "the \(region == .fg ? "foreground" : "background") is empty in every frame")
    }

    /// Why there is no background of no foreground.
    static let wholeBackground = "the foreground is empty in every frame, so the background would be the whole picture"
}

/// Pixels in all, fg and bg.
func regionSizes(_ foreground: Plane?, of pixels: Int) -> [Int] {
    guard let foreground else { return [pixels, 0, 0] }
    let inside = foreground.pixels.reduce(into: 0) { $0 += $1 == 0 ? 0 : 1 }
    return [pixels, inside, pixels - inside]
}

/// Calls `body` with the mask's bytes, or with nil.
func withOptionalPixels<R>(_ plane: Plane?, _ body: (UnsafePointer<UInt8>?) -> R) -> R {
    guard let plane else { return body(nil) }
    return plane.pixels.withUnsafeBufferPointer { body($0.baseAddress) }
}

/// Frame numbers for a message: the first few, and how many more.
func listed(_ frames: [Int]) -> String {
    let shown = frames.prefix(5).map(String.init).joined(separator: ", ")
    return frames.count > 5 ? "\(shown) and \(frames.count - 5) more" : shown
}
