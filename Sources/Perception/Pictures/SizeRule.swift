public import Video

/// The size at which a network sees a frame.
public enum SizeRule: Sendable, Equatable {
    case fixed(height: Int, width: Int)
    /// The shorter side becomes about `length`, the other keeps the shape, both are rounded to a multiple.
    case shortSide(length: Int, multipleOf: Int)
    /// The shorter side becomes `shortSide`, or less where the longer would be above `longSide`; sides are truncated, as
    /// DETR and its descendants resize.
    case within(shortSide: Int, longSide: Int)
    /// The longer side becomes `length`, the other keeps the shape; zeros on the right and below fill a square if `padded`.
    case longSide(length: Int, padded: Bool)
    /// The frame's own size, which has to be a multiple and at least so much on both sides.
    case native(multipleOf: Int, least: Int)

    /// The size that a frame is resized to, without padding; nil when the network cannot take it.
    public func target(of size: FrameSize) -> FrameSize? {
        switch self {
        case .fixed(let height, let width): return FrameSize(width: width, height: height)
        case .shortSide(let length, let multiple):
            let factor = Double(length) / Double(min(size.width, size.height))
            func rounded(_ side: Int) -> Int {
                let wanted = Double(side) * factor
                let nearest = Int((wanted / Double(multiple)).rounded(.toNearestOrEven)) * multiple
                // The shorter side never falls below what was asked for.
                return nearest < length ? Int((wanted / Double(multiple)).rounded(.up)) * multiple : nearest
            }
            return FrameSize(width: rounded(size.width), height: rounded(size.height))
        case .within(let short, let long):
            let (least, most) = (Double(min(size.width, size.height)), Double(max(size.width, size.height)))
            let capped = most / least * Double(short) > Double(long)
            let exact = capped ? Double(long) * least / most : Double(short)
            let side = max(1, Int(exact.rounded(.toNearestOrEven)))
            if Int(least) == side { return size }
            let other = max(1, Int(exact * most / least))
            return size.width < size.height
                ? FrameSize(width: side, height: other) : FrameSize(width: other, height: side)
        case .longSide(let length, _):
            let factor = Double(length) / Double(max(size.width, size.height))
            return FrameSize(
                width: max(1, Int((Double(size.width) * factor).rounded())),
                height: max(1, Int((Double(size.height) * factor).rounded())))
        case .native(let multiple, let least):
            let fits =
                size.width % multiple == 0 && size.height % multiple == 0 && min(size.width, size.height) >= least
            return fits ? size : nil
        }
    }

    /// What the network takes, for the sentence about a frame that it does not.
    public var words: String {
        switch self {
        case .fixed(let height, let width): "\(width)x\(height)"
        case .shortSide(let length, let multiple): "a short side of \(length), sides multiples of \(multiple)"
        case .within(let short, let long): "a short side of \(short) and a long side of at most \(long)"
        case .longSide(let length, let padded): "a long side of \(length)\(padded ? ", padded to a square" : "")"
        case .native(let multiple, let least):
            "frames of at least \(least) pixels a side" + (multiple > 1 ? ", multiples of \(multiple)" : "")
        }
    }
}
