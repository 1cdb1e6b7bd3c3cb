/// What may stand between a point and a distant light: casters by cells of a plane across the light.
struct ShadowGrid {
    private static let cells = 32
    private let across: Vector
    private let along: Vector
    private let low: (Float, Float)
    private let perCell: (Float, Float)
    /// Where each cell's list starts.
    private let starts: [Int32]
    private let members: [Int32]
    /// Casters that are too large for cells; they follow the cells' lists.
    private let large: Range<Int>
    /// Across the light and along it, for every solid: a circle that holds its shadow, and how high it reaches.
    private let bounds: [Bounds]
    /// Towards points of the light, one for each sample of a pixel.
    let directions: [Vector]
    /// The same in every solid's coordinates: solids × directions.
    private let local: [Vector]

    private struct Bounds {
        let x: Float
        let y: Float
        let reach: Float
        let top: Float
    }

    /// - Parameter depth: how far a shadow is thrown, in metres, for the spread of soft light.
    init(_ solids: [Solid], light: Light, depth: Float, samples: [(x: Float, y: Float)]) {
        let axes = Axes(along: light.direction)
        (across, along) = (axes.x, axes.y)
        let directions = samples.map { offset in
            (light.direction + axes.x * (offset.x * light.softness) + axes.y * (offset.y * light.softness)).normalised
        }
        self.directions = directions
        let spread = light.softness * depth
        let bounds = solids.map { solid in
            Bounds(
                x: axes.x.dot(solid.centre), y: axes.y.dot(solid.centre), reach: solid.reach + spread,
                top: light.direction.dot(solid.centre) + solid.reach + spread)
        }
        self.bounds = bounds
        let casters = solids.indices.filter { solids[$0].castsShadow }
        /// The least box around the shadows of some casters.
        func extent(_ list: [Int]) -> (x0: Float, x1: Float, y0: Float, y1: Float) {
            var box = (x0: Float.infinity, x1: -Float.infinity, y0: Float.infinity, y1: -Float.infinity)
            for c in list.map({ bounds[$0] }) {
                box = (
                    min(box.x0, c.x - c.reach), max(box.x1, c.x + c.reach), min(box.y0, c.y - c.reach),
                    max(box.y1, c.y + c.reach)
                )
            }
            return list.isEmpty ? (0, 1, 0, 1) : box
        }
        let whole = extent(casters)
        let limit = max(whole.x1 - whole.x0, whole.y1 - whole.y0) / 6
        let small = casters.filter { bounds[$0].reach <= limit }
        let box = extent(small)
        let n = Self.cells
        low = (box.x0, box.y0)
        let perCell = (Float(n) / max(box.x1 - box.x0, 1e-3), Float(n) / max(box.y1 - box.y0, 1e-3))
        self.perCell = perCell
        var lists = [[Int32]](repeating: [], count: n * n)
        for i in small {
            let c = bounds[i]
            func cell(_ value: Float, _ low: Float, _ per: Float) -> Int {
                max(0, min(n - 1, Int((value - low) * per)))
            }
            for row in cell(c.y - c.reach, box.y0, perCell.1)...cell(c.y + c.reach, box.y0, perCell.1) {
                for column in cell(c.x - c.reach, box.x0, perCell.0)...cell(c.x + c.reach, box.x0, perCell.0) {
                    lists[row * n + column].append(Int32(i))
                }
            }
        }
        var starts: [Int32] = [0]
        for list in lists { starts.append(starts[starts.count - 1] + Int32(list.count)) }
        self.starts = starts
        let inCells = Array(lists.joined())
        let others = casters.filter { bounds[$0].reach > limit }.map { Int32($0) }
        members = inCells + others
        large = inCells.count..<inCells.count + others.count
        local = solids.flatMap { solid in directions.map { solid.localDirection($0) } }
    }

    /// Whether a solid other than the point's own stands before the light.
    @inline(__always) func isShaded(
        _ point: Vector, own: Int, sample: Int, _ solids: UnsafeBufferPointer<Solid>
    ) -> Bool {
        let (x, y) = (across.dot(point), along.dot(point))
        let height = directions[sample].dot(point)
        if isHidden(point, x, y, height, own, sample, large, solids) { return true }
        let (column, row) = ((x - low.0) * perCell.0, (y - low.1) * perCell.1)
        let n = Self.cells
        guard column >= 0, row >= 0, column < Float(n), row < Float(n) else { return false }
        let cell = Int(row) * n + Int(column)
        return isHidden(point, x, y, height, own, sample, Int(starts[cell])..<Int(starts[cell + 1]), solids)
    }

    @inline(__always) private func isHidden(
        _ point: Vector, _ x: Float, _ y: Float, _ height: Float, _ own: Int, _ sample: Int, _ range: Range<Int>,
        _ solids: UnsafeBufferPointer<Solid>
    ) -> Bool {
        for k in range {
            let i = Int(members[k])
            let c = bounds[i]
            let (dx, dy) = (x - c.x, y - c.y)
            if i == own || height > c.top || dx * dx + dy * dy > c.reach * c.reach { continue }
            let t = solids[i].shape.crossing(solids[i].local(point), local[i * directions.count + sample])
            if t < .infinity { return true }
        }
        return false
    }
}
