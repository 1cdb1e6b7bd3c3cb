public import Tensors

/// A foreground mask video or PNG folder: a pixel is foreground when the mean of its channels is above 127.
public final class ForegroundReader {
    public var path: String { frameReader.path }
    public var size: FrameSize { frameReader.size }
    private let frameReader: any FrameReader

    /// - Throws: `FileError`.
    public init(path: String) throws(FileError) { frameReader = try openFrames(path) }

    /// 1 in the foreground, 0 elsewhere; nil after the last frame.
    public func next() throws(FileError) -> Plane? {
        guard let frame = try frameReader.next() else { return nil }
        let pixels = (0..<frame.size.pixels).map { i -> UInt8 in
            let sum = Int(frame.pixels[3 * i]) + Int(frame.pixels[3 * i + 1]) + Int(frame.pixels[3 * i + 2])
            return sum > 3 * 127 ? 1 : 0
        }
        return Plane(width: frame.width, height: frame.height, pixels: pixels)
    }
}
