import TestSupport
import Testing
import Video

@testable import Scoring
@testable import Tensors

extension JSON {
    /// Rows of text, # is 1.
    fileprivate func plane() throws -> Plane {
        let rows = try list().map { try #require($0.string) }
        return Plane(width: rows[0].count, height: rows.count, pixels: rows.joined().map { $0 == "#" ? 1 : 0 })
    }

    fileprivate func lanes() throws -> [LaneLine] {
        try list().map { lane in
            LaneLine(
                kind: try #require(lane["kind"]?.string),
                points: try lane.at("points").list().map { point in
                    let p = try point.numbers()
                    return [p[0], p[1], p[2]]
                })
        }
    }
}

/// Lanes against independent implementations (driving.md §4).
@Suite struct LaneTests {
    @Test func `overlaps of masks have their golden values by frame, as mean and pooled`() throws {
        for golden in try DrivingGolden().list("lanes", "iou") {
            let frames = try zip(try golden.at("a").list(), try golden.at("b").list()).map {
                LaneOverlap(reference: try $0.plane(), generated: try $1.plane())
            }
            #expect(frames.map(\.iou) == (try golden.at("frames").list().map(\.double)))
            #expect(agree(LaneOverlap.mean(frames), try golden.at("mean").double))
            #expect(agree(LaneOverlap.pooled(frames), try golden.at("pooled").double))
        }
    }

    @Test func `a mask of another size is compared at the reference's`() {
        let small = rectangle(4, 4, x: 0..<2, y: 0..<4)
        let large = rectangle(8, 8, x: 0..<4, y: 0..<8)
        #expect(LaneOverlap(reference: small, generated: large) == LaneOverlap(common: 8, either: 8))
    }

    @Test func `polylines are drawn to the golden pixels`() throws {
        let golden = try DrivingGolden().value("lanes", "raster")
        let camera = try ["fx", "fy", "cx", "cy"].map { try golden.at("intrinsics", $0).number() }
        let intrinsics = Intrinsics(fx: camera[0], fy: camera[1], cx: camera[2], cy: camera[3])
        let pose = try #require(CameraPose(rows: try golden.at("pose").list().map { try $0.numbers() }))
        let size = try golden.at("size").numbers().map(Int.init)
        let picture = FrameSize(width: size[1], height: size[0])
        let lanes = try golden.at("lanes").lanes()
        func mask(_ raster: LaneRaster, _ depth: DepthFrame? = nil) -> Plane {
            raster.mask(lanes, pose: pose, intrinsics: intrinsics, size: picture, depth: depth)
        }
        let obstacle = try golden.at("obstacle")
        let rows = try obstacle.at("rows").numbers().map(Int.init)
        let columns = try obstacle.at("columns").numbers().map(Int.init)
        var values = [Double](repeating: try obstacle.at("elsewhere").number(), count: picture.pixels)
        for row in rows[0]..<rows[1] {
            for column in columns[0]..<columns[1] {
                values[row * picture.width + column] = try obstacle.at("depth").number()
            }
        }
        var (thin, wide) = (LaneRaster(), LaneRaster())
        thin.leastPixels = 0
        (wide.width, wide.doubleWidth) = (0.5, 1)
        let depth = DepthFrame(width: picture.width, height: picture.height, values: values)
        for (name, drawn) in [
            ("default", mask(LaneRaster())), ("with depth", mask(LaneRaster(), depth)), ("min_pixels 0", mask(thin)),
            ("width 0.5, double 1.0", mask(wide)),
        ] {
            #expect(drawn == (try golden.at("masks", name).plane()), "\(name)")
        }
    }

    @Test func `lines behind the camera, of one point, or that turn back draw what they can`() {
        let raster = LaneRaster()
        let intrinsics = Intrinsics(fx: 20, fy: 20, cx: 10, cy: 10)
        func pixels(_ points: [SIMD3<Double>]) -> Int {
            raster.mask(
                [LaneLine(kind: "solid", points: points)], pose: .level, intrinsics: intrinsics,
                size: FrameSize(width: 20, height: 20)
            ).pixels.reduce(0) { $0 + Int($1) }
        }
        #expect(pixels([]) == 0 && pixels([[0, 5, -1]]) == 0 && pixels([[0, 5, -1], [0, 5, -1]]) == 0)
        #expect(pixels([[0, -9, -1], [0, -5, -1]]) == 0)
        #expect(pixels([[0, -9, -1], [0, 50, -1]]) > 0)
        #expect(pixels([[0, 5, -1], [0, 9, -1], [0, 5, -1]]) > 0)
    }

    @Test func `lanes in space have OpenLane's recall, precision and errors`() throws {
        let golden = try DrivingGolden().value("lanes", "f1")
        var score = LaneF1()
        var parts: [LaneF1] = []
        for frame in try golden.at("frames").list() {
            let (reference, predicted) = (try frame.at("reference").lanes(), try frame.at("predicted").lanes())
            score.add(reference: reference, predicted: predicted)
            var part = LaneF1()
            part.add(reference: reference, predicted: predicted)
            parts.append(part)
        }
        let expected = try golden.at("expected")
        for (name, value) in [
            ("f1", score.f1), ("recall", score.recall), ("precision", score.precision),
            ("category_accuracy", score.categoryAccuracy), ("x_error_near", score.error(.xNear)),
            ("x_error_far", score.error(.xFar)), ("z_error_near", score.error(.zNear)),
            ("z_error_far", score.error(.zFar)),
        ] {
            #expect(agree(value, try expected.at(name).double), "\(name)")
        }
        for (name, count) in [
            ("recall_hits", score.recallHits), ("precision_hits", score.precisionHits), ("same_kind", score.sameKind),
            ("reference", score.reference), ("predicted", score.predicted), ("accepted", score.accepted),
        ] {
            #expect(Double(count) == (try expected.at("counts", name).double), "\(name)")
        }
        var sum = LaneF1()
        for part in parts { sum += part }
        #expect(sum == score)
        #expect(LaneF1().f1 == nil)
    }
}
