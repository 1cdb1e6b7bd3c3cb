/// One thing that the instance map numbers.
public struct Instance: Sendable, Equatable {
    /// Its number in the instance map, 1 and up.
    public let label: UInt8
    public let kind: ObjectClass
    /// Whether it is what the clip is about: the arm, the traffic, the hands.
    public let isForeground: Bool
    /// What the caption calls it, without its looks.
    public let name: String
}

/// Camera and bodies of one frame.
struct FrameScene: Sendable {
    var camera: Camera
    var solids: [Solid]
}

/// The geometry of a clip, and the looks that suit it. Geometry is fixed when the scene is made; looks never change it.
protocol ClipScene: Sendable {
    var instances: [Instance] { get }
    /// The class of each slot, for solids that have no instance.
    var slotKinds: [ObjectClass] { get }
    /// The road, in driving scenes.
    var plan: RoadPlan? { get }
    /// The depth in metres at which the world ends.
    var far: Float { get }
    /// How far shadows are thrown, for the spread of soft light.
    var shadowDepth: Float { get }
    func frame(_ index: Int) -> FrameScene
    /// - Parameter stream: the looks follow from it alone.
    func look(_ stream: inout SeededStream) -> Look
    /// 3D boxes of a frame, of the things that have them.
    func boxes(_ index: Int) -> [WorldBox]
}

extension ClipScene {
    var plan: RoadPlan? { nil }
    func boxes(_ index: Int) -> [WorldBox] { [] }
}

/// An upright 3D box in the world.
struct WorldBox: Sendable {
    let label: UInt8
    let centre: Vector
    /// Length (along the heading), width, height.
    let size: Vector
    /// Counter-clockwise from above, 0 along the world's x axis.
    let yaw: Float
}

/// Collects slots and instances while a scene is made.
struct SceneParts: Sendable {
    private(set) var slotKinds: [ObjectClass] = []
    private(set) var instances: [Instance] = []

    /// A new slot for one material.
    mutating func slot(_ kind: ObjectClass) -> Int {
        slotKinds.append(kind)
        return slotKinds.count - 1
    }

    /// A new number; 0, the background's, when all 255 are taken.
    mutating func instance(_ kind: ObjectClass, _ name: String, isForeground: Bool = false) -> UInt8 {
        guard instances.count < 255 else { return 0 }
        let label = UInt8(instances.count + 1)
        instances.append(Instance(label: label, kind: kind, isForeground: isForeground, name: name))
        return label
    }
}
