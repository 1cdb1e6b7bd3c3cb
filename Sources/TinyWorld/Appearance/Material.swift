/// How a surface is painted: a pattern of two colours.
struct Material: Sendable {
    enum Pattern: Sendable {
        case plain, wood, planks, marble, granite, checker, stripes, dots, bricks, tiles, metal, concrete, grass
        /// A road with its lines, pavement and what lies beyond; drawn from the scene's plan of the road.
        case ground
        case carBody, carCabin, facade, label
    }

    var pattern: Pattern
    var colour: Vector
    var second: Vector
    /// The size of the pattern's features in metres.
    var scale: Float
    /// Strength of the highlight.
    var gloss: Float
    var salt: UInt32
    /// Light that it gives off by itself, as a multiple of its second colour; where the pattern has lamps or lit windows.
    var glow: Float = 0

    /// With a fainter pattern: for tables and walls, which are not to drown what stands before them.
    var muted: Material {
        var result = self
        result.second = Vector.mix(colour, second, 0.45)
        return result
    }

    static func plain(_ colour: Vector, gloss: Float = 0.1) -> Material {
        Material(pattern: .plain, colour: colour, second: colour, scale: 0.1, gloss: gloss, salt: 1)
    }
}

/// A place on a surface, as textures need it.
struct SurfacePoint {
    /// Metres along the surface.
    let u: Float
    let v: Float
    /// In the shape's coordinates.
    let unit: Vector
    let localNormal: Vector
    let worldNormal: Vector
    /// Metres of surface that one pixel sees.
    let footprint: Float
}

/// What textures give.
struct Paint {
    var colour: Vector
    var glow = Vector.zero
    var gloss: Float
}

extension Material {
    /// How much of a feature of that size is left where one pixel sees `footprint`; fine patterns melt into their mean.
    @inline(__always) private func visible(_ size: Float, _ footprint: Float) -> Float {
        clamped((size / footprint - 0.8) * 0.8)
    }

    @inline(__always) private func blend(_ amount: Float) -> Vector { Vector.mix(colour, second, amount) }

    func paint(at p: SurfacePoint) -> Paint {
        let (u, v) = (p.u / scale, p.v / scale)
        let seen = visible(scale, p.footprint)
        func faded(_ amount: Float, mean: Float) -> Vector { blend(mean + (amount - mean) * seen) }
        switch pattern {
        case .plain, .ground:
            let n = smoothNoise(u, v, salt)
            return Paint(colour: colour * (1 + (n - 0.5) * 0.16 * seen), gloss: gloss)
        case .wood:
            return Paint(colour: faded(grain(u, v), mean: 0.4), gloss: gloss)
        case .planks:
            let row = v.rounded(.down)
            let tint = latticeValue(lattice(row), 7, salt)
            let place = v - row
            let gap = place < 0.06 || place > 0.94 ? 0.55 * seen : 0
            let wood = blend(0.25 + 0.35 * tint + (grain(u * 0.5 + tint * 9, v) - 0.4) * 0.6 * seen)
            return Paint(colour: wood * (1 - gap), gloss: gloss)
        case .marble:
            let wave = smoothNoise(u, v, salt) + 0.5 * smoothNoise(u * 2.1, v * 2.1, salt ^ 5)
            let vein = 1 - min(1, abs(wave - 0.75) * 7)
            return Paint(colour: faded(vein * 0.75, mean: 0.2), gloss: gloss)
        case .granite:
            let speck = smoothNoise(u * 3, v * 3, salt)
            return Paint(colour: faded(smoothStep(0.5, 0.75, speck), mean: 0.28), gloss: gloss)
        case .checker:
            let odd = lattice(u.rounded(.down)) &+ lattice(v.rounded(.down)) & 1
            return Paint(colour: faded(Float(odd & 1), mean: 0.5), gloss: gloss)
        case .stripes:
            let place = v - v.rounded(.down)
            return Paint(colour: faded(place < 0.42 ? 1 : 0, mean: 0.42), gloss: gloss)
        case .dots:
            let row = v.rounded(.down)
            let along = u + (lattice(row) & 1 == 0 ? 0 : 0.5)
            let (x, y) = (along - along.rounded(.down) - 0.5, v - row - 0.5)
            return Paint(colour: faded(x * x + y * y < 0.085 ? 1 : 0, mean: 0.27), gloss: gloss)
        case .bricks: return bricks(u, v, seen)
        case .tiles:
            let (fu, fv) = (u.rounded(.down), v.rounded(.down))
            let (x, y) = (u - fu, v - fv)
            let grout: Float = x < 0.07 || y < 0.07 ? 1 : 0
            let tint = latticeValue(lattice(fu), lattice(fv), salt) - 0.5
            return Paint(colour: faded(grout, mean: 0.14) * (1 + 0.16 * tint * seen), gloss: gloss * (1 - grout))
        case .metal:
            let streak = smoothNoise(u * 0.7, v * 9, salt)
            return Paint(colour: colour * (1 + (streak - 0.5) * 0.3 * seen), gloss: gloss)
        case .concrete:
            let n = 0.6 * smoothNoise(u, v, salt) + 0.4 * smoothNoise(u * 3.3, v * 3.3, salt ^ 9)
            return Paint(colour: faded(n, mean: 0.5), gloss: gloss)
        case .grass:
            let n = 0.5 * smoothNoise(u * 0.35, v * 0.35, salt) + 0.5 * smoothNoise(u * 1.7, v * 1.7, salt ^ 3)
            return Paint(colour: blend(0.5 + (n - 0.5) * 1.3 * (0.35 + 0.65 * seen)), gloss: 0)
        case .carBody: return carBody(p)
        case .carCabin: return carCabin(p)
        case .facade: return facade(p, u, v, seen)
        case .label:
            let band = p.unit.z > -0.45 && p.unit.z < 0.4 && abs(p.localNormal.z) < 0.5
            return Paint(colour: band ? second : colour, gloss: gloss)
        }
    }

