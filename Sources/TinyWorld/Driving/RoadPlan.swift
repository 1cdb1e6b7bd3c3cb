/// Where a road runs: along +y from the origin, bending by a parabola, level at z = 0.
struct RoadPlan: Sendable {
    /// A line on the road.
    struct Line: Sendable {
        enum Kind: String, Sendable { case solid, dashed, double }
        let offset: Float
        let kind: Kind
        /// Between the directions of traffic; other lines are white.
        let isCentre: Bool
    }

    enum Zone: Sendable { case road, sidewalk, verge }

    /// The bend: the centre is at x = bend · y² / 2.
    let bend: Float
    let lines: [Line]
    /// From the centre to the left and the right kerb.
    let left: Float
    let right: Float
    let sidewalk: Float
    /// Metres from one dash to the next, and the part that is painted.
    let period: Float
    let painted: Float

    static let lineHalfWidth: Float = 0.09

    @inline(__always) func centre(_ y: Float) -> Float { bend * y * y * 0.5 }
    /// A place so far along and to the right of the centre.
    func place(_ along: Float, _ offset: Float, _ height: Float = 0) -> Vector {
        Vector(centre(along) + offset, along, height)
    }
    /// The direction of the road, of length 1.
    func heading(_ y: Float) -> Vector { Vector(bend * y, 1, 0).normalised }

    @inline(__always) func offset(_ x: Float, _ y: Float) -> Float { x - centre(y) }

    @inline(__always) func zone(_ x: Float, _ y: Float) -> Zone {
        let u = offset(x, y)
        if u > -left && u < right { return .road }
        return u > -left - sidewalk && u < right + sidewalk ? .sidewalk : .verge
    }

    /// The line, counted from 1, whose strip holds a place; 0 for none. Gaps between dashes count as the line.
    /// - Parameter least: the strip's least half width in metres, for far places.
    func line(_ x: Float, _ y: Float, least: Float) -> UInt8 {
        let u = offset(x, y)
        guard u > -left, u < right else { return 0 }
        let reach = max(Self.lineHalfWidth, least)
        var best = (distance: reach, label: 0)
        for (i, line) in lines.enumerated() {
            let wide: Float = line.kind == .double ? 0.12 : 0
            let distance = max(0, abs(u - line.offset) - wide)
            if distance < best.distance { best = (distance, i + 1) }
        }
        return UInt8(best.label)
    }
}

/// The colours of a road and of what is beside it.
struct RoadPaint: Sendable {
    var asphalt: Material
    var pavement: Material
    var verge: Material
    var centreLine: Vector
    var sideLine: Vector

    @inline(__always) func paint(_ plan: RoadPlan, at p: SurfacePoint) -> Paint {
        switch plan.zone(p.u, p.v) {
        case .verge: return verge.paint(at: p)
        case .sidewalk: return pavement.paint(at: p)
        case .road:
            var paint = asphalt.paint(at: p)
            let u = plan.offset(p.u, p.v)
            for line in plan.lines {
                let aside = u - line.offset
                guard abs(aside) < 0.3 else { continue }
                let isOn: Bool =
                    switch line.kind {
                    case .solid: abs(aside) < RoadPlan.lineHalfWidth
                    case .double: abs(abs(aside) - 0.13) < 0.065
                    case .dashed:
                        abs(aside) < RoadPlan.lineHalfWidth
                            && (p.v / plan.period) - (p.v / plan.period).rounded(.down) < plan.painted
                    }
                if isOn {
                    let worn = 0.82 + 0.18 * smoothNoise(p.u * 3, p.v * 1.5, 31)
                    return Paint(colour: (line.isCentre ? centreLine : sideLine) * worn, gloss: 0.1)
                }
            }
            // Wheels polish two tracks in each lane.
            let lane = u * 0.571 - (u * 0.571).rounded(.down)
            paint.colour = paint.colour * (1 - 0.12 * smoothStep(0.3, 0.1, abs(abs(lane - 0.5) - 0.25)))
            return paint
        }
    }
}
