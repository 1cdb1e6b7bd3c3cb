internal import Foundation

/// T5's relative position buckets (spec §5): near distances have one each, far ones share them on a logarithmic scale,
/// and keys after the query have a second set.
struct PositionBuckets: Sendable, Equatable {
    let count: Int
    let maxDistance: Int

    /// The bucket of a key that lies `offset` places after the query.
    func bucket(_ offset: Int) -> Int {
        let half = count / 2
        let exact = half / 2
        let distance = abs(offset)
        let start = offset > 0 ? half : 0
        if distance < exact { return start + distance }
        // In float32, as the packages that trained such encoders compute it.
        let scale = logf(Float(distance) / Float(exact)) / Float(log(Double(maxDistance) / Double(exact)))
        return start + min(half - 1, exact + Int(scale * Float(half - exact)))
    }

    /// What `table` [buckets, heads] adds to the logits of one head, for keys −(length−1) … length−1 places after the
    /// query.
    func bias(_ table: [Float], head: Int, heads: Int, length: Int) -> [Float] {
        (1 - length..<length).map { table[bucket($0) * heads + head] }
    }
}
