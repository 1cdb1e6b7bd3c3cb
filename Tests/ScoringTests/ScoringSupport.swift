import Experiment
import TestSupport
import Video

@testable import Scoring

/// Frame pairs of two golden scenes, the generated one resized as the evaluators do.
func goldenPairs(
    _ reference: GoldenScene, _ generated: GoldenScene, _ filters: FrameFilters, foreground: Plane? = nil
) -> [FramePair] {
    (0..<min(reference.frames, generated.frames)).map { t in
        let x = reference.frame(t)
        let y = generated.frame(t)
        let resized = y.resized(to: x.size, .forResizing(height: y.height, to: x.height))
        return FramePair(
            index: t, reference: ReferenceMaps(of: x, with: filters), generated: resized, foreground: foreground)
    }
}

/// Measures every pair and scores them.
func scores<M: Metric>(_ metric: M, _ pairs: [FramePair], regions: [Region] = [.all]) -> [Score] {
    metric.scores(pairs.compactMap { metric.measure($0) }, regions: regions)
}

extension [Score] {
    func first(_ metric: String, _ region: Region = .all) -> Score? {
        first { $0.metric == metric && $0.region == region }
    }

    func value(_ metric: String, _ region: Region = .all) -> Double? { first(metric, region)?.outcome.value }
}

func isClose(_ a: Double?, _ b: Double, _ tolerance: Double) -> Bool { a.map { abs($0 - b) <= tolerance } ?? false }

/// A mask that is 1 in a rectangle.
func rectangle(_ width: Int, _ height: Int, x: Range<Int>, y: Range<Int>) -> Plane {
    Plane(
        width: width, height: height,
        pixels: (0..<width * height).map { x.contains($0 % width) && y.contains($0 / width) ? 1 : 0 })
}
