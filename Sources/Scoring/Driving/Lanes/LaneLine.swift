/// A line on the road, as points in metres.
public struct LaneLine: Sendable, Equatable {
    /// solid, dashed, double or kerb.
    public let kind: String
    public let points: [SIMD3<Double>]

    public init(kind: String, points: [SIMD3<Double>]) {
        self.kind = kind
        self.points = points
    }
}
