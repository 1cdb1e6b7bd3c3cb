internal import Tensors

/// One decoded frame: interleaved 8-bit RGB, rows without gaps.
public struct Frame: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// 3 * width * height bytes.
    public var pixels: [UInt8]

    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == 3 * width * height)
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    public var size: FrameSize { FrameSize(width: width, height: height) }
}

/// One byte a pixel: an edge map, a mask (0 or not), or a map of labels.
public struct Plane: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// width * height bytes.
    public var pixels: [UInt8]

    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height)
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    public var size: FrameSize { FrameSize(width: width, height: height) }
}

/// One depth value a pixel, in the unit of the file it came from.
public struct DepthFrame: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// width * height values.
    public var values: [Double]

    public init(width: Int, height: Int, values: [Double]) {
        precondition(values.count == width * height)
        self.width = width
        self.height = height
        self.values = values
    }

    public var size: FrameSize { FrameSize(width: width, height: height) }
}

/// Width and height in pixels.
public struct FrameSize: Sendable, Hashable, CustomStringConvertible {
    public let width: Int
    public let height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    public var pixels: Int { width * height }

    /// Whether a picture of this size is read at all; above 8K it is taken for damage.
    var isReadable: Bool {
        width > 0 && height > 0 && width <= ArrayStream.mostPixels && height <= ArrayStream.mostPixels / width
    }
    public var description: String { "\(width)x\(height)" }
}
