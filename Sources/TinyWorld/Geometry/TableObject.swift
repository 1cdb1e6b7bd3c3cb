/// A thing that stands on a table or a counter.
struct TableObject: Sendable {
    enum Form: Sendable { case box, cylinder, ball, cup, plate, bottle, board }

    let form: Form
    /// Half the extents in metres; of round things the first is the radius.
    let half: Vector
    let yaw: Float
    /// Where it stands at first: the middle of its underside.
    let foot: Vector
    let slot: Int
    /// The second material: a label, a cap, a handle.
    let trim: Int
    let instance: UInt8

    var name: String {
        switch form {
        case .box: "box"
        case .cylinder: "can"
        case .ball: "ball"
        case .cup: "cup"
        case .plate: "plate"
        case .bottle: "bottle"
        case .board: "board"
        }
    }

    static func kind(_ form: Form) -> ObjectClass {
        switch form {
        case .box: .box
        case .cylinder: .cylinder
        case .ball: .ball
        case .cup: .cup
        case .plate: .plate
        case .bottle: .bottle
        case .board: .board
        }
    }

    /// How much room it takes on the table.
    var radius: Float {
        form == .box || form == .board ? (half.x * half.x + half.y * half.y).squareRoot() : half.x * 1.1
    }

    /// Random size of a form.
    static func size(_ form: Form, _ s: inout SeededStream) -> Vector {
        switch form {
        case .box: Vector(s.uniform(0.035, 0.075), s.uniform(0.03, 0.065), s.uniform(0.03, 0.085))
        case .cylinder:
            { r, h in Vector(r, r, h) }(s.uniform(0.028, 0.05), s.uniform(0.04, 0.085))
        case .ball: Vector(repeating: s.uniform(0.035, 0.062))
        case .cup: { r in Vector(r, r, r * s.uniform(1.0, 1.35)) }(s.uniform(0.034, 0.045))
        case .plate: { r in Vector(r, r, 0.009) }(s.uniform(0.08, 0.12))
        case .bottle: { r in Vector(r, r, r * s.uniform(2.6, 3.6)) }(s.uniform(0.027, 0.038))
        case .board: Vector(s.uniform(0.12, 0.17), s.uniform(0.08, 0.12), 0.009)
        }
    }

    /// Its bodies when its underside is at `foot`, turned by `roll` (of balls) or `turn` about the upright axis.
    func solids(at foot: Vector, turn: Float = 0, rolled: Float = 0, heading: Vector = Vector(1, 0, 0)) -> [Solid] {
        let axes = Axes(yaw: yaw + turn)
        let middle = foot + Vector(0, 0, half.z)
        switch form {
        case .box, .board: return [.box(middle, half, axes, slot: slot, instance: instance)]
        case .ball: return [.ball(middle, half.x, rolledAxes(rolled, heading), slot: slot, instance: instance)]
        case .cylinder: return [upright(foot, 0, 2 * half.z, half.x, half.x, axes, slot)]
        case .cup:
            let handle = axes.x * (half.x * 1.12)
            return [
                upright(foot, 0, 2 * half.z, half.x * 0.78, half.x, axes, slot),
                upright(foot, 2 * half.z, 2 * half.z + 0.002, half.x * 0.86, half.x * 0.86, axes, trim),
                .box(
                    middle + handle + Vector(0, 0, 0.003), Vector(half.x * 0.36, half.x * 0.14, half.z * 0.55), axes,
                    slot: slot, instance: instance),
            ]
        case .plate:
            return [
                upright(foot, 0, 0.014, half.x * 0.62, half.x, axes, slot),
                upright(foot, 0.014, 0.0155, half.x * 0.62, half.x * 0.62, axes, trim),
            ]
        case .bottle:
            let h = 2 * half.z
            return [
                upright(foot, 0, h * 0.6, half.x, half.x, axes, slot),
                upright(foot, h * 0.6, h * 0.78, half.x, half.x * 0.38, axes, slot),
                upright(foot, h * 0.78, h * 0.92, half.x * 0.38, half.x * 0.36, axes, slot),
                upright(foot, h * 0.9, h, half.x * 0.44, half.x * 0.44, axes, trim),
            ]
        }
    }

    /// Whether its middle is on the picture when it stands at its first place.
    func isSeen(by camera: Camera) -> Bool { camera.sees(foot + Vector(0, 0, half.z)) }

    private func upright(
        _ foot: Vector, _ low: Float, _ high: Float, _ r0: Float, _ r1: Float, _ axes: Axes, _ slot: Int
    ) -> Solid {
        .cone(
            foot + Vector(0, 0, low), foot + Vector(0, 0, high), r0, r1, near: axes.x, slot: slot, instance: instance)
    }

    /// A ball's axes after it has rolled so many radians along a heading.
    private func rolledAxes(_ angle: Float, _ heading: Vector) -> Axes {
        let start = Axes(yaw: yaw)
        guard angle != 0 else { return start }
        let pivot = Vector(-heading.y, heading.x, 0).normalised
        let (s, c) = sineAndCosine(angle)
        func turned(_ v: Vector) -> Vector { v * c + pivot.cross(v) * s + pivot * (pivot.dot(v) * (1 - c)) }
        return Axes(x: turned(start.x), y: turned(start.y), z: turned(start.z))
    }

    /// Places on a table that keep clear of each other: as many as fit of the forms asked for.
    /// - Parameters:
    ///   - scale: how much larger than usual things are.
    ///   - clear: places and radii that stay free.
    static func scatter(
        _ forms: [Form], scale: Float = 1, in area: (x: ClosedRange<Float>, y: ClosedRange<Float>),
        clear: [(Vector, Float)] = [], parts: inout SceneParts, _ s: inout SeededStream
    ) -> [TableObject] {
        var taken = clear
        var result: [TableObject] = []
        for form in forms {
            let half = size(form, &s) * scale
            let yaw = s.uniform(0, 3.141_592_7)
            for attempt in 0..<24 {
                let foot = Vector(
                    s.uniform(area.x.lowerBound, area.x.upperBound), s.uniform(area.y.lowerBound, area.y.upperBound), 0)
                let trial = TableObject(form: form, half: half, yaw: yaw, foot: foot, slot: 0, trim: 0, instance: 0)
                // There is always something on the table.
                let isLast = attempt == 23 && result.isEmpty
                guard isLast || taken.allSatisfy({ ($0.0 - foot).length > $0.1 + trial.radius + 0.012 }) else {
                    continue
                }
                taken.append((foot, trial.radius))
                let slot = parts.slot(kind(form))
                let trim = parts.slot(kind(form))
                result.append(
                    TableObject(
                        form: form, half: half, yaw: yaw, foot: foot, slot: slot, trim: trim,
                        instance: parts.instance(kind(form), trial.name)))
                break
            }
        }
        return result
    }
}
