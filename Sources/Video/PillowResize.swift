internal import Foundation

/// A filter of Pillow's `Image.resize`. When the picture shrinks, the filter is as wide as an output pixel.
public enum PillowFilter: String, Sendable, CaseIterable {
    case bilinear, bicubic, lanczos

    /// Half its width, in output pixels where the picture shrinks, in input pixels where it grows.
    fileprivate var support: Double {
        switch self {
        case .bilinear: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    fileprivate func callAsFunction(_ x: Double) -> Double {
        let distance = abs(x)
        guard distance < support || (self == .lanczos && x == -3) else { return 0 }
        switch self {
        case .bilinear: return 1 - distance
        case .bicubic:
            return distance < 1
                ? (1.5 * distance - 2.5) * distance * distance + 1
                : ((distance - 5) * distance + 8) * distance * -0.5 + 2
        case .lanczos: return sinc(x) * sinc(x / 3)
        }
    }

    private func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
}

extension Frame {
    /// The frame at another size, byte for byte as Pillow resizes it (columns before rows).
    public func resized(to size: FrameSize, like filter: PillowFilter) -> Frame {
        Frame(
            width: size.width, height: size.height,
            pixels: resampled(pixels, from: self.size, to: size, channels: 3, filter))
    }
}

extension Plane {
    /// The map at another size, byte for byte as Pillow resizes an image of one channel.
    public func resized(to size: FrameSize, like filter: PillowFilter) -> Plane {
        Plane(
            width: size.width, height: size.height,
            pixels: resampled(pixels, from: self.size, to: size, channels: 1, filter))
    }
}

/// Columns first, then rows; what lies between is rounded to bytes too. An axis that keeps its length is left alone. Pillow
/// 13 begins with the rows in some cases where they shrink and columns hardly do or grow: bytes differ a little there.
private func resampled(
    _ pixels: [UInt8], from source: FrameSize, to target: FrameSize, channels: Int, _ filter: PillowFilter
) -> [UInt8] {
    var pixels = pixels
    if target.width != source.width {
        let taps = FixedTaps(from: source.width, to: target.width, filter)
        pixels = taps.alongRows(pixels, rows: source.height, channels: channels)
    }
    if target.height != source.height {
        let taps = FixedTaps(from: source.height, to: target.height, filter)
        pixels = taps.alongColumns(pixels, rowBytes: target.width * channels)
    }
    return pixels
}

/// The weights of one axis in fixed point.
private struct FixedTaps {
    private static let bits: Int32 = 22

    private let inputs: Int
    /// For every output: the first input, and its weights.
    private var taps: [(first: Int, weights: Range<Int>)] = []
    private var weights: [Int32] = []

    init(from n: Int, to m: Int, _ filter: PillowFilter) {
        inputs = n
        let scale = Double(n) / Double(m)
        let wide = max(scale, 1)
        let support = filter.support * wide
        for i in 0..<m {
            let centre = (Double(i) + 0.5) * scale
            let low = max(0, Int(centre - support + 0.5))
            let high = min(n, Int(centre + support + 0.5))
            let values = (low..<high).map { filter((Double($0) - centre + 0.5) * (1 / wide)) }
            let sum = values.reduce(0, +)
            let start = weights.count
            weights += values.map { value in
                let weight = (sum == 0 ? value : value / sum) * Double(1 << Self.bits)
                return Int32(weight < 0 ? weight - 0.5 : weight + 0.5)
            }
            taps.append((low, start..<weights.count))
        }
    }

    func alongRows(_ pixels: [UInt8], rows: Int, channels: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: rows * taps.count * channels) { out, filled in
            pixels.withUnsafeBufferPointer { pixels in
                weights.withUnsafeBufferPointer { weights in
                    for row in 0..<rows {
                        let line = row * inputs * channels
                        var place = row * taps.count * channels
                        for tap in taps {
                            for channel in 0..<channels {
                                var sum: Int32 = 1 << (Self.bits - 1)
                                var from = line + tap.first * channels + channel
                                for k in tap.weights {
                                    sum &+= Int32(pixels[from]) &* weights[k]
                                    from += channels
                                }
                                out[place] = Self.byte(sum)
                                place += 1
                            }
                        }
                    }
                }
            }
            filled = out.count
        }
    }

    func alongColumns(_ pixels: [UInt8], rowBytes: Int) -> [UInt8] {
        var sums = [Int32](repeating: 0, count: rowBytes)
        return [UInt8](unsafeUninitializedCapacity: taps.count * rowBytes) { out, filled in
            pixels.withUnsafeBufferPointer { pixels in
                sums.withUnsafeMutableBufferPointer { sums in
                    for (y, tap) in taps.enumerated() {
                        sums.update(repeating: 1 << (Self.bits - 1))
                        for (k, index) in tap.weights.enumerated() {
                            let line = UnsafeBufferPointer(
                                rebasing: pixels[(tap.first + k) * rowBytes..<(tap.first + k + 1) * rowBytes])
                            let weight = weights[index]
                            for x in 0..<rowBytes { sums[x] &+= Int32(line[x]) &* weight }
                        }
                        for x in 0..<rowBytes { out[y * rowBytes + x] = Self.byte(sums[x]) }
                    }
                }
            }
            filled = out.count
        }
    }

    private static func byte(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> bits) }
}
