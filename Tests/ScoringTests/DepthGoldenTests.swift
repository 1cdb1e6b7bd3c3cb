import Experiment
import Foundation
import TestSupport
import Testing
import Video

@testable import Scoring

/// Depth errors against the public evaluators' own values (metrics.md §13).
@Suite struct DepthGoldenTests {
    private let golden: GoldenVectors
    private static let (frames, height, width) = (3, 24, 32)

    init() throws { golden = try GoldenVectors() }

    private static func map(_ t: Int, _ value: (_ t: Int, _ y: Int, _ x: Int) -> Double) -> DepthFrame {
        DepthFrame(
            width: width, height: height,
            values: (0..<width * height).map { value(t, $0 / width, $0 % width) })
    }

    private static func reference(_ t: Int, _ y: Int, _ x: Int) -> Double {
        let level = (x * x + 3 * y + 5 * t) % 97
        return (x + y + t) % 11 == 0 ? 0 : 1 + Double(level) / 8
    }

    private static func generated(_ t: Int, _ y: Int, _ x: Int) -> Double {
        let level = (7 * x + 13 * y + 3 * t) % 29
        return (3 * x + y) % 17 == 0 ? 0 : 2 * reference(t, y, x) + Double(level) / 16
    }

    /// Scores of maps given per frame.
    private func score(
        _ profile: Profile, frames: Int = Self.frames, regions: [Region] = [.all],
        reference: (Int) -> DepthFrame = { Self.map($0, Self.reference) },
        generated: (Int) -> DepthFrame = { Self.map($0, Self.generated) }
    ) -> [Score] {
        let metric = DepthError(profile: profile)
        let blank = Frame(width: 1, height: 1, pixels: [0, 0, 0])
        let maps = ReferenceMaps(blurred: blank, edges: Plane(width: 1, height: 1, pixels: [0]))
        let foreground = rectangle(Self.width, Self.height, x: 8..<24, y: 6..<18)
        let pairs = (0..<frames).map { t in
            FramePair(
                index: t, reference: maps, generated: blank, foreground: foreground,
                depth: (reference(t), generated(t)))
        }
        return scores(metric, pairs, regions: regions)
    }

    @Test func `scores of whole maps and of regions`() throws {
        let scores = score(.paibench2025, regions: Region.allCases)
        #expect(isClose(scores.value("depth-si-rmse"), try golden.number("depth", "linear"), 1e-12))
        #expect(isClose(scores.value("depth-si-rmse-log"), try golden.number("depth", "log"), 1e-12))
        #expect(isClose(scores.value("depth-si-rmse", .fg), try golden.number("depth", "fg"), 1e-12))
        #expect(isClose(scores.value("depth-si-rmse", .bg), try golden.number("depth", "bg"), 1e-12))
        #expect(isClose(scores.value("depth-si-rmse-log", .fg), try golden.number("depth", "fg_log"), 1e-12))
        #expect(isClose(scores.value("depth-absrel"), try golden.number("depth", "absrel", "abs_rel"), 1e-6))
        for k in 1...3 {
            let expected = try golden.number("depth", "absrel", "delta\(k)")
            #expect(isClose(scores.value("depth-delta\(k)"), expected, 1e-12))
        }
        let short = score(.paibench2025, frames: 2)
        #expect(isClose(short.value("depth-si-rmse"), try golden.number("depth", "short_pred_T2"), 1e-12))
    }

    @Test func `residuals are clamped in the aligned profile only`() throws {
        let x = { (t: Int) in Self.map(t) { 3 * Self.reference($0, $1, $2) } }
        let y = { (t: Int) in
            Self.map(t) {
                let v = Self.generated($0, $1, $2)
                return v > 0 ? 5 * v + 20 * Double((5 * $2 + $1) % 7) : 0
            }
        }
        let public2025 = score(.paibench2025, reference: x, generated: y).value("depth-si-rmse")
        let aligned = score(.aligned2026, reference: x, generated: y).value("depth-si-rmse")
        #expect(isClose(public2025, try golden.number("depth", "R0_samein"), 1e-12))
        #expect(isClose(aligned, try golden.number("depth", "R2_cap10"), 1e-12))
    }

    @Test func `maps of another size are resized as each profile does`() throws {
        let larger = { (t: Int) in Self.map(t, Self.generated).nearest(FrameSize(width: 48, height: 36)) }
        let nearest = score(.paibench2025, generated: larger).first("depth-si-rmse")
        let area = score(.aligned2026, generated: larger).first("depth-si-rmse")
        #expect(isClose(nearest?.outcome.value, try golden.number("depth", "pred_48x36_nearest_R0"), 1e-12))
        #expect(isClose(area?.outcome.value, try golden.number("depth", "pred_48x36_area_R2"), 1e-6))
        #expect(area?.warnings.contains { $0.contains("resized") } == true)
    }

    @Test func `frames without valid depth count as perfect and the result says so`() throws {
        let invalid = DepthFrame(
            width: Self.width, height: Self.height, values: [Double](repeating: 0, count: Self.width * Self.height))
        let one = score(.paibench2025) { $0 == 1 ? invalid : Self.map($0, Self.reference) }
        #expect(isClose(one.value("depth-si-rmse"), try golden.number("depth", "frame1_all_invalid"), 1e-12))
        #expect(one.first("depth-si-rmse")?.warnings.contains { $0.contains("1 of 3 frames") } == true)
        #expect(one.first("depth-absrel")?.outcome.reason != nil)
        let all = score(.paibench2025) { _ in invalid }
        #expect(all.value("depth-si-rmse") == (try golden.number("depth", "all_invalid")))
        #expect(all.first("depth-si-rmse")?.warnings.contains { $0.contains("perfect") } == true)
    }

    @Test func `NaN, infinite and negative depths are invalid and counted`() throws {
        let spoiled = { (t: Int) in
            var map = Self.map(t, Self.generated)
            (map.values[5], map.values[6], map.values[7]) = (.nan, .infinity, -3)
            return map
        }
        let zeroed = { (t: Int) in
            var map = Self.map(t, Self.generated)
            for i in 5...7 { map.values[i] = 0 }
            return map
        }
        let score1 = try #require(score(.paibench2025, generated: spoiled).first("depth-si-rmse"))
        #expect(score1.outcome == score(.paibench2025, generated: zeroed).first("depth-si-rmse")?.outcome)
        #expect(score1.warnings.contains { $0.hasPrefix("6 depth values are NaN or infinite") })
        #expect(score1.warnings.contains { $0.hasPrefix("3 depth values are negative") })
    }
}
