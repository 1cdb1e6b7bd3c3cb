/// A material together with what captions call it.
struct Finish: Sendable {
    /// Such as "striped blue" or "wooden".
    let words: String
    let material: Material
    /// The colour that stands out, for things that are to look alike.
    let colour: Colour

    /// "a red", "an orange".
    var withArticle: String { (words.hasPrefix("orange") ? "an " : "a ") + words }

    /// Paint of one colour.
    static func painted(_ colour: Colour, gloss: Float, _ s: inout SeededStream) -> Finish {
        let light = colour.light(&s)
        return Finish(
            words: colour.rawValue,
            material: Material(
                pattern: .plain, colour: light, second: light, scale: 0.09, gloss: gloss, salt: s.salt()),
            colour: colour)
    }

    /// - Parameter contrast: how far the second colour goes from the first.
    private static func patterned(
        _ pattern: Material.Pattern, _ word: String, _ colour: Colour, scale: Float, gloss: Float,
        contrast: ClosedRange<Float> = 0.35...0.9, _ s: inout SeededStream
    ) -> Finish {
        let first = colour.light(&s)
        let other = colour.contrast(&s).light(&s)
        let second = Vector.mix(first, other, s.uniform(contrast.lowerBound, contrast.upperBound))
        return Finish(
            words: "\(word) \(colour.rawValue)",
            material: Material(
                pattern: pattern, colour: first, second: second, scale: scale, gloss: gloss, salt: s.salt()),
            colour: colour)
    }

    private static func natural(
        _ pattern: Material.Pattern, _ words: String, _ colour: Colour, _ first: Vector, _ second: Vector, scale: Float,
        gloss: Float, _ s: inout SeededStream
    ) -> Finish {
        let shade = s.uniform(0.8, 1.2)
        return Finish(
            words: words,
            material: Material(
                pattern: pattern, colour: first * shade, second: second * shade, scale: scale, gloss: gloss,
                salt: s.salt()), colour: colour)
    }

    /// Of a small thing of a given size in metres.
    static func object(size: Float, preferred: Colour? = nil, _ s: inout SeededStream) -> Finish {
        let colour = preferred ?? s.pick(Colour.allCases)
        switch s.pick([(0, 0.74 as Float), (1, 0.08), (2, 0.06), (3, 0.06), (4, 0.03), (5, 0.03)]) {
        case 1: return patterned(.stripes, "striped", colour, scale: size * 0.5, gloss: 0.3, contrast: 0.8...1, &s)
        case 2: return patterned(.dots, "dotted", colour, scale: size * 0.5, gloss: 0.3, contrast: 0.8...1, &s)
        case 3: return patterned(.checker, "checkered", colour, scale: size * 0.55, gloss: 0.2, contrast: 0.8...1, &s)
        case 4: return wood(scale: size * 1.2, &s)
        case 5: return metal(&s)
        default: return painted(colour, gloss: s.pick([0.05, 0.3, 0.7]), &s)
        }
    }

    /// Of clothes.
    static func cloth(size: Float, _ s: inout SeededStream) -> Finish {
        let colour = s.pick(Colour.allCases)
        switch s.integer(0...5) {
        case 0: return patterned(.stripes, "striped", colour, scale: size * 0.5, gloss: 0, contrast: 0.8...1, &s)
        case 1: return patterned(.dots, "dotted", colour, scale: size * 0.5, gloss: 0, contrast: 0.8...1, &s)
        default: return painted(colour, gloss: 0, &s)
        }
    }

    static func wood(scale: Float, _ s: inout SeededStream) -> Finish {
        let dark = s.chance(0.4)
        let (a, b) =
            dark
            ? (screenLight(0.46, 0.30, 0.18), screenLight(0.30, 0.18, 0.10))
            : (screenLight(0.80, 0.62, 0.40), screenLight(0.60, 0.42, 0.24))
        return natural(.wood, dark ? "dark wooden" : "wooden", .brown, a, b, scale: scale, gloss: 0.15, &s)
    }

