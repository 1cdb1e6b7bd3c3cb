/// A box that stands upright in the world: turned about the vertical only. Metres and radians.
public struct UprightBox: Sendable, Equatable {
    /// The middle of the box, not its foot.
    public var centre: SIMD3<Double>
    /// Length along the heading, width across, height.
    public var size: SIMD3<Double>
    /// Counter-clockwise from above, 0 along the world's x; any real number.
    public var yaw: Double

    public init(centre: SIMD3<Double>, size: SIMD3<Double>, yaw: Double) {
        self.centre = centre
        self.size = size
        self.yaw = yaw
    }

    /// Half the footprint's diagonal: nothing of the box is farther from its centre, seen from above.
    var radius: Double { SIMD2(size.x, size.y).length / 2 }
}
