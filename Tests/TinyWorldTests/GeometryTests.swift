import Testing
import TinyWorld
import Video

/// Depth, instances, classes, foreground, boxes, lanes and cameras tell of one and the same world.
@Suite struct GeometryTests {
    private static let pixels = 64 * 96

    @Test(arguments: Domain.allCases) func `foreground and classes follow from instances`(domain: Domain) throws {
        var seen = 0
        for index in 0..<6 {
            let clip = try clip(domain, index)
            let foreground = Set(clip.instances.filter(\.isForeground).map(\.label))
            #expect(clip.instances.map(\.label) == (1...UInt8(clip.instances.count)).map { $0 })
            let wrong = clip.instance.indices.filter { at in
                let label = clip.instance[at]
                return clip.foreground[at] != (foreground.contains(label) ? 1 : 0)
                    || (label > 0 && clip.kind[at] != clip.instances[Int(label) - 1].kind.rawValue)
            }
            #expect(wrong.isEmpty)
            seen += clip.foreground.reduce(0) { $0 + Int($1) }
        }
        #expect(seen > 6 * 3 * 40)
    }

    @Test(arguments: Domain.allCases) func `depth is positive and ends at the far limit`(domain: Domain) throws {
        for index in 0..<4 {
            let clip = try clip(domain, index)
            #expect(clip.depth.allSatisfy { $0 > 0 && $0 <= clip.far })
            // What has no depth is nothing.
            let wrong = clip.depth.indices.filter {
                clip.depth[$0] == clip.far && (clip.instance[$0] > 0 || clip.kind[$0] > 0)
            }
            #expect(wrong.isEmpty)
        }
    }

    @Test func `the road lies at height zero`() throws {
        for index in 0..<4 {
            let clip = try clip(.driving, index)
            for (frame, camera) in clip.cameras.enumerated() {
                let wrong = (0..<Self.pixels).filter { at in
                    guard clip.kind[frame * Self.pixels + at] == ObjectClass.road.rawValue else { return false }
                    let depth = clip.depth[frame * Self.pixels + at]
                    let point = unprojected(camera, row: at / 96, column: at % 96, depth: depth)
                    return abs(point[2]) > 2e-5 * depth * depth + 1e-4
                }
                #expect(wrong.isEmpty)
            }
        }
    }

    @Test func `the centre of a box that is seen whole falls on its own pixels`() throws {
        var checked = 0
        for index in 0..<30 {
            let clip = try clip(.driving, index)
            for (frame, boxes) in clip.boxes.enumerated() {
                for box in boxes where box.visibility > 0.999 && box.pixels > 12 {
                    guard let at = pixel(clip.cameras[frame], box.cameraCentre) else { continue }
                    #expect(clip.instance[frame * Self.pixels + at.row * 96 + at.column] == box.label)
                    checked += 1
                }
            }
        }
        #expect(checked > 60, "\(checked)")
    }

    @Test func `what is seen of a traveller lies within its box`() throws {
        for index in 0..<12 {
            let clip = try clip(.driving, index)
            for (frame, boxes) in clip.boxes.enumerated() {
                let camera = clip.cameras[frame]
                for box in boxes {
                    var (count, outside) = (0, 0)
                    for at in 0..<Self.pixels where clip.instance[frame * Self.pixels + at] == box.label {
                        count += 1
                        let depth = clip.depth[frame * Self.pixels + at]
                        let point = unprojected(camera, row: at / 96, column: at % 96, depth: depth)
                        let v = (0..<3).map { point[$0] - box.worldCentre[$0] }
                        // Along the heading and across it, by the rotation that the yaw stands for.
                        let (c, s) = rotation(box.worldYaw)
                        let inside = [v[0] * c + v[1] * s, v[1] * c - v[0] * s, v[2]]
                        if (0..<3).contains(where: { abs(inside[$0]) > box.size[$0] / 2 + 0.08 }) { outside += 1 }
                    }
                    #expect(outside == 0 && count == box.pixels && box.visibility >= 0 && box.visibility <= 1)
                }
            }
        }
    }

