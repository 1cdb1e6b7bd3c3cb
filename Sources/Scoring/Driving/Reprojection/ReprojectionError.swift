public import Video

/// How far a video agrees with itself along the motion of camera and things that its scene knows (driving.md §5): the mean
/// difference, in grey levels of 255, between a pixel and where it was in another frame.
public struct ReprojectionError: Sendable, Equatable {
    /// How what the source does not show is told.
    public enum Occlusion: String, Sendable, CaseIterable {
        /// By the source's depth map.
        case depth
        /// By the nearest of the pixels that fall into one of the source's: for LiDAR.
        case splat
        case none
    }

    public var occlusion = Occlusion.depth
    /// Depth that stands for "nothing hit"; nil for any depth.
    public var far: Double?
    /// Metres; what is farther does not count. Nil for any depth.
    public var maxDepth: Double?
    /// Metres by which a box is larger than its thing, except at its foot: the floor under it stays floor.
    public var margin = 0.1
    /// Of depths that are the same.
    public var tolerance = 0.05
    /// A pair of which a smaller share is valid has no value.
    public var leastValid = 0.1
    private static let nearest = 0.1

    public init() {}

    /// Depth maps where at least half of a clip's values are known, else splats.
    public static func occlusion(for clip: [DepthFrame]) -> Occlusion {
        let known = clip.reduce(0) { $0 + $1.values.reduce(0) { $0 + ($1.isFinite && $1 > 0 ? 1 : 0) } }
        return 2 * known >= clip.reduce(0) { $0 + $1.values.count } ? .depth : .splat
    }

    /// Where a pixel of the target was in the source.
    private struct Place {
        let pixel: Int
        let u, v: Double
        let depth: Double
    }

    /// Compares two frames of one size, which their views have too.
    public func pair(
        source: (frame: Frame, view: ReprojectionView), target: (frame: Frame, view: ReprojectionView),
        intrinsics: Intrinsics
    ) -> ReprojectionPair {
        let (width, height) = (target.frame.width, target.frame.height)
        precondition(source.frame.size == target.frame.size && source.view.depth.size == target.frame.size)
        precondition(target.view.depth.size == target.frame.size && width >= 2 && height >= 2)
        var known = 0
        var places: [Place] = []
        let partners = Dictionary(
            source.view.boxes.compactMap { box in box.label.map { ($0, box.shape) } }
        ) { first, _ in first }
        for pixel in 0..<width * height {
            guard let depth = knownDepth(target.view.depth.values[pixel]) else { continue }
            known += 1
            let (x, y) = (Double(pixel % width) + 0.5, Double(pixel / width) + 0.5)
            let ray = SIMD3((x - intrinsics.cx) / intrinsics.fx, (y - intrinsics.cy) / intrinsics.fy, 1)
            guard let point = moved(target.view.pose.inWorld(ray * depth), target.view.boxes, partners) else {
                continue
            }
            let seen = source.view.pose.inCamera(point)
            guard seen.z > Self.nearest else { continue }
            let at = intrinsics.projected(seen)
            guard at.x >= 0.5, at.x <= Double(width) - 0.5, at.y >= 0.5, at.y <= Double(height) - 0.5 else { continue }
            places.append(Place(pixel: pixel, u: at.x, v: at.y, depth: seen.z))
        }
        let nearest = occlusion == .splat ? Self.nearestDepths(places, width, height) : []
        var isValid = [Bool](repeating: false, count: width * height)
        var (valid, sum) = (0, 0.0)
        for place in places {
            let taps = Taps(place.u, place.v, width, height)
            let isShown =
                switch occlusion {
                case .none: true
                case .depth: shows(source.view.depth, taps, at: place.depth)
                case .splat: place.depth <= (1 + tolerance) * nearest[Self.cell(place, width, height)]
                }
            guard isShown else { continue }
            isValid[place.pixel] = true
            valid += 1
            sum += taps.difference(source.frame, target.frame, place.pixel)
        }
        return ReprojectionPair(known: known, valid: valid, sum: sum, isValid: isValid)
    }

