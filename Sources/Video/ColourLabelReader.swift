public import Tensors

/// A video or PNG folder in which every object has its own flat colour and black is nothing, as the "seg" control shows it.
///
/// The palette is found in a first pass over the frames. A lossless source with few colours is read exactly; lossy video
/// bleeds at borders, so there the common colours are the objects and each pixel takes the nearest.
public final class ColourLabelReader: LabelReader {
    public var path: String { frameReader.path }
    public var size: FrameSize { frameReader.size }
    public let frames: Int
    public let phrases: [String]
    public var warnings: [String] { frameReader.warnings }
    private let frameReader: any FrameReader
    private let palette: ColourPalette
    private var given = 0

    /// - Parameter limit: frames to look at and to give; the metrics read 121.
    /// - Throws: `FileError`.
    public init(path: String, limit: Int = 121) throws(FileError) {
        let survey = try openFrames(path)
        var census = ColourCensus()
        var count = 0
        while count < limit, let frame = try survey.next() {
            census.add(frame)
            count += 1
        }
        frames = count
        palette = census.palette()
        phrases = palette.colours.map { "#" + String(String($0 | 1 << 24, radix: 16).dropFirst()) }
        frameReader = try openFrames(path)
    }

    public func next() throws(FileError) -> Plane? {
        guard given < frames, let frame = try frameReader.next() else { return nil }
        given += 1
        return palette.labels(of: frame)
    }
}

/// Counts the colours of frames, exactly and in cells of 16 levels a channel.
private struct ColourCensus {
    private var exact: [UInt32: Int]? = [:]
    private var cells = [Int](repeating: 0, count: 4096)
    private var sums = [SIMD3<Int>](repeating: .zero, count: 4096)
    private var total = 0

    mutating func add(_ frame: Frame) {
        total += frame.size.pixels
        for i in stride(from: 0, to: frame.pixels.count, by: 3) {
            let (r, g, b) = (Int(frame.pixels[i]), Int(frame.pixels[i + 1]), Int(frame.pixels[i + 2]))
            let cell = (r >> 4) << 8 | (g >> 4) << 4 | b >> 4
            cells[cell] += 1
            sums[cell] &+= SIMD3(r, g, b)
            if exact != nil {
                exact?[UInt32(r << 16 | g << 8 | b), default: 0] += 1
                if let n = exact?.count, n > 256 { exact = nil }
            }
        }
    }

    /// All colours but black when there are at most 255; otherwise the commonest cells' mean colours: at least 0.1 % of all
    /// pixels, and farther than 64 (L1) from black and from every commoner one.
    func palette() -> ColourPalette {
        if let exact, exact.keys.filter({ $0 != 0 }).count <= 255 {
            return ColourPalette(colours: exact.keys.filter { $0 != 0 }.sorted(), reach: 0)
        }
        var chosen: [SIMD3<Int>] = []
        let order = cells.indices.filter { cells[$0] * 1000 >= total }.sorted { (cells[$1], $0) < (cells[$0], $1) }
        for cell in order where chosen.count < 255 {
            let mean = sums[cell] / SIMD3(repeating: cells[cell])
            if l1(mean, .zero) > 64, chosen.allSatisfy({ l1(mean, $0) > 64 }) { chosen.append(mean) }
        }
        return ColourPalette(colours: chosen.map { UInt32($0.x << 16 | $0.y << 8 | $0.z) }, reach: 96)
    }
}

private func l1(_ a: SIMD3<Int>, _ b: SIMD3<Int>) -> Int { abs(a.x - b.x) + abs(a.y - b.y) + abs(a.z - b.z) }

/// The colours that stand for objects.
private struct ColourPalette {
    /// 0xRRGGBB, in label order.
    let colours: [UInt32]
    /// How far (L1) from its object's colour a pixel may be; 0 for exact colours.
    let reach: Int

    func labels(of frame: Frame) -> Plane {
        let centres = colours.map { SIMD3(Int($0 >> 16), Int($0 >> 8 & 255), Int($0 & 255)) }
        var known: [UInt32: UInt8] = [:]
        let pixels = [UInt8](unsafeUninitializedCapacity: frame.size.pixels) { buffer, filled in
            var last: (colour: UInt32, label: UInt8) = (0, label(of: .zero, centres))
            for i in 0..<buffer.count {
                let (r, g, b) = (frame.pixels[3 * i], frame.pixels[3 * i + 1], frame.pixels[3 * i + 2])
                let colour = UInt32(r) << 16 | UInt32(g) << 8 | UInt32(b)
                if colour != last.colour {
                    let found = known[colour] ?? label(of: SIMD3(Int(r), Int(g), Int(b)), centres)
                    known[colour] = found
                    last = (colour, found)
                }
                buffer[i] = last.label
            }
            filled = buffer.count
        }
        return Plane(width: frame.width, height: frame.height, pixels: pixels)
    }

    /// Black competes with the objects; it is label 0.
    private func label(of colour: SIMD3<Int>, _ centres: [SIMD3<Int>]) -> UInt8 {
        var best = (distance: l1(colour, .zero), label: 0)
        for (i, centre) in centres.enumerated() {
            let distance = l1(colour, centre)
            if distance < best.distance { best = (distance, i + 1) }
        }
        return best.label > 0 && best.distance <= reach ? UInt8(best.label) : 0
    }
}
