internal import Tensors

/// Looks at the frames of coloured masks for the colours of their objects.
///
/// Where the frames have few colours and regions meet without a seam, the file is exact and every colour is an object, however
/// small. Codecs and smoothing leave blends at edges and noise on areas: then the objects are the colours of flat places (a
/// pixel whose eight neighbours are alike), which blends never are.
struct ColourSurvey {
    /// The label maps hold no more objects.
    static let mostObjects = 255
    /// Levels a channel within which two colours are one with noise.
    private static let noise = 8
    /// Levels a channel by which the pixels of a flat place differ from its middle.
    private static let flatness: Int16 = 12
    /// The sum over channels within which two colours of flat places are one object.
    static let separation = 48
    /// Above it a channel's brightest value is a colour; below it pictures hold the numbers of labels.
    private static let darkest: UInt8 = 31

    /// Colours of flat places, in cells of 8 levels a channel.
    private struct Cell {
        var count = 0
        var sum = SIMD3<Int>.zero
        var frames = 0
        var lastFrame = -1

        /// Rounded.
        var mean: SIMD3<Int> { (sum &+ SIMD3(repeating: count / 2)) / SIMD3(repeating: count) }
    }

    /// All colours; nil once there are too many for any exact file.
    private var exact: Set<UInt32>? = []
    private var edges = EdgeCounts()
    private var cells = [Cell](repeating: Cell(), count: 1 << 15)
    private var brightest: UInt8 = 0
    private var frames = 0
    private var pixels = 0

    mutating func add(_ frame: Frame) {
        pixels += frame.size.pixels
        brightest = max(brightest, frame.pixels.max() ?? 0)
        addColours(frame)
        edges.add(frame, noise: Self.noise)
        addFlatPlaces(frame)
        frames += 1
    }

    private mutating func addColours(_ frame: Frame) {
        guard var colours = exact else { return }
        exact = nil
        var last: UInt32?
        for i in stride(from: 0, to: frame.pixels.count, by: 3) {
            let colour = frame.colour(at: i)
            guard colour != last else { continue }
            last = colour
            guard colours.insert(colour).inserted, colours.count > 4096 else { continue }
            return
        }
        exact = colours
    }

    private mutating func addFlatPlaces(_ frame: Frame) {
        guard frame.width > 2, frame.height > 2 else { return }
        let row = 3 * frame.width
        frame.pixels.withUnsafeBufferPointer { p in
            for y in 1..<frame.height - 1 {
                for x in 1..<frame.width - 1 {
                    let at = y * row + 3 * x
                    guard isFlat(p, at, row) else { continue }
                    let colour = SIMD3(Int(p[at]), Int(p[at + 1]), Int(p[at + 2]))
                    let cell = (colour.x >> 3) << 10 | (colour.y >> 3) << 5 | colour.z >> 3
                    cells[cell].count += 1
                    cells[cell].sum &+= colour
                    if cells[cell].lastFrame != frames {
                        cells[cell].lastFrame = frames
                        cells[cell].frames += 1
                    }
                }
            }
        }
    }

    /// Without lists: this is asked for every pixel.
    private func isFlat(_ p: UnsafeBufferPointer<UInt8>, _ at: Int, _ row: Int) -> Bool {
        let (r, g, b) = (Int16(p[at]), Int16(p[at + 1]), Int16(p[at + 2]))
        func isNear(_ i: Int) -> Bool {
            abs(Int16(p[i]) - r) <= Self.flatness && abs(Int16(p[i + 1]) - g) <= Self.flatness
                && abs(Int16(p[i + 2]) - b) <= Self.flatness
        }
        func areNear(_ i: Int) -> Bool { isNear(i - 3) && isNear(i) && isNear(i + 3) }
        return areNear(at - row) && areNear(at + row) && isNear(at - 3) && isNear(at + 3)
    }

    /// The colours of the objects.
    /// - Parameter isPictures: whether the frames are pictures of their own, in which dark values are numbers of labels and
    ///   not a codec's noise.
    /// - Throws: `FileError.unsupported`, when an exact file has more colours than labels.
    func palette(isPictures: Bool, file: String) throws(FileError) -> ColourPalette {
        let isNumbers = isPictures && brightest <= Self.darkest
        guard let exact, edges.areHard || isNumbers else { return ColourPalette(flatColours(), isExact: false) }
        let colours = exact.filter { $0 != 0 }.sorted()
        guard colours.count <= Self.mostObjects else {
            throw FileError(
                .unsupported, file: file,
                "has \(colours.count) colours beside black; at most \(Self.mostObjects) objects fit a label map")
        }
        return ColourPalette(colours, isExact: true)
    }

    /// The commonest colours of flat places that are far from black and from every commoner one, on at least 0.002 % of all
    /// pixels and in three frames. Each must be a peak: a slow ramp between two colours has every colour alike.
    private func flatColours() -> [UInt32] {
        let seen = cells.filter { $0.count > 0 }
        let least = max(4, pixels / 50_000)
        var chosen: [SIMD3<Int>] = []
        let order = cells.indices.filter { cells[$0].count >= least && cells[$0].frames >= min(3, frames) }
            .sorted { (cells[$1].count, $0) < (cells[$0].count, $1) }
        for index in order where chosen.count < Self.mostObjects {
            let mean = cells[index].mean
            let others = [.zero] + chosen
            guard others.allSatisfy({ l1($0, mean) > Self.separation }), isPeak(mean, among: seen, others) else {
                continue
            }
            chosen.append(mean)
        }
        // Means over cells move nearer to each other: those that are no longer apart were the edges of one.
        var centres = centres(chosen, among: seen)
        for (i, centre) in centres.enumerated().reversed()
        where centres[..<i].contains(where: { l1($0, centre) <= Self.separation }) { centres.remove(at: i) }
        centres = self.centres(centres, among: seen)
        return centres.map { UInt32($0.x << 16 | $0.y << 8 | $0.z) }
    }

