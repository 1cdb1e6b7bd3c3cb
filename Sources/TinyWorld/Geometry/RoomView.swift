/// A camera that looks at a place in a room, and drifts or sways.
struct RoomView: Sendable {
    let target: Vector
    let distance: Float
    /// About the upright axis; 0 looks along +y.
    let azimuth: Float
    /// Above the level.
    let elevation: Float
    /// Focal length in picture widths.
    let focal: Float
    /// The way in metres that it goes in 8 frames.
    let drift: Vector
    /// How far it sways, in metres.
    let sway: Float
    let roll: Float

    func camera(_ frame: Float, rows: Int, columns: Int) -> Camera {
        let (sa, ca) = sineAndCosine(azimuth)
        let (se, ce) = sineAndCosine(elevation)
        let back = Vector(sa * ce, -ca * ce, se) * distance
        let (s1, c1) = sineAndCosine(frame * 0.55 + azimuth * 9)
        let (s2, _) = sineAndCosine(frame * 0.31 + elevation * 7)
        let swayed = Vector(s1 * sway, c1 * sway * 0.5, s2 * sway * 0.7)
        let position = target + back + drift * (frame / 8) + swayed
        let aim = target + Vector(s2, s1, 0) * (sway * 0.6)
        return Camera(
            position: position, forward: aim - position, focal: focal, rows: rows, columns: columns,
            roll: roll + s2 * sway * 0.8)
    }
}
