internal import CKernels
public import Experiment
internal import Video

/// Blur SSIM and blur MSE (metrics.md §2, §3): structural similarity and squared error of the bilaterally blurred frames.
///
/// SSIM has a 7x7 uniform window, sample covariance, a data range taken from the blurred reference frame over all channels,
/// and its full map counts, border included. A video's value is the mean over all pixels of all frames in the region.
public struct BlurSSIM: Metric {
    /// Sums over one frame, by region (all, fg, bg).
    public struct Measurement: Sendable {
        /// Of SSIM over pixels and channels; nil for a flat reference or a frame under 7 pixels.
        let similarity: [Double]?
        let squares: [UInt64]
        let wrapped: [UInt64]
        let pixels: [Int]
        let isTooSmall: Bool
    }

    private let filters: FrameFilters

    public init(filters: FrameFilters) { self.filters = filters }

    public let descriptors = [
        MetricDescriptor(
            name: "blur-ssim", title: "Blur SSIM", direction: .higher, low: -1, high: 1, isHeadline: true),
        MetricDescriptor(
            name: "blur-mse", title: "Blur MSE", direction: .lower, low: 0, high: 65_025, unit: "levels²"),
        MetricDescriptor(
            name: "blur-mse-wrapped", title: "Blur MSE (wrapped)", direction: .lower, low: 0, high: 255,
            unit: "levels² mod 256", regions: [.all]),
    ]

    public func measure(_ pair: FramePair) -> Measurement? {
        let x = pair.reference.blurred
        let y = filters.blur(pair.generated)
        precondition(x.size == y.size && (pair.foreground?.size ?? x.size) == x.size)
        var squares = [UInt64](repeating: 0, count: 3)
        var wrapped = squares
        withOptionalPixels(pair.foreground) { mask in
            tb_squared_error(x.pixels, y.pixels, mask, x.size.pixels, &squares, &wrapped)
        }
        let isTooSmall = min(x.width, x.height) < 7
        var low: UInt8 = 0
        var high: UInt8 = 0
        tb_byte_range(x.pixels, x.pixels.count, &low, &high)
        return Measurement(
            similarity: isTooSmall || low == high
                ? nil : similarity(x, y, foreground: pair.foreground, range: Double(high) - Double(low)),
            squares: squares, wrapped: wrapped, pixels: regionSizes(pair.foreground, of: x.size.pixels),
            isTooSmall: isTooSmall)
    }

    private func similarity(_ x: Frame, _ y: Frame, foreground: Plane?, range: Double) -> [Double] {
        let width = Int32(x.width)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: tb_ssim_scratch_bytes(width), alignment: 64)
        defer { scratch.deallocate() }
        var sums = [0.0, 0.0, 0.0]
        let (a, b) = (0.01 * range, 0.03 * range)
        withOptionalPixels(foreground) { mask in
            tb_ssim_sums(x.pixels, y.pixels, mask, width, Int32(x.height), a * a, b * b, &sums, scratch)
        }
        return sums
    }

    public func scores(_ measurements: [Measurement], regions: [Region]) -> [Score] {
        let blur = filters.blur
        let window = [
            "blur": "bilateral d=\(blur.diameter) sigma-color=\(blur.sigmaColor) sigma-space=\(blur.sigmaSpace)"
        ]
        return regions.flatMap { region -> [Score] in
            let r = region.index
            let pixels = measurements.map { $0.pixels[r] }.reduce(0, +)
            func error(_ name: String, _ sums: (Measurement) -> [UInt64]) -> Score {
                let total = measurements.map { sums($0)[r] }.reduce(0, +)
                return Score(
                    metric: name, region: region,
                    outcome: pixels == 0 ? .emptyRegion(region) : .scored(Double(total) / Double(3 * pixels)),
                    n: measurements.count, parameters: window,
                    perFrame: measurements.map {
                        $0.pixels[r] == 0 ? nil : Double(sums($0)[r]) / Double(3 * $0.pixels[r])
                    })
            }
            var scores = [
                similarityScore(measurements, region: region, pixels: pixels, parameters: window),
                error("blur-mse") { $0.squares },
            ]
            if region == .all { scores.append(error("blur-mse-wrapped") { $0.wrapped }) }
            return scores
        }
    }

    private func similarityScore(
        _ measurements: [Measurement], region: Region, pixels: Int, parameters: [String: String]
    ) -> Score {
        let r = region.index
        let flat = measurements.indices.filter { measurements[$0].similarity == nil }
        let outcome: Score.Outcome
        var warnings: [String] = []
        if measurements.contains(where: \.isTooSmall) {
            outcome = .unscored(reason: "a side is under 7 pixels, less than SSIM's window")
        } else if let first = flat.first {
            outcome = .unscored(reason: "the blurred reference frame \(first) is flat: SSIM's data range is 0")
            warnings.append(
                "\(flat.count) flat reference frame\(flat.count == 1 ? "" : "s") make the reference's value NaN, "
                    + "and its mean leaves the video out")
        } else if pixels == 0 {
            outcome = .emptyRegion(region)
        } else {
            let sum = measurements.reduce(0.0) { $0 + ($1.similarity?[r] ?? 0) }
            outcome = .scored(sum / Double(3 * pixels))
        }
        return Score(
            metric: "blur-ssim", region: region, outcome: outcome, n: measurements.count,
            parameters: parameters.merging(["window": "7x7 uniform", "range": "blurred reference frame"]) { a, _ in a },
            warnings: warnings,
            perFrame: measurements.map { m in
                m.pixels[r] == 0 ? nil : m.similarity.map { $0[r] / Double(3 * m.pixels[r]) }
            })
    }
}
