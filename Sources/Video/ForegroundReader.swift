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
        let pixels = [UInt8](unsafeUninitializedCapacity: frame.size.pixels) { buffer, filled in
            for i in 0..<buffer.count {
                let sum = Int(frame.pixels[3 * i]) + Int(frame.pixels[3 * i + 1]) + Int(frame.pixels[3 * i + 2])
                buffer[i] = sum > 3 * 127 ? 1 : 0
            }
            filled = buffer.count
        }
        return Plane(width: frame.width, height: frame.height, pixels: pixels)
    }
}
