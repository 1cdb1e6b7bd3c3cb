internal import Video

/// Draws thin lines between points of the world on black.
struct LinePainter {
    let rows: Int
    let columns: Int
    let camera: Camera
    private(set) var pixels: [UInt8]

    init(camera: Camera, rows: Int, columns: Int) {
        self.camera = camera
        self.rows = rows
        self.columns = columns
        pixels = [UInt8](repeating: 0, count: 3 * rows * columns)
    }

    private static let near: Float = 0.3

    mutating func line(_ a: Vector, _ b: Vector, _ colour: (UInt8, UInt8, UInt8)) {
        var (p, q) = (camera.inCamera(a), camera.inCamera(b))
        guard p.z > Self.near || q.z > Self.near else { return }
        if p.z < Self.near { p = Vector.mix(p, q, (Self.near - p.z) / (q.z - p.z)) }
        if q.z < Self.near { q = Vector.mix(q, p, (Self.near - q.z) / (p.z - q.z)) }
        let (from, to) = (camera.pixel(p), camera.pixel(q))
        // Cut to the picture's surroundings, so that the number of steps is bounded.
        var (t0, t1): (Float, Float) = (0, 1)
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        for (start, way, limit) in [(from.x, dx, Float(columns)), (from.y, dy, Float(rows))] {
            if way == 0 {
                if start < 0 || start >= limit { return }
                continue
            }
            let (a, b) = (-start / way, (limit - start) / way)
            t0 = max(t0, min(a, b))
            t1 = min(t1, max(a, b))
        }
        guard t0 < t1 else { return }
        let steps = Int((max(abs(dx), abs(dy)) * (t1 - t0)).rounded(.up)) + 1
        for k in 0...steps {
            let t = t0 + (t1 - t0) * Float(k) / Float(steps)
            let (x, y) = (Int((from.x + dx * t).rounded(.down)), Int((from.y + dy * t).rounded(.down)))
            guard x >= 0, y >= 0, x < columns, y < rows else { continue }
            let at = 3 * (y * columns + x)
            (pixels[at], pixels[at + 1], pixels[at + 2]) = colour
        }
    }

    var frame: Frame { Frame(width: columns, height: rows, pixels: pixels) }
}
