/// A forearm with a sleeve, and a hand of five fingers.
struct Hand: Sendable {
    /// 1 for the right hand, -1 for the left.
    let side: Float
    let skinSlot: Int
    let sleeveSlot: Int
    let instance: UInt8
    /// The length of the sleeve as a share of the forearm.
    let sleeve: Float

    /// - Parameters:
    ///   - elbow: where the forearm begins.
    ///   - grip: the place between fingers and thumb.
    ///   - curl: 0 for stretched fingers, 1 for a closed hand.
    func solids(elbow: Vector, grip: Vector, curl: Float) -> [Solid] {
        let level = Vector(grip.x - elbow.x, grip.y - elbow.y, 0).normalised
        let ahead = (level + Vector(0, 0, -0.12)).normalised
        // Towards the thumb: to the left of a right hand.
        let thumbward = Vector(-level.y, level.x, 0) * side
        let up = thumbward.cross(ahead) * side
        let back = up.z < 0 ? -up : up
        let wrist = grip - ahead * 0.115 - thumbward * 0.03 + Vector(0, 0, 0.012)
        let axes = Axes(x: thumbward, y: ahead, z: thumbward.cross(ahead))
        let palm = wrist + ahead * 0.045
        var result: [Solid] = [
            .cone(elbow, wrist, 0.043, 0.027, slot: skinSlot, instance: instance),
            .cone(
                elbow, Vector.mix(elbow, wrist, sleeve), 0.054, 0.047 - 0.008 * sleeve, slot: sleeveSlot,
                instance: instance),
            .ball(wrist, 0.028, slot: skinSlot, instance: instance),
            .ellipsoid(palm, Vector(0.043, 0.056, 0.023), axes, slot: skinSlot, instance: instance),
        ]
        for k in 0..<4 {
            let place = (Float(k) - 1.5) * 0.0195
            let long: Float = [0.9, 1, 0.95, 0.75][side > 0 ? 3 - k : k]
            let root = palm + thumbward * place + ahead * 0.045
            let bend = ahead * (1 - 0.35 * curl) + thumbward * (0.75 * curl) - back * (0.25 * curl)
            let middle = root + bend.normalised * (0.038 * long)
            let tipWay = ahead * (1 - 1.15 * curl) + thumbward * (1.15 * curl) - back * (0.15 + 0.2 * curl)
            let tip = middle + tipWay.normalised * (0.034 * long)
            result += [
                .cone(root, middle, 0.0105, 0.0098, slot: skinSlot, instance: instance),
                .cone(middle, tip, 0.0098, 0.0085, slot: skinSlot, instance: instance),
                .ball(tip, 0.0086, slot: skinSlot, instance: instance),
            ]
        }
        let root = palm + thumbward * 0.036 - ahead * 0.012
        let tip = root + (ahead * 0.8 + thumbward * (0.75 - 0.35 * curl)).normalised * 0.062
        result += [
            .cone(root, tip, 0.0135, 0.0105, slot: skinSlot, instance: instance),
            .ball(tip, 0.0106, slot: skinSlot, instance: instance),
        ]
        return result
    }
}
