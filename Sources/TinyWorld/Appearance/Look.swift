/// The light of a scene, its air and its sky. Colours are in proportion to light.
struct Light: Sendable {
    /// Towards the light, of length 1.
    var direction: Vector
    var colour: Vector
    /// Half the light's width, as a slope: how soft the borders of shadows are.
    var softness: Float
    /// From above and from below.
    var skyAmbient: Vector
    var groundAmbient: Vector
    var fog = Vector.zero
    /// Where half of the light is fog's; infinity without fog.
    var fogDistance = Float.infinity
    var exposure: Float = 1
    /// How much darker the corners are.
    var vignette: Float = 0.2
    /// The brightness of the camera's own lamps, for night drives.
    var headlamps: Float = 0
    /// The share of level ground under snow.
    var snow: Float = 0
    /// How wet level ground is.
    var wetness: Float = 0
}

/// What is seen where nothing is hit.
struct Sky: Sendable {
    var top: Vector
    var horizon: Vector
    var cloud: Vector
    /// The share of sky under clouds.
    var cover: Float
    /// Distant hills; their height as a slope, 0 for none.
    var hills: Vector
    var hillHeight: Float
    var salt: UInt32
    var sun: Float = 0

    static let none = Sky(
        top: .zero, horizon: .zero, cloud: .zero, cover: 0, hills: .zero, hillHeight: 0, salt: 0)

    /// In a direction of length 1.
    func colour(_ d: Vector, towards light: Vector, _ glare: Vector) -> Vector {
        let azimuth = d.x / (abs(d.x) + abs(d.y) + 1e-6) * (d.y > 0 ? 1 : -1)
        let ridge = hillHeight * (0.35 + 0.65 * smoothNoise(azimuth * 9, 0.5, salt))
        if d.z < ridge { return Vector.mix(hills, horizon, 0.25) }
        var colour = Vector.mix(horizon, top, min(1, d.z * 2.2))
        if cover > 0, d.z > 0.01 {
            let (u, v) = (d.x / (d.z + 0.12) * 1.1, d.y / (d.z + 0.12) * 1.1)
            let n = 0.62 * smoothNoise(u, v, salt) + 0.38 * smoothNoise(u * 2.3, v * 2.3, salt ^ 77)
            let amount = smoothStep(1 - cover - 0.16, 1 - cover + 0.16, n) * min(1, d.z * 12)
            colour = Vector.mix(colour, cloud, amount)
        }
        if sun > 0 {
            let near = max(0, d.dot(light))
            let two = near * near
            let eight = two * two * two * two
            let wide = eight * eight * eight * eight
            colour += glare * (sun * (wide * 0.35 + (near > 0.9985 ? 2 : 0)))
        }
        return colour
    }
}

/// Everything about a clip that a caption variant may change; geometry is elsewhere.
struct Look: Sendable {
    /// By the scene's slots.
    var materials: [Material]
    var light: Light
    var sky = Sky.none
    /// Colours of the road's parts, in driving scenes.
    var road: RoadPaint?
    var caption: String
}
