import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Scoring

/// Pairs whose masks and depth say what they are, select nothing, or hold classes that appear nowhere.
@Suite struct MapMeaningTests {
    private let folder = TemporaryFolder()
    private let size = 64

    private func images(_ name: String, _ frames: [Frame]) throws -> String {
        let path = folder.file(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (i, frame) in frames.enumerated() { try frame.write(to: path + "/\(i).png") }
        return path
    }

    private func clip() throws -> String {
        try images("clip", (0..<2).map { Frame.noise(size, size, seed: UInt64($0 + 1)) })
    }

    private func depth(_ name: String, kind: String?, _ value: (Int) -> Float) throws -> String {
        let path = folder.file(name)
        try NpzWriter.write(
            (0..<2 * size * size).map(value), shape: [2, size, size], to: path, kind: kind)
        return path
    }

    private func score(_ inputs: PairInputs) throws -> PairResult {
        try scorePair(inputs, options: ScoringOptions(profile: .paibench2025, workers: 1))
    }

    @Test func `metres against the same clip's disparity are no error`() throws {
        let clip = try clip()
        let metres = try depth("m.npz", kind: "metres") { Float($0 % 97 + 8) / 8 }
        let disparity = try depth("d.npz", kind: "disparity") { 8 / Float($0 % 97 + 8) }
        let result = try score(
            PairInputs(
                reference: clip, generated: clip, depth: .files(reference: metres, generated: disparity)))
        #expect(isClose(result.scores.value("depth-si-rmse"), 0, 1e-5), "\(result.failures)")
    }

    @Test func `depth of unlike kinds is refused and leaves the rest of the pair`() throws {
        let clip = try clip()
        let result = try score(
            PairInputs(
                reference: clip, generated: clip,
                depth: .files(
                    reference: depth("m.npz", kind: "metres") { _ in 2 },
                    generated: depth("r.npz", kind: "relative") { _ in 2 })))
        #expect(result.scores.value("depth-si-rmse") == nil && result.scores.value("blur-ssim") == 1)
        #expect(result.failures.contains { $0.contains("cannot be compared") }, "\(result.failures)")
    }

    @Test func `depth of an empty foreground stays 0 and is marked, and there is no background`() throws {
        let clip = try clip()
        let black = try images(
            "mask", [Frame(width: size, height: size, colours: [UInt32](repeating: 0, count: size * size))])
        let depth = try depth("m.npz", kind: "metres") { Float($0 % 7 + 1) }
        let result = try score(
            PairInputs(
                reference: clip, generated: clip, foreground: .file(black),
                depth: .files(reference: depth, generated: depth)))
        let foreground = result.scores.first("depth-si-rmse", .fg)
        #expect(foreground?.outcome.value == 0)
        #expect(
            foreground?.caveats.contains { $0.contains("a perfect score") } == true, "\(String(describing: foreground))"
        )
        #expect(result.scores.first("depth-si-rmse")?.caveats.isEmpty == true)
        for metric in ["depth-si-rmse", "blur-ssim", "edge-f1"] {
            #expect(result.scores.first(metric, .bg)?.outcome.reason?.contains("the whole picture") == true)
        }
    }

    @Test func `classes that appear nowhere cost no recall`() {
        let blank = Frame(width: 1, height: 1, pixels: [0, 0, 0])
        let maps = ReferenceMaps(blurred: blank, edges: Plane(width: 1, height: 1, pixels: [0]))
        let plane = Plane(width: 4, height: 1, pixels: [0, 2, 2, 5])
        let phrases = (1...7).map { "class \($0)" }
        for profile in Profile.allCases {
            let side = MaskIoU.Side(phrases: phrases)
            let metric = MaskIoU(reference: side, generated: side, matching: .hungarian, profile: profile)
            let pair = FramePair(index: 0, reference: maps, generated: blank, labels: (plane, plane))
            let result = scores(metric, [pair])
            #expect(result.value("mask-recall") == 1 && result.value("mask-miou") == 1, "\(profile)")
            #expect(result.first("mask-recall")?.counts["pairs"] == 2)
        }
    }

    @Test func `the mask of the official example matches itself written again`() throws {
        guard let clips = Places.clips else { return }
        let mask = clips + "/example1_spatiotemporal_weights_mask.mp4"
        try FFmpeg.run("-i", [mask, "-crf", "28", "-frames:v", "12", "again.mp4"], in: folder)
        let again = folder.file("again.mp4")
        let result = try score(
            PairInputs(reference: again, generated: again, masks: .files(reference: mask, generated: again)))
        #expect((result.scores.value("mask-miou") ?? 0) > 0.99, "\(result.failures)")
        #expect(result.scores.value("mask-recall") == 1)
    }
}