    static func metal(_ s: inout SeededStream) -> Finish {
        natural(
            .metal, "metal", .gray, screenLight(0.55, 0.57, 0.59), screenLight(0.5, 0.5, 0.5), scale: 0.1, gloss: 1.0,
            &s)
    }

    /// Of a table or a counter.
    static func tableTop(_ s: inout SeededStream) -> Finish {
        switch s.integer(0...8) {
        case 0, 1: return wood(scale: s.uniform(0.14, 0.24), &s)
        case 2:
            return natural(
                .planks, "planked", .brown, screenLight(0.72, 0.52, 0.32), screenLight(0.52, 0.34, 0.20),
                scale: s.uniform(0.11, 0.17), gloss: 0.1, &s)
        case 3:
            let dark = s.chance(0.4)
            return natural(
                .marble, dark ? "black marble" : "white marble", dark ? .black : .white,
                dark ? screenLight(0.16, 0.17, 0.18) : screenLight(0.80, 0.80, 0.79),
                dark ? screenLight(0.62, 0.62, 0.60) : screenLight(0.55, 0.56, 0.60), scale: s.uniform(0.18, 0.3),
                gloss: 0.6, &s)
        case 4:
            return natural(
                .granite, "granite", .gray, screenLight(0.52, 0.50, 0.50), screenLight(0.34, 0.33, 0.35),
                scale: s.uniform(0.05, 0.09), gloss: 0.5, &s)
        case 5: return metal(&s)
        case 6:
            return s.chance(0.5)
                ? patterned(.checker, "checkered", s.pick(Colour.vivid), scale: s.uniform(0.12, 0.18), gloss: 0, &s)
                : patterned(.stripes, "striped", s.pick(Colour.allCases), scale: s.uniform(0.16, 0.26), gloss: 0, &s)
        default: return painted(s.pick(Colour.allCases), gloss: s.pick([0, 0.3]), &s)
        }
    }

    /// Of a wall inside.
    static func wall(_ s: inout SeededStream) -> Finish {
        switch s.integer(0...8) {
        case 0:
            return natural(
                .bricks, "brick", .red, screenLight(0.62, 0.30, 0.22), screenLight(0.72, 0.68, 0.62),
                scale: s.uniform(0.2, 0.3), gloss: 0, &s)
        case 1:
            return patterned(
                .tiles, "tiled", s.pick([.white, .teal, .blue, .green, .pink]), scale: s.uniform(0.12, 0.2), gloss: 0.5,
                &s)
        case 2: return patterned(.dots, "dotted", s.pick(Colour.allCases), scale: s.uniform(0.14, 0.22), gloss: 0, &s)
        case 3:
            return natural(
                .concrete, "concrete", .gray, screenLight(0.62, 0.61, 0.60), screenLight(0.46, 0.46, 0.47),
                scale: 0.3, gloss: 0, &s)
        case 4:
            return natural(
                .planks, "planked", .brown, screenLight(0.72, 0.52, 0.32), screenLight(0.50, 0.33, 0.20),
                scale: s.uniform(0.15, 0.22), gloss: 0.05, &s)
        default: return painted(s.pick(Colour.allCases), gloss: 0, &s)
        }
    }

    /// Of a floor inside.
    static func floor(_ s: inout SeededStream) -> Finish {
        switch s.integer(0...3) {
        case 0: return patterned(.checker, "checkered", s.pick([.gray, .brown, .white]), scale: 0.3, gloss: 0.2, &s)
        case 1: return wood(scale: 0.25, &s)
        case 2:
            return natural(
                .concrete, "concrete", .gray, screenLight(0.55, 0.54, 0.52), screenLight(0.4, 0.4, 0.4), scale: 0.4,
                gloss: 0, &s)
        default: return painted(s.pick([.gray, .beige, .brown, .blue, .green]), gloss: 0, &s)
        }
    }
}
