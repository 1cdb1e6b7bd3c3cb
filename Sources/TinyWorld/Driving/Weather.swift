/// The light and the air outside, and what captions call them.
struct Weather: Sendable {
    let words: String
    let light: Light
    let sky: Sky
    let isNight: Bool

    init(_ s: inout SeededStream) {
        let azimuth = s.uniform(-3.14, 3.14)
        func sun(_ low: Float, _ high: Float) -> Vector {
            let (sa, ca) = sineAndCosine(azimuth)
            let (se, ce) = sineAndCosine(s.uniform(low, high))
            return Vector(ca * ce, sa * ce, se).normalised
        }
        var light = Light(
            direction: .up, colour: .zero, softness: 0.02, skyAmbient: .zero, groundAmbient: .zero,
            exposure: s.uniform(0.92, 1.08), vignette: s.uniform(0.08, 0.28))
        var sky = Sky(
            top: .zero, horizon: .zero, cloud: .zero, cover: s.uniform(0.1, 0.5),
            hills: screenLight(0.36, 0.45, 0.42), hillHeight: s.chance(0.7) ? s.uniform(0.02, 0.12) : 0, salt: s.salt())
        var isNight = false
        switch s.integer(0...7) {
        case 0:
            words = "on a sunny morning"
            (light.direction, light.colour) = (sun(0.45, 0.75), Vector(1.7, 1.42, 1.05))
            (light.skyAmbient, light.groundAmbient) = (Vector(0.34, 0.42, 0.56), Vector(0.2, 0.18, 0.15))
            (sky.top, sky.horizon, sky.cloud) = (
                screenLight(0.33, 0.57, 0.88), screenLight(0.82, 0.88, 0.92), screenLight(1, 0.98, 0.95)
            )
            sky.sun = 1
        case 1:
            words = "at noon under a clear sky"
            (light.direction, light.colour) = (sun(1.0, 1.35), Vector(1.65, 1.6, 1.45))
            (light.skyAmbient, light.groundAmbient) = (Vector(0.38, 0.46, 0.58), Vector(0.26, 0.25, 0.22))
            (sky.top, sky.horizon, sky.cloud) = (
                screenLight(0.22, 0.48, 0.90), screenLight(0.72, 0.85, 0.97), screenLight(1, 1, 1)
            )
            sky.cover = s.uniform(0, 0.2)
        case 2:
            words = "on a cloudy day"
            (light.direction, light.colour, light.softness) = (sun(0.9, 1.3), Vector(0.3, 0.3, 0.3), 0.3)
            (light.skyAmbient, light.groundAmbient) = (Vector(0.66, 0.69, 0.74), Vector(0.3, 0.3, 0.3))
            (sky.top, sky.horizon, sky.cloud) = (
                screenLight(0.62, 0.66, 0.72), screenLight(0.80, 0.82, 0.84), screenLight(0.88, 0.89, 0.9)
            )
            sky.cover = s.uniform(0.6, 0.85)
        case 3:
            words = "at sunset"
            (light.direction, light.colour, light.softness) = (sun(0.2, 0.38), Vector(1.75, 0.78, 0.3), 0.03)
            (light.skyAmbient, light.groundAmbient) = (Vector(0.32, 0.27, 0.36), Vector(0.17, 0.12, 0.11))
            (sky.top, sky.horizon, sky.cloud) = (
                screenLight(0.38, 0.36, 0.62), screenLight(0.99, 0.64, 0.32), screenLight(0.95, 0.55, 0.45)
            )
            (sky.sun, sky.hills) = (0.8, screenLight(0.36, 0.27, 0.34))
        case 4:
            words = "at night"
            isNight = true
            (light.direction, light.colour) = (sun(0.6, 1.1), Vector(0.06, 0.08, 0.13))
            (light.skyAmbient, light.groundAmbient) = (Vector(0.045, 0.055, 0.095), Vector(0.03, 0.03, 0.04))
            (sky.top, sky.horizon, sky.cloud) = (
                screenLight(0.04, 0.06, 0.14), screenLight(0.15, 0.17, 0.27), screenLight(0.16, 0.17, 0.22)
            )
            (sky.hills, light.headlamps) = (screenLight(0.07, 0.08, 0.12), s.uniform(0.9, 1.3))
        case 5:
            words = "on a foggy morning"
            (light.direction, light.colour, light.softness) = (sun(0.5, 0.9), Vector(0.35, 0.33, 0.3), 0.3)
            (light.skyAmbient, light.groundAmbient) = (Vector(0.58, 0.6, 0.62), Vector(0.32, 0.32, 0.32))
            light.fog = screenLight(0.80, 0.81, 0.82)
            light.fogDistance = s.uniform(22, 36)
            (sky.top, sky.horizon, sky.cloud) = (
                screenLight(0.8, 0.81, 0.83), screenLight(0.80, 0.81, 0.82), screenLight(0.85, 0.85, 0.86)
            )
        case 6:
            words = "on a rainy day"
            (light.direction, light.colour, light.softness) = (sun(0.8, 1.2), Vector(0.22, 0.23, 0.26), 0.3)
            (light.skyAmbient, light.groundAmbient) = (Vector(0.42, 0.45, 0.50), Vector(0.2, 0.21, 0.22))
            (light.fog, light.fogDistance, light.wetness) = (screenLight(0.58, 0.61, 0.65), s.uniform(60, 90), 1)
            (sky.top, sky.horizon, sky.cloud) = (
                screenLight(0.42, 0.46, 0.52), screenLight(0.60, 0.63, 0.67), screenLight(0.36, 0.39, 0.44)
            )
            sky.cover = s.uniform(0.5, 0.8)
        default:
            words = "on a snowy day"
            (light.direction, light.colour, light.softness) = (sun(0.5, 0.9), Vector(0.62, 0.6, 0.56), 0.12)
            (light.skyAmbient, light.groundAmbient) = (Vector(0.50, 0.54, 0.60), Vector(0.42, 0.43, 0.46))
            (light.fog, light.fogDistance, light.snow) = (screenLight(0.84, 0.86, 0.89), s.uniform(70, 110), 0.95)
            (sky.top, sky.horizon, sky.cloud) = (
                screenLight(0.66, 0.71, 0.78), screenLight(0.86, 0.88, 0.9), screenLight(0.9, 0.91, 0.93)
            )
            (sky.cover, sky.hills) = (s.uniform(0.4, 0.7), screenLight(0.78, 0.80, 0.84))
        }
        self.light = light
        self.sky = sky
        self.isNight = isNight
    }
}
