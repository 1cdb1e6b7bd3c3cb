import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Scoring

/// One pass over a pair for several profiles, and depth that does not say what it is.
@Suite struct SeveralProfilesTests {
    private let folder = TemporaryFolder()

    private var inputs: PairInputs {
        let (dataset, uniform) = (Places.recorded + "/dataset", Places.recorded + "/uniform")
        return PairInputs(
            reference: dataset + "/videos/task_0000.mp4", generated: uniform + "/videos/task_0000.mp4",
            foreground: .file(dataset + "/foreground/task_0000.mp4"),
            depth: .files(
                reference: dataset + "/depth_npzs/task_0000.npz", generated: uniform + "/depth_npzs/task_0000.npz"),
            masks: .files(
                reference: dataset + "/sam2_pkls/task_0000.pkl", generated: uniform + "/sam2_pkls/task_0000.pkl"))
    }

    @Test func `several profiles at once score as each alone, with a cache and without`() throws {
        let all = Profile.allCases.map { ScoringOptions(profile: $0, workers: 2, frameLimit: 5) }
        let alone = try all.map { try scorePair(inputs, options: $0) }
        let cache = try ReferenceCache(of: inputs.reference, options: all)
        for cache in [nil, cache] {
            let together = try scorePair([inputs, inputs], options: all, cache: cache)
            for (a, b) in zip(together, alone) {
                #expect(a.scores == b.scores && a.warnings == b.warnings && a.failures == b.failures)
                #expect(a.generatedPreviews == b.generatedPreviews && a.frames == b.frames)
            }
            #expect(together[0].scores.value("edge-f1") != together[1].scores.value("edge-f1"))
        }
    }

    @Test func `depth that does not say its kind is looked at: what contradicts the other is refused, or marked`()
        throws
    {
        let clip = folder.file("clip/")
        let writer = try VideoWriter(path: clip, size: FrameSize(width: 64, height: 48), rate: 10)
        for seed in 1...3 { try writer.append(.noise(64, 48, seed: UInt64(seed))) }
        try writer.finish()
        let metres = (0..<3 * 48 * 64).map { i -> Float in 1 + Float(i % 64) / 16 }
        func file(_ name: String, _ values: [Float], kind: String?) throws -> String {
            try NpzWriter.write(values, shape: [3, 48, 64], to: folder.file(name), kind: kind)
            return folder.file(name)
        }
        func depth(_ reference: String, _ generated: String) throws -> Score {
            let result = try scorePair(
                PairInputs(reference: clip, generated: clip, depth: .files(reference: reference, generated: generated)),
                options: ScoringOptions(profile: .paibench2025, workers: 2))
            return try #require(result.scores.first("depth-si-rmse"))
        }
        let known = try file("known.npz", metres, kind: "metres")
        let silent = try file("silent.npz", metres.map { 5 / $0 }, kind: nil)
        let quiet = try file("quiet.npz", metres, kind: nil)
        // Taken for metres, and found to be something else.
        #expect(try depth(known, silent).outcome.reason?.contains("of unlike kinds") == true)
        let fine = try depth(known, quiet)
        #expect(fine.outcome.value == 0 && fine.caveats.isEmpty && fine.parameters["depth-kind"] == "metres")
        // Where nobody says what it is, the value stands and is marked.
        let doubtful = try depth(quiet, silent)
        #expect(doubtful.outcome.value != nil && doubtful.caveats == ["the two depths seem to be of unlike kinds"])
        #expect(try depth(quiet, quiet).caveats.isEmpty)
    }

    @Test(arguments: Profile.allCases) func `a phrase that may lie under others counts, seen or not`(_ profile: Profile)
    {
        let plane = Plane(width: 8, height: 4, pixels: (0..<32).map { $0 % 8 < 4 ? 2 : 4 })
        let blank = Frame(width: 1, height: 1, pixels: [0, 0, 0])
        let pair = FramePair(
            index: 0, reference: ReferenceMaps(blurred: blank, edges: Plane(width: 1, height: 1, pixels: [0])),
            generated: blank, labels: (plane, plane))
        let side = MaskIoU.Side(phrases: ["a", "b", "c", "d", "e"], hasLayers: true)
        let metric = MaskIoU(reference: side, generated: side, matching: .hungarian, profile: profile)
        // The aligned evaluator's filter by region drops what has no pixel there.
        #expect(scores(metric, [pair]).value("mask-recall") == (profile == .paibench2025 ? 0.4 : 1))
    }
}
