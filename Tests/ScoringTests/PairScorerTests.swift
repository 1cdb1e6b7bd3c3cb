import Experiment
import Foundation
import TestSupport
import Testing
import Video

@testable import Scoring

/// Whole pairs of files, sound and damaged.
@Suite struct PairScorerTests {
    private let folder = TemporaryFolder()
    private let options = ScoringOptions(profile: .paibench2025, workers: 2)
    private let dataset = Places.recorded + "/dataset"
    private var reference: String { dataset + "/videos/task_0000.mp4" }
    private var generated: String { Places.recorded + "/uniform/videos/task_0000.mp4" }

    private var allInputs: PairInputs {
        PairInputs(
            reference: reference, generated: generated, foreground: .file(dataset + "/foreground/task_0000.mp4"),
            depth: .files(
                reference: dataset + "/depth_npzs/task_0000.npz",
                generated: Places.recorded + "/uniform/depth_npzs/task_0000.npz"),
            masks: .files(
                reference: dataset + "/sam2_pkls/task_0000.pkl",
                generated: Places.recorded + "/uniform/sam2_pkls/task_0000.pkl"))
    }

    /// A folder of PNG frames.
    @discardableResult
    private func images(_ name: String, _ frames: [Frame]) throws -> String {
        let path = folder.file(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (i, frame) in frames.enumerated() { try frame.write(to: path + "/\(1000 + i).png") }
        return path
    }

    private func scene(_ frames: Int, _ height: Int = 48, _ width: Int = 64, seed: UInt32 = 1) -> [Frame] {
        let scene = GoldenScene(frames, height, width, seed: seed, shift: 0, noise: 12)
        return (0..<frames).map { scene.frame($0) }
    }

    private func score(_ inputs: PairInputs) throws -> PairResult { try scorePair(inputs, options: options) }

    @Test func `a video against itself is perfect in every metric`() throws {
        let inputs = PairInputs(
            reference: reference, generated: reference, foreground: .file(dataset + "/foreground/task_0000.mp4"),
            depth: .files(
                reference: dataset + "/depth_npzs/task_0000.npz", generated: dataset + "/depth_npzs/task_0000.npz"),
            masks: .files(
                reference: dataset + "/sam2_pkls/task_0000.pkl", generated: dataset + "/sam2_pkls/task_0000.pkl"))
        for profile in Profile.allCases {
            let result = try scorePair(inputs, options: ScoringOptions(profile: profile, workers: 2))
            #expect(result.failures.isEmpty)
            for region in Region.allCases {
                #expect(isClose(result.scores.value("blur-ssim", region), 1, 1e-12))
                #expect(result.scores.value("blur-mse", region) == 0)
                #expect(result.scores.value("edge-f1", region) == 1)
                #expect(result.scores.value("depth-si-rmse", region) == 0)
                #expect(result.scores.value("depth-delta1", region) == 1)
                #expect(result.scores.value("mask-miou", region) == 1)
            }
        }
    }

    @Test func `any number of threads and a cached reference give the same bits`() throws {
        let one = try scorePair(allInputs, options: ScoringOptions(profile: .aligned2026, workers: 1))
        let three = ScoringOptions(profile: .aligned2026, workers: 3)
        #expect(try scorePair(allInputs, options: three).scores == one.scores)
        let cache = try ReferenceCache(of: reference, options: three)
        let cached = try scorePair(allInputs, options: three, cache: cache)
        #expect(cached.scores == one.scores)
        #expect(cached.referencePreviews == one.referencePreviews)
        #expect(cached.warnings == one.warnings)
    }

    @Test func `the order of frames does not matter to a region's value`() throws {
        let (x, y) = (scene(4), scene(4, seed: 2))
        let order = [2, 0, 3, 1]
        let mask = Frame(
            width: 64, height: 48, pixels: (0..<3 * 64 * 48).map { $0 / 3 % 64 < 30 ? 255 : 0 })
        let masks = try images("mask", [mask, mask, mask, mask])
        let forward = try score(
            PairInputs(
                reference: try images("x", x), generated: try images("y", y), foreground: .file(masks)))
        let shuffled = try score(
            PairInputs(
                reference: try images("xs", order.map { x[$0] }), generated: try images("ys", order.map { y[$0] }),
                foreground: .file(masks)))
        for region in Region.allCases {
            #expect(forward.scores.first("edge-f1", region)?.counts == shuffled.scores.first("edge-f1", region)?.counts)
            let ssim = try #require(forward.scores.value("blur-ssim", region))
            #expect(isClose(shuffled.scores.value("blur-ssim", region), ssim, 1e-12))
        }
    }

    @Test func `one frame is enough, and no frame is an error`() throws {
        let single = try score(
            PairInputs(reference: try images("a", scene(1)), generated: try images("b", scene(1, seed: 2))))
        #expect(single.frames == 1)
        #expect(single.scores.value("blur-ssim") != nil)
        try FileManager.default.createDirectory(atPath: folder.file("empty"), withIntermediateDirectories: true)
        #expect(throws: (any Error).self) {
            try score(PairInputs(reference: folder.file("empty"), generated: folder.file("b")))
        }
    }

