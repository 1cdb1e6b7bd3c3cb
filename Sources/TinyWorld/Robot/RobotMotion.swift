/// What an arm does with a thing: the way of its tips, and when they close.
struct RobotMotion: Sendable {
    enum Task: Sendable { case lift, place, push, reach, wave }

    let task: Task
    /// The way of the gripper's tips.
    let tips: Route
    /// When the gripper closes and opens; after 1 for never.
    let closes: Float
    let opens: Float
    /// Half the distance between closed fingers, and how they are turned.
    let half: Float
    let turn: Float
    /// The direction in which a thing is pushed.
    private let away: Vector
    private let thing: TableObject

    /// When pushing ends.
    private static let pushed: Float = 0.85

    init(_ task: Task, _ thing: TableObject, goal: Vector, _ s: inout SeededStream) {
        self.task = task
        self.thing = thing
        let top = Vector(0, 0, min(2 * thing.half.z * 0.55, 0.13))
        let hover = Vector(0, 0, 2 * thing.half.z + s.uniform(0.08, 0.16))
        let raised = Vector(0, 0, 2 * thing.half.z + s.uniform(0.10, 0.2))
        away = (goal - thing.foot).normalised
        // Boxes are gripped across their shorter side.
        let across = thing.half.x <= thing.half.y ? thing.yaw : thing.yaw + 1.570_796_4
        let width = min(thing.half.x, thing.half.y)
        switch task {
        case .lift, .place:
            tips = Route(stops: [
                (0, thing.foot + hover + Vector(s.spread(0.15), s.spread(0.12), 0.05)), (0.16, thing.foot + hover),
                (0.34, thing.foot + top), (0.4, thing.foot + top), (0.58, thing.foot + raised), (0.78, goal + raised),
                (0.9, goal + top), (0.94, goal + top), (1, goal + hover),
            ])
            (closes, opens, half, turn) = (0.38, 0.92, width, across)
        case .push:
            (closes, opens, half, turn) = (0, 2, 0.006, s.uniform(0, 3))
            let behind = thing.foot - away * (thing.radius + 0.03)
            let low = Vector(0, 0, 0.03)
            let ahead = behind + away * s.uniform(0.14, 0.24)
            tips = Route(stops: [
                (0, behind - away * 0.06 + hover), (0.2, behind + low), (Self.pushed, ahead + low), (1, ahead + hover),
            ])
        case .reach:
            tips = Route(stops: [(0, goal + raised), (0.7, thing.foot + hover), (1, thing.foot + top)])
            (closes, opens, half, turn) = (2, 2, width, across)
        case .wave:
            let middle = Vector(s.spread(0.15), s.uniform(-0.2, 0.05), s.uniform(0.2, 0.3))
            let swing = Vector(s.spread(0.22), s.spread(0.12), s.spread(0.1))
            tips = Route(stops: [(0, middle - swing), (0.5, middle + swing), (1, middle - swing)])
            (closes, opens, half, turn) = (2, 2, width, across)
        }
    }

    /// Half the distance between the fingers at a moment.
    func opening(_ time: Float) -> Float { min(0.15, time >= closes && time < opens ? half : half + 0.03) }

    /// Where the thing stands at a moment, and how far it has rolled, in radians.
    func foot(_ time: Float) -> (place: Vector, rolled: Float, heading: Vector) {
        switch task {
        case .lift, .place:
            guard time >= closes else { return (thing.foot, 0, away) }
            let held = tips.place(min(time, opens))
            return (Vector(held.x, held.y, max(0, held.z - tips.place(closes).z)), 0, away)
        case .push:
            let tip = tips.place(min(time, Self.pushed))
            let gone = max(0, (tip - thing.foot).dot(away) + thing.radius + 0.016)
            return (thing.foot + away * gone, gone / thing.half.x, away)
        case .reach, .wave: return (thing.foot, 0, away)
        }
    }

    /// When a clip that shows the task begins.
    static func beginning(_ task: Task, _ s: inout SeededStream) -> Float {
        switch task {
        case .lift: s.uniform(0.18, 0.3)
        case .place: s.uniform(0.5, 0.62)
        case .push: s.uniform(0.08, 0.3)
        case .reach, .wave: s.uniform(0, 0.4)
        }
    }
}
