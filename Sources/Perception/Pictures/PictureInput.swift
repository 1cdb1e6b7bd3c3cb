/// How a frame becomes the input of a network: resized, its channels ordered, scaled and normalised, as 1 x 3 x rows x
/// columns.
public struct PictureInput: Sendable, Equatable {
    public enum Colour: String, Sendable, CaseIterable { case rgb, bgr }

    /// What a byte is divided by.
    public enum Scale: String, Sendable, CaseIterable {
        /// Stays 0 to 255.
        case byte
        /// 0 to 1.
        case unit
        /// -1 to 1: v / 127.5 - 1.
        case signed
        /// Divided by the resized picture's largest value, or by 1 where that is less than 1e-6.
        case peak
    }

    /// The filter of resizing: the one that the network's own preprocessing uses.
    public enum Filter: String, Sendable, CaseIterable {
        /// As OpenCV resizes bytes.
        case nearest, bilinear, area
        /// As OpenCV resizes float32, unrounded: what Depth-Anything and Video-Depth-Anything do. Not wider when the picture
        /// shrinks.
        case bicubic
        /// As Pillow resizes bytes, wider when the picture shrinks: rembg uses the first, transformers' image processors
        /// the others.
        case lanczos
        case pillowBicubic = "pillow-bicubic"
        case pillowBilinear = "pillow-bilinear"
    }

    /// The most pixels of one input, in all its frames: more than 8K video has in a frame.
    static let mostPixels = 1 << 26

    /// The input tensor.
    public var name: String
    public var size: SizeRule
    public var colour: Colour
    public var scale: Scale
    /// Subtracted from each scaled channel, in the order of `colour`.
    public var mean: [Float]
    /// Divides each channel after that.
    public var std: [Float]
    public var filter: Filter

    public init(
        name: String, size: SizeRule, colour: Colour = .rgb, scale: Scale = .unit, mean: [Float] = [0, 0, 0],
        std: [Float] = [1, 1, 1], filter: Filter = .bilinear
    ) {
        self.name = name
        self.size = size
        self.colour = colour
        self.scale = scale
        self.mean = mean
        self.std = std
        self.filter = filter
    }
}
