/// Finds places for labels beside their points, one after the other, where they cover no point and no label before them.
struct LabelPlacer {
    private struct Box {
        let left: Double
        let right: Double
        let bottom: Double
        let top: Double

        func overlap(_ other: Box) -> Double {
            max(0, min(right, other.right) - max(left, other.left))
                * max(0, min(top, other.top) - max(bottom, other.bottom))
        }
    }

    private var taken: [Box]
    private let room: Box

    /// - Parameters:
    ///   - points: in pixels.
    ///   - x: where labels may lie, from left to right.
    ///   - y: the same from the bottom up.
    init(points: [(x: Double, y: Double)], x: ClosedRange<Double>, y: ClosedRange<Double>) {
        taken = points.map { Box(left: $0.x - 5, right: $0.x + 5, bottom: $0.y - 5, top: $0.y + 5) }
        room = Box(left: x.lowerBound, right: x.upperBound, bottom: y.lowerBound, top: y.upperBound)
    }

    /// The middle of a label for a point: of the places around it, near ones first, the one that covers least.
    mutating func place(width: Double, height: Double, at point: (x: Double, y: Double)) -> (x: Double, y: Double) {
        var best: (cost: Double, box: Box)?
        for distance in [4.0, 12, 24, 40] {
            for (dx, dy) in [(1.0, 0.0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)] {
                let x = point.x + dx * (6 + distance + width / 2)
                let y = point.y + dy * (6 + distance + height / 2)
                let box = Box(left: x - width / 2, right: x + width / 2, bottom: y - height / 2, top: y + height / 2)
                let outside =
                    max(0, room.left - box.left) + max(0, box.right - room.right) + max(0, room.bottom - box.bottom)
                    + max(0, box.top - room.top)
                let cost = taken.reduce(outside * 1000 + distance * 0.01) { $0 + $1.overlap(box) }
                if cost < best?.cost ?? .infinity { best = (cost, box) }
            }
            if let best, best.cost < 1 { break }
        }
        let box = best!.box
        taken.append(box)
        return ((box.left + box.right) / 2, (box.bottom + box.top) / 2)
    }
}
