/// An arm that moves things on a table before a wall.
struct RobotScene: ClipScene {
    let instances: [Instance]
    let slotKinds: [ObjectClass]
    let far: Float = 20
    let shadowDepth: Float = 0.5
    let objects: [TableObject]
    /// Which of the objects are on the picture, for the caption.
    let seen: [Bool]
    /// What the arm has to do with.
    let targetIndex: Int
    let motion: RobotMotion
    let arm: RobotArm
    let slots: Slots
    private let rows: Int
    private let columns: Int
    private let span: Span
    /// A ball that rolls by itself, and its way in 16 frames.
    private let rolling: (index: Int, way: Vector)?
    private let view: RoomView
    private let room: [Solid]

    struct Slots: Sendable {
        let table: Int
        let wall: Int
        let floor: Int
        let decor: Int
        let mat: Int
    }

    init(_ s: inout SeededStream, rows: Int, columns: Int, frames: Int) {
        var parts = SceneParts()
        self.rows = rows
        self.columns = columns
        slots = Slots(
            table: parts.slot(.table), wall: parts.slot(.wall), floor: parts.slot(.floor), decor: parts.slot(.shelf),
            mat: parts.slot(.table))
        let armInstance = parts.instance(.arm, "robot arm", isForeground: true)
        let tableInstance = parts.instance(.table, "table")
        let side = s.sign()
        let base =
            s.chance(0.3)
            ? Vector(s.spread(0.12), s.uniform(0.26, 0.34), 0)
            : Vector(side * s.uniform(0.34, 0.48), s.uniform(0.02, 0.26), 0)
        let arm = RobotArm(
            base: base, upper: s.uniform(0.34, 0.42), fore: s.uniform(0.32, 0.40), isRound: s.chance(0.55),
            thickness: s.uniform(0.052, 0.07), bodySlot: parts.slot(.arm), jointSlot: parts.slot(.arm),
            gripperSlot: parts.slot(.arm), instance: armInstance)
        self.arm = arm
        let forms = (0..<s.integer(1...3)).map { _ in s.pick([TableObject.Form.box, .box, .cylinder, .ball]) }
        let objects = TableObject.scatter(
            forms, scale: 1.7, in: (-0.34...0.34, -0.24...0.14), clear: [(base, 0.16)], parts: &parts, &s)
        self.objects = objects
        let target = objects.indices.filter { (objects[$0].foot - base).length < arm.reach - 0.12 }.first ?? 0
        targetIndex = target
        let task: RobotMotion.Task = s.pick([
            (.lift, 0.34 as Float), (.place, 0.16), (.push, 0.26), (.reach, 0.14), (.wave, 0.10),
        ])
        let goal = Self.goal(for: target, objects, arm, &s)
        motion = RobotMotion(task, objects[target], goal: goal, &s)
        let length = s.uniform(0.4, 0.75)
        let start = RobotMotion.beginning(task, &s)
        span = Span(start: start, end: min(1, start + length), frames: frames)
        let balls = objects.indices.filter { $0 != target && objects[$0].form == .ball }
        rolling = s.chance(0.6) ? balls.first.map { ($0, Vector(s.spread(0.2), s.spread(0.12), 0)) } : nil
        room = Self.room(slots, tableInstance, &parts, &s)
        view = RoomView(
            target: Vector(s.spread(0.06), s.uniform(-0.02, 0.08), s.uniform(0.1, 0.2)),
            distance: s.uniform(1.05, 1.3),
            azimuth: s.spread(0.5), elevation: s.uniform(0.36, 0.75), focal: s.uniform(0.95, 1.15),
            drift: s.chance(0.45) ? Vector(s.spread(0.14), s.spread(0.05), s.spread(0.06)) : .zero, sway: 0, roll: 0)
        let camera = view.camera(Float(frames / 2), rows: rows, columns: columns)
        seen = objects.map { $0.isSeen(by: camera) }
        instances = parts.instances
        slotKinds = parts.slotKinds
    }

    /// Where a thing can be let go: within reach, clear of the others.
    private static func goal(
        for target: Int, _ objects: [TableObject], _ arm: RobotArm, _ s: inout SeededStream
    ) -> Vector {
        let thing = objects[target]
        let fallback = thing.foot + Vector(s.sign() * 0.2, s.spread(0.1), 0)
        for _ in 0..<20 {
            let trial = Vector(s.uniform(-0.36, 0.36), s.uniform(-0.24, 0.18), 0)
            let isClear = objects.indices.allSatisfy {
                $0 == target || (objects[$0].foot - trial).length > objects[$0].radius + thing.radius + 0.02
            }
            let distance = (trial - arm.base).length
            if isClear, distance < arm.reach - 0.12, distance > 0.24, (trial - thing.foot).length > 0.16 {
                return trial
            }
        }
        return fallback
    }

    private static func room(
        _ slots: Slots, _ table: UInt8, _ parts: inout SceneParts, _ s: inout SeededStream
    ) -> [Solid] {
        let edge = Vector(s.uniform(0.62, 0.85), s.uniform(0.40, 0.5), 0.03)
        let wallAt = s.uniform(0.6, 1.1)
        var room: [Solid] = [
            .box(Vector(0, 0.02, -0.03), edge, slot: slots.table, instance: table),
            .plane(
                Vector(0, wallAt, 0), Axes(x: Vector(1, 0, 0), y: .up, z: Vector(0, -1, 0)), slot: slots.wall,
                instance: 0),
            .plane(Vector(0, 0, -0.75), slot: slots.floor, instance: 0),
        ]
        if s.chance(0.5) {
            let cabinet = parts.instance(.shelf, "cabinet")
            room.append(
                .box(
                    Vector(s.sign() * s.uniform(0.25, 0.6), wallAt - 0.08, s.uniform(-0.1, 0.4)),
                    Vector(s.uniform(0.1, 0.25), 0.08, s.uniform(0.1, 0.3)), slot: slots.decor, instance: cabinet))
        }
        if s.chance(0.35) {  // a mat: an edge in the picture, hardly one in depth
            room.append(
                .box(
                    Vector(s.spread(0.25), s.uniform(-0.2, 0.05), 0.0006),
                    Vector(s.uniform(0.12, 0.22), s.uniform(0.08, 0.15), 0.0006), Axes(yaw: s.spread(0.6)),
                    slot: slots.mat, instance: table
                ).withoutShadow())
        }
        return room
    }

    func frame(_ index: Int) -> FrameScene {
        let time = span.time(index)
        var solids = room
        for (i, object) in objects.enumerated() {
            var at = (place: object.foot, rolled: Float(0), heading: Vector(1, 0, 0))
            if i == targetIndex {
                at = motion.foot(time)
            } else if let rolling, rolling.index == i {
                let way = rolling.way * (Float(index) / 16)
                at = (object.foot + way, way.length / object.half.x, rolling.way.normalised)
            }
            solids += object.solids(at: at.place, rolled: object.form == .ball ? at.rolled : 0, heading: at.heading)
        }
        solids += arm.solids(tips: motion.tips.place(time), opening: motion.opening(time), turn: motion.turn)
        return FrameScene(camera: view.camera(Float(index), rows: rows, columns: columns), solids: solids)
    }
}
