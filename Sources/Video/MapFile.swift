internal import Tensors

/// Our own format for what networks make of a video: depth, labels or foreground, frame by frame (suffix `.maps`).
///
/// Little-endian: eight bytes of magic, version, length of the header, the header as JSON, the CRC-32 of all from the
/// version to the header's end; then for every frame the length of its packed bytes, their CRC-32, and the bytes. Nothing
/// follows the last frame. Frames are zlib streams. Depth is packed as the difference of each number's bits from those of
/// its left neighbour, the bytes of equal weight together.
enum MapFile {
    static let magic: [UInt8] = [0x89] + Array("TBMAPS\n".utf8)
    static let version: UInt32 = 1
    /// Bytes before the header.
    static let preface = 16
    /// The longest header that is read.
    static let mostHeader = 1 << 20
    /// Bytes before a frame.
    static let framePreface = 8
    /// On depth of real clips level 1 is six times as fast as 6 and its files are a twentieth longer.
    static let level = 1

    static func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    static func number(_ bytes: some Collection<UInt8>) -> UInt32 {
        bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    /// Everything before the first frame.
    static func start(_ header: MapHeader) -> [UInt8] {
        let text = Array(header.text.utf8)
        let checked = bytes(version) + bytes(UInt32(text.count)) + text
        return magic + checked + bytes(Zlib.checksum(checked))
    }
}

/// One frame of a map file, packed: made on any thread, and appended in order.
public struct PackedMap: Sendable {
    let kind: MapKind
    public let size: FrameSize
    /// The largest byte; of a label map, its highest label.
    let highest: UInt8
    let bytes: [UInt8]

    /// Depth, row by row.
    public init(depth values: [Float], size: FrameSize) {
        precondition(values.count == size.pixels)
        kind = .depth
        self.size = size
        highest = 0
        bytes = Zlib.packed(BytePlanes.split(values, width: size.width), level: MapFile.level)
    }

    /// A map of labels.
    public init(labels plane: Plane) { self.init(plane, as: .labels) }

    /// A foreground mask: every pixel but 0 is foreground.
    public init(foreground plane: Plane) {
        var mask = plane
        for i in mask.pixels.indices where mask.pixels[i] != 0 { mask.pixels[i] = 1 }
        self.init(mask, as: .foreground)
    }

    private init(_ plane: Plane, as kind: MapKind) {
        self.kind = kind
        size = plane.size
        highest = plane.pixels.max() ?? 0
        bytes = Zlib.packed(plane.pixels, level: MapFile.level)
    }
}

/// Numbers as the bytes that zlib packs best: the difference of each number's bits from its left neighbour's (from the row
/// above at a row's start), its sign moved to the lowest bit, and then all lowest bytes, all second ones, and so on.
/// Neighbours in a depth map differ little, so most of the higher bytes are 0.
enum BytePlanes {
    static func split(_ values: [Float], width: Int) -> [UInt8] {
        let count = values.count
        return [UInt8](unsafeUninitializedCapacity: 4 * count) { out, filled in
            var above: UInt32 = 0
            for row in stride(from: 0, to: count, by: width) {
                var left = above
                above = values[row].bitPattern
                for i in row..<row + width {
                    let bits = values[i].bitPattern
                    let difference = Int32(bitPattern: bits &- left)
                    let folded = UInt32(bitPattern: difference &<< 1 ^ difference &>> 31)
                    left = bits
                    out[i] = UInt8(truncatingIfNeeded: folded)
                    out[count + i] = UInt8(truncatingIfNeeded: folded &>> 8)
                    out[2 * count + i] = UInt8(truncatingIfNeeded: folded &>> 16)
                    out[3 * count + i] = UInt8(truncatingIfNeeded: folded &>> 24)
                }
            }
            filled = 4 * count
        }
    }

    static func join(_ bytes: [UInt8], width: Int) -> [Float] {
        let count = bytes.count / 4
        return [Float](unsafeUninitializedCapacity: count) { out, filled in
            var above: UInt32 = 0
            for row in stride(from: 0, to: count, by: width) {
                var left = above
                for i in row..<row + width {
                    let low = UInt32(bytes[i]) | UInt32(bytes[count + i]) &<< 8
                    let folded = low | UInt32(bytes[2 * count + i]) &<< 16 | UInt32(bytes[3 * count + i]) &<< 24
                    left = left &+ (folded &>> 1 ^ (0 &- (folded & 1)))
                    out[i] = Float(bitPattern: left)
                }
                above = out[row].bitPattern
            }
            filled = count
        }
    }
}
