internal import Experiment
internal import Tensors
internal import Video

/// Maps as people look at them, and as the generator's controls take them: videos or folders of PNG images.
public enum MapPictures {
    /// Writes depth in grey, near is bright: the clip's nearest value becomes 255 and its farthest 0, levels between are cut
    /// and not rounded (spec §6.4).
    /// - Parameters:
    ///   - source: a map file of depth.
    ///   - isInverse: whether larger values are nearer.
    ///   - rate: frames a second.
    /// - Returns: the number of frames.
    /// - Throws: `BenchError` 65.
    @discardableResult
    public static func writeDepth(of source: String, isInverse: Bool, to path: String, rate: Double) throws -> Int {
        try unusableFilesTold {
            let survey = try MapFileReader(path: source)
            var (low, high) = (Float.infinity, -Float.infinity)
            while let values = try survey.nextDepth() {
                for value in values {
                    low = min(low, value)
                    high = max(high, value)
                }
            }
            guard !(high > low) || (high - low).isFinite else {
                throw BenchError(
                    .unusableInput, "the depth of \(source) spans more than a picture can show; write .maps")
            }
            let range = high - low + 1e-8
            let reader = try MapFileReader(path: source)
            return try write(to: path, size: reader.header.size, rate: rate) {
                try reader.nextDepth().map { values in
                    let size = reader.header.size
                    return Plane(
                        width: size.width, height: size.height,
                        pixels: values.map { UInt8((isInverse ? $0 - low : high - $0) / range * 255) }
                    )
                    .rgb
                }
            }
        }
    }

    /// Writes objects in one flat colour each, nothing in black.
    /// - Throws: `BenchError` 65.
    @discardableResult
    public static func writeLabels(of source: String, to path: String, rate: Double) throws -> Int {
        try unusableFilesTold {
            let reader = try openLabels(source)
            return try write(to: path, size: reader.size, rate: rate) {
                try reader.next().map { labels in
                    Frame(
                        width: labels.width, height: labels.height,
                        pixels: labels.pixels.flatMap { MapPictures.colours[Int($0)] })
                }
            }
        }
    }

    private static func write(
        to path: String, size: FrameSize, rate: Double, _ next: () throws -> Frame?
    ) throws -> Int {
        let writer = try VideoWriter(path: path, size: size, rate: rate)
        while let frame = try next() { try writer.append(frame) }
        try writer.finish()
        return writer.count
    }

    /// A colour for each label, black for none; neighbours lie a golden section of the hues apart, and each is some way
    /// from black and white.
    private static let colours: [[UInt8]] = (0...255).map { label in
        guard label > 0 else { return [0, 0, 0] }
        let turn = (Double(label) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1) * 6
        let light = [1, 0.75, 0.55][label % 3]
        return [5.0, 3.0, 1.0].map { shift in
            let k = (shift + turn).truncatingRemainder(dividingBy: 6)
            return UInt8((255 * light * (1 - 0.8 * max(0, min(1, min(k, 4 - k))))).rounded())
        }
    }
}
