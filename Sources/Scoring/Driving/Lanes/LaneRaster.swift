public import Video

/// Draws the polylines of a scene as the ribbons that a camera sees (driving.md §4.2).
public struct LaneRaster: Sendable, Equatable {
    /// The kinds that are drawn.
    public var kinds: Set<String> = ["solid", "dashed", "double"]
    /// Metres.
    public var width = 0.18
    /// Of double lines, from outer edge to outer edge.
    public var doubleWidth = 0.42
    /// A ribbon is at least so many pixels wide, however far it is.
    public var leastPixels = 1.0
    /// What is nearer than this, in metres, is cut off.
    static let nearest = 0.1
    /// A ribbon is hidden where the depth map is nearer than this share of its depth.
    static let hiding = 0.95

    public init() {}

    /// 1 where the picture shows a lane.
    /// - Parameter depth: metres along the optical axis at the mask's size, which hide what is behind; nil hides nothing.
    public func mask(
        _ lanes: [LaneLine], pose: CameraPose, intrinsics: Intrinsics, size: FrameSize, depth: DepthFrame? = nil
    ) -> Plane {
        precondition(depth.map { $0.size == size } ?? true)
        var plane = Plane(width: size.width, height: size.height, pixels: [UInt8](repeating: 0, count: size.pixels))
        for lane in lanes where kinds.contains(lane.kind) {
            for quad in quads(lane, pose, intrinsics) {
                paint(quad.map { pose.inCamera($0) }, intrinsics, depth, &plane)
            }
        }
        return plane
    }

    /// The ribbon's pieces: the left and right edge at a point, then the right and left edge at the next.
    private func quads(_ lane: LaneLine, _ pose: CameraPose, _ intrinsics: Intrinsics) -> [[SIMD3<Double>]] {
        var points: [SIMD3<Double>] = []
        for point in lane.points {
            if let last = points.last, (point - last).onGround.length <= 1e-6 { continue }
            points.append(point)
        }
        guard points.count >= 2 else { return [] }
        let directions = zip(points, points.dropFirst()).map { from, to in
            let step = (to - from).onGround
            return step / step.length
        }
        let edges = points.indices.map { index -> (left: SIMD3<Double>, right: SIMD3<Double>) in
            var tangent = SIMD2<Double>.zero
            if index > 0 { tangent += directions[index - 1] }
            if index < directions.count { tangent += directions[index] }
            // A line that turns back on itself has no direction there but that of the way in.
            if tangent.length < 1e-9 { tangent = directions[max(0, index - 1)] }
            tangent /= tangent.length
            let depth = max(0, pose.inCamera(points[index]).z)
            var half = max(width / 2, leastPixels * depth / (2 * intrinsics.fx))
            if lane.kind == "double" { half += (doubleWidth - width) / 2 }
            let across = SIMD3(tangent.y, -tangent.x, 0) * half
            return (points[index] - across, points[index] + across)
        }
        return zip(edges, edges.dropFirst()).map { [$0.left, $0.right, $1.right, $1.left] }
    }

    /// Paints the pixels whose centres a quadrangle of camera coordinates covers and nothing hides.
    private func paint(
        _ quad: [SIMD3<Double>], _ intrinsics: Intrinsics, _ depth: DepthFrame?, _ plane: inout Plane
    ) {
        let corners = Self.cut(quad).map { intrinsics.projected($0) }
        guard corners.count >= 3, corners.allSatisfy(\.isFinite) else { return }
        let normal = cross(quad[1] - quad[0], quad[3] - quad[0])
        let height = dot(normal, quad[0])
        func range(_ values: [Double], _ count: Int) -> Range<Int> {
            let low = min(max(0, (values.min() ?? 0) - 1), Double(count))
            let high = min(max(low, (values.max() ?? 0) + 1), Double(count))
            return Int(low)..<Int(high.rounded(.up))
        }
        for row in range(corners.map(\.y), plane.height) {
            for column in range(corners.map(\.x), plane.width) {
                let centre = SIMD2(Double(column) + 0.5, Double(row) + 0.5)
                guard Self.covers(corners, centre) else { continue }
                let pixel = row * plane.width + column
                if let value = depth?.values[pixel], value.isFinite, value > 0 {
                    let ray = SIMD3(
                        (centre.x - intrinsics.cx) / intrinsics.fx, (centre.y - intrinsics.cy) / intrinsics.fy, 1)
                    if value < Self.hiding * (height / dot(normal, ray)) { continue }
                }
                plane.pixels[pixel] = 1
            }
        }
    }

    /// What of a polygon is far enough in front of the camera.
    private static func cut(_ polygon: [SIMD3<Double>]) -> [SIMD3<Double>] {
        var kept: [SIMD3<Double>] = []
        for (index, from) in polygon.enumerated() {
            let to = polygon[(index + 1) % polygon.count]
            let (here, there) = (from.z - nearest, to.z - nearest)
            if here >= 0 { kept.append(from) }
            if (here > 0 && there < 0) || (here < 0 && there > 0) {
                kept.append(from + (to - from) * (here / (here - there)))
            }
        }
        return kept
    }

    /// Whether a point is inside a convex polygon or on its border, whichever way it turns.
    private static func covers(_ corners: [SIMD2<Double>], _ point: SIMD2<Double>) -> Bool {
        var (isLeft, isRight) = (true, true)
        for (index, from) in corners.enumerated() {
            let to = corners[(index + 1) % corners.count]
            let side = (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x)
            if side < 0 { isLeft = false }
            if side > 0 { isRight = false }
        }
        return isLeft || isRight
    }
}
