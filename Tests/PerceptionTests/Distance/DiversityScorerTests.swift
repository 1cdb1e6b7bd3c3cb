import Experiment
import Foundation
import Synchronization
import TestSupport
import Testing
import Video

@testable import Perception

/// Streaming, pairs and regions, on features that need no network.
@Suite struct DiversityScorerTests {
    private let folder = TemporaryFolder()

    private func videos(_ counts: [Int], _ width: Int = 20, _ height: Int = 12) throws -> [String] {
        try counts.enumerated().map { k, count in
            try folder.video("v\(k)", (0..<count).map { .noise(width, height, seed: UInt64(100 * k + $0)) })
        }
    }

    /// The definition on `PlainFeatures`, in double precision.
    private func distance(_ a: Frame, _ b: Frame) -> Double {
        func unit(_ frame: Frame, _ at: Int) -> [Double] {
            let values = (0..<3).map { Double(frame.pixels[3 * at + $0]) / 255 } + [1]
            let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return values.map { $0 / length }
        }
        func tap(_ width: Int, _ height: Int) -> Double {
            var sum = 0.0
            for y in 0..<height {
                for x in 0..<width {
                    let at = y * a.width + x
                    sum += zip(unit(a, at), unit(b, at)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                }
            }
            return sum / Double(width * height)
        }
        return tap(a.width, a.height) + tap(a.width / 2, a.height / 2)
    }

    @Test func `all unordered pairs are compared frame by frame`() throws {
        let result = try DiversityScorer.plain().score(DiversityInputs(videos: try videos([3, 3, 3, 3, 3])))
        #expect(result.frames == 3 && result.pairs.count == 10 && result.warnings.isEmpty)
        #expect(result.regions.map(\.region) == [.all])
        let all = try #require(result[.all])
        for t in 0..<3 {
            for (pair, value) in zip(result.pairs, all.values[t]) {
                let want = distance(
                    .noise(20, 12, seed: UInt64(100 * pair.first + t)),
                    .noise(20, 12, seed: UInt64(100 * pair.second + t)))
                #expect(abs(value - want) < 1e-6)
            }
        }
        let flat = all.values.flatMap { $0 }
        #expect(abs(try #require(all.mean) - flat.reduce(0, +) / 30) < 1e-12)
        #expect(all.frames.count == 3 && all.pairs.count == 10)
    }

    @Test func `copies of one video have diversity exactly 0`() throws {
        let video = try videos([2])[0]
        let result = try DiversityScorer.plain().score(DiversityInputs(videos: [video, video, video]))
        #expect(result[.all]?.mean == 0)
    }

    @Test func `the first frames count, up to the limit`() throws {
        let videos = try videos([5, 5])
        var lengths: [Int] = []
        var frames = 0
        let three = try DiversityScorer.plain().score(
            DiversityInputs(videos: videos), frameLimit: 3, onLength: { lengths.append($0) }, onFrame: { frames += 1 })
        #expect(lengths == [3] && frames == 3 && three.frames == 3 && three.warnings.isEmpty)
        let five = try DiversityScorer.plain().score(DiversityInputs(videos: videos))
        #expect(three[.all]?.values == five[.all].map { Array($0.values.prefix(3)) })
    }

    @Test func `the shortest video decides how many frames count, and the result says so`() throws {
        let videos = try videos([4, 2, 3])
        let result = try DiversityScorer.plain().score(DiversityInputs(videos: videos))
        #expect(result.frames == 2 && result.warnings.count == 1)
        #expect(result.warnings.first?.contains("v1 ends after 2 frames") == true)
        #expect(try DiversityScorer.plain().score(DiversityInputs(videos: videos), frameLimit: 2).warnings.isEmpty)
    }

    @Test func `videos of different sizes are refused, naming one of each`() throws {
        let other = try folder.video("other", [.noise(22, 12)])
        let inputs = DiversityInputs(videos: try videos([1, 1]) + [other])
        let error = #expect(throws: BenchError.self) { try DiversityScorer.plain().score(inputs) }
        #expect(error?.code == .unusableInput)
        for words in ["22x12", "20x12", "other", "v0"] { #expect(error?.sentence.contains(words) == true) }
    }

    @Test func `one video has no diversity`() throws {
        let inputs = DiversityInputs(videos: try videos([1]))
        #expect(throws: BenchError.self) { try DiversityScorer.plain().score(inputs) }
        #expect(throws: BenchError.self) { try DiversityScorer.plain().score(DiversityInputs(videos: [])) }
    }

    @Test func `a video that is missing or damaged is named`() throws {
        let videos = try videos([2, 2])
        let missing = #expect(throws: BenchError.self) {
            try DiversityScorer.plain().score(DiversityInputs(videos: videos + [folder.file("absent")]))
        }
        #expect(missing?.sentence.contains("absent") == true)
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: videos[1] + "/1001.png"))
        let damaged = #expect(throws: BenchError.self) {
            try DiversityScorer.plain().score(DiversityInputs(videos: videos))
        }
        #expect(damaged?.code == .unusableInput && damaged?.sentence.contains("1001.png") == true)
    }

    @Test func `features that would fill the memory are refused with their size`() throws {
        let inputs = DiversityInputs(videos: try videos([1, 1]))
        let error = #expect(throws: BenchError.self) {
            try DiversityScorer.plain(memoryLimit: 4 * 2 * 4 * 256).score(inputs)
        }
        #expect(error?.sentence.contains("MiB") == true)
        #expect(try DiversityScorer.plain(memoryLimit: 4 * 2 * 4 * 320).score(inputs).frames == 1)
    }

    @Test func `heads of another width are refused`() throws {
        let inputs = DiversityInputs(videos: try videos([1, 1]))
        let scorer = DiversityScorer.plain(heads: DistanceHeads(weights: [[1, 1, 1, 1], [1, 1, 1]]))
        let error = #expect(throws: BenchError.self) { try scorer.score(inputs) }
        #expect(error?.sentence.contains("3 weights for tap 2, and the network 4 channels") == true)
    }

    @Test func `any number of threads gives the same bits`() throws {
        let inputs = DiversityInputs(
            videos: try videos([2, 2, 2], 70, 50),
            foreground: try folder.mask("mask", frames: 2, 70, 50) { t, x, _ in x > 20 + t })
        let one = try DiversityScorer.plain(threads: 1).score(inputs)
        #expect(one.regions.count == 3)
        for threads in [2, 5] { #expect(try DiversityScorer.plain(threads: threads).score(inputs) == one) }
    }
}
