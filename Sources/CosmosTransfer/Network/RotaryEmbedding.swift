import Foundation

/// How the rotary angles are rounded (spec §2.5a).
public enum RotaryPrecision: String, Sendable, CaseIterable {
    /// Exact angles.
    case float32
    /// As the published pipeline, which casts its buffers: exponent, base, power, its reciprocal, position and angle are each
    /// rounded to bfloat16.
    case bfloat16
}

/// Cosines and sines of the rotary position embedding: one row of headWidth / 2 for every token (spec §2.5a).
struct RotaryEmbedding: Sendable {
    let cosines: [Float]
    let sines: [Float]

    init(grid: LatentGrid, headWidth: Int, ratio: RopeRatio, timeScale: Double, precision: RotaryPrecision) {
        let angles = Self.angles(
            sizes: (grid.tokenFrames, grid.tokenRows, grid.tokenColumns), headWidth: headWidth, ratio: ratio,
            timeScale: timeScale, precision: precision)
        cosines = angles.map { Float(cos($0)) }
        sines = angles.map { Float(sin($0)) }
    }

    /// The angles of every token, headWidth / 2 each, in the order time, height, width.
    static func angles(
        sizes: (t: Int, h: Int, w: Int), headWidth: Int, ratio: RopeRatio, timeScale: Double,
        precision: RotaryPrecision
    ) -> [Double] {
        let side = 2 * (headWidth / 6)
        func round(_ x: Double) -> Double {
            guard precision == .bfloat16 else { return x }
            let bits = Float(x).bitPattern
            return Double(Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000))
        }
        func axis(_ count: Int, width: Int, ratio: Double, scale: Double) -> [[Double]] {
            let theta = 10_000 * (width > 2 ? pow(ratio, Double(width) / Double(width - 2)) : 1)
            let frequencies = (0..<width / 2).map {
                precision == .bfloat16
                    ? round(1 / round(pow(round(theta), round(Double(2 * $0) / Double(width)))))
                    : pow(theta, -Double(2 * $0) / Double(width))
            }
            return (0..<count).map { position in frequencies.map { round(round(Double(position) * scale) * $0) } }
        }
        let t = axis(sizes.t, width: headWidth - 2 * side, ratio: ratio.t, scale: timeScale)
        let h = axis(sizes.h, width: side, ratio: ratio.h, scale: 1)
        let w = axis(sizes.w, width: side, ratio: ratio.w, scale: 1)
        var angles: [Double] = []
        angles.reserveCapacity(sizes.t * sizes.h * sizes.w * headWidth / 2)
        for a in t { for b in h { for c in w { angles += a + b + c } } }
        return angles
    }
}