    @Test func `box centres in camera and world agree`() throws {
        let clip = try clip(.driving, 2)
        for (frame, boxes) in clip.boxes.enumerated() {
            for box in boxes {
                let moved = inCamera(clip.cameras[frame], box.worldCentre)
                for axis in 0..<3 { #expect(abs(moved[axis] - box.cameraCentre[axis]) < 1e-3) }
            }
        }
    }

    @Test func `static points of one frame are found in another`() throws {
        // Without trees and posts, parts of which are thinner than a pixel.
        let still: Set<UInt8> = Set([ObjectClass.road, .sidewalk, .verge, .kerb, .building].map(\.rawValue))
        var (found, hidden, gone) = (0, 0, 0)
        for index in 0..<8 {
            let clip = try clip(.driving, index, frames: 5)
            for at in 0..<Self.pixels where still.contains(clip.kind[at]) && clip.depth[at] < 40 {
                let point = unprojected(clip.cameras[0], row: at / 96, column: at % 96, depth: clip.depth[at])
                let p = inCamera(clip.cameras[4], point)
                guard let place = pixel(clip.cameras[4], p), (1..<63).contains(place.row),
                    (1..<95).contains(place.column)
                else { continue }
                let around = (-1...1).flatMap { dy in
                    (-1...1).map { dx in clip.depth[4 * Self.pixels + (place.row + dy) * 96 + place.column + dx] }
                }
                let (near, far) = (around.min() ?? 0, around.max() ?? 0)
                // Nothing that was seen has gone: there it is, or something nearer.
                if p[2] < near * 0.98 { gone += 1 } else if p[2] <= far * 1.02 { found += 1 } else { hidden += 1 }
            }
        }
        #expect(gone == 0 && found > 10 * hidden && found > 5000, "\(found) \(hidden) \(gone)")
    }

    @Test func `lane maps lie on the lines of the map control`() throws {
        var (on, off) = (0, 0)
        for index in 0..<8 {
            let clip = try clip(.driving, index)
            for (frame, map) in clip.hdmap().enumerated() {
                for row in 1..<63 {
                    for column in 1..<95 where clip.lane[frame * Self.pixels + row * 96 + column] > 0 {
                        let isNear = (-1...1).contains { dy in
                            (-2...2).contains { dx in
                                let x = min(95, max(0, column + dx))
                                return map.pixels[3 * ((row + dy) * 96 + x)..<3 * ((row + dy) * 96 + x) + 3].contains {
                                    $0 > 0
                                }
                            }
                        }
                        if isNear { on += 1 } else { off += 1 }
                    }
                }
            }
        }
        #expect(on > 1000 && off * 20 < on, "\(on) \(off)")
    }

    @Test func `each control has its content`() throws {
        let clip = try clip(.driving, 4, frames: 2)
        let grey = clip.depthPictures()
        // Nearer is brighter.
        let order = clip.depth[..<Self.pixels].indices.sorted { clip.depth[$0] < clip.depth[$1] }
        #expect(zip(order, order.dropFirst()).allSatisfy { grey[0].pixels[3 * $0] >= grey[0].pixels[3 * $1] })
        #expect(grey.flatMap(\.pixels).max() == 255 && grey.flatMap(\.pixels).min() == 0)
        let colours = clip.instanceColours.map { [$0.0, $0.1, $0.2] }
        #expect(Set(colours).count == colours.count && colours[0] == [0, 0, 0])
        let segments = clip.segmentPictures()[1]
        #expect(segments.pixels == clip.instance[Self.pixels...].flatMap { colours[Int($0)] })
        let points = clip.lidar()[0].pixels
        let lit = (0..<Self.pixels).filter { points[3 * $0..<3 * $0 + 3].contains { $0 > 0 } }
        #expect(lit.count > 300 && lit.count < Self.pixels / 3 && lit.allSatisfy { clip.depth[$0] < 70 })
        let indoors = try TinyWorldTests.clip(.robot, 0, frames: 1)
        #expect(indoors.lanes.isEmpty && indoors.boxes[0].isEmpty && indoors.lane.allSatisfy { $0 == 0 })
        #expect(indoors.hdmap()[0].pixels.allSatisfy { $0 == 0 } && indoors.lidar()[0].pixels.allSatisfy { $0 == 0 })
    }

    /// Cosine and sine of a heading, from its own definition: by repeated halving of the angle.
    private func rotation(_ yaw: Float) -> (Float, Float) {
        var (c, s) = (1 - Double(yaw / 1024) * Double(yaw / 1024) / 2, Double(yaw / 1024))
        for _ in 0..<10 { (c, s) = (c * c - s * s, 2 * c * s) }
        let length = (c * c + s * s).squareRoot()
        return (Float(c / length), Float(s / length))
    }
}
