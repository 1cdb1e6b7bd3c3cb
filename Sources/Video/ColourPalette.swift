internal import Tensors

/// The colours that stand for objects; black is none.
struct ColourPalette {
    /// 0xRRGGBB, in label order.
    let colours: [UInt32]
    /// Whether pixels have these colours and no others.
    let isExact: Bool
    /// Black, and the objects' colours.
    private let centres: [SIMD3<Int>]
    /// What was found for colours; a later one takes an earlier one's place.
    private var memory: [(colour: UInt32, found: Found)]

    /// The object of a colour, and whether it is near enough to be no blend.
    private struct Found {
        let label: UInt8
        let isNear: Bool
    }

    init(_ colours: [UInt32], isExact: Bool) {
        self.colours = colours
        self.isExact = isExact
        centres = [.zero] + colours.map(Self.vector)
        memory = .init(repeating: (0, Found(label: 0, isNear: true)), count: 1 << 16)
    }

    /// The object of every pixel. Where colours are not exact, that of the nearest colour; a pixel that is near none is a
    /// blend, and goes to the nearest of the objects around it.
    mutating func labels(of frame: Frame) -> Plane {
        var blends: [Int] = []
        var pixels = [UInt8](repeating: 0, count: frame.size.pixels)
        frame.pixels.withUnsafeBufferPointer { p in
            var last = (colour: UInt32(0), found: Found(label: 0, isNear: true))
            for i in pixels.indices {
                let colour = UInt32(p[3 * i]) << 16 | UInt32(p[3 * i + 1]) << 8 | UInt32(p[3 * i + 2])
                if colour != last.colour { last = (colour, found(colour)) }
                pixels[i] = last.found.label
                if !last.found.isNear { blends.append(i) }
            }
        }
        let labels = isExact || blends.isEmpty ? pixels : settled(pixels, blends, frame)
        return Plane(width: frame.width, height: frame.height, pixels: labels)
    }

    /// What a colour is, from memory where it was asked for before.
    private mutating func found(_ colour: UInt32) -> Found {
        let place = Int((colour &* 0x9e37_79b1) >> 16)
        if memory[place].colour == colour { return memory[place].found }
        let found = nearest(to: Self.vector(colour), among: centres.indices)
        memory[place] = (colour, found)
        return found
    }

    /// The labels with every blend settled by what is near some object's colour within two pixels.
    private func settled(_ labels: [UInt8], _ blends: [Int], _ frame: Frame) -> [UInt8] {
        var isBlend = [Bool](repeating: false, count: labels.count)
        for i in blends { isBlend[i] = true }
        var result = labels
        for i in blends {
            let (x, y) = (i % frame.width, i / frame.width)
            var around: [Int] = []
            for v in max(0, y - 2)...min(frame.height - 1, y + 2) {
                for u in max(0, x - 2)...min(frame.width - 1, x + 2) {
                    let at = v * frame.width + u
                    if !isBlend[at], !around.contains(Int(labels[at])) { around.append(Int(labels[at])) }
                }
            }
            // One object alone says nothing of where it ends.
            guard around.count > 1 else { continue }
            result[i] = nearest(to: Self.vector(frame.colour(at: 3 * i)), among: around.sorted()).label
        }
        return result
    }

    /// The first of the nearest.
    private func nearest(to colour: SIMD3<Int>, among choices: some Sequence<Int>) -> Found {
        var best = (distance: Int.max, label: 0)
        for i in choices {
            let distance = l1(colour, centres[i])
            if distance < best.distance { best = (distance, i) }
        }
        return Found(label: UInt8(best.label), isNear: best.distance <= ColourSurvey.separation)
    }

    private static func vector(_ colour: UInt32) -> SIMD3<Int> {
        SIMD3(Int(colour >> 16), Int(colour >> 8 & 255), Int(colour & 255))
    }
}
