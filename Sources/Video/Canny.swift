internal import COpenCV

/// Canny's edge detector with a 3x3 Sobel operator and L1 magnitude (metrics.md §4).
public struct Canny: Sendable, Equatable {
    /// What the gradient is taken of.
    public enum Input: String, Sendable {
        /// The channel with the largest gradient at each pixel.
        case rgb
        /// Luma.
        case gray
    }

    public let input: Input
    /// Hysteresis thresholds on the gradient's magnitude.
    public let low: Double
    public let high: Double

    /// The medium preset, which both published evaluators measure with.
    public init(input: Input, low: Double = 100, high: Double = 200) {
        self.input = input
        self.low = low
        self.high = high
    }

    /// The edge map: 255 on edges, 0 elsewhere.
    public func callAsFunction(_ frame: Frame) -> Plane {
        let edges = [UInt8](unsafeUninitializedCapacity: frame.size.pixels) { buffer, filled in
            let status = ocv_canny(
                frame.pixels, Int32(frame.width), Int32(frame.height), input == .gray ? 1 : 0, low, high,
                buffer.baseAddress!)
            precondition(status == OCV_OK, "sizes were checked")
            filled = buffer.count
        }
        return Plane(width: frame.width, height: frame.height, pixels: edges)
    }
}
