/// An arm on a base: a turning column, two links that bend upwards, and a gripper that hangs straight down.
struct RobotArm: Sendable {
    let base: Vector
    let upper: Float
    let fore: Float
    let isRound: Bool
    let thickness: Float
    let bodySlot: Int
    let jointSlot: Int
    let gripperSlot: Int
    let instance: UInt8

    /// From the gripper's tips to the wrist.
    static let hand: Float = 0.23
    private var shoulder: Vector { base + Vector(0, 0, 0.2) }
    /// How far from the base's axis tips at the table can be.
    var reach: Float { upper + fore - 0.05 }

    /// The bodies when the tips are at a place, that far apart (half) and turned.
    func solids(tips: Vector, opening: Float, turn: Float) -> [Solid] {
        let wrist = tips + Vector(0, 0, Self.hand)
        let way = wrist - shoulder
        let level = Vector(way.x, way.y, 0)
        let yaw = level.dot(level) > 1e-6 ? level.normalised : Vector(0, -1, 0)
        let distance = min(upper + fore - 0.005, max(abs(upper - fore) + 0.02, way.length))
        let ahead = way.normalised
        let along = (upper * upper - fore * fore + distance * distance) / (2 * distance)
        let aside = max(0, upper * upper - along * along).squareRoot()
        // Across the way, upwards, in the plane of the arm.
        let across = yaw.cross(.up).cross(ahead).normalised
        let lift = across.z < 0 ? -across : across
        let elbow = shoulder + ahead * along + lift * aside
        let end = shoulder + ahead * distance
        let hinge = yaw.cross(.up).normalised
        let w = thickness
        let body: [Solid] = [
            .cone(base, base + Vector(0, 0, 0.05), w * 2.1, w * 2.0, slot: jointSlot, instance: instance),
            .cone(base, shoulder, w * 1.5, w * 1.2, slot: bodySlot, instance: instance),
        ]
        let joints: [Solid] = [
            joint(shoulder, hinge, w * 1.25), joint(elbow, hinge, w * 1.05), joint(end, hinge, w * 0.85),
        ]
        let links = [link(shoulder, elbow, w, w * 0.85, hinge), link(elbow, end, w * 0.85, w * 0.6, hinge)]
        return body + joints + links + gripper(wrist: end, opening: opening, turn: turn)
    }

    private func joint(_ at: Vector, _ hinge: Vector, _ radius: Float) -> Solid {
        isRound
            ? .ball(at, radius, slot: jointSlot, instance: instance)
            : .cone(
                at - hinge * radius, at + hinge * radius, radius * 0.9, radius * 0.9, slot: jointSlot,
                instance: instance)
    }

    private func link(_ a: Vector, _ b: Vector, _ r0: Float, _ r1: Float, _ hinge: Vector) -> Solid {
        if isRound { return .cone(a, b, r0, r1, slot: bodySlot, instance: instance) }
        let axes = Axes(along: b - a, near: hinge)
        return .box(
            (a + b) * 0.5, Vector((r0 + r1) * 0.4, (r0 + r1) * 0.48, (b - a).length * 0.5), axes, slot: bodySlot,
            instance: instance)
    }

    private func gripper(wrist: Vector, opening: Float, turn: Float) -> [Solid] {
        let axes = Axes(yaw: turn)
        let palm = wrist - Vector(0, 0, 0.1)
        var result: [Solid] = [
            .cone(wrist, palm, thickness * 0.55, thickness * 0.6, slot: jointSlot, instance: instance),
            .box(palm, Vector(max(0.07, opening + 0.018), 0.034, 0.022), axes, slot: gripperSlot, instance: instance),
        ]
        for side: Float in [-1, 1] {
            let finger = palm + axes.x * (side * (opening + 0.013)) - Vector(0, 0, 0.07)
            result.append(.box(finger, Vector(0.013, 0.024, 0.06), axes, slot: gripperSlot, instance: instance))
        }
        return result
    }
}
