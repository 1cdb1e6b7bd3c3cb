internal import Tensors
internal import Video

/// One number a pixel at a network's own resolution: a mask where it is above 0.
struct LogitMap: Sendable, Equatable {
    let width: Int
    let height: Int
    /// width * height numbers, row by row.
    var values: [Float]

    init(width: Int, height: Int, values: [Float]) {
        precondition(values.count == width * height)
        self.width = width
        self.height = height
        self.values = values
    }

    /// One row of the map at another size, bilinear, pixel centres aligned, as torch's `interpolate` without aligned
    /// corners.
    func row(_ y: Int, of size: FrameSize, columns: BilinearAxis, rows: BilinearAxis, into out: inout [Float]) {
        let (top, bottom, down) = (rows.first[y] * width, rows.second[y] * width, rows.share[y])
        values.withUnsafeBufferPointer { values in
            for x in 0..<size.width {
                let (left, right, across) = (columns.first[x], columns.second[x], columns.share[x])
                let upper = (1 - across) * values[top + left] + across * values[top + right]
                let lower = (1 - across) * values[bottom + left] + across * values[bottom + right]
                out[x] = (1 - down) * upper + down * lower
            }
        }
    }

    /// The map at another size.
    func resized(to size: FrameSize) -> LogitMap {
        guard size != FrameSize(width: width, height: height) else { return self }
        let columns = BilinearAxis(from: width, to: size.width)
        let rows = BilinearAxis(from: height, to: size.height)
        var row = [Float](repeating: 0, count: size.width)
        var resized: [Float] = []
        resized.reserveCapacity(size.pixels)
        for y in 0..<size.height {
            self.row(y, of: size, columns: columns, rows: rows, into: &row)
            resized += row
        }
        return LogitMap(width: size.width, height: size.height, values: resized)
    }

    /// The mask at a frame's size: 1 where the resized map is above 0.
    func mask(_ size: FrameSize) -> Plane {
        Plane(width: size.width, height: size.height, pixels: resized(to: size).values.map { $0 > 0 ? 1 : 0 })
    }

    /// Gaps of at most `area` pixels (8-connected, at or below 0) become mask, at 0.1: SAM2's video predictor does so.
    mutating func fillGaps(ofAtMost area: Int) {
        guard area > 0 else { return }
        var seen = values.map { $0 > 0 }
        for start in values.indices where !seen[start] {
            var gap = [start]
            seen[start] = true
            var next = 0
            while next < gap.count {
                let (y, x) = gap[next].quotientAndRemainder(dividingBy: width)
                next += 1
                for row in max(0, y - 1)...min(height - 1, y + 1) {
                    for column in max(0, x - 1)...min(width - 1, x + 1) where !seen[row * width + column] {
                        seen[row * width + column] = true
                        gap.append(row * width + column)
                    }
                }
            }
            if gap.count <= area { for pixel in gap { values[pixel] = 0.1 } }
        }
    }
}

/// Which two source pixels make each target pixel on one axis, and the share of the second.
struct BilinearAxis: Sendable {
    let first: [Int]
    let second: [Int]
    let share: [Float]

    init(from source: Int, to target: Int) {
        let scale = Float(source) / Float(target)
        let places = (0..<target).map { max(0, scale * (Float($0) + 0.5) - 0.5) }
        first = places.map { min(Int($0), source - 1) }
        second = first.map { min($0 + 1, source - 1) }
        share = zip(places, first).map { min($0 - Float($1), 1) }
    }
}

/// Paints masks into one map of labels, label k + 1 for map k, later over earlier (metrics.md §6).
func paint(_ maps: [LogitMap?], size: FrameSize, pool: WorkerPool) -> Plane {
    let axes = maps.map { map in
        map.map { (BilinearAxis(from: $0.width, to: size.width), BilinearAxis(from: $0.height, to: size.height)) }
    }
    let pixels = [UInt8](unsafeUninitializedCapacity: size.pixels) { buffer, filled in
        buffer.initialize(repeating: 0)
        nonisolated(unsafe) let out = buffer
        pool.runRanges(size.height, grain: 16) { rows in
            var row = [Float](repeating: 0, count: size.width)
            for y in rows {
                for (index, map) in maps.enumerated() {
                    guard let map, let (columns, rows) = axes[index] else { continue }
                    map.row(y, of: size, columns: columns, rows: rows, into: &row)
                    for x in 0..<size.width where row[x] > 0 { out[y * size.width + x] = UInt8(index + 1) }
                }
            }
        }
        filled = size.pixels
    }
    return Plane(width: size.width, height: size.height, pixels: pixels)
}
