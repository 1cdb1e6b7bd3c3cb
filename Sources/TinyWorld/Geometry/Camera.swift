/// A pinhole camera: x right, y down, z forward; pixel (i, j) covers columns i..<i+1 and rows j..<j+1.
public struct Camera: Sendable, Equatable {
    /// Focal length in pixels, the same in both directions.
    public let focal: Float
    /// The principal point in pixels.
    public let centreX: Float
    public let centreY: Float
    let position: Vector
    let right: Vector
    let down: Vector
    let forward: Vector

    /// - Parameters:
    ///   - focal: focal length as a multiple of the picture's width.
    init(position: Vector, forward: Vector, focal: Float, rows: Int, columns: Int, roll: Float = 0) {
        self.position = position
        self.focal = focal * Float(columns)
        centreX = Float(columns) / 2
        centreY = Float(rows) / 2
        let ahead = forward.normalised
        let level = ahead.cross(.up).normalised
        let below = ahead.cross(level)
        let (s, c) = sineAndCosine(roll)
        self.forward = ahead
        right = level * c + below * s
        down = below * c - level * s
    }

    /// The camera's 4x4 matrix from camera to world, by rows.
    public var pose: [[Float]] {
        [
            [right.x, down.x, forward.x, position.x], [right.y, down.y, forward.y, position.y],
            [right.z, down.z, forward.z, position.z], [0, 0, 0, 1],
        ]
    }

    /// A world point in camera coordinates, in metres.
    func inCamera(_ point: Vector) -> Vector {
        let v = point - position
        return Vector(right.dot(v), down.dot(v), forward.dot(v))
    }

    func inWorld(_ p: Vector) -> Vector { position + right * p.x + down * p.y + forward * p.z }

    /// Where a point in camera coordinates, in front of the camera, falls on the picture.
    func pixel(_ p: Vector) -> (x: Float, y: Float) { (centreX + focal * p.x / p.z, centreY + focal * p.y / p.z) }

    /// Whether a world point falls on the picture.
    func sees(_ point: Vector) -> Bool {
        let p = inCamera(point)
        guard p.z > 0.05 else { return false }
        let (x, y) = pixel(p)
        return x >= 0 && y >= 0 && x < 2 * centreX && y < 2 * centreY
    }

    /// The direction through a place on the picture; its part along the optical axis is 1, so that t is depth.
    @inline(__always) func direction(_ x: Float, _ y: Float) -> Vector {
        forward + right * ((x - centreX) / focal) + down * ((y - centreY) / focal)
    }
}
