/// What a mask decoder answers to one prompt: several masks, how good it takes each to be, and for tracking whether there is
/// an object at all and a pointer that stands for each mask.
struct MaskAnswer: Sendable {
    var masks: [LogitMap]
    var quality: [Float]
    /// Above 0 when the object is in the picture; nil when the network does not say.
    var presence: Float?
    var pointers: [[Float]]

    /// The one mask for a prompt that leaves no doubt (a box, several points): the first of four if it is stable, else the
    /// best of the others; the best of what there is when the network gives another number.
    func single(_ stability: Stability) -> (mask: LogitMap, pointer: Int) {
        guard masks.count == 4, !stability.holds(masks[0]) else {
            return masks.count == 4 ? (masks[0], 0) : best(from: 0)
        }
        // The pointer stays the first mask's: the reference falls back for the mask alone.
        return (best(from: 1).mask, 0)
    }

    /// The mask for a prompt that leaves several answers, as tracking without one: the best of the last three of four.
    func several() -> (mask: LogitMap, pointer: Int) { best(from: masks.count == 4 ? 1 : 0) }

    private func best(from first: Int) -> (mask: LogitMap, pointer: Int) {
        var best = first
        for index in quality.indices.dropFirst(first + 1) where quality[index] > quality[best] { best = index }
        return (masks[best], best)
    }
}

/// A mask is stable when its area hardly depends on the threshold.
struct Stability: Sendable, Equatable {
    var delta: Float
    var threshold: Float

    func holds(_ map: LogitMap) -> Bool {
        var (inner, outer) = (0, 0)
        for value in map.values {
            if value > delta { inner += 1 }
            if value > -delta { outer += 1 }
        }
        return outer == 0 || Float(inner) / Float(outer) >= threshold
    }
}
