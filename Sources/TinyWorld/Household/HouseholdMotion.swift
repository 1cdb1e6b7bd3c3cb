/// What a hand does with a thing: its way, and when it closes.
struct HouseholdMotion: Sendable {
    enum Task: Sendable { case take, reach, slide, hold }

    let task: Task
    /// Where the forearm begins, while the hand is where it starts.
    let elbow: Vector
    /// The way of the place between fingers and thumb.
    let grip: Route
    /// When the hand closes; after 1 for never, below 0 for before the clip.
    private let closes: Float
    /// From the thing's foot to the hand that holds it.
    private let carried: Vector

    private static let graspable: [TableObject.Form] = [.cup, .bottle, .box, .ball, .cylinder]

    /// The thing on the hand's side that is nearest to the person.
    static func target(_ objects: [TableObject], side: Float) -> Int {
        objects.indices.filter { graspable.contains(objects[$0].form) && objects[$0].foot.x * side > -0.16 }
            .min { objects[$0].foot.y < objects[$1].foot.y } ?? 0
    }

    init(_ thing: TableObject, side: Float, _ s: inout SeededStream) {
        let task: Task =
            Self.graspable.contains(thing.form)
            ? s.pick([(.take, 0.45 as Float), (.reach, 0.2), (.slide, 0.2), (.hold, 0.15)]) : .reach
        self.task = task
        let hold = thing.foot + Vector(0, 0, max(0.03, min(2 * thing.half.z * 0.5, 0.07)))
        elbow = Vector(side * s.uniform(0.2, 0.32), s.uniform(-0.5, -0.42), s.uniform(0.1, 0.16))
        let beginning = Vector(side * s.uniform(0.02, 0.2), s.uniform(-0.24, -0.12), s.uniform(0.07, 0.16))
        // Beside the thing, where the hand comes from.
        let beside = hold + ((elbow - hold) * Vector(1, 1, 0)).normalised * (thing.half.x + 0.035)
        carried = beside - thing.foot
        switch task {
        case .take:
            closes = 0.4
            let taken = beginning + Vector(s.spread(0.1), s.uniform(0, 0.12), s.uniform(0.03, 0.1))
            grip = Route(stops: [
                (0, beginning), (0.36, beside), (0.44, beside), (0.62, beside + Vector(0, 0, s.uniform(0.07, 0.14))),
                (1, taken),
            ])
        case .reach:
            closes = 2
            grip = Route(stops: [(0, beginning), (1, beside + (elbow - hold).normalised * 0.02)])
        case .slide:
            closes = 0.3
            let way = Vector(s.spread(0.16), s.uniform(-0.14, 0.06), 0)
            grip = Route(stops: [(0, beginning), (0.26, beside), (0.32, beside), (1, beside + way)])
        case .hold:
            closes = -1
            let raised = beside + Vector(s.spread(0.06), s.uniform(-0.1, 0), s.uniform(0.07, 0.16))
            grip = Route(stops: [
                (0, raised), (0.5, raised + Vector(s.spread(0.1), s.spread(0.06), s.spread(0.05))),
                (1, raised + Vector(s.spread(0.1), s.spread(0.05), 0)),
            ])
        }
    }

    /// The part of it that a clip shows.
    func span(frames: Int, _ s: inout SeededStream) -> Span {
        let start = task == .take ? s.uniform(0.1, 0.4) : s.uniform(0, 0.35)
        return Span(start: start, end: min(1, start + s.uniform(0.35, 0.65)), frames: frames)
    }

    /// Where the thing stands at a moment; nil while it has not been moved.
    func foot(_ time: Float) -> Vector? {
        guard time >= closes else { return nil }
        let moved = grip.place(time) - carried
        return Vector(moved.x, moved.y, max(0, moved.z))
    }

    /// The hand at a moment.
    func solids(_ hand: Hand, _ time: Float) -> [Solid] {
        let place = grip.place(time)
        let curl: Float = closes > 1 ? 0.15 : smoothStep(closes - 0.12, closes, time) * 0.6 + 0.12
        return hand.solids(elbow: elbow + (place - grip.place(0)) * 0.35, grip: place, curl: curl)
    }
}