    /// The mean colours of the cells around some colours.
    private func centres(_ colours: [SIMD3<Int>], among cells: [Cell]) -> [SIMD3<Int>] {
        var around = [Cell](repeating: Cell(), count: colours.count)
        for cell in cells {
            let (nearest, distance) = colours.indices.reduce((-1, l1(cell.mean, .zero))) { best, i in
                let distance = l1(cell.mean, colours[i])
                return distance < best.1 ? (i, distance) : best
            }
            guard nearest >= 0, distance <= Self.separation else { continue }
            around[nearest].sum &+= cell.sum
            around[nearest].count += cell.count
        }
        return zip(around, colours).map { $0.count > 0 ? $0.mean : $1 }
    }

    /// Whether more flat places have about this colour than the colours around it; what belongs to others counts on neither
    /// side.
    private func isPeak(_ colour: SIMD3<Int>, among cells: [Cell], _ others: [SIMD3<Int>]) -> Bool {
        var (inside, around) = (0, 0)
        for cell in cells {
            let distance = widest(cell.mean, colour)
            guard distance <= 36, others.allSatisfy({ widest(cell.mean, $0) > 16 }) else { continue }
            if distance <= 12 { inside += cell.count } else { around += cell.count }
        }
        return inside > around
    }
}

/// How the regions of masks meet, along rows and columns; of large frames along some of them, which tell as much.
private struct EdgeCounts {
    /// Steps from one flat stretch to another without a pixel between.
    private var hard = 0
    /// Those with pixels between whose colours are between.
    private var blended = 0
    /// One or two pixels that differ a little from what is on both sides.
    private var speckled = 0

    /// Whether nothing speaks of blending or noise.
    var areHard: Bool { 3 * (blended + speckled) <= hard + blended + speckled }

    mutating func add(_ frame: Frame, noise: Int) {
        let gap = max(1, min(frame.width, frame.height) / 128)
        for y in stride(from: 0, to: frame.height, by: gap) {
            add(frame, from: 3 * y * frame.width, step: 3, count: frame.width, noise)
        }
        for x in stride(from: 0, to: frame.width, by: gap) {
            add(frame, from: 3 * x, step: 3 * frame.width, count: frame.height, noise)
        }
    }

    private mutating func add(_ frame: Frame, from start: Int, step: Int, count: Int, _ noise: Int) {
        frame.pixels.withUnsafeBufferPointer { p in
            func colour(_ i: Int) -> SIMD3<Int> {
                let at = start + i * step
                return SIMD3(Int(p[at]), Int(p[at + 1]), Int(p[at + 2]))
            }
            var flat: SIMD3<Int>?
            var between: (low: SIMD3<Int>, high: SIMD3<Int>)?
            // The colour and length of this run of equal pixels, and the colour of the one before.
            var run = (colour: colour(0), length: 0, before: SIMD3<Int>?.none)
            var i = 0
            while i < count {
                // A stretch of pixels like its first.
                let first = colour(i)
                var end = i
                while end < count {
                    let next = colour(end)
                    guard widest(next, first) <= noise else { break }
                    end += 1
                    if next == run.colour {
                        run.length += 1
                    } else {
                        let isNear = widest(next, run.colour) <= noise
                        if isNear, run.length <= 2, let before = run.before, widest(before, run.colour) <= noise {
                            speckled += 1
                        }
                        run = (next, 1, run.colour)
                    }
                }
                if end - i >= 3 {
                    if let flat, widest(flat, first) > noise {
                        if let between {
                            let (low, high) = (pointwiseMin(flat, first), pointwiseMax(flat, first))
                            let isInside =
                                all(between.low .>= low &- noise) && all(between.high .<= high &+ noise)
                            blended += isInside ? 1 : 0
                        } else {
                            hard += 1
                        }
                    }
                    (flat, between) = (first, nil)
                } else {
                    between =
                        between.map { (pointwiseMin($0.low, first), pointwiseMax($0.high, first)) }
                        ?? (first, first)
                }
                i = end
            }
        }
    }
}

extension Frame {
    /// The pixel that begins at a byte, as 0xRRGGBB.
    func colour(at i: Int) -> UInt32 {
        UInt32(pixels[i]) << 16 | UInt32(pixels[i + 1]) << 8 | UInt32(pixels[i + 2])
    }
}

/// The distance summed over channels.
func l1(_ a: SIMD3<Int>, _ b: SIMD3<Int>) -> Int { abs(a.x - b.x) + abs(a.y - b.y) + abs(a.z - b.z) }

/// The distance in the channel where it is largest.
private func widest(_ a: SIMD3<Int>, _ b: SIMD3<Int>) -> Int {
    max(abs(a.x - b.x), max(abs(a.y - b.y), abs(a.z - b.z)))
}
