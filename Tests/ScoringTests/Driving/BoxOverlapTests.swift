import Foundation
import TestSupport
import Testing

@testable import Scoring
@testable import Tensors

/// What holds for the overlap of any two boxes (driving.md §2.1).
func checkOverlap(_ a: UprightBox, _ b: UprightBox, tolerance: Double = 1e-9) {
    for overlap in BoxOverlap.allCases {
        let value = overlap.iou(a, b)
        #expect((0...1).contains(value), "\(a) \(b)")
        #expect(agree(overlap.iou(b, a), value, tolerance), "symmetric: \(a) \(b)")
        #expect(agree(overlap.iou(a, a), 1, tolerance), "with itself: \(a)")
        for (angle, move) in [(0.7, SIMD3(0.0, 0, 0)), (-2.9, [100_000, -100_000, 50]), (3.14, [-30, 12, 3])] {
            let moved = overlap.iou(a.moved(angle, move), b.moved(angle, move))
            #expect(agree(moved, value, tolerance), "the world turned by \(angle), moved by \(move): \(a) \(b)")
        }
    }
}

extension UprightBox {
    /// In a world that is turned about the origin and then moved.
    func moved(_ angle: Double, _ move: SIMD3<Double>) -> UprightBox {
        let (s, c) = (sin(angle), cos(angle))
        let turned = SIMD3(c * centre.x - s * centre.y, s * centre.x + c * centre.y, centre.z)
        return UprightBox(centre: turned + move, size: size, yaw: yaw + angle)
    }
}

extension SeededRandom {
    mutating func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }

    /// A box of a few metres near the origin.
    mutating func box() -> UprightBox {
        UprightBox(
            centre: [number(-3...3), number(-3...3), number(-1...1)],
            size: [number(0.3...8), number(0.3...3), number(0.3...3)], yaw: number(-7...7))
    }
}

@Suite struct BoxOverlapTests {
    @Test func `the overlaps of rational arithmetic are met`() throws {
        let pairs = try DrivingGolden().list("iou_pairs")
        #expect(pairs.count == 42)
        for pair in pairs {
            let a = UprightBox(try pair.at("a").numbers())
            let b = UprightBox(try pair.at("b").numbers())
            let name = pair["name"]?.string ?? ""
            #expect(agree(BoxOverlap.ground.iou(a, b), try pair.at("bev").number()), "\(name)")
            #expect(agree(BoxOverlap.space.iou(a, b), try pair.at("iou3d").number()), "\(name)")
        }
    }

    @Test func `the laws of overlaps hold for boxes of all kinds`() throws {
        var random = SeededRandom(11)
        for _ in 0..<400 { checkOverlap(random.box(), random.box()) }
        for pair in try DrivingGolden().list("iou_pairs") where pair["name"]?.string != "far from the origin" {
            // A tenth of a micron is lost at 100 km, which matters to a box of a millimetre.
            let tolerance = pair["name"]?.string?.hasPrefix("tiny") == true ? 1e-7 : 1e-9
            checkOverlap(
                UprightBox(try pair.at("a").numbers()), UprightBox(try pair.at("b").numbers()), tolerance: tolerance)
        }
    }

    @Test func `a box overlaps itself wholly at every yaw`() {
        for step in 0..<2000 {
            let yaw = Double(step) * 0.0137 - 14
            let box = UprightBox(centre: [12.3, -45.6, 0.7], size: [4.5, 1.9, 1.6], yaw: yaw)
            for turn in [0, Double.pi, -Double.pi, 2 * Double.pi] {
                let other = UprightBox(centre: box.centre, size: box.size, yaw: yaw + turn)
                #expect(agree(BoxOverlap.ground.iou(box, other), 1) && agree(BoxOverlap.space.iou(box, other), 1))
            }
        }
    }

    @Test func `boxes that touch do not overlap`() {
        let box = UprightBox(centre: [0, 0, 0], size: [4, 2, 1.5], yaw: 0)
        for move in [SIMD3(4.0, 0, 0), [0, 2, 0], [4, 2, 0], [-4, -2, 0]] {
            for overlap in BoxOverlap.allCases { #expect(overlap.iou(box, box.moved(0, move)) == 0) }
        }
        #expect(BoxOverlap.space.iou(box, box.moved(0, [0, 0, 1.5])) == 0)
        #expect(BoxOverlap.ground.iou(box, box.moved(0, [0, 0, 1.5])) == 1)
    }

    @Test func `numbers at the ends of the scale give an overlap, not NaN`() {
        for size in [1e-300, 1e300] {
            let box = UprightBox(centre: [0, 0, 0], size: [size, size, size], yaw: 0.3)
            for overlap in BoxOverlap.allCases { #expect((0...1).contains(overlap.iou(box, box))) }
        }
        let far = UprightBox(centre: [1e308, -1e308, 0], size: [1, 1, 1], yaw: 1e300)
        #expect((0...1).contains(BoxOverlap.space.iou(far, far)))
    }
}

@Suite struct DiscTreeTests {
    @Test func `a tree finds every disc that a search of all finds`() {
        var random = SeededRandom(5)
        for count in [0, 1, 8, 9, 300] {
            let centres = (0..<count).map { _ in SIMD2(random.number(-50...50), random.number(-50...50)) }
            let radii = (0..<count).map { $0 % 17 == 0 ? random.number(0...200) : random.number(0...3) }
            let tree = DiscTree(centres: centres, radii: radii)
            for _ in 0..<50 {
                let (point, reach) = (SIMD2(random.number(-60...60), random.number(-60...60)), random.number(0...5))
                var found: [Int] = []
                tree.near(point, within: reach, into: &found)
                let near = centres.indices.filter { (centres[$0] - point).length <= radii[$0] + reach }
                #expect(Set(near).isSubset(of: found) && found == found.sorted())
            }
        }
    }
}
