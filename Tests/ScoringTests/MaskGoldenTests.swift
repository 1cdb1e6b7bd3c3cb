import Experiment
import Foundation
import TestSupport
import Testing
import Video

@testable import Scoring

/// Mask mIoU and recall against the public evaluators' own values (metrics.md §13).
@Suite struct MaskGoldenTests {
    private let golden: GoldenVectors
    private static let size = FrameSize(width: 30, height: 20)

    init() throws { golden = try GoldenVectors() }

    struct Box: Sendable {
        let phrase: String
        let x: Range<Int>
        let y: Range<Int>
        var speed = 0
    }

    private static let reference = [
        Box(phrase: "robot", x: 2..<12, y: 3..<12), Box(phrase: "cup", x: 15..<22, y: 4..<10),
        Box(phrase: "robot", x: 8..<18, y: 8..<16), Box(phrase: "table", x: 0..<30, y: 15..<20),
        Box(phrase: "lamp", x: 26..<29, y: 0..<3),
    ]
    private static let case1 = [
        Box(phrase: "cup", x: 16..<23, y: 4..<10, speed: 1), Box(phrase: "table", x: 0..<30, y: 14..<20),
        Box(phrase: "arm", x: 3..<17, y: 4..<15), Box(phrase: "wall", x: 20..<30, y: 0..<3),
    ]
    private static let case2 = [
        Box(phrase: "blob", x: 0..<20, y: 2..<18), Box(phrase: "tiny", x: 28..<30, y: 1..<6),
        Box(phrase: "cup", x: 22..<30, y: 4..<10),
    ]

    private static func labels(_ boxes: [Box], _ t: Int) -> Plane {
        var pixels = [UInt8](repeating: 0, count: size.pixels)
        for (i, box) in boxes.enumerated() {
            for y in box.y {
                for x in box.x where x + box.speed * t < size.width {
                    pixels[y * size.width + x + box.speed * t] = UInt8(i + 1)
                }
            }
        }
        return Plane(width: size.width, height: size.height, pixels: pixels)
    }

    private func score(
        _ generated: [Box], _ matching: MaskIoU.Matching, frames: Int = 4, scaledTo scaled: FrameSize = size,
        foreground: Plane? = nil, regions: [Region] = [.all]
    ) -> [Score] {
        let metric = MaskIoU(
            reference: .init(phrases: Self.reference.map(\.phrase)),
            generated: .init(phrases: generated.map(\.phrase)), matching: matching, profile: .aligned2026)
        let blank = Frame(width: 1, height: 1, pixels: [0, 0, 0])
        let maps = ReferenceMaps(blurred: blank, edges: Plane(width: 1, height: 1, pixels: [0]))
        let pairs = (0..<frames).map { t in
            FramePair(
                index: t, reference: maps, generated: blank, foreground: foreground,
                labels: (Self.labels(Self.reference, t), Self.labels(generated, t).nearest(scaled)))
        }
        return scores(metric, pairs, regions: regions)
    }

    private func expect(_ scores: [Score], _ region: Region = .all, _ keys: String...) throws {
        let value = keys.reduce(try golden.object("masks") as Any?) { ($0 as? [String: Any])?[$1] }
        let expected = try #require(value as? [NSNumber]).map(\.doubleValue)
        #expect(isClose(scores.value("mask-miou", region), expected[0], 1e-6), "\(keys)")
        #expect(isClose(scores.value("mask-recall", region), expected[1], 1e-12), "\(keys)")
    }

    @Test func `both ways of matching, both cases`() throws {
        try expect(score(Self.case1, .hungarian), .all, "hungarian")
        try expect(score(Self.case1, .max), .all, "max")
        try expect(score(Self.case1, .hungarian, frames: 2), .all, "hungarian_max_frames_2")
        try expect(score(Self.case1, .hungarian, frames: 3), .all, "short_pred_T3_maxframes_None")
        try expect(score(Self.case2, .hungarian), .all, "case2", "hungarian")
        try expect(score(Self.case2, .max), .all, "case2", "max")
        try expect(
            score(Self.case1, .hungarian, scaledTo: FrameSize(width: 60, height: 40)), .all, "pred_60x40")
    }

    @Test func `regions drop phrases that lie mostly outside`() throws {
        let left = rectangle(30, 20, x: 0..<20, y: 0..<20)
        let scores = score(Self.case1, .hungarian, foreground: left, regions: Region.allCases)
        try expect(scores, .all, "hungarian_R2")
        try expect(scores, .fg, "R2_fg_x<20")
        try expect(scores, .bg, "R2_bg_x>=20")
    }

    @Test func `objects without a partner are reported, and no object at all scores 0`() throws {
        let lost = try #require(score(Self.case2, .hungarian).first("mask-recall"))
        #expect(lost.warnings.contains { $0.contains("1 of 4 reference phrases have no partner") })
        #expect(lost.counts["pairs"] == 3)
        let none = MaskIoU(
            reference: .init(phrases: ["robot"]), generated: .init(), matching: .hungarian, profile: .paibench2025
        ).scores([], regions: [.all])
        #expect(none.value("mask-miou") == 0 && none.value("mask-recall") == 0)
        #expect(none.first("mask-miou")?.caveats.contains { $0.contains("the generated side has no object") } == true)
    }

    @Test func `run-length strings decode to the golden masks`() throws {
        let strings = try golden.object("masks", "rle")
        let pixels = 4 * Self.size.pixels
        for (i, box) in Self.reference.enumerated() {
            let code = try #require(strings["\(i):\(box.phrase)"] as? String)
            var mask = try RunLengthMask(counts: Array(code.utf8), pixels: pixels, file: "golden")
            for _ in 0..<4 {
                var frame = [UInt8](repeating: 0, count: Self.size.pixels)
                mask.paint(1, over: &frame)
                #expect(frame == rectangle(30, 20, x: box.x, y: box.y).pixels)
            }
        }
    }

    @Test func `the assignment is optimal on every small matrix tried`() {
        // Brute force over permutations, on matrices that a small generator fills.
        var state: UInt64 = 7
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24)
        }
        func best(_ cost: [[Double]], _ row: Int, _ used: Set<Int>, _ left: Int) -> Double {
            guard left > 0 else { return 0 }
            guard row < cost.count else { return .infinity }
            let skip = best(cost, row + 1, used, left)
            return cost[row].indices.filter { !used.contains($0) }
                .map { cost[row][$0] + best(cost, row + 1, used.union([$0]), left - 1) }.reduce(skip, min)
        }
        for rows in 1...5 {
            for columns in 1...5 {
                let cost = (0..<rows).map { _ in (0..<columns).map { _ in next() } }
                let pairs = leastCostAssignment(cost)
                #expect(pairs.count == min(rows, columns))
                #expect(Set(pairs.map(\.column)).count == pairs.count)
                let total = pairs.map { cost[$0.row][$0.column] }.reduce(0, +)
                #expect(abs(total - best(cost, 0, [], min(rows, columns))) < 1e-12)
            }
        }
    }
}
