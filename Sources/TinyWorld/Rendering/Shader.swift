internal import Video

/// Turns what samples see into pictures, one for each look.
struct Shader {
    let solids: [Solid]
    let camera: Camera
    let looks: [Look]
    let shadows: [ShadowGrid]
    let plan: RoadPlan?

    init(_ scene: FrameScene, looks: [Look], plan: RoadPlan?, shadowDepth: Float) {
        solids = scene.solids
        camera = scene.camera
        self.looks = looks
        self.plan = plan
        shadows = looks.map {
            ShadowGrid(scene.solids, light: $0.light, depth: shadowDepth, samples: Self.lightSamples)
        }
    }

    /// Places on the light's disc, a fixed one for each sample of a pixel, far apart for neighbours.
    private static let lightSamples: [(x: Float, y: Float)] = [
        (-0.8, -0.3), (0.5, 0.7), (-0.2, 0.9), (0.9, -0.1), (0, 0), (-0.6, 0.5), (0.3, -0.9), (-0.4, -0.8), (0.6, -0.5),
    ]

    /// One frame for each look.
    func frames(_ seen: Visibility) -> [Frame] {
        let (rows, columns) = (seen.rows, seen.columns)
        var pictures = [[UInt8]](repeating: [UInt8](repeating: 0, count: 3 * rows * columns), count: looks.count)
        var sums = [Vector](repeating: .zero, count: looks.count)
        let (g, width) = (Visibility.grid, columns * Visibility.grid)
        let step = 1 / Float(g)
        solids.withUnsafeBufferPointer { solids in
            for row in 0..<rows {
                for column in 0..<columns {
                    for k in looks.indices { sums[k] = .zero }
                    for sample in 0..<Visibility.perPixel {
                        let (x, y) = (column * g + sample % g, row * g + sample / g)
                        let ray = camera.direction(step * (Float(x) + 0.5), step * (Float(y) + 0.5))
                        let at = y * width + x
                        add(seen.solid[at], seen.depth[at], ray, sample, solids, to: &sums)
                    }
                    let corner = Self.corner(row, column, rows, columns)
                    for k in looks.indices {
                        let light = looks[k].light
                        let scaled =
                            sums[k] * (light.exposure * (1 - light.vignette * corner) / Float(Visibility.perPixel))
                        let at = 3 * (row * columns + column)
                        pictures[k][at] = Self.screen(scaled.x)
                        pictures[k][at + 1] = Self.screen(scaled.y)
                        pictures[k][at + 2] = Self.screen(scaled.z)
                    }
                }
            }
        }
        return pictures.map { Frame(width: columns, height: rows, pixels: $0) }
    }

    /// The squared distance from the middle, 1 in the corners.
    private static func corner(_ row: Int, _ column: Int, _ rows: Int, _ columns: Int) -> Float {
        let x = (Float(column) + 0.5) / Float(columns) * 2 - 1
        let y = (Float(row) + 0.5) / Float(rows) * 2 - 1
        return (x * x + y * y) * 0.5
    }

    /// Highlights roll off; the square root stands for the screen's response.
    @inline(__always) private static func screen(_ light: Float) -> UInt8 {
        let soft = light * (1 + 0.12 * light) / (1 + 0.42 * light) * 1.18
        return UInt8(min(255, soft.squareRoot() * 255 + 0.5))
    }

    @inline(__always) private func add(
        _ owner: UInt16, _ depth: Float, _ ray: Vector, _ sample: Int, _ solids: UnsafeBufferPointer<Solid>,
        to sums: inout [Vector]
    ) {
        let toEye = -ray.normalised
        guard owner != Visibility.nothing else {
            for k in looks.indices {
                let light = looks[k].light
                let sky = looks[k].sky.colour(-toEye, towards: light.direction, light.colour)
                sums[k] += Vector.mix(sky, light.fog, Self.fogged(light, 100))
            }
            return
        }
        let own = Int(owner)
        let solid = solids[own]
        let point = camera.position + ray * depth
        let unit = solid.local(point)
        let localNormal = solid.shape.normal(unit)
        let rows = solid.rows
        let normal = (rows.x * localNormal.x + rows.y * localNormal.y + rows.z * localNormal.z).normalised
        let (u, v) = Self.surfaceCoordinates(solid, unit, localNormal)
        let slant = max(0.12, abs(normal.dot(toEye)))
        let surface = SurfacePoint(
            u: u, v: v, unit: unit, localNormal: localNormal, worldNormal: normal,
            footprint: depth / (camera.focal * slant))
        let lifted = point + normal * (0.0005 + 0.0005 * depth)
        for k in looks.indices {
            sums[k] += lit(k, own, solid.slot, surface, point: lifted, depth, toEye, sample, solids)
        }
    }

