internal import CKernels

/// The edge-preserving blur of the "vis" control and of Blur SSIM (metrics.md §2): a disc of radius diameter / 2, Gaussian
/// weights in space and in the L1 colour distance, borders mirrored without repeating the edge pixel.
public final class BilateralBlur: @unchecked Sendable {  // the tables are written in init only
    /// Pixels across the window; an even value counts as the next odd one.
    public let diameter: Int
    public let sigmaColor: Double
    public let sigmaSpace: Double
    private let tables: OpaquePointer

    /// The medium preset, which both published evaluators measure with.
    public static let medium = (diameter: 30, sigmaColor: 150.0, sigmaSpace: 100.0)

    /// - Parameters: diameter in 2...63, sigmaColor 50 or more, sigmaSpace above 0.
    public init(
        diameter: Int = medium.diameter, sigmaColor: Double = medium.sigmaColor, sigmaSpace: Double = medium.sigmaSpace
    ) {
        self.diameter = diameter
        self.sigmaColor = sigmaColor
        self.sigmaSpace = sigmaSpace
        let memory = UnsafeMutableRawPointer.allocate(byteCount: tb_bilateral_tables_bytes(), alignment: 64)
        tables = OpaquePointer(memory)
        let status = tb_bilateral_tables_init(tables, Int32(diameter / 2), sigmaColor, sigmaSpace)
        precondition(status == 0, "bilateral parameters out of range")
    }

    deinit { UnsafeMutableRawPointer(tables).deallocate() }

    /// The blurred frame, of the same size.
    public func callAsFunction(_ frame: Frame) -> Frame {
        let (width, height) = (Int32(frame.width), Int32(frame.height))
        let scratch = UnsafeMutableRawPointer.allocate(
            byteCount: tb_bilateral_scratch_bytes(tables, width, height), alignment: 64)
        defer { scratch.deallocate() }
        let pixels = [UInt8](unsafeUninitializedCapacity: frame.pixels.count) { buffer, filled in
            tb_bilateral(tables, frame.pixels, buffer.baseAddress!, width, height, scratch)
            filled = buffer.count
        }
        return Frame(width: frame.width, height: frame.height, pixels: pixels)
    }
}