    /// Wood's fibres, 0...1.
    private func grain(_ u: Float, _ v: Float) -> Float {
        let bend = smoothNoise(u * 0.5, v * 1.2, salt)
        let ring = v * 3 + bend * 3.5
        let place = ring - ring.rounded(.down)
        let wave = abs(place - 0.5) * 2
        return clamped(0.75 * wave * wave + 0.45 * smoothNoise(u * 1.5, v * 12, salt ^ 1) - 0.1)
    }

    private func bricks(_ u: Float, _ v: Float, _ seen: Float) -> Paint {
        let row = (v * 2).rounded(.down)
        let shift: Float = lattice(row) & 1 == 0 ? 0 : 0.5
        let along = u + shift
        let column = along.rounded(.down)
        let (x, y) = (along - column, v * 2 - row)
        let mortar: Float = x < 0.07 || y < 0.14 ? 1 : 0
        let tint = latticeValue(lattice(column), lattice(row), salt) - 0.5
        let mix = 0.2 + (mortar - 0.2) * seen
        return Paint(colour: Vector.mix(colour * (1 + 0.45 * tint * seen), second, mix), gloss: 0)
    }

    /// Lamps in front and behind, a plate, and a dark sill. The second axis points ahead.
    private func carBody(_ p: SurfacePoint) -> Paint {
        let (x, z) = (abs(p.unit.x), p.unit.z)
        if abs(p.localNormal.y) > 0.5 {
            if x > 0.58, x < 0.95, z > 0, z < 0.62 {
                let isFront = p.localNormal.y > 0
                let lamp = isFront ? Vector(0.9, 0.88, 0.75) : Vector(0.55, 0.02, 0.02)
                return Paint(colour: lamp, glow: lamp * glow, gloss: 0.5)
            }
            if x < 0.22, z > -0.45, z < 0.05 { return Paint(colour: Vector(0.75, 0.75, 0.7), gloss: 0.1) }
        }
        if z < -0.68 { return Paint(colour: Vector(0.02, 0.02, 0.022), gloss: 0.05) }
        return Paint(colour: colour, gloss: gloss)
    }

    /// Windows all around between pillars.
    private func carCabin(_ p: SurfacePoint) -> Paint {
        let onSide = abs(p.localNormal.x) > 0.5
        let along = onSide ? abs(p.unit.y) : abs(p.unit.x)
        let z = p.unit.z
        if abs(p.localNormal.z) < 0.5, z > -0.85, z < 0.72, along < 0.88, !onSide || along > 0.07 {
            return Paint(colour: second * (1 + 0.8 * z), gloss: 0.7)
        }
        return Paint(colour: colour, gloss: gloss)
    }

    private func facade(_ p: SurfacePoint, _ u: Float, _ v: Float, _ seen: Float) -> Paint {
        guard abs(p.localNormal.z) < 0.5 else { return Paint(colour: colour * 0.6, gloss: 0) }
        let (fu, fv) = (u.rounded(.down), v.rounded(.down))
        let (x, y) = (u - fu, v - fv)
        let isWindow = x > 0.25 && x < 0.75 && y > 0.22 && y < 0.78
        let h = latticeHash(lattice(fu), lattice(fv), salt)
        if isWindow {
            let lit = h & 3 == 0 ? Vector(1.0, 0.72, 0.35) * glow : .zero
            return Paint(colour: Vector.mix(colour, second, 0.25 + 0.75 * seen), glow: lit, gloss: 0.5 * seen)
        }
        let course = (v * 4).rounded(.down)
        let tint = latticeValue(lattice((u * 3).rounded(.down)), lattice(course), salt) - 0.5
        return Paint(colour: colour * (1 + 0.18 * tint * seen), gloss: 0)
    }
}
