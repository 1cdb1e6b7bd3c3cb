internal import COpenCV

/// How a frame is resampled to another size.
public enum Interpolation: Int32, Sendable {
    case nearest = 0
    case bilinear = 1
    case bicubic = 2
    case area = 3

    /// What the reference evaluators choose: bilinear when the target is taller, area otherwise; width plays no part
    /// (metrics.md §1).
    public static func forResizing(height: Int, to target: Int) -> Interpolation {
        target > height ? .bilinear : .area
    }
}

extension Frame {
    /// The frame at another size; itself when the size is already that.
    public func resized(to size: FrameSize, _ interpolation: Interpolation) -> Frame {
        guard size != self.size else { return self }
        return Frame(
            width: size.width, height: size.height,
            pixels: resampled(pixels, from: self.size, to: size, channels: 3, interpolation))
    }
}

extension Frame {
    /// The frame at another size as interleaved float32 levels, neither rounded nor cut to 0...255.
    public func resizedLevels(to size: FrameSize, _ interpolation: Interpolation) -> [Float] {
        let levels = pixels.map(Float.init)
        guard size != self.size else { return levels }
        return [Float](unsafeUninitializedCapacity: 3 * size.pixels) { buffer, filled in
            let status = ocv_resize32(
                levels, Int32(width), Int32(height), 3, buffer.baseAddress!, Int32(size.width), Int32(size.height),
                interpolation.rawValue)
            precondition(status == OCV_OK, "sizes were checked")
            filled = buffer.count
        }
    }
}

extension DepthFrame {
    /// The map at another size in double precision; itself when the size is already that.
    public func resized(to size: FrameSize, _ interpolation: Interpolation) -> DepthFrame {
        guard size != self.size else { return self }
        var out = [Double](repeating: 0, count: size.pixels)
        let status = ocv_resize64(
            values, Int32(width), Int32(height), &out, Int32(size.width), Int32(size.height), interpolation.rawValue)
        precondition(status == OCV_OK, "sizes were checked")
        return DepthFrame(width: size.width, height: size.height, values: out)
    }

    /// The map at another size, each value that of the nearest source pixel.
    public func nearest(_ size: FrameSize) -> DepthFrame {
        guard size != self.size else { return self }
        return DepthFrame(
            width: size.width, height: size.height, values: nearestPixels(values, from: self.size, to: size))
    }
}

extension Plane {
    /// The map at another size, each pixel that of the nearest source pixel.
    public func nearest(_ size: FrameSize) -> Plane {
        guard size != self.size else { return self }
        return Plane(
            width: size.width, height: size.height, pixels: nearestPixels(pixels, from: self.size, to: size))
    }
}

private func resampled(
    _ pixels: [UInt8], from source: FrameSize, to target: FrameSize, channels: Int32, _ interpolation: Interpolation
) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: target.pixels * Int(channels)) { buffer, filled in
        let status = ocv_resize8(
            pixels, Int32(source.width), Int32(source.height), channels, buffer.baseAddress!, Int32(target.width),
            Int32(target.height), interpolation.rawValue)
        precondition(status == OCV_OK, "sizes were checked")
        filled = buffer.count
    }
}

/// Source index min(floor(i * source / target), source - 1) on each axis (metrics.md §1.1).
private func nearestPixels<T>(_ pixels: [T], from source: FrameSize, to target: FrameSize) -> [T] {
    func indices(_ n: Int, _ m: Int) -> [Int] {
        let scale = Double(n) / Double(m)
        return (0..<m).map { min(Int(Double($0) * scale), n - 1) }
    }
    let columns = indices(source.width, target.width)
    var out: [T] = []
    out.reserveCapacity(target.pixels)
    for row in indices(source.height, target.height) {
        for column in columns { out.append(pixels[row * source.width + column]) }
    }
    return out
}
