/// A way through points, each reached at a moment between 0 and 1, with rests where two points are the same.
struct Route: Sendable {
    let stops: [(time: Float, place: Vector)]

    /// The place at a moment; speed rises and falls smoothly between stops.
    func place(_ time: Float) -> Vector {
        guard let first = stops.first, time > first.time else { return stops.first?.place ?? .zero }
        for (a, b) in zip(stops, stops.dropFirst()) where time <= b.time {
            return Vector.mix(a.place, b.place, smoothStep(a.time, b.time, time))
        }
        return stops[stops.count - 1].place
    }
}

/// The part of a motion that a clip shows: frame 0 is at `start`, the last frame at `end`.
struct Span: Sendable {
    let start: Float
    let end: Float
    let frames: Int

    func time(_ frame: Int) -> Float {
        frames > 1 ? start + (end - start) * Float(frame) / Float(frames - 1) : start
    }
}
