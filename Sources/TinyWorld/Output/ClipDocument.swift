/// What is known of a clip's scene, as JSON has it. Lengths are metres, angles radians.
struct ClipDocument: Encodable {
    struct Thing: Encodable {
        let label: UInt8
        let `class`: String
        let name: String
        let foreground: Bool
    }

    struct Intrinsics: Encodable {
        let fx, fy, cx, cy: Float
    }

    struct Box: Encodable {
        let label: UInt8
        let `class`: String
        let size, worldCentre, cameraCentre: [Float]
        let worldYaw, cameraYaw: Float
        let pixels: Int
        let visibility: Float
    }

    struct Lane: Encodable {
        let label: UInt8
        let kind: String
        let centre: Bool
        let points: [[Float]]
    }

    let id: String
    let domain: String
    let seed: UInt64
    let index: Int
    /// Captions and numbers of the looks, in the order of the pictures.
    let looks: [Int]
    let captions: [String]
    let far: Float
    let instances: [Thing]
    let intrinsics: Intrinsics
    /// From camera to world, by frame.
    let poses: [[[Float]]]
    let boxes: [[Box]]
    let lanes: [Lane]

    init(_ clip: RenderedClip) {
        id = clip.request.id
        domain = clip.request.domain.rawValue
        seed = clip.request.seed
        index = clip.request.index
        looks = clip.looks.map(\.number)
        captions = clip.looks.map(\.caption)
        far = clip.far
        instances = clip.instances.map {
            Thing(label: $0.label, class: "\($0.kind)", name: $0.name, foreground: $0.isForeground)
        }
        let camera = clip.cameras[0]
        intrinsics = Intrinsics(fx: camera.focal, fy: camera.focal, cx: camera.centreX, cy: camera.centreY)
        poses = clip.cameras.map(\.pose)
        boxes = clip.boxes.map { frame in
            frame.map { box in
                Box(
                    label: box.label, class: "\(box.kind)", size: box.size, worldCentre: box.worldCentre,
                    cameraCentre: box.cameraCentre, worldYaw: box.worldYaw, cameraYaw: box.cameraYaw,
                    pixels: box.pixels, visibility: box.visibility)
            }
        }
        lanes = clip.lanes.map { Lane(label: $0.label, kind: $0.kind, centre: $0.isCentre, points: $0.points) }
    }
}
