/// The colours that captions name.
enum Colour: String, Sendable, CaseIterable {
    case red, orange, yellow, green, teal, blue, purple, pink, brown, white, gray, black, beige

    /// As a screen shows it, 0...1 a channel.
    private var screen: Vector {
        switch self {
        case .red: Vector(0.82, 0.13, 0.12)
        case .orange: Vector(0.95, 0.50, 0.10)
        case .yellow: Vector(0.95, 0.83, 0.18)
        case .green: Vector(0.20, 0.60, 0.22)
        case .teal: Vector(0.10, 0.62, 0.62)
        case .blue: Vector(0.15, 0.33, 0.80)
        case .purple: Vector(0.50, 0.22, 0.68)
        case .pink: Vector(0.95, 0.55, 0.70)
        case .brown: Vector(0.47, 0.29, 0.16)
        case .white: Vector(0.93, 0.93, 0.92)
        case .gray: Vector(0.55, 0.55, 0.56)
        case .black: Vector(0.13, 0.13, 0.14)
        case .beige: Vector(0.84, 0.74, 0.58)
        }
    }

    /// In proportion to light, a little off each time.
    func light(_ stream: inout SeededStream) -> Vector {
        let v = screen
        let shade = stream.uniform(0.9, 1.08)
        let near = Vector(
            v.x * shade + stream.spread(0.025), v.y * shade + stream.spread(0.025), v.z * shade + stream.spread(0.025))
        let kept = Vector(clamped(near.x), clamped(near.y), clamped(near.z))
        return kept * kept
    }

    /// A colour that is easy to tell from this one.
    func contrast(_ stream: inout SeededStream) -> Colour {
        let light: [Colour] = [.white, .beige, .yellow, .pink]
        let dark: [Colour] = [.black, .blue, .red, .green, .purple, .brown]
        return light.contains(self) ? stream.pick(dark) : stream.pick(light)
    }

    static let vivid: [Colour] = [.red, .orange, .yellow, .green, .teal, .blue, .purple, .pink]
}

/// What a screen value stands for in light.
func screenLight(_ r: Float, _ g: Float, _ b: Float) -> Vector { Vector(r * r, g * g, b * b) }
