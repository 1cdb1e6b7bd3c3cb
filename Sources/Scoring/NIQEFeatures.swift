internal import CKernels
internal import Foundation
internal import Video

/// The 36 features of each block of a frame (Mittal, Soundararajan, Bovik 2013): 18 at full size, 18 at half size.
///
/// A feature set is the shape and scale of the contrast-normalised coefficients, then shape, mean, left and right scale of
/// their products with the left, upper, upper left and upper right neighbour. Blocks that the frame's right and lower
/// border cut are left out, as in the authors' code.
struct NIQEFeatures: Sendable {
    static let count = 36
    private static let perScale = 18

    /// Row by row, `count` numbers a block; NaN where a block has no positive or no negative coefficient to fit.
    let values: [Double]
    /// Mean local deviation of each block at full size, in grey levels.
    let sharpness: [Double]

    var blocks: Int { sharpness.count }

    func block(_ index: Int) -> ArraySlice<Double> { values[index * Self.count..<(index + 1) * Self.count] }

    /// Nil when the frame is smaller than one block.
    /// - Parameter block: the side of the blocks in pixels, even, at most 512.
    init?(of frame: Frame, block: Int, isa: tb_isa = tb_isa_best()) {
        precondition(block >= 2 && block % 2 == 0 && block <= TB_NIQE_MOST_BLOCK)
        let (columns, rows) = (frame.width / block, frame.height / block)
        guard columns > 0, rows > 0 else { return nil }
        let (width, height) = (columns * block, rows * block)
        var grey = [Double](repeating: 0, count: width * height)
        tb_niqe_grey(frame.pixels, Int32(frame.width), Int32(width), Int32(height), &grey)
        var half = [Double](repeating: 0, count: width * height / 4)
        var row = [Double](repeating: 0, count: width)
        tb_niqe_halve(grey, Int32(width), Int32(height), &half, &row)

        let full = NIQEScale(grey, width: width, height: height, block: block, isa: isa)
        let small = NIQEScale(half, width: width / 2, height: height / 2, block: block / 2, isa: isa)
        var values: [Double] = []
        values.reserveCapacity(Self.count * columns * rows)
        for index in 0..<columns * rows {
            values += full.features(index, pixels: block * block)
            values += small.features(index, pixels: block * block / 4)
        }
        self.values = values
        sharpness = full.sharpness.map { $0 / Double(block * block) }
    }
}

/// The sums over the blocks of a picture that features are made of.
private struct NIQEScale {
    private static let products = TB_NIQE_PRODUCTS
    private static let moments = TB_NIQE_MOMENTS

    private var sums: [Double]
    private(set) var sharpness: [Double]

    init(_ picture: [Double], width: Int, height: Int, block: Int, isa: tb_isa) {
        let (columns, rows) = (width / block, height / block)
        let row = columns * Self.products * Self.moments
        sums = [Double](repeating: 0, count: rows * row)
        sharpness = [Double](repeating: 0, count: rows * columns)
        var coefficients = [Double](repeating: 0, count: width * block)
        var scratch = [Double](repeating: 0, count: tb_niqe_scratch_doubles(Int32(width)))
        sums.withUnsafeMutableBufferPointer { sums in
            sharpness.withUnsafeMutableBufferPointer { sharpness in
                for r in 0..<rows {
                    tb_niqe_coefficients(
                        isa, picture, Int32(width), Int32(height), Int32(r * block), Int32(block), niqeWindow,
                        &coefficients, sharpness.baseAddress! + r * columns, &scratch)
                    tb_niqe_moments(
                        isa, coefficients, Int32(width), Int32(block), sums.baseAddress! + r * row)
                }
            }
        }
    }

    /// 18 numbers of one block.
    func features(_ index: Int, pixels: Int) -> [Double] {
        (0..<Self.products).flatMap { product -> [Double] in
            let first = (index * Self.products + product) * Self.moments
            let fit = AsymmetricGaussian(sums[first..<first + Self.moments], count: pixels)
            return product == 0
                ? [fit.shape, (fit.left + fit.right) / 2] : [fit.shape, fit.mean, fit.left, fit.right]
        }
    }
}

/// The separable 7x7 Gaussian of deviation 7/6: its middle, then at distances 1, 2, 3; the whole window sums to 1.
private let niqeWindow: [Double] = {
    let deviation = 7.0 / 6
    let weights = (0...3).map { (i: Int) -> Double in exp(-Double(i * i) / (2 * deviation * deviation)) }
    let sum = weights[0] + 2 * (weights[1] + weights[2] + weights[3])
    return weights.map { $0 / sum }
}()

/// An asymmetric generalised Gaussian fitted by moments, its shape taken from 0.2, 0.201, ..., 10.
private struct AsymmetricGaussian {
    let shape: Double
    let left: Double
    let right: Double

    var mean: Double { (right - left) * tgamma(2 / shape) / tgamma(1 / shape) }

    /// - Parameter sums: how many numbers are below 0 and above, their squares below and above, absolute values.
    init(_ sums: ArraySlice<Double>, count: Int) {
        let s = Array(sums)
        let n = Double(count)
        let (left, right) = ((s[2] / s[0]).squareRoot(), (s[3] / s[1]).squareRoot())
        let ratio = left / right
        let absolute = s[4] / n
        let spread = absolute * absolute / ((s[2] + s[3]) / n)
        let squares = ratio * ratio + 1
        shape = ShapeTable.shape(for: spread * (ratio * ratio * ratio + 1) * (ratio + 1) / (squares * squares))
        let scale = (tgamma(1 / shape) / tgamma(3 / shape)).squareRoot()
        self.left = left * scale
        self.right = right * scale
    }
}

/// Γ(2/a)² / (Γ(1/a) Γ(3/a)) for the shapes a that are tried; it rises with a.
private enum ShapeTable {
    private static let shapes = (0...9800).map { 0.2 + Double($0) * 0.001 }
    private static let ratios = shapes.map { a in
        let two = tgamma(2 / a)
        return two * two / (tgamma(1 / a) * tgamma(3 / a))
    }

    /// The shape whose ratio is nearest; the first where there is nothing to fit.
    static func shape(for ratio: Double) -> Double {
        guard ratio > ratios[0] else { return shapes[0] }
        var (low, high) = (0, ratios.count - 1)
        guard ratio < ratios[high] else { return shapes[high] }
        while high - low > 1 {
            let middle = (low + high) / 2
            if ratios[middle] <= ratio { low = middle } else { high = middle }
        }
        return ratio - ratios[low] <= ratios[high] - ratio ? shapes[low] : shapes[high]
    }
}
