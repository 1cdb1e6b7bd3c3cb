public import Video

extension Frame {
    /// The same for the same seed.
    public static func noise(_ width: Int, _ height: Int, seed: UInt64 = 1) -> Frame {
        var random = SeededRandom(seed)
        return Frame(width: width, height: height, pixels: random.bytes(3 * width * height))
    }

    /// One colour (0xRRGGBB) a pixel.
    public init(width: Int, height: Int, colours: [UInt32]) {
        let pixels = colours.flatMap { [UInt8($0 >> 16), UInt8($0 >> 8 & 255), UInt8($0 & 255)] }
        self.init(width: width, height: height, pixels: pixels)
    }
}
