/// What a thing is. Raw values are the numbers in class maps, the same in all domains.
public enum ObjectClass: UInt8, Sendable, CaseIterable {
    case background, wall, floor, table, arm, box, cylinder, ball
    case road, sidewalk, verge, kerb, car, truck, person, building, tree, post
    case hand, cup, plate, bottle, board, shelf
}

/// An analytic body: a unit shape under an affine map. Rays are followed in the shape's own coordinates, in which
/// distances along the ray stay what they are.
struct Solid: Sendable {
    enum Shape: Sendable {
        /// -1...1 in every direction.
        case box
        case ball
        /// About the third axis from -1 to 1, with the radius going from one end's to the other's.
        case cone(base: Float, slope: Float)
        /// The plane of the first two axes, without end.
        case plane
    }

    let shape: Shape
    let centre: Vector
    let axes: Axes
    /// Half the extent along each axis.
    let half: Vector
    /// Which material of the scene covers it.
    let slot: Int
    /// Its number in the instance map; 0 is nothing.
    let instance: UInt8
    var castsShadow = true
    /// Rows of the map from the world into the shape.
    let rows: Axes

    private init(_ shape: Shape, centre: Vector, axes: Axes, half: Vector, slot: Int, instance: UInt8) {
        self.shape = shape
        self.centre = centre
        self.axes = axes
        self.half = half
        self.slot = slot
        self.instance = instance
        rows = Axes(x: axes.x * (1 / half.x), y: axes.y * (1 / half.y), z: axes.z * (1 / half.z))
    }

    static func box(_ centre: Vector, _ half: Vector, _ axes: Axes = .world, slot: Int, instance: UInt8) -> Solid {
        Solid(.box, centre: centre, axes: axes, half: half, slot: slot, instance: instance)
    }

    static func ball(_ centre: Vector, _ radius: Float, _ axes: Axes = .world, slot: Int, instance: UInt8) -> Solid {
        ellipsoid(centre, Vector(repeating: radius), axes, slot: slot, instance: instance)
    }

    static func ellipsoid(
        _ centre: Vector, _ half: Vector, _ axes: Axes = .world, slot: Int, instance: UInt8
    ) -> Solid {
        Solid(.ball, centre: centre, axes: axes, half: half, slot: slot, instance: instance)
    }

    /// From `a` to `b`, with the radii there.
    static func cone(
        _ a: Vector, _ b: Vector, _ radiusA: Float, _ radiusB: Float, near hint: Vector = Vector(1, 0, 0), slot: Int,
        instance: UInt8
    ) -> Solid {
        let widest = max(radiusA, radiusB)
        let shape = Shape.cone(base: (radiusA + radiusB) / (2 * widest), slope: (radiusB - radiusA) / (2 * widest))
        return Solid(
            shape, centre: (a + b) * 0.5, axes: Axes(along: b - a, near: hint),
            half: Vector(widest, widest, max(1e-4, (b - a).length * 0.5)), slot: slot, instance: instance)
    }

    static func plane(_ centre: Vector, _ axes: Axes = .world, slot: Int, instance: UInt8) -> Solid {
        var plane = Solid(
            .plane, centre: centre, axes: axes, half: Vector(repeating: 1), slot: slot, instance: instance)
        plane.castsShadow = false
        return plane
    }

    func withoutShadow() -> Solid {
        var copy = self
        copy.castsShadow = false
        return copy
    }

    /// A world point in the shape's coordinates.
    @inline(__always) func local(_ point: Vector) -> Vector { localDirection(point - centre) }

    @inline(__always) func localDirection(_ v: Vector) -> Vector { Vector(rows.x.dot(v), rows.y.dot(v), rows.z.dot(v)) }

    /// The corner of the box around it in the given octant.
    func corner(_ index: Int) -> Vector {
        centre + axes.x * (index & 1 == 0 ? -half.x : half.x) + axes.y * (index & 2 == 0 ? -half.y : half.y)
            + axes.z * (index & 4 == 0 ? -half.z : half.z)
    }

    /// The radius of a ball about the centre that holds it.
    var reach: Float {
        switch shape {
        case .ball: max(half.x, max(half.y, half.z))
        case .box: half.length
        case .cone: (half.x * half.x + half.z * half.z).squareRoot()
        case .plane: .infinity
        }
    }
}

extension Solid.Shape {
    /// The first crossing of origin + t · direction with the surface, from outside; infinity when there is none at t > 0.
    @inline(__always) func crossing(_ o: Vector, _ d: Vector) -> Float {
        switch self {
        case .plane:
            let t = -o.z / d.z
            return t > 0 ? t : .infinity
        case .ball:
            let a = d.dot(d)
            let b = o.dot(d)
            let under = b * b - a * (o.dot(o) - 1)
            guard under > 0 else { return .infinity }
            let t = (-b - under.squareRoot()) / a
            return t > 0 ? t : .infinity
        case .box:
            let (ix, iy, iz) = (1 / d.x, 1 / d.y, 1 / d.z)
            let (ax, bx) = ((-1 - o.x) * ix, (1 - o.x) * ix)
            let (ay, by) = ((-1 - o.y) * iy, (1 - o.y) * iy)
            let (az, bz) = ((-1 - o.z) * iz, (1 - o.z) * iz)
            let enter = max(max(min(ax, bx), min(ay, by)), min(az, bz))
            let leave = min(min(max(ax, bx), max(ay, by)), max(az, bz))
            return enter <= leave && enter > 0 ? enter : .infinity
        case .cone(let base, let slope):
            var nearest = Float.infinity
            let radius = base + slope * o.z
            let turn = slope * d.z
            let a = d.x * d.x + d.y * d.y - turn * turn
            let b = o.x * d.x + o.y * d.y - radius * turn
            let c = o.x * o.x + o.y * o.y - radius * radius
            let under = b * b - a * c
            if under > 0, a != 0 {
                let root = under.squareRoot()
                let t = (-b - root) / a
                let z = o.z + t * d.z
                if t > 0, abs(z) <= 1, base + slope * z >= 0 { nearest = t }
                if a < 0 {  // looking along a steep cone, the other root comes first
                    let other = (-b + root) / a
                    let at = o.z + other * d.z
                    if other > 0, other < nearest, abs(at) <= 1, base + slope * at >= 0 { nearest = other }
                }
            }
            // The cap on the ray's side.
            let end: Float = d.z > 0 ? -1 : 1
            let t = (end - o.z) / d.z
            if t > 0, t < nearest {
                let (x, y, rim) = (o.x + t * d.x, o.y + t * d.y, base + slope * end)
                if x * x + y * y <= rim * rim { nearest = t }
            }
            return nearest
        }
    }

    /// The outward normal, not of unit length, at a point of the surface in the shape's coordinates.
    @inline(__always) func normal(_ p: Vector) -> Vector {
        switch self {
        case .plane: return .up
        case .ball: return p
        case .box:
            let (x, y, z) = (abs(p.x), abs(p.y), abs(p.z))
            if z >= x && z >= y { return Vector(0, 0, p.z > 0 ? 1 : -1) }
            return x >= y ? Vector(p.x > 0 ? 1 : -1, 0, 0) : Vector(0, p.y > 0 ? 1 : -1, 0)
        case .cone(let base, let slope):
            let radius = base + slope * p.z
            let square = p.x * p.x + p.y * p.y
            if abs(p.z) > 0.999, square < radius * radius * 0.998 { return Vector(0, 0, p.z > 0 ? 1 : -1) }
            return Vector(p.x, p.y, -slope * radius)
        }
    }
}
