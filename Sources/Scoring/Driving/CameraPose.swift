/// Where a camera stands and how it is turned: world metres, z up; camera x right, y down, z forward.
public struct CameraPose: Sendable, Equatable {
    /// The camera's axes in the world.
    public let right, down, forward: SIMD3<Double>
    public let place: SIMD3<Double>

    /// At the origin, looking along the world's y, level: where a file of camera coordinates has no poses.
    public static let level = CameraPose(
        right: [1, 0, 0], down: [0, 0, -1], forward: [0, 1, 0], place: [0, 0, 0])

    /// How far RᵀR may be from the identity.
    static let tolerance = 1e-3

    private init(right: SIMD3<Double>, down: SIMD3<Double>, forward: SIMD3<Double>, place: SIMD3<Double>) {
        self.right = right
        self.down = down
        self.forward = forward
        self.place = place
    }

    /// A matrix camera → world by rows, 3×4 or 4×4.
    /// - Returns: nil where the numbers turn no camera: another shape, not finite, not orthonormal, or mirrored.
    public init?(rows: [[Double]]) {
        guard rows.count == 3 || rows.count == 4, rows.allSatisfy({ $0.count == 4 && $0.allSatisfy(\.isFinite) })
        else { return nil }
        func column(_ index: Int) -> SIMD3<Double> { [rows[0][index], rows[1][index], rows[2][index]] }
        self.init(right: column(0), down: column(1), forward: column(2), place: column(3))
        let axes = [right, down, forward]
        for i in 0..<3 {
            for j in i..<3 {
                guard abs(dot(axes[i], axes[j]) - (i == j ? 1 : 0)) <= Self.tolerance else { return nil }
            }
        }
        guard dot(cross(right, down), forward) > 0 else { return nil }
    }

    /// A point of the world in the camera's coordinates: Rᵀ(x − o).
    public func inCamera(_ point: SIMD3<Double>) -> SIMD3<Double> {
        let offset = point - place
        return [dot(right, offset), dot(down, offset), dot(forward, offset)]
    }

    /// A point of the camera's coordinates in the world: Rp + o.
    public func inWorld(_ point: SIMD3<Double>) -> SIMD3<Double> {
        point.x * right + point.y * down + point.z * forward + place
    }

    /// The yaw in the world of what is turned by `cameraYaw` to the camera: 0 along its right, −π/2 away from it.
    /// - Returns: nil for a camera that looks straight up or down.
    public func worldYaw(cameraYaw: Double) -> Double? {
        // The heading h solves [right_x right_y; forward_x forward_y] h = (cos, −sin): boxes stay upright under pitch.
        let determinant = right.x * forward.y - right.y * forward.x
        guard abs(determinant) > 1e-6 else { return nil }
        let along = SIMD2(cameraYaw.cosine, -cameraYaw.sine)
        let heading = SIMD2(
            along.x * forward.y - right.y * along.y, right.x * along.y - forward.x * along.x)
        return (heading / determinant).angle
    }

    /// A velocity along the camera's right and its forward made horizontal, in the world's plane; nil as for `worldYaw`.
    public func worldVelocity(_ velocity: SIMD2<Double>) -> SIMD2<Double>? {
        let ahead = SIMD2(forward.x, forward.y)
        guard ahead.length > 1e-6 else { return nil }
        let unit = ahead / ahead.length
        return velocity.x * SIMD2(unit.y, -unit.x) + velocity.y * unit
    }
}

/// A pinhole camera without distortion, in pixels; the centre of pixel (i, j) is (i + 0.5, j + 0.5).
public struct Intrinsics: Sendable, Equatable {
    public let fx, fy, cx, cy: Double

    public init(fx: Double, fy: Double, cx: Double, cy: Double) {
        self.fx = fx
        self.fy = fy
        self.cx = cx
        self.cy = cy
    }

    /// Where a point in front of the camera appears.
    func projected(_ point: SIMD3<Double>) -> SIMD2<Double> {
        [fx * point.x / point.z + cx, fy * point.y / point.z + cy]
    }
}
