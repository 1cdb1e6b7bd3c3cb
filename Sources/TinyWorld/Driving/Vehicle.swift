/// A car, a truck or a person on the way.
struct Traveller: Sendable {
    let kind: ObjectClass
    /// Length, width, height in metres.
    let size: Vector
    /// Metres along the road at frame 0, and to the right of its centre.
    let along: Float
    let offset: Float
    /// Metres a frame along the road; negative towards the camera.
    let speed: Float
    /// Metres a frame across the road.
    let drift: Float
    /// Whether it faces the way the road runs.
    let facesAhead: Bool
    let bodySlot: Int
    let cabinSlot: Int
    let wheelSlot: Int
    let instance: UInt8

    func foot(_ plan: RoadPlan, _ frame: Float) -> Vector {
        plan.place(along + speed * frame, offset + drift * frame, kind == .person ? 0.0 : 0)
    }

    /// Unit axes with y ahead.
    func axes(_ plan: RoadPlan, _ frame: Float) -> Axes {
        var ahead = plan.heading(along + speed * frame)
        if kind == .person, drift != 0 { ahead = (ahead * abs(speed) + Vector(1, 0, 0) * drift).normalised }
        if !facesAhead { ahead = -ahead }
        return Axes(x: ahead.cross(.up), y: ahead, z: .up)
    }

    func solids(_ plan: RoadPlan, _ frame: Float) -> [Solid] {
        let axes = axes(plan, frame)
        let foot = foot(plan, frame)
        func at(_ x: Float, _ y: Float, _ z: Float) -> Vector { foot + axes.x * x + axes.y * y + axes.z * z }
        let (l, w, h) = (size.x / 2, size.y / 2, size.z)
        if kind == .person { return person(at, axes, frame) }
        let radius: Float = kind == .truck ? 0.46 : 0.33
        var result: [Solid] = []
        for (x, y): (Float, Float) in [(-1, -0.62), (1, -0.62), (-1, 0.62), (1, 0.62)] {
            let hub = at(x * (w - 0.12), y * l, radius)
            result.append(
                .cone(hub - axes.x * 0.12, hub + axes.x * 0.12, radius, radius, slot: wheelSlot, instance: instance))
        }
        if kind == .truck {
            result += [
                .box(
                    at(0, -0.22 * l, 0.75 + (h - 0.75) / 2), Vector(w, l * 0.78, (h - 0.75) / 2), axes, slot: bodySlot,
                    instance: instance),
                .box(
                    at(0, 0.8 * l, 0.45 + (h * 0.8 - 0.45) / 2), Vector(w * 0.95, l * 0.2, (h * 0.8 - 0.45) / 2), axes,
                    slot: cabinSlot, instance: instance),
                .box(at(0, 0, 0.6), Vector(w * 0.9, l * 0.97, 0.17), axes, slot: wheelSlot, instance: instance),
            ]
        } else {
            let waist = h * 0.58
            result += [
                .box(
                    at(0, 0, 0.2 + (waist - 0.2) / 2), Vector(w, l, (waist - 0.2) / 2), axes, slot: bodySlot,
                    instance: instance),
                .box(
                    at(0, -0.1 * l, (waist + h) / 2), Vector(w * 0.84, l * 0.55, (h - waist) / 2), axes,
                    slot: cabinSlot, instance: instance),
            ]
        }
        return result
    }

    private func person(_ at: (Float, Float, Float) -> Vector, _ axes: Axes, _ frame: Float) -> [Solid] {
        let (swing, _) = sineAndCosine(frame * 0.9 + offset * 5)
        let stride = 0.26 * swing
        let h = size.z
        let shoulder = h * 0.82
        return [
            .cone(at(-0.08, stride, 0), at(-0.07, 0, h * 0.5), 0.07, 0.1, slot: wheelSlot, instance: instance),
            .cone(at(0.08, -stride, 0), at(0.07, 0, h * 0.5), 0.07, 0.1, slot: wheelSlot, instance: instance),
            .cone(at(0, 0, h * 0.48), at(0, 0, shoulder), 0.17, 0.21, slot: bodySlot, instance: instance),
            .cone(
                at(-0.23, -stride * 0.8, h * 0.5), at(-0.2, 0, shoulder), 0.05, 0.07, slot: bodySlot, instance: instance
            ),
            .cone(
                at(0.23, stride * 0.8, h * 0.5), at(0.2, 0, shoulder), 0.05, 0.07, slot: bodySlot, instance: instance),
            .ball(at(0, 0, h - 0.12), 0.13, slot: cabinSlot, instance: instance),
        ]
    }

    /// The upright box around it.
    func box(_ plan: RoadPlan, _ frame: Float) -> WorldBox {
        let ahead = axes(plan, frame).y
        return WorldBox(
            label: instance, centre: foot(plan, frame) + Vector(0, 0, size.z / 2), size: size, yaw: angle(ahead))
    }
}

/// The angle of a level direction, counter-clockwise from +x, in -π...π; by a polynomial, within 1e-4.
func angle(_ d: Vector) -> Float {
    let (ax, ay) = (abs(d.x), abs(d.y))
    let t = min(ax, ay) / max(max(ax, ay), 1e-20)
    let s = t * t
    let low = t * (0.999_866 + s * (-0.330_299_5 + s * (0.180_141 + s * (-0.085_133 + s * 0.020_835_1))))
    let quarter = ay > ax ? 1.570_796_4 - low : low
    let half = d.x < 0 ? 3.141_592_7 - quarter : quarter
    return d.y < 0 ? -half : half
}
