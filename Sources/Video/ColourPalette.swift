internal import Tensors

/// The colours that stand for objects; black is none.
struct ColourPalette {
    /// 0xRRGGBB, in label order.
    let colours: [UInt32]
    /// Whether pixels have these colours and no others.
    let isExact: Bool

    init(_ colours: [UInt32], isExact: Bool) {
        self.colours = colours
        self.isExact = isExact
    }

    /// The object of every pixel. Where colours are not exact, that of the nearest colour; a pixel that is near none is a
    /// blend, and goes to the nearest of the objects around it.
    func labels(of frame: Frame) -> Plane {
        let centres = [.zero] + colours.map { SIMD3(Int($0 >> 16), Int($0 >> 8 & 255), Int($0 & 255)) }
        var known: [UInt32: (label: UInt8, isNear: Bool)] = [:]
        var blends: [Int] = []
        var pixels = [UInt8](repeating: 0, count: frame.size.pixels)
        var last = (colour: UInt32(0), found: (label: UInt8(0), isNear: true))
        for i in pixels.indices {
            let colour = frame.colour(at: 3 * i)
            if colour != last.colour {
                let found = known[colour] ?? nearest(of: frame.vector(at: i), centres, among: centres.indices)
                known[colour] = found
                last = (colour, found)
            }
            pixels[i] = last.found.label
            if !last.found.isNear { blends.append(i) }
        }
        guard !isExact else { return Plane(width: frame.width, height: frame.height, pixels: pixels) }
        return Plane(
            width: frame.width, height: frame.height, pixels: settled(pixels, blends, frame, centres))
    }

    /// The labels with every blend settled by what is near some object's colour within two pixels.
    private func settled(
        _ labels: [UInt8], _ blends: [Int], _ frame: Frame, _ centres: [SIMD3<Int>]
    ) -> [UInt8] {
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
            result[i] = nearest(of: frame.vector(at: i), centres, among: around.sorted()).label
        }
        return result
    }

    /// The first of the nearest, and whether it is near enough to be no blend.
    private func nearest(
        of colour: SIMD3<Int>, _ centres: [SIMD3<Int>], among choices: some Sequence<Int>
    ) -> (label: UInt8, isNear: Bool) {
        var best = (distance: Int.max, label: 0)
        for i in choices {
            let distance = l1(colour, centres[i])
            if distance < best.distance { best = (distance, i) }
        }
        return (UInt8(best.label), best.distance <= ColourSurvey.separation)
    }
}

extension Frame {
    fileprivate func vector(at pixel: Int) -> SIMD3<Int> {
        SIMD3(Int(pixels[3 * pixel]), Int(pixels[3 * pixel + 1]), Int(pixels[3 * pixel + 2]))
    }
}
