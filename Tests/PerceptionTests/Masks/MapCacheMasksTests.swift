import Experiment
import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite(.enabled(if: Runtime.isThere, Runtime.absence)) struct MapCacheMasksTests {
    private let folder = TemporaryFolder()
    private var cache: MapCache { MapCache(folder: folder.file("cache")) }

    private func labels(
        of video: Artifact, _ segmenter: SemanticSegmenter, limit: Int = 121,
        onFrame: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> String {
        try cache.labels(
            of: video, limit: limit, name: "classes", identity: segmenter.identity, settings: [:], device: .cpu,
            runtime: "1", onFrame: onFrame
        ) { frames, begin, give in
            begin(segmenter.phrases)
            _ = try segmenter.labels(of: frames, limit: limit, give: give)
        }
    }

    private func video(_ scene: GoldenScene) throws -> Artifact {
        let path = folder.file("clip")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let frames = folder.file("clip.mkv")
        let writer = try VideoWriter(
            path: frames, size: FrameSize(width: scene.width, height: scene.height), rate: 8)
        for t in 0..<scene.frames { try writer.append(scene.frame(t)) }
        try writer.finish()
        return try Artifact(hashing: frames)
    }

    @Test func `classes of a video are kept with their phrases, and read instead of made again`() throws {
        let runtime = try #require(Runtime.shared)
        let segmenter = try SemanticSegmenter(
            try NetworkFolder(path: MaskReferences.folder + "/classes/scores"), runtime: runtime,
            pool: WorkerPool(threads: 2))
        let scene = GoldenScene(3, 46, 62, seed: 2, shift: 0, noise: 8)
        let video = try video(scene)
        let told = Mutex<[Int]>([])
        let path = try self.labels(of: video, segmenter) { done in told.withLock { $0.append(done) } }
        let labels = try openLabels(path)
        #expect(labels.frames == 3 && labels.phrases == ["red", "blue", "light"] && told.withLock { $0 } == [1, 2, 3])
        let frames = try openFrames(video.path)
        let first = try #require(try frames.next())
        #expect(try labels.next() == segmenter.labels(of: first))
        #expect(try self.labels(of: video, segmenter) { done in told.withLock { $0.append(done) } } == path)
        #expect(told.withLock { $0.count } == 3)
        #expect(try self.labels(of: video, segmenter, limit: 2) != path)

        let source = try Artifact(hashing: path)
        let (mask, unmatched) = try cache.foreground(ofLabels: source, phrases: SalientPhrases(["Blue", "sky"]))
        #expect(unmatched == ["sky"])
        let foreground = try ForegroundReader(path: mask)
        let all = try segmenter.labels(of: first)
        #expect(try foreground.next()?.pixels == all.pixels.map { $0 == 2 ? 1 : 0 })
        let error = #expect(throws: BenchError.self) {
            try cache.foreground(ofLabels: source, phrases: SalientPhrases(["sky"]))
        }
        #expect(error?.sentence.contains("'light'") == true)
    }

    @Test func `masks of a caption are kept with how they were followed`() throws {
        let runtime = try #require(Runtime.shared)
        let masks = GroundedMasks(
            detector: try PhraseDetector(
                try NetworkFolder(path: MaskReferences.folder + "/grounding_dino"), runtime: runtime, threads: 2),
            segmenter: try PromptedSegmenter(
                try NetworkFolder(path: MaskReferences.folder + "/sam2"), runtime: runtime, threads: 2),
            sampling: PointSampling(.aligned2026), pool: WorkerPool(threads: 2))
        let video = try video(MaskReferences.scene)
        let path = try cache.labels(
            of: video, limit: 2, name: "grounded", identity: masks.identity,
            settings: ["caption": MaskReferences.caption], device: .cpu, runtime: runtime.version
        ) { frames, begin, give in
            let summary = try masks.labels(
                of: frames, caption: MaskReferences.caption, limit: 2, begin: { phrases, _ in begin(phrases) },
                give: give)
            #expect(summary.propagation == .memory)
        }
        let maps = try MapFileReader(path: path)
        #expect(maps.header.frames == 2 && maps.header.origin.settings["caption"] == MaskReferences.caption)
        #expect(maps.header.origin.network == "grounded")
        let labels = try openLabels(path)
        let first = try #require(try labels.next())
        #expect(!labels.phrases.isEmpty && Set(first.pixels).isSubset(of: [0, 1, 2, 3, 4, 5, 6]))
    }

    @Test func `a video that is damaged leaves no map`() throws {
        let runtime = try #require(Runtime.shared)
        let segmenter = try SemanticSegmenter(
            try NetworkFolder(path: MaskReferences.folder + "/classes/scores"), runtime: runtime,
            pool: WorkerPool(threads: 1))
        let path = try folder.write("no video", to: "bad.mp4")
        let error = #expect(throws: BenchError.self) {
            try self.labels(of: try Artifact(hashing: path), segmenter)
        }
        #expect(error?.code == .unusableInput && error?.sentence.contains("bad.mp4") == true)
    }
}
