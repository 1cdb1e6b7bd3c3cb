/// What every sample of a frame sees: which solid, at what depth.
struct Visibility {
    /// Samples of a pixel in each direction; the middle one is the pixel's centre.
    static let grid = 3
    static let perPixel = grid * grid
    /// No solid.
    static let nothing = UInt16.max

    let rows: Int
    let columns: Int
    /// Depth along the optical axis in metres, sample by sample; `far` where nothing is hit.
    let depth: [Float]
    let solid: [UInt16]

    init(_ solids: [Solid], _ camera: Camera, rows: Int, columns: Int, far: Float) {
        self.rows = rows
        self.columns = columns
        let (height, width) = (rows * Self.grid, columns * Self.grid)
        var depth = [Float](repeating: far, count: height * width)
        var owner = [UInt16](repeating: Self.nothing, count: height * width)
        let step = 1 / Float(Self.grid)
        // Near things first: what they hide need not be followed.
        let order = solids.indices.map { i in (i, Self.extent(of: solids[i], camera, width, height)) }
            .filter { !$0.1.isEmpty }.sorted { ($0.1.nearest, $0.0) < ($1.1.nearest, $1.0) }
        depth.withUnsafeMutableBufferPointer { depth in
            owner.withUnsafeMutableBufferPointer { owner in
                for (i, extent) in order {
                    let solid = solids[i]
                    let origin = solid.local(camera.position)
                    let across = solid.localDirection(camera.right * (step / camera.focal))
                    for y in extent.rows {
                        let start = solid.localDirection(
                            camera.direction(step * (Float(extent.columns.lowerBound) + 0.5), step * (Float(y) + 0.5)))
                        for x in extent.columns {
                            let at = y * width + x
                            if extent.nearest >= depth[at] { continue }
                            let ray = start + across * Float(x - extent.columns.lowerBound)
                            let t = solid.shape.crossing(origin, ray)
                            if t < depth[at] {
                                depth[at] = t
                                owner[at] = UInt16(i)
                            }
                        }
                    }
                }
            }
        }
        self.depth = depth
        self.solid = owner
    }

    /// The sample at a pixel's centre.
    func centre(row: Int, column: Int) -> Int {
        (row * Self.grid + Self.grid / 2) * columns * Self.grid + column * Self.grid + Self.grid / 2
    }

    /// Where on the picture a solid can be seen, and how near it comes.
    struct Extent {
        var rows: Range<Int>
        var columns: Range<Int>
        var nearest: Float
        var isEmpty: Bool { rows.isEmpty || columns.isEmpty }
    }

    private static let near: Float = 0.02

    static func extent(of solid: Solid, _ camera: Camera, _ width: Int, _ height: Int) -> Extent {
        let all = Extent(rows: 0..<height, columns: 0..<width, nearest: 0)
        if case .plane = solid.shape { return all }
        var (x0, y0, x1, y1) = (Float.infinity, Float.infinity, -Float.infinity, -Float.infinity)
        var (nearest, farthest) = (Float.infinity, -Float.infinity)
        for k in 0..<8 {
            let p = camera.inCamera(solid.corner(k))
            nearest = min(nearest, p.z)
            farthest = max(farthest, p.z)
            guard p.z > near else { continue }
            let (x, y) = camera.pixel(p)
            x0 = min(x0, x)
            x1 = max(x1, x)
            y0 = min(y0, y)
            y1 = max(y1, y)
        }
        if farthest <= near { return Extent(rows: 0..<0, columns: 0..<0, nearest: 0) }
        if nearest <= near { return all }
        let g = Float(grid)
        func sample(_ value: Float, _ limit: Int) -> Int { Int(max(0, min(Float(limit), value))) }
        let (left, right) = (sample((x0 * g).rounded(.down), width), sample((x1 * g).rounded(.up), width))
        let (top, bottom) = (sample((y0 * g).rounded(.down), height), sample((y1 * g).rounded(.up), height))
        return Extent(rows: top..<bottom, columns: left..<right, nearest: nearest * 0.999)
    }
}
