/// Where each place of a resized axis takes its value: between two places of the original, half-pixel centres, no
/// antialiasing.
struct LinearTaps: Sendable, Equatable {
    /// For every new place: the two places between which it lies, and how far it is towards the second.
    private(set) var taps: [(low: Int, high: Int, fraction: Float)]

    /// An axis of `count` places resized to `target` ones; `first` shifts the places that are read.
    init(from count: Int, to target: Int, first: Int = 0) {
        precondition(count > 0 && target >= 0)
        taps = (0..<target).map { i in
            let place = max(0, (Double(i) + 0.5) * Double(count) / Double(target) - 0.5)
            let low = min(count - 1, Int(place))
            return (first + low, first + min(count - 1, low + 1), Float(place - Double(low)))
        }
    }

    /// A clip's frames as tokens: the first alone, the others evenly (spec §1.5).
    init(clipOf frames: Int, to target: Int) {
        self.init(from: 1, to: min(1, target))
        if target > 1 { taps += LinearTaps(from: frames - 1, to: target - 1, first: 1).taps }
    }

    /// The same with only some of the new places, in the order given.
    func keeping(_ places: [Int]) -> LinearTaps {
        var result = self
        result.taps = places.map { taps[$0] }
        return result
    }

    static func == (a: LinearTaps, b: LinearTaps) -> Bool { a.taps.elementsEqual(b.taps, by: ==) }

    var count: Int { taps.count }
}

/// Between two values; exactly the value when both are equal, never outside them below zero when neither is.
@inline(__always) func lerp(_ a: Float, _ b: Float, _ fraction: Float) -> Float { a + fraction * (b - a) }
