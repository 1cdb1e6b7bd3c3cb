public import Video

/// The benchmark's three kinds of scenes.
public enum Domain: String, Sendable, CaseIterable {
    case robot, driving, household
}

/// Which clip of the world, and at what size.
public struct ClipRequest: Sendable, Equatable {
    public var domain: Domain
    /// Clips of different seeds have nothing in common.
    public var seed: UInt64
    /// The clip's number within its seed; clips of all numbers are independent of each other.
    public var index: Int
    public var rows: Int
    public var columns: Int
    public var frames: Int

    public init(domain: Domain, seed: UInt64, index: Int, rows: Int = 64, columns: Int = 96, frames: Int = 9) {
        self.domain = domain
        self.seed = seed
        self.index = index
        self.rows = rows
        self.columns = columns
        self.frames = frames
    }

    /// The clip's name: its domain and its number, as robot_000123.
    public var id: String {
        let digits = String(index)
        return "\(domain.rawValue)_" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}

/// A rendered clip with everything that is known of it. Arrays are frames × rows × columns, row by row.
public struct RenderedClip: Sendable {
    public let request: ClipRequest
    /// Captions and pictures, for each look that was asked for.
    public let looks: [RenderedLook]
    /// Depth along the optical axis in metres at the pixels' centres; the sky is at `far`.
    public let depth: [Float]
    /// 0, or an instance's label.
    public let instance: [UInt8]
    /// Raw values of `ObjectClass`.
    public let kind: [UInt8]
    /// 1 on the arm, the traffic or the hands, 0 elsewhere.
    public let foreground: [UInt8]
    /// 0, or the number of a lane line from the left, gaps between dashes included; all 0 outside driving.
    public let lane: [UInt8]
    public let instances: [Instance]
    public let cameras: [Camera]
    /// Boxes by frame, in driving.
    public let boxes: [[Box3D]]
    /// Lane lines and kerbs, in driving.
    public let lanes: [LaneLine]
    /// The depth of the sky.
    public let far: Float
}

/// One appearance of a clip.
public struct RenderedLook: Sendable {
    /// 0 for the clip's own, 1 to 5 for its variants.
    public let number: Int
    public let caption: String
    public let frames: [Frame]
}

/// A 3D box of one frame.
public struct Box3D: Sendable, Equatable {
    public let label: UInt8
    public let kind: ObjectClass
    /// Length (along the heading), width, height in metres.
    public let size: [Float]
    /// x, y, z in metres, and the heading: counter-clockwise from above, 0 along x.
    public let worldCentre: [Float]
    public let worldYaw: Float
    /// x right, y down, z forward; the heading about y, 0 along x, π/2 towards -z (away is -π/2).
    public let cameraCentre: [Float]
    public let cameraYaw: Float
    /// Pixels that show the thing, and the share that they are of those that would if nothing stood before it.
    public let pixels: Int
    public let visibility: Float
}

/// A line along the road, as a polyline in the world, in metres.
public struct LaneLine: Sendable, Equatable {
    /// Its number in lane maps; 0 for kerbs.
    public let label: UInt8
    /// solid, dashed, double or kerb.
    public let kind: String
    public let isCentre: Bool
    public let points: [[Float]]
}
