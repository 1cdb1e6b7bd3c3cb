public import Tensors

/// A foreground mask: a map file, or a video or PNG folder in which a pixel is foreground when the mean of its channels is
/// above 127.
public final class ForegroundReader {
    public let path: String
    public let size: FrameSize
    private let source: Source

    /// What is to be said about the frames that were given.
    public var warnings: [String] {
        switch source {
        case .frames(let reader): reader.warnings
        case .maps: []
        }
    }

    private enum Source {
        case frames(any FrameReader)
        case maps(MapFileReader)
    }

    /// - Throws: `FileError`.
    public init(path: String) throws(FileError) {
        self.path = path
        if MapFileReader.isNamed(path) {
            let maps = try MapFileReader(path: path)
            try maps.expect([.foreground])
            (source, size) = (.maps(maps), maps.header.size)
        } else {
            let frames = try openFrames(path)
            (source, size) = (.frames(frames), frames.size)
        }
    }

    /// 1 in the foreground, 0 elsewhere; nil after the last frame.
    public func next() throws(FileError) -> Plane? {
        switch source {
        case .maps(let maps): try maps.nextPlane()
        case .frames(let reader): try reader.next().map(Self.mask)
        }
    }

    private static func mask(of frame: Frame) -> Plane {
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
