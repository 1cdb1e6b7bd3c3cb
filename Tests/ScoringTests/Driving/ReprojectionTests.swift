import Testing
import Video

@testable import Scoring
@testable import Tensors

/// Reprojection against an independent implementation (driving.md §5).
@Suite struct ReprojectionTests {
    private let golden: JSON
    private let intrinsics: Intrinsics

    init() throws {
        golden = try DrivingGolden().value("reprojection")
        let camera = try ["fx", "fy", "cx", "cy"].map {
            try DrivingGolden().value("reprojection", "intrinsics", $0).number()
        }
        intrinsics = Intrinsics(fx: camera[0], fy: camera[1], cx: camera[2], cy: camera[3])
    }

    private func frames(_ key: String) throws -> [Frame] {
        try golden.at(key).list().map { frame in
            let rows = try frame.list()
            let pixels = try rows.flatMap { try $0.list().flatMap { try $0.numbers().map { UInt8($0) } } }
            return Frame(width: pixels.count / 3 / rows.count, height: rows.count, pixels: pixels)
        }
    }

    private func depth(_ key: String) throws -> [DepthFrame] {
        try golden.at(key).list().map { frame in
            let rows = try frame.list()
            let values = try rows.flatMap { try $0.list().map { $0.double ?? .nan } }
            return DepthFrame(width: values.count / rows.count, height: rows.count, values: values)
        }
    }

    private func boxes() throws -> [[LabelledBox]] {
        try golden.at("boxes").list().map { frame in
            try frame.list().map { box in
                let (c, s) = (try box.at("world_centre").numbers(), try box.at("size").numbers())
                var labelled = LabelledBox(
                    shape: UprightBox(
                        centre: [c[0], c[1], c[2]], size: [s[0], s[1], s[2]], yaw: try box.at("world_yaw").number()),
                    kind: 0)
                labelled.label = Int(try box.at("label").number())
                return labelled
            }
        }
    }

    private func poses() throws -> [[[Double]]] {
        try golden.at("poses").list().map { try $0.list().map { try $0.numbers() } }
    }

    @Test func `every case has its golden value and valid pixels`() throws {
        for entry in try golden.at("cases").members() {
            let isStatic = entry.key == "static scene"
            let frames = try frames(isStatic ? "static_frames" : "frames")
            var depth = try depth(isStatic ? "static_depth" : "depth")
            var (boxes, poses) = (isStatic ? [[], [], []] : try boxes(), try poses())
            let width = frames[0].width
            switch entry.key {
            case "no boxes given": boxes = [[], [], []]
            case "box missing in frame 1": boxes[1] = []
            case "pose 1 shifted 0.2 m": poses[1][0][3] += 0.2
            case "holes":
                for hole in try golden.at("holes").list() {
                    let frame = Int(try hole.at("frame").number())
                    let rows = try hole.at("rows").numbers().map(Int.init)
                    let columns = try hole.at("columns").numbers().map(Int.init)
                    for row in rows[0]..<rows[1] {
                        for column in columns[0]..<columns[1] {
                            depth[frame].values[row * width + column] = try hole.at("value").double ?? .nan
                        }
                    }
                }
            case "sparse depth, splat":
                for frame in depth.indices {
                    for pixel in depth[frame].values.indices where (3 * (pixel / width) + pixel % width) % 4 != 0 {
                        depth[frame].values[pixel] = 0
                    }
                }
            default: break
            }
            var metric = ReprojectionError()
            metric.far = try golden.at("far").number()
            let options = entry.value["options"]
            metric.occlusion =
                options?["occlusion"]?.string.flatMap { .init(rawValue: $0) } ?? ReprojectionError.occlusion(for: depth)
            let views = try frames.indices.map { index in
                (
                    frames[index],
                    ReprojectionView(
                        depth: depth[index], pose: try #require(CameraPose(rows: poses[index])), boxes: boxes[index])
                )
            }
            var pairs: [ReprojectionPair] = []
            for expected in try entry.value.at("pairs").list() {
                let source = Int(try expected.at("source").number())
                let target = Int(try expected.at("target").number())
                let pair = metric.pair(source: views[source], target: views[target], intrinsics: intrinsics)
                let mask = try expected.at("mask").list().map { try #require($0.string) }.joined().map { $0 == "#" }
                #expect(pair.isValid == mask, "\(entry.key) \(target)")
                #expect(
                    Double(pair.known) == expected["known"]?.double && Double(pair.valid) == expected["valid"]?.double)
                #expect(agree(metric.value(pair), expected["value"]?.double, 1e-6), "\(entry.key) \(target)")
                pairs.append(pair)
            }
            let value = options?["pooling"]?.string == "pixels" ? metric.pooled(pairs) : metric.mean(pairs)
            #expect(agree(value, try entry.value.at("value").double, 1e-6), "\(entry.key)")
        }
    }

    @Test func `too few valid pixels give no value, and nothing known neither`() throws {
        let pair = ReprojectionPair(known: 100, valid: 9, sum: 9, isValid: [])
        let metric = ReprojectionError()
        #expect(metric.value(pair) == nil && metric.mean([pair]) == nil && metric.pooled([pair]) == nil)
        #expect(pair.share == 0.09)
        let none = ReprojectionPair(known: 0, valid: 0, sum: 0, isValid: [])
        #expect(metric.value(none) == nil && none.share == nil)
    }
}
