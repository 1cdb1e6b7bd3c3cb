/// What a person sees whose hands reach for things on a counter.
struct HouseholdScene: ClipScene {
    let instances: [Instance]
    let slotKinds: [ObjectClass]
    let far: Float = 20
    let shadowDepth: Float = 0.4
    let objects: [TableObject]
    /// Which of the objects are on the picture, for the caption.
    let seen: [Bool]
    /// What the first hand has to do with.
    let targetIndex: Int
    let motion: HouseholdMotion
    let hands: [Hand]
    let slots: Slots
    private let rows: Int
    private let columns: Int
    private let span: Span
    /// The second hand, which hardly moves.
    private let resting: (elbow: Vector, grip: Vector, swing: Vector, curl: Float)
    private let view: RoomView
    private let room: [Solid]

    struct Slots: Sendable {
        let counter: Int
        let wall: Int
        let floor: Int
        let cupboard: Int
        let skin: Int
        let sleeve: Int
    }

    init(_ s: inout SeededStream, rows: Int, columns: Int, frames: Int) {
        var parts = SceneParts()
        self.rows = rows
        self.columns = columns
        slots = Slots(
            counter: parts.slot(.table), wall: parts.slot(.wall), floor: parts.slot(.floor),
            cupboard: parts.slot(.shelf),
            skin: parts.slot(.hand), sleeve: parts.slot(.hand))
        let side = s.chance(0.7) ? Float(1) : -1
        let both = s.chance(0.5)
        let sleeve = s.uniform(0.25, 0.8)
        var hands: [Hand] = []
        for k in 0..<(both ? 2 : 1) {
            let name = (k == 0) == (side > 0) ? "right hand" : "left hand"
            hands.append(
                Hand(
                    side: k == 0 ? side : -side, skinSlot: slots.skin, sleeveSlot: slots.sleeve,
                    instance: parts.instance(.hand, name, isForeground: true), sleeve: sleeve))
        }
        self.hands = hands
        let counter = parts.instance(.table, "counter")
        let forms = (0..<s.integer(2...4)).map { _ in
            s.pick([
                (TableObject.Form.cup, 0.28 as Float), (.bottle, 0.2), (.plate, 0.16), (.box, 0.16), (.ball, 0.1),
                (.board, 0.05), (.cylinder, 0.05),
            ])
        }
        let objects = TableObject.scatter(forms, scale: 1.3, in: (-0.28...0.28, -0.05...0.24), parts: &parts, &s)
        self.objects = objects
        targetIndex = HouseholdMotion.target(objects, side: side)
        motion = HouseholdMotion(objects[targetIndex], side: side, &s)
        span = motion.span(frames: frames, &s)
        resting = (
            Vector(-side * s.uniform(0.24, 0.36), -0.46, 0.1),
            Vector(-side * s.uniform(0.1, 0.26), s.uniform(-0.16, -0.04), s.uniform(0.03, 0.07)),
            Vector(s.spread(0.06), s.spread(0.05), 0), s.uniform(0.1, 0.8)
        )
        room = Self.room(slots, counter, &parts, &s)
        view = RoomView(
            target: Vector(s.spread(0.05), s.uniform(0.0, 0.09), s.uniform(0.0, 0.06)),
            distance: s.uniform(0.54, 0.68),
            azimuth: s.spread(0.28), elevation: s.uniform(0.55, 0.95), focal: s.uniform(0.85, 1.0),
            drift: Vector(s.spread(0.05), s.spread(0.04), s.spread(0.03)), sway: s.uniform(0.004, 0.016),
            roll: s.spread(0.06))
        let camera = view.camera(Float(frames / 2), rows: rows, columns: columns)
        seen = objects.map { $0.isSeen(by: camera) }
        instances = parts.instances
        slotKinds = parts.slotKinds
    }

    private static func room(
        _ slots: Slots, _ counter: UInt8, _ parts: inout SceneParts, _ s: inout SeededStream
    ) -> [Solid] {
        let wallAt = s.uniform(0.42, 0.6)
        var room: [Solid] = [
            .box(Vector(0, 0.02, -0.025), Vector(1.6, wallAt - 0.02, 0.025), slot: slots.counter, instance: counter),
            .plane(
                Vector(0, wallAt, 0), Axes(x: Vector(1, 0, 0), y: .up, z: Vector(0, -1, 0)), slot: slots.wall,
                instance: 0),
            .plane(Vector(0, 0, -0.9), slot: slots.floor, instance: 0),
        ]
        if s.chance(0.55) {
            let cupboard = parts.instance(.shelf, "cupboard")
            let width = s.uniform(0.16, 0.36)
            let x = s.sign() * s.uniform(0.25, 0.6)
            let standing = s.chance(0.5)
            let height = standing ? s.uniform(0.07, 0.14) : 0.25
            room.append(
                .box(
                    Vector(x, wallAt - 0.1, standing ? height : 0.62), Vector(width, 0.1, height), slot: slots.cupboard,
                    instance: cupboard))
        }
        return room
    }

    func frame(_ index: Int) -> FrameScene {
        let time = span.time(index)
        var solids = room
        for (i, object) in objects.enumerated() {
            let moved = i == targetIndex ? motion.foot(time) : nil
            solids += object.solids(at: moved ?? object.foot)
        }
        solids += motion.solids(hands[0], time)
        if hands.count > 1 {
            let (wave, _) = sineAndCosine(Float(index) * 0.35)
            let rest = resting.grip + resting.swing * wave
            solids += hands[1].solids(elbow: resting.elbow, grip: rest, curl: resting.curl)
        }
        return FrameScene(camera: view.camera(Float(index), rows: rows, columns: columns), solids: solids)
    }
}
