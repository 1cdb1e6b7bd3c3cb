public import Video

/// The integer scene that the golden vectors were computed on (metrics.md §13).
public struct GoldenScene: Sendable {
    public let frames: Int
    public let height: Int
    public let width: Int
    public let seed: UInt32
    public let shift: Int
    public let noise: Int

    public init(_ frames: Int, _ height: Int, _ width: Int, seed: UInt32, shift: Int, noise: Int) {
        self.frames = frames
        self.height = height
        self.width = width
        self.seed = seed
        self.shift = shift
        self.noise = noise
    }

    public func frame(_ t: Int) -> Frame {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<3 { pixels.append(value(t, y, x, c)) }
            }
        }
        return Frame(width: width, height: height, pixels: pixels)
    }

    private func value(_ t: Int, _ y: Int, _ x: Int, _ c: Int) -> UInt8 {
        var v = ((x * (3 + c) + y * (5 - c) + 7 * t) / 4) % 128 + 32
        let (x0, y0) = (width / 4 + 2 * t + shift, height / 3)
        if x >= x0, x < x0 + width / 3, y >= y0, y < y0 + height / 3 { v = 200 - 20 * c + (x + y) % 5 }
        if y >= 2 * height / 3, x >= width / 2, (x / 8 + y / 8) % 2 == 1 { v = 255 - v }
        var u = UInt32(((t * height + y) * width + x) * 3 + c) &+ seed &* 1_000_003
        u ^= u >> 16
        u = u &* 0x7feb_352d
        u ^= u >> 15
        u = u &* 0x846c_a68b
        u ^= u >> 16
        return UInt8(min(max(v + Int(u % UInt32(2 * noise + 1)) - noise, 0), 255))
    }
}

/// The two checksums of the golden vectors: the sum of all bytes, and their sum weighted by place, modulo 2^32.
public struct Checksum: Equatable, Sendable, Codable {
    public var sum = 0
    public var wsum = 0
    private var index = 0

    private enum CodingKeys: String, CodingKey { case sum, wsum }

    public init() {}

    public mutating func add(_ bytes: [UInt8]) {
        for byte in bytes {
            sum += Int(byte)
            wsum = (wsum + Int(byte) * (index % 65521 + 1)) % (1 << 32)
            index += 1
        }
    }

    public static func == (a: Checksum, b: Checksum) -> Bool { a.sum == b.sum && a.wsum == b.wsum }
}
