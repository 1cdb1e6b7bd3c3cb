extension Box3D {
    /// A box of one frame, with how much of it is seen.
    init(_ box: WorldBox, scene: any ClipScene, _ frame: FrameScene, labels: LabelMaps, rows: Int, columns: Int) {
        let camera = frame.camera
        label = box.label
        kind = scene.instances[Int(box.label) - 1].kind
        size = [box.size.x, box.size.y, box.size.z]
        worldCentre = [box.centre.x, box.centre.y, box.centre.z]
        worldYaw = box.yaw
        let centre = camera.inCamera(box.centre)
        cameraCentre = [centre.x, centre.y, centre.z]
        let (s, c) = sineAndCosine(box.yaw)
        let heading = Vector(c, s, 0)
        let seen = Vector(camera.right.dot(heading), -camera.forward.dot(heading), 0)
        cameraYaw = angle(seen)
        pixels = labels.instance.reduce(0) { $0 + ($1 == box.label ? 1 : 0) }
        let alone = Self.silhouette(frame.solids.filter { $0.instance == box.label }, camera, rows, columns)
        visibility = alone > 0 ? Float(pixels) / Float(alone) : 0
    }

    /// Pixels whose centres show the solids when nothing else is there.
    private static func silhouette(_ solids: [Solid], _ camera: Camera, _ rows: Int, _ columns: Int) -> Int {
        let g = Visibility.grid
        let extents = solids.map { ($0, Visibility.extent(of: $0, camera, columns * g, rows * g)) }.filter {
            !$0.1.isEmpty
        }
        var (top, bottom, left, right) = (rows, 0, columns, 0)
        for (_, extent) in extents {
            top = min(top, extent.rows.lowerBound / g)
            bottom = max(bottom, (extent.rows.upperBound + g - 1) / g)
            left = min(left, extent.columns.lowerBound / g)
            right = max(right, (extent.columns.upperBound + g - 1) / g)
        }
        guard top < bottom, left < right else { return 0 }
        var count = 0
        for row in top..<bottom {
            for column in left..<right {
                let ray = camera.direction(Float(column) + 0.5, Float(row) + 0.5)
                if extents.contains(where: { solid, _ in
                    solid.shape.crossing(solid.local(camera.position), solid.localDirection(ray)) < .infinity
                }) {
                    count += 1
                }
            }
        }
        return count
    }
}

extension LaneLine {
    /// The road's lines and kerbs, a point every two metres.
    static func all(_ plan: RoadPlan) -> [LaneLine] {
        let marks = stride(from: Float(-10), through: 100, by: 2)
        func points(_ offset: Float) -> [[Float]] { marks.map { y in [plan.centre(y) + offset, y, 0] } }
        let lines = plan.lines.enumerated().map { i, line in
            LaneLine(
                label: UInt8(i + 1), kind: line.kind.rawValue, isCentre: line.isCentre, points: points(line.offset))
        }
        let kerbs = [-plan.left, plan.right].map {
            LaneLine(label: 0, kind: "kerb", isCentre: false, points: points($0))
        }
        return lines + kerbs
    }
}
