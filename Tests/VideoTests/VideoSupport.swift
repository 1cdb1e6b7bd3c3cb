import TestSupport
import Testing
import Video

extension Frame {
    /// The same for the same seed.
    static func noise(_ width: Int, _ height: Int, seed: UInt64 = 1) -> Frame {
        var random = SeededRandom(seed)
        return Frame(width: width, height: height, pixels: random.bytes(3 * width * height))
    }

    /// One colour (0xRRGGBB) a pixel.
    init(width: Int, height: Int, colours: [UInt32]) {
        let pixels = colours.flatMap { [UInt8($0 >> 16), UInt8($0 >> 8 & 255), UInt8($0 & 255)] }
        self.init(width: width, height: height, pixels: pixels)
    }
}

/// Says how many bytes differ, and where first: frames are too long to print.
func expectEqual(
    _ a: [UInt8], _ b: [UInt8], _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(a.count == b.count, "\(what)", sourceLocation: sourceLocation)
    let differing = zip(a, b).enumerated().filter { $0.element.0 != $0.element.1 }
    guard let first = differing.first else { return }
    Issue.record(
        "\(differing.count) bytes differ, the first at \(first.offset): \(first.element.0), not \(first.element.1); \(what)",
        sourceLocation: sourceLocation)
}
