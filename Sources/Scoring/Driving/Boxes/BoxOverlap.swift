/// What share of two boxes is common to both.
public enum BoxOverlap: String, Sendable, CaseIterable {
    /// Of their volumes.
    case space = "3d"
    /// Of their footprints: bird's-eye view.
    case ground = "bev"

    /// Intersection over union, 0 to 1 (driving.md §2.1).
    public func iou(_ a: UprightBox, _ b: UprightBox) -> Double {
        let offset = b.centre - a.centre
        guard offset.onGround.length <= a.radius + b.radius else { return 0 }
        let area = Self.commonArea(a, b, offset: offset.onGround)
        let groundA = a.size.x * a.size.y
        let groundB = b.size.x * b.size.y
        let (common, whole): (Double, Double)
        switch self {
        case .ground: (common, whole) = (area, groundA + groundB)
        case .space:
            let top = min(a.size.z / 2, offset.z + b.size.z / 2)
            let bottom = max(-a.size.z / 2, offset.z - b.size.z / 2)
            (common, whole) = (area * max(0, top - bottom), groundA * a.size.z + groundB * b.size.z)
        }
        let share = common / (whole - common)
        return share.isFinite ? min(1, share) : 0
    }

    /// The area of the footprints' intersection: `b`'s corners in `a`'s axes about `a`'s centre, so that no digits are lost
    /// far from the origin, cut by `a`'s four sides, and the shoelace formula.
    private static func commonArea(_ a: UprightBox, _ b: UprightBox, offset: SIMD2<Double>) -> Double {
        let (sine, cosine) = (a.yaw.sine, a.yaw.cosine)
        let centre = SIMD2(cosine * offset.x + sine * offset.y, cosine * offset.y - sine * offset.x)
        let turn = b.yaw - a.yaw
        let along = SIMD2(turn.cosine, turn.sine) * (b.size.x / 2)
        let across = SIMD2(-turn.sine, turn.cosine) * (b.size.y / 2)
        var polygon = Polygon()
        polygon.add(centre + along + across)
        polygon.add(centre - along + across)
        polygon.add(centre - along - across)
        polygon.add(centre + along - across)
        for (side, limit) in [
            (SIMD2(1.0, 0), a.size.x / 2), ([-1, 0], a.size.x / 2), ([0, 1], a.size.y / 2), ([0, -1], a.size.y / 2),
        ] {
            polygon = polygon.cut(side, limit)
            if polygon.count < 3 { return 0 }
        }
        return polygon.area
    }
}

/// A convex polygon, without memory of its own because millions are made.
private struct Polygon {
    private(set) var count = 0
    /// A quadrangle gains a corner with each of four cuts; where rounding makes a side waver about the cut it may gain half
    /// as many as it has: 6, 9, 13, 19.
    private var corners = InlineArray<19, SIMD2<Double>>(repeating: .zero)

    mutating func add(_ corner: SIMD2<Double>) {
        corners[count] = corner
        count += 1
    }

    /// What lies within `limit` of the origin in the direction `side`.
    func cut(_ side: SIMD2<Double>, _ limit: Double) -> Polygon {
        func inside(_ corner: SIMD2<Double>) -> Double { limit - (side.x * corner.x + side.y * corner.y) }
        var kept = Polygon()
        for i in 0..<count {
            let (from, to) = (corners[i], corners[i + 1 < count ? i + 1 : 0])
            let (here, there) = (inside(from), inside(to))
            if here >= 0 { kept.add(from) }
            if (here > 0 && there < 0) || (here < 0 && there > 0) {
                kept.add(from + (to - from) * (here / (here - there)))
            }
        }
        return kept
    }

    /// By the shoelace formula about the first corner.
    var area: Double {
        var double = 0.0
        for i in 1..<count - 1 {
            let (a, b) = (corners[i] - corners[0], corners[i + 1] - corners[0])
            double += a.x * b.y - a.y * b.x
        }
        return max(0, double / 2)
    }
}
