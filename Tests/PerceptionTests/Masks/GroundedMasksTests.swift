import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite(.enabled(if: Runtime.isThere, Runtime.absence)) struct GroundedMasksTests {
    private struct Reference: Decodable {
        let phrases: [String]
        let points: [[[Float]]]
        let presence: [[Float]]
    }

    private let reference: Reference

    init() throws {
        reference = try MaskReferences.json("pipeline.json")
    }

    private func segmenter(
        threads: Int = 2, _ change: (inout NetworkCard) -> Void = { _ in }
    ) throws -> PromptedSegmenter {
        let source = try NetworkFolder(path: MaskReferences.folder + "/sam2")
        let folder = TemporaryFolder()
        var card = source.card
        card.settings["fill-gaps"] = 0  // transformers does not fill them
        change(&card)
        for file in source.card.files {
            try FileManager.default.copyItem(atPath: source.path + "/" + file.file, toPath: folder.file(file.file))
        }
        try folder.write(card.text(), to: NetworkFolder.cardName)
        return try PromptedSegmenter(
            try NetworkFolder(path: folder.path), runtime: try #require(Runtime.shared), threads: threads)
    }

    private func masks(threads: Int = 2, _ change: (inout NetworkCard) -> Void = { _ in }) throws -> GroundedMasks {
        let detector = try PhraseDetector(
            try NetworkFolder(path: MaskReferences.folder + "/grounding_dino"), runtime: try #require(Runtime.shared),
            threads: threads)
        return GroundedMasks(
            detector: detector, segmenter: try segmenter(threads: threads, change), sampling: .byMask,
            pool: WorkerPool(threads: threads))
    }

    private func labels(
        _ masks: GroundedMasks, frames: Int, limit: Int = 121, declares: Bool = true
    ) throws -> (summary: GroundedMasks.Summary, maps: [Plane], phrases: [String]) {
        var maps: [Plane] = []
        var phrases: [String] = []
        let summary = try masks.labels(
            of: SceneReader(MaskReferences.scene, frames: frames, declares: declares), caption: MaskReferences.caption,
            limit: limit,
            begin: { names, size in
                #expect(size == MaskReferences.size && maps.isEmpty)
                phrases = names
            }, give: { maps.append($0) })
        return (summary, maps, phrases)
    }

    private func withoutMemory(_ card: inout NetworkCard) { card.files.removeAll { $0.role.hasPrefix("memory") } }

    @Test func `boxes give the masks of transformers`() throws {
        let segmenter = try segmenter()
        let expected = try #require(try MaskReferences.tensors("pipeline.safetensors")["first"]).tensor()
        let frame = MaskReferences.scene.frame(0)
        let features = try segmenter.features(of: frame)
        let found = try masks().detector.detections(of: MaskReferences.caption, in: frame).filter { !$0.phrase.isEmpty }
        let maps = try found.map {
            try segmenter.answer(segmenter.points(of: $0.box, in: features), in: features).single(
                segmenter.rules.stability
            )
            .mask
        }
        let kept = maps.filter { $0.mask(frame.size).pixels.count { $0 != 0 } > 10 }
        #expect(kept.count == expected.shape[0])
        let deviation = zip(kept.flatMap(\.values), expected.values).map { abs($0 - $1) }.max() ?? 1
        #expect(deviation < 1e-3, "\(deviation)")
    }

    @Test func `masks are carried through a video as transformers carries them`() throws {
        let segmenter = try segmenter()
        let expected = try #require(try MaskReferences.tensors("pipeline.safetensors")["maps"]).tensor()
        let first = try segmenter.features(of: MaskReferences.scene.frame(0))
        for (object, places) in reference.points.enumerated() {
            let points = segmenter.points(places.map { ($0[0], $0[1], 1) }, in: first)
            var tracker = try MaskTracker(points: points, in: first, segmenter: segmenter, frames: 16)
            for frame in 0..<expected.shape[0] {
                if frame > 0 {
                    let features = try segmenter.features(of: MaskReferences.scene.frame(frame))
                    try tracker.advance(to: frame, features: features, segmenter: segmenter)
                }
                let map = try #require(tracker.mask)
                let start = (frame * expected.shape[1] + object) * map.values.count
                let wanted = expected.values[start..<start + map.values.count]
                let deviation = zip(map.values, wanted).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 1
                // Stored with half precision.
                #expect(deviation < 4e-3, "object \(object), frame \(frame): \(deviation)")
            }
        }
    }

    @Test func `a short video divides the pointers' times by its own length`() throws {
        let segmenter = try segmenter()
        let expected = try #require(try MaskReferences.tensors("pipeline.safetensors")["short"]).tensor()
        let first = try segmenter.features(of: MaskReferences.scene.frame(0))
        func deviation(frames: Int) throws -> Float {
            let points = segmenter.points(reference.points[0].map { ($0[0], $0[1], 1) }, in: first)
            var tracker = try MaskTracker(points: points, in: first, segmenter: segmenter, frames: frames)
            var largest: Float = 0
            for frame in 1..<5 {
                let features = try segmenter.features(of: MaskReferences.scene.frame(frame))
                try tracker.advance(to: frame, features: features, segmenter: segmenter)
                let map = try #require(tracker.mask)
                let wanted = expected.values[frame * map.values.count..<(frame + 1) * map.values.count]
                largest = max(largest, zip(map.values, wanted).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 1)
            }
            return largest
        }
        #expect(try deviation(frames: 5) < 4e-3)
        #expect(try deviation(frames: 16) > 4e-3)
    }

    @Test func `a caption and a video give the labels of the reference`() throws {
        let (summary, maps, phrases) = try labels(try masks(), frames: 20)
        #expect(phrases == reference.phrases && summary.objects.map(\.phrase) == phrases)
        #expect(summary.frames == 20 && maps.count == 20 && summary.propagation == .memory && summary.device == .cpu)
        let expected = try #require(try MaskReferences.tensors("pipeline.safetensors")["labels"]).tensor().values
        for (index, frame) in [0, 1, 5, 10, 19].enumerated() {
            let wanted = expected[index * 128 * 128..<(index + 1) * 128 * 128]
            let differing = zip(maps[frame].pixels, wanted).count { Float($0) != $1 }
            #expect(differing <= 16, "frame \(frame): \(differing) pixels differ")
        }
    }

    @Test func `any number of threads gives the same labels`() throws {
        #expect(try labels(try masks(threads: 1), frames: 4).maps == labels(try masks(threads: 2), frames: 4).maps)
    }

    @Test func `whether a container declares its length makes no difference`() throws {
        let masks = try masks()
        for frames in [5, 18] {
            let told = try labels(masks, frames: frames).maps
            #expect(try labels(masks, frames: frames, declares: false).maps == told && told.count == frames)
            #expect(try labels(masks, frames: 20, limit: frames).maps == told)
        }
    }

    @Test func `without the memory's parts every frame is prompted with the one before, and the result says so`() throws
    {
        let masks = try masks(withoutMemory)
        let (summary, maps, phrases) = try labels(masks, frames: 4)
        #expect(summary.propagation == .perFrame && maps.count == 4 && phrases == reference.phrases)
        let first = try #require(try MaskReferences.tensors("pipeline.safetensors")["first"]).tensor()
        let pixels = first.shape[1] * first.shape[2]
        let boxes = (0..<first.shape[0]).map { index in
            LogitMap(
                width: first.shape[2], height: first.shape[1],
                values: Array(first.values[index * pixels..<(index + 1) * pixels]))
        }
        let wanted = paint(boxes, size: MaskReferences.size, pool: WorkerPool(threads: 1))
        #expect(zip(maps[0].pixels, wanted.pixels).count { $0 != $1 } <= 16)
        #expect(Set(maps[3].pixels).count > 1 && maps[3] != maps[0])
        #expect(masks.identity != (try self.masks()).identity)
    }

    @Test func `nothing found gives empty maps without phrases`() throws {
        var masks = try masks()
        var detector = masks.detector
        detector.rules.boxThreshold = 1
        masks = GroundedMasks(
            detector: detector, segmenter: masks.segmenter, sampling: .byMask, pool: WorkerPool(threads: 1))
        let (summary, maps, phrases) = try labels(masks, frames: 3)
        #expect(phrases.isEmpty && summary.objects.isEmpty && maps.count == 3)
        #expect(maps.allSatisfy { $0.pixels.allSatisfy { $0 == 0 } })
    }

    @Test func `an empty video and half a memory are refused`() throws {
        let masks = try masks()
        let error = #expect(throws: BenchError.self) { try labels(masks, frames: 0) }
        #expect(error?.code == .unusableInput)
        let half = #expect(throws: BenchError.self) {
            try segmenter { $0.files.removeAll { $0.role == "memory-encoder" } }
        }
        #expect(half?.sentence.contains("memory-attention without its other half") == true)
    }
}
