/// The light in a room, and what captions call it.
struct RoomLight: Sendable {
    let words: String
    let light: Light

    init(_ s: inout SeededStream) {
        let side = s.pick(["left", "right", "front", "back"])
        let turn = s.spread(0.45)
        // Azimuth of the light: the camera looks along +y.
        let azimuth: Float =
            switch side {
            case "left": 3.141_592_7 + turn
            case "right": turn
            case "front": -1.570_796_4 + turn
            default: 1.570_796_4 + turn
            }
        struct Kind {
            let words: String
            let colour: Vector
            let above: Vector
            let below: Vector
            let rise: ClosedRange<Float>
            let softness: Float
        }
        let kind = s.pick([
            Kind(
                words: "bright morning light", colour: Vector(1.5, 1.3, 0.98), above: Vector(0.34, 0.38, 0.46),
                below: Vector(0.24, 0.21, 0.18), rise: 0.6...0.95, softness: 0.03),
            Kind(
                words: "soft daylight", colour: Vector(0.78, 0.78, 0.76), above: Vector(0.55, 0.57, 0.6),
                below: Vector(0.36, 0.35, 0.33), rise: 0.95...1.3, softness: 0.12),
            Kind(
                words: "warm evening light", colour: Vector(1.45, 0.78, 0.34), above: Vector(0.26, 0.22, 0.25),
                below: Vector(0.18, 0.13, 0.10), rise: 0.42...0.7, softness: 0.04),
            Kind(
                words: "cool blue light", colour: Vector(0.52, 0.78, 1.25), above: Vector(0.20, 0.28, 0.42),
                below: Vector(0.13, 0.16, 0.22), rise: 0.7...1.1, softness: 0.06),
            Kind(
                words: "dim light", colour: Vector(0.56, 0.48, 0.38), above: Vector(0.22, 0.2, 0.2),
                below: Vector(0.13, 0.11, 0.1), rise: 0.7...1.2, softness: 0.06),
            Kind(
                words: "purple neon light", colour: Vector(0.95, 0.45, 1.05), above: Vector(0.26, 0.26, 0.42),
                below: Vector(0.16, 0.09, 0.2), rise: 0.6...1.0, softness: 0.08),
        ])
        let (sinA, cosA) = sineAndCosine(azimuth)
        let (sinR, cosR) = sineAndCosine(s.uniform(kind.rise.lowerBound, kind.rise.upperBound))
        words = "\(kind.words) from the \(side)"
        light = Light(
            direction: Vector(cosA * cosR, sinA * cosR, sinR).normalised, colour: kind.colour, softness: kind.softness,
            skyAmbient: kind.above, groundAmbient: kind.below, exposure: s.uniform(0.9, 1.1),
            vignette: s.uniform(0.1, 0.35))
    }
}
