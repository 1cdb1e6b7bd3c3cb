/// A box with what is known of it: of a reference, or of a detection. What a file does not say is nil.
public struct LabelledBox: Sendable, Equatable {
    public var shape: UprightBox
    /// Which of its file's names the class is.
    public var kind: Int
    /// Of a detection.
    public var score = 0.0
    /// Metres a second in the world's plane.
    public var velocity: SIMD2<Double>?
    /// Which of its file's names the attribute is.
    public var attribute: Int?
    /// The thing's number, the same in all frames: which of its file's names.
    public var label: Int?
    /// Pixels of the reference picture that show it.
    public var pixels: Double?
    /// The share of it that nothing hides.
    public var visibility: Double?
    /// LiDAR and radar points on it.
    public var points: Double?
    public var isIgnored = false

    public init(shape: UprightBox, kind: Int) {
        self.shape = shape
        self.kind = kind
    }

    /// A box of camera coordinates in the world; nil where the pose says no heading.
    func placed(by pose: CameraPose) -> LabelledBox? {
        guard let yaw = pose.worldYaw(cameraYaw: shape.yaw) else { return nil }
        var box = self
        box.shape = UprightBox(centre: pose.inWorld(shape.centre), size: shape.size, yaw: yaw)
        box.velocity = velocity.flatMap { pose.worldVelocity($0) }
        return box
    }
}

/// A box that is turned in any way: a bicycle rack.
public struct TurnedBox: Sendable, Equatable {
    public let centre, size: SIMD3<Double>
    /// Its axes in the world.
    let axes: [SIMD3<Double>]

    init(_ shape: UprightBox) {
        centre = shape.centre
        size = shape.size
        let (sine, cosine) = (shape.yaw.sine, shape.yaw.cosine)
        axes = [[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]]
    }

    init(centre: SIMD3<Double>, size: SIMD3<Double>, rotation: Quaternion) {
        self.centre = centre
        self.size = size
        axes = rotation.axes
    }

    /// Its border included.
    func contains(_ point: SIMD3<Double>) -> Bool {
        let offset = point - centre
        return (0..<3).allSatisfy { abs(dot(axes[$0], offset)) <= size[$0] / 2 }
    }
}

/// A rotation as nuScenes writes it.
struct Quaternion: Sendable, Equatable {
    let w, x, y, z: Double

    /// Of length 1, turned alike; nil for zeros.
    init?(_ numbers: [Double]) {
        // The largest first, so that the squares of no length overflow.
        guard let largest = numbers.map(abs).max(), largest > 0, largest.isFinite else { return nil }
        let scaled = numbers.map { $0 / largest }
        let length = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
        (w, x, y, z) = (scaled[0] / length, scaled[1] / length, scaled[2] / length, scaled[3] / length)
    }

    /// Of the turned x axis, seen from above.
    var yaw: Double { SIMD2(w * w + x * x - y * y - z * z, 2 * (x * y + w * z)).angle }

    /// The turned axes.
    var axes: [SIMD3<Double>] {
        [
            [w * w + x * x - y * y - z * z, 2 * (x * y + w * z), 2 * (x * z - w * y)],
            [2 * (x * y - w * z), w * w - x * x + y * y - z * z, 2 * (y * z + w * x)],
            [2 * (x * z + w * y), 2 * (y * z - w * x), w * w - x * x - y * y + z * z],
        ]
    }
}