    @inline(__always) private func lit(
        _ k: Int, _ own: Int, _ slot: Int, _ surface: SurfacePoint, point: Vector, _ depth: Float, _ toEye: Vector,
        _ sample: Int, _ solids: UnsafeBufferPointer<Solid>
    ) -> Vector {
        let light = looks[k].light
        let material = looks[k].materials[slot]
        var paint: Paint
        if case .ground = material.pattern, let plan, let road = looks[k].road {
            paint = road.paint(plan, at: surface)
        } else {
            paint = material.paint(at: surface)
        }
        let normal = surface.worldNormal
        if light.snow > 0, normal.z > 0.6 {
            // Wheels keep roads clearer than what is beside them.
            let cover = solids[own].castsShadow ? light.snow : light.snow * 0.62
            let amount =
                cover * smoothStep(0.6, 0.85, normal.z)
                * smoothStep(0.15, 0.55, smoothNoise(surface.u * 0.9, surface.v * 0.9, 4242) + light.snow * 0.5 - 0.2)
            paint.colour = Vector.mix(paint.colour, Vector(0.86, 0.88, 0.93), amount)
            paint.gloss *= 1 - amount
        }
        if light.wetness > 0, normal.z > 0.9 {
            paint.colour = paint.colour * (1 - 0.45 * light.wetness)
            paint.gloss = max(paint.gloss, 0.55 * light.wetness)
        }
        let ambient = Vector.mix(light.groundAmbient, light.skyAmbient, 0.5 + 0.5 * normal.z)
        var result = paint.colour * ambient + paint.glow
        let facing = normal.dot(shadows[k].directions[sample])
        if facing > 0, !shadows[k].isShaded(point, own: own, sample: sample, solids) {
            result += paint.colour * light.colour * facing
            if paint.gloss > 0 {
                let near = max(0, normal.dot((light.direction + toEye).normalised))
                let (two, four) = (near * near, near * near * near * near)
                let sharp = four * four * four * four * two * two
                result += light.colour * (paint.gloss * (0.55 * sharp + 0.06 * four))
            }
        }
        if light.headlamps > 0 {
            let ahead = -toEye
            let aside = ahead.dot(camera.right)
            let beam = max(0, 1 - aside * aside * 5) / (1 + depth * depth * 0.006)
            let lamp = light.headlamps * beam * max(0.08, normal.dot(toEye) * 0.6 + 0.25)
            result += paint.colour * Vector(1, 0.93, 0.78) * lamp
        }
        return Vector.mix(result, light.fog, Self.fogged(light, depth))
    }

    @inline(__always) private static func fogged(_ light: Light, _ depth: Float) -> Float {
        guard light.fogDistance < .infinity else { return 0 }
        let ratio = depth / light.fogDistance
        return ratio * ratio / (1 + ratio * ratio)
    }

    /// Metres along the surface.
    @inline(__always) private static func surfaceCoordinates(
        _ solid: Solid, _ unit: Vector, _ normal: Vector
    ) -> (Float, Float) {
        let q = unit * solid.half
        switch solid.shape {
        case .plane: return (q.x, q.y)
        case .box:
            if normal.z != 0 { return (q.x, q.y) }
            return normal.x != 0 ? (q.y, q.z) : (q.x, q.z)
        case .ball, .cone:
            if case .cone = solid.shape, normal.x == 0, normal.y == 0 { return (q.x, q.y) }
            // Around the axis, by an angle that needs no trigonometry: 0 to 4 along a diamond.
            let sum = abs(unit.x) + abs(unit.y) + 1e-6
            let quarter = unit.y / sum
            let around = unit.x >= 0 ? quarter : 2 - quarter
            return (around * 1.570_796_4 * solid.half.x, q.z)
        }
    }
}
