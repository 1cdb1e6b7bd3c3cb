/// What a video file says about how its pictures are to be shown.
public struct PictureTags: Sendable, Equatable {
    /// Width of a pixel to its height, as it is shown.
    public struct PixelAspect: Sendable, Hashable, CustomStringConvertible {
        public let width: Int
        public let height: Int

        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }

        public var description: String { "\(width):\(height)" }
    }

    /// nil when the file does not say: square pixels. Pictures are never stretched.
    public let pixelAspect: PixelAspect?
    /// Clockwise degrees by which pictures were turned: 0, 90, 180, 270.
    public let rotation: Int
    /// Whether they were mirrored, too.
    public let isMirrored: Bool
    /// Whether pictures are stored as RGB, which has neither range nor matrix.
    public let isRGB: Bool
    /// Whether luma has 0...255; nil when the file does not say: 16...235.
    public let isFullRange: Bool?
    /// Colour matrix, as FFmpeg calls it; nil when the file does not say: BT.601.
    public let matrix: String?

    public init(
        pixelAspect: PixelAspect? = nil, rotation: Int = 0, isMirrored: Bool = false, isRGB: Bool = false,
        isFullRange: Bool? = nil,
        matrix: String? = nil
    ) {
        self.pixelAspect = pixelAspect
        self.rotation = rotation
        self.isMirrored = isMirrored
        self.isRGB = isRGB
        self.isFullRange = isFullRange
        self.matrix = matrix
    }
}