    /// The pair's error; nil when too little of it is valid.
    public func value(_ pair: ReprojectionPair) -> Double? {
        guard pair.valid > 0, Double(pair.valid) >= leastValid * Double(pair.known) else { return nil }
        return pair.sum / Double(pair.valid)
    }

    /// The mean over the pairs that have a value; nil without any.
    public func mean(_ pairs: [ReprojectionPair]) -> Double? {
        let values = pairs.compactMap { value($0) }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// Of all valid pixels at once, in the pairs that have a value.
    public func pooled(_ pairs: [ReprojectionPair]) -> Double? {
        let counted = pairs.filter { value($0) != nil }
        let valid = counted.reduce(0) { $0 + $1.valid }
        return valid > 0 ? counted.reduce(0) { $0 + $1.sum } / Double(valid) : nil
    }

    private func knownDepth(_ depth: Double) -> Double? {
        guard depth.isFinite, depth > 0, depth < far ?? .infinity, depth <= maxDepth ?? .infinity else { return nil }
        return depth
    }

    /// Where a point of the target's world is in the source's: the first box that holds it takes it along; nil where the
    /// source has no such box.
    private func moved(
        _ point: SIMD3<Double>, _ boxes: [LabelledBox], _ partners: [Int: UprightBox]
    ) -> SIMD3<Double>? {
        for box in boxes {
            let shape = box.shape
            let offset = point - shape.centre
            let (s, c) = (shape.yaw.sine, shape.yaw.cosine)
            let (a, b) = (c * offset.x + s * offset.y, c * offset.y - s * offset.x)
            let half = shape.size / 2
            guard abs(a) <= half.x + margin, abs(b) <= half.y + margin,
                offset.z >= -half.z + margin, offset.z <= half.z + margin
            else { continue }
            guard let partner = box.label.flatMap({ partners[$0] }) else { return nil }
            let (sine, cosine) = (partner.yaw.sine, partner.yaw.cosine)
            return partner.centre + SIMD3(cosine * a - sine * b, sine * a + cosine * b, offset.z)
        }
        return point
    }

    /// Whether the source's depth map shows what is at a depth. Inverse depth is linear on planes, so that grazing ground
    /// passes; what the map does not know passes too.
    private func shows(_ map: DepthFrame, _ taps: Taps, at depth: Double) -> Bool {
        var (sum, weights) = (0.0, 0.0)
        for (pixel, weight) in taps.all {
            let value = map.values[pixel]
            guard value.isFinite, value > 0 else { continue }
            weights += weight
            if value < far ?? .infinity { sum += weight / value }
        }
        return weights == 0 || abs(depth * sum / weights - 1) <= tolerance
    }

    private static func cell(_ place: Place, _ width: Int, _ height: Int) -> Int {
        min(Int(place.v), height - 1) * width + min(Int(place.u), width - 1)
    }

    private static func nearestDepths(_ places: [Place], _ width: Int, _ height: Int) -> [Double] {
        var nearest = [Double](repeating: .infinity, count: width * height)
        for place in places {
            let cell = cell(place, width, height)
            nearest[cell] = min(nearest[cell], place.depth)
        }
        return nearest
    }
}

/// The four pixels about a place, with their bilinear weights.
private struct Taps {
    let all: [(pixel: Int, weight: Double)]

    init(_ u: Double, _ v: Double, _ width: Int, _ height: Int) {
        let i = min(Int(u - 0.5), width - 2)
        let j = min(Int(v - 0.5), height - 2)
        let (right, below) = (u - 0.5 - Double(i), v - 0.5 - Double(j))
        let first = j * width + i
        all = [
            (first, (1 - right) * (1 - below)), (first + 1, right * (1 - below)),
            (first + width, (1 - right) * below), (first + width + 1, right * below),
        ]
    }

    /// The mean over the channels between the source at the place and the target's pixel.
    func difference(_ source: Frame, _ target: Frame, _ pixel: Int) -> Double {
        var sum = 0.0
        for channel in 0..<3 {
            let value = all.reduce(0) { $0 + $1.weight * Double(source.pixels[3 * $1.pixel + channel]) }
            sum += abs(value - Double(target.pixels[3 * pixel + channel]))
        }
        return sum / 3
    }
}