    @Test func `lengths that differ are scored as far as both go, and reported`() throws {
        let long = try images("long", scene(5))
        let short = try images("short", scene(3, seed: 2))
        let missing = try score(PairInputs(reference: long, generated: short))
        #expect(missing.frames == 3)
        #expect(missing.warnings == ["the generated video has 3 frames, the reference 5: the first 3 count"])
        let extra = try score(PairInputs(reference: short, generated: long))
        #expect(extra.frames == 3)
        #expect(extra.warnings == ["the generated video has 5 frames, the reference 3: the rest is not scored"])
    }

    @Test func `a picture under 7 pixels has edges but no Blur SSIM`() throws {
        let tiny = try images("tiny", scene(2, 6, 20))
        let result = try score(PairInputs(reference: tiny, generated: tiny))
        #expect(result.scores.first("blur-ssim")?.outcome.reason?.contains("under 7 pixels") == true)
        #expect(result.scores.first("edge-f1") != nil)
    }

    @Test func `a mask of another size is resized and reported`() throws {
        let mask = Frame(width: 32, height: 24, pixels: (0..<3 * 32 * 24).map { $0 / 3 % 32 < 16 ? 255 : 0 })
        let result = try score(
            PairInputs(
                reference: try images("x", scene(2)), generated: try images("y", scene(2, seed: 2)),
                foreground: .file(try images("m", [mask, mask]))))
        #expect(result.warnings.contains { $0.contains("foreground mask is 32x24 and was resized") })
        let fg = try #require(result.scores.first("edge-f1", .fg)?.counts)
        let bg = try #require(result.scores.first("edge-f1", .bg)?.counts)
        #expect(result.scores.first("edge-f1")?.counts == fg.merging(bg, uniquingKeysWith: +))
    }

    @Test func `an empty region is unscored with its reason`() throws {
        let black = Frame(width: 64, height: 48, pixels: [UInt8](repeating: 0, count: 3 * 64 * 48))
        let result = try score(
            PairInputs(
                reference: try images("x", scene(2)), generated: try images("y", scene(2, seed: 2)),
                foreground: .file(try images("m", [black, black]))))
        #expect(result.scores.first("blur-ssim", .fg)?.outcome.reason == "the foreground is empty in every frame")
        let background = result.scores.first("blur-ssim", .bg)?.outcome
        #expect(background?.reason?.contains("the background would be the whole picture") == true)
        #expect(result.scores.value("blur-ssim") != nil)
    }

    /// Damage to one part leaves the others' scores standing.
    @Test(arguments: ["foreground", "depth", "masks"]) func `a damaged part fails alone`(_ part: String) throws {
        let broken = try folder.write("not what it should be", to: part == "masks" ? "broken.pkl" : "broken.mp4")
        let inputs = PairInputs(
            reference: reference, generated: generated,
            foreground: part == "foreground" ? .file(broken) : allInputs.foreground,
            depth: part == "depth" ? .files(reference: broken, generated: broken) : allInputs.depth,
            masks: part == "masks" ? .files(reference: broken, generated: broken) : allInputs.masks)
        let result = try score(inputs)
        #expect(result.failures.count == 1)
        #expect(result.failures[0].hasPrefix(broken + ": "))
        let whole = try score(allInputs).scores
        for score in result.scores {
            let isLost =
                switch part {
                case "foreground": score.region != .all
                case "depth": score.metric.hasPrefix("depth")
                default: score.metric.hasPrefix("mask")
                }
            if isLost {
                #expect(score.outcome.reason == result.failures[0])
            } else {
                #expect(score == whole.first(score.metric, score.region))
            }
        }
        #expect(result.scores.count == whole.count)
    }

