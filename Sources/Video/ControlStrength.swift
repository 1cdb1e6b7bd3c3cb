/// How much a control made from a video leaves out: the published presets (model.md §6.2, §6.3).
public enum ControlStrength: String, Sendable, CaseIterable {
    case none
    case veryLow = "very_low"
    case low, medium, high
    case veryHigh = "very_high"
}

/// The "edge" control: Canny's edges on RGB, white on black in three equal channels (model.md §6.2).
public struct EdgeControl: Sendable, Equatable {
    public let canny: Canny

    /// `none` is the same as `veryLow`.
    public init(_ strength: ControlStrength = .medium) {
        canny =
            switch strength {
            case .none, .veryLow: Canny(input: .rgb, low: 20, high: 50)
            case .low: Canny(input: .rgb, low: 50, high: 100)
            case .medium: Canny(input: .rgb, low: 100, high: 200)
            case .high: Canny(input: .rgb, low: 200, high: 300)
            case .veryHigh: Canny(input: .rgb, low: 300, high: 400)
            }
    }

    /// A frame of the same size.
    public func callAsFunction(_ frame: Frame) -> Frame { limited(frame) { canny($0).rgb } }
}

/// The "vis" control: a bilateral blur, then a bicubic round trip through a smaller size (model.md §6.3).
public final class VisControl: Sendable {
    /// The numbers of one preset.
    public struct Parameters: Sendable, Equatable {
        public var diameter: Int
        public var sigmaColor: Double
        public var sigmaSpace: Double
        /// The blur works on a frame shrunk by this factor.
        public var shrink: Int
        /// The smaller size of the round trip is the frame's divided by this.
        public var factor: Int

        /// nil for `none`.
        public init?(_ strength: ControlStrength) {
            let p: (Int, Double, Double, Int, Int)
            switch strength {
            case .none: return nil
            case .veryLow: p = (15, 100, 50, 1, 4)
            case .low: p = (15, 100, 50, 4, 4)
            case .medium: p = (30, 150, 100, 2, 10)
            case .high: p = (50, 300, 150, 1, 16)
            case .veryHigh: p = (50, 300, 150, 4, 16)
            }
            (diameter, sigmaColor, sigmaSpace, shrink, factor) = p
        }
    }

    /// nil where the video is left as it is.
    public let parameters: Parameters?
    private let blur: BilateralBlur?

    /// `none` leaves frames as they are.
    public convenience init(_ strength: ControlStrength = .medium) { self.init(parameters: Parameters(strength)) }

    public init(parameters: Parameters?) {
        self.parameters = parameters
        blur = parameters.map {
            BilateralBlur(diameter: $0.diameter, sigmaColor: $0.sigmaColor, sigmaSpace: $0.sigmaSpace)
        }
    }

    /// A frame of the same size.
    public func callAsFunction(_ frame: Frame) -> Frame {
        guard let parameters, let blur else { return frame }
        return limited(frame) { frame in
            let small = frame.resized(to: frame.size / parameters.shrink, .area)
            let blurred = blur(small).resized(to: frame.size, .bilinear)
            return blurred.resizedBicubic(to: frame.size / parameters.factor).resizedBicubic(to: frame.size)
        }
    }
}

extension FrameSize {
    /// The largest size that the presets work at.
    public static let presetLimit = FrameSize(width: 1280, height: 704)

    /// The size of the same shape within `limit`; itself where it is within already. Sides are rounded half up.
    public func fitting(_ limit: FrameSize) -> FrameSize {
        let ratio = min(Double(limit.width) / Double(width), Double(limit.height) / Double(height))
        guard ratio < 1 else { return self }
        return FrameSize(
            width: max(1, Int(ratio * Double(width) + 0.5)), height: max(1, Int(ratio * Double(height) + 0.5)))
    }

    static func / (size: FrameSize, divisor: Int) -> FrameSize {
        FrameSize(width: max(1, size.width / divisor), height: max(1, size.height / divisor))
    }
}

extension Plane {
    /// The map in three equal channels.
    public var rgb: Frame {
        let values = [UInt8](unsafeUninitializedCapacity: 3 * pixels.count) { buffer, filled in
            for (i, value) in pixels.enumerated() {
                buffer[3 * i] = value
                buffer[3 * i + 1] = value
                buffer[3 * i + 2] = value
            }
            filled = buffer.count
        }
        return Frame(width: width, height: height, pixels: values)
    }
}

/// Presets work on at most 1280x704 pixels; larger frames are shrunk for them, and the control is resized as every control
/// video is.
private func limited(_ frame: Frame, _ make: (Frame) -> Frame) -> Frame {
    make(frame.resized(to: frame.size.fitting(.presetLimit), .area)).resized(to: frame.size, .bilinear)
}
