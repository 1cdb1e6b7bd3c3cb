/// What the centres of a frame's pixels show.
struct LabelMaps: Sendable {
    var depth: [Float]
    var instance: [UInt8]
    var kind: [UInt8]
    var foreground: [UInt8]
    var lane: [UInt8]

    init(_ frame: FrameScene, _ seen: Visibility, _ scene: any ClipScene) {
        let (rows, columns) = (seen.rows, seen.columns)
        let zeros = [UInt8](repeating: 0, count: rows * columns)
        depth = [Float](repeating: 0, count: rows * columns)
        (instance, kind, foreground, lane) = (zeros, zeros, zeros, zeros)
        let camera = frame.camera
        for row in 0..<rows {
            for column in 0..<columns {
                let at = row * columns + column
                let sample = seen.centre(row: row, column: column)
                depth[at] = seen.depth[sample]
                guard seen.solid[sample] != Visibility.nothing else { continue }
                let solid = frame.solids[Int(seen.solid[sample])]
                if case .plane = solid.shape, let plan = scene.plan {
                    let ray = camera.direction(Float(column) + 0.5, Float(row) + 0.5)
                    let point = camera.position + ray * depth[at]
                    switch plan.zone(point.x, point.y) {
                    case .road:
                        (instance[at], kind[at]) = (DrivingScene.roadLabel, ObjectClass.road.rawValue)
                        lane[at] = plan.line(point.x, point.y, least: 0.5 * depth[at] / camera.focal)
                    case .sidewalk:
                        (instance[at], kind[at]) = (DrivingScene.sidewalkLabel, ObjectClass.sidewalk.rawValue)
                    case .verge: kind[at] = ObjectClass.verge.rawValue
                    }
                    continue
                }
                instance[at] = solid.instance
                if solid.instance > 0 {
                    let thing = scene.instances[Int(solid.instance) - 1]
                    kind[at] = thing.kind.rawValue
                    foreground[at] = thing.isForeground ? 1 : 0
                } else {
                    kind[at] = scene.slotKinds[solid.slot].rawValue
                }
            }
        }
    }
}
