public import Video

extension RenderedClip {
    /// The "hdmap" control: lane lines, kerbs and the edges of the boxes on black, by frame. Driving only; black otherwise.
    public func hdmap() -> [Frame] {
        cameras.indices.map { i in
            var painter = LinePainter(camera: cameras[i], rows: request.rows, columns: request.columns)
            for line in lanes {
                let colour: (UInt8, UInt8, UInt8) =
                    line.kind == "kerb" ? (220, 60, 60) : line.isCentre ? (240, 200, 40) : (80, 200, 250)
                for (a, b) in zip(line.points, line.points.dropFirst()) {
                    painter.line(Vector(a[0], a[1], a[2]), Vector(b[0], b[1], b[2]), colour)
                }
            }
            for box in boxes[i].sorted(by: { $0.cameraCentre[2] > $1.cameraCentre[2] }) where box.cameraCentre[2] < 80 {
                let colour: (UInt8, UInt8, UInt8) =
                    switch box.kind {
                    case .truck: (240, 130, 30)
                    case .person: (230, 80, 220)
                    default: (70, 230, 90)
                    }
                for (a, b) in box.edges { painter.line(a, b, colour) }
            }
            return painter.frame
        }
    }

    /// The "lidar" control: returns of turning beams as coloured points on black, by frame; red is near, blue is far.
    public func lidar() -> [Frame] {
        let (rows, columns) = (request.rows, request.columns)
        var salts = SeededStream(request.seed, UInt64(request.index), 0x11da5)
        let salt = salts.salt()
        return cameras.indices.map { i in
            var pixels = [UInt8](repeating: 0, count: 3 * rows * columns)
            guard request.domain == .driving else { return Frame(width: columns, height: rows, pixels: pixels) }
            let spacing = max(2, rows / 32)
            for row in stride(from: spacing / 2, to: rows, by: spacing) {
                // Beams turn on from frame to frame.
                let phase = Int(latticeHash(Int32(row), Int32(i), salt) % UInt32(spacing))
                for column in stride(from: phase, to: columns, by: spacing) {
                    let at = row * columns + column
                    let d = depth[i * rows * columns + at]
                    let h = latticeHash(Int32(at), Int32(i) &+ 1000, salt)
                    guard d < 70, h % 100 >= 8 + UInt32(d * 0.5) else { continue }
                    (pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2]) = Self.rainbow(near: 3, far: 60, d)
                }
            }
            return Frame(width: columns, height: rows, pixels: pixels)
        }
    }

    /// Red, yellow, green, cyan, blue, evenly in inverse depth's square root.
    private static func rainbow(near: Float, far: Float, _ depth: Float) -> (UInt8, UInt8, UInt8) {
        func scale(_ d: Float) -> Float { 1 / d.squareRoot() }
        let t = clamped((scale(near) - scale(depth)) / (scale(near) - scale(far))) * 4
        func ramp(_ value: Float) -> UInt8 { UInt8(clamped(value) * 255 + 0.5) }
        return (ramp(2 - t), ramp(min(t, 4 - t)), ramp(t - 2))
    }
}

extension Box3D {
    /// Its twelve edges in the world.
    var edges: [(Vector, Vector)] {
        let axes = Axes(yaw: worldYaw)
        let centre = Vector(worldCentre[0], worldCentre[1], worldCentre[2])
        let corners = (0..<8).map { k -> Vector in
            let ahead: Float = k & 1 == 0 ? -0.5 : 0.5
            let aside: Float = k & 2 == 0 ? -0.5 : 0.5
            let above: Float = k & 4 == 0 ? -0.5 : 0.5
            return centre + axes.x * (size[0] * ahead) + axes.y * (size[1] * aside) + axes.z * (size[2] * above)
        }
        var edges: [(Vector, Vector)] = []
        for corner in 0..<8 {
            for bit in [1, 2, 4] where corner & bit == 0 { edges.append((corners[corner], corners[corner | bit])) }
        }
        return edges
    }
}