    @Test func `maps of our own format score as the files that they were made from`() throws {
        let (depth, labels, foreground) = (folder.file("d.maps"), folder.file("l.maps"), folder.file("f.maps"))
        let arrays = try openDepth(dataset + "/depth_npzs/task_0000.npz")
        let depthWriter = try MapFileWriter(path: depth, kind: .depth, size: arrays.size, origin: MapOrigin())
        while let frame = try arrays.next() {
            try depthWriter.append(PackedMap(depth: frame.values.map { Float($0) }, size: frame.size))
        }
        try depthWriter.finish()
        let pickled = try openLabels(dataset + "/sam2_pkls/task_0000.pkl")
        let labelWriter = try MapFileWriter(
            path: labels, kind: .labels, size: pickled.size, phrases: pickled.phrases, origin: MapOrigin())
        while let plane = try pickled.next() { try labelWriter.append(PackedMap(labels: plane)) }
        try labelWriter.finish()
        let video = try ForegroundReader(path: dataset + "/foreground/task_0000.mp4")
        let maskWriter = try MapFileWriter(path: foreground, kind: .foreground, size: video.size, origin: MapOrigin())
        while let plane = try video.next() { try maskWriter.append(PackedMap(foreground: plane)) }
        try maskWriter.finish()
        func parts(_ depth: String, _ masks: String, _ foreground: String) throws -> PairResult {
            try score(
                PairInputs(
                    reference: reference, generated: generated, foreground: .file(foreground),
                    depth: .files(reference: depth, generated: Places.recorded + "/uniform/depth_npzs/task_0000.npz"),
                    masks: .files(reference: masks, generated: Places.recorded + "/uniform/sam2_pkls/task_0000.pkl")))
        }
        let ours = try parts(depth, labels, foreground)
        let theirs = try parts(
            dataset + "/depth_npzs/task_0000.npz", dataset + "/sam2_pkls/task_0000.pkl",
            dataset + "/foreground/task_0000.mp4")
        #expect(ours.failures.isEmpty && ours.scores.count == theirs.scores.count)
        for (a, b) in zip(ours.scores, theirs.scores) {
            #expect(a.metric == b.metric && a.region == b.region && a.n == b.n)
            // The arrays hold float64, map files float32.
            #expect(isClose(a.outcome.value, b.outcome.value ?? .nan, 1e-6), "\(a.metric) \(a.region)")
        }
    }

    @Test func `masks and depth that end early are scored as far as they go`() throws {
        let masks = try images(
            "masks",
            (0..<3).map { _ in
                Frame(width: 64, height: 48, pixels: (0..<3 * 64 * 48).map { $0 / 3 % 64 < 30 ? 200 : 0 })
            })
        let result = try score(
            PairInputs(
                reference: try images("x", scene(5)), generated: try images("y", scene(5, seed: 2)),
                masks: .files(reference: masks, generated: masks)))
        let score = try #require(result.scores.first("mask-miou"))
        #expect(score.n == 3)
        #expect(score.outcome.value == 1)
        #expect(score.warnings.contains { $0.contains("end after 3 frames") })
    }

    @Test func `the last frame of a foreground mask that ends early holds on, and its regions are marked`() throws {
        let mask = Frame(width: 64, height: 48, pixels: [UInt8](repeating: 255, count: 3 * 64 * 48))
        let result = try score(
            PairInputs(
                reference: try images("x", scene(4)), generated: try images("y", scene(4, seed: 2)),
                foreground: .file(try images("m", [mask, mask]))))
        #expect(result.scores.value("blur-ssim") != nil)
        #expect(result.scores.value("blur-ssim", .fg) == result.scores.value("blur-ssim"))
        #expect(result.scores.first("blur-ssim", .fg)?.caveats.count == 1)
        #expect(result.scores.first("blur-ssim")?.caveats.isEmpty == true)
        #expect(result.warnings.contains { $0.contains("has 2 masks for 4 frames: its last holds on") })
    }

    @Test func `a temporary folder that takes no file is an error that names it`() throws {
        let nowhere = folder.file("nowhere")
        #expect { try ReferenceCache(of: reference, options: options, in: nowhere) } throws: { error in
            "\(error)".contains(nowhere) && "\(error)".contains("TMPDIR")
        }
    }
}
