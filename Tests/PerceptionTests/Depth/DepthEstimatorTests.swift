import Experiment
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite(.enabled(if: Runtime.isThere, Runtime.absence)) struct DepthEstimatorTests {
    private let folder = TemporaryFolder()

    private func network(_ name: String) throws -> NetworkFolder {
        let network = try NetworkFolder(path: Places.perception + "/" + name)
        try network.verify()
        return network
    }

    private func maps(
        _ network: NetworkFolder, _ video: String, resizedTo: FrameSize? = nil, limit: Int = 121, threads: Int = 2
    ) throws -> [DepthMap] {
        let estimator = try depthEstimator(network, runtime: try #require(Runtime.shared), threads: threads)
        let gathered = Gathered<DepthMap>()
        let count = try estimator.estimate(
            video, resizedTo: resizedTo, limit: limit, make: { $0 }, take: { gathered.add($0) })
        #expect(count == gathered.all.count)
        return gathered.all
    }

    private func expectMaps(_ maps: [DepthMap], _ name: String, _ file: String = "depth") throws {
        let expected = try reference("\(file)/expected.safetensors", name)
        let pixels = expected.shape[1] * expected.shape[2]
        #expect(maps.count == expected.shape[0])
        for (i, map) in maps.enumerated() {
            #expect(map.size == FrameSize(width: expected.shape[2], height: expected.shape[1]))
            expectClose(map.values, expected.values[i * pixels..<(i + 1) * pixels], 2e-5, "\(name), map \(i)")
        }
    }

    private let scene = GoldenScene(5, 36, 48, seed: 7, shift: 0, noise: 9)

    @Test(arguments: ["depth", "depth_pairs"], [1, 2, 5])
    func `depth of single frames is that of the reference pipeline`(name: String, threads: Int) throws {
        let maps = try maps(try network(name), try folder.video(scene), threads: threads)
        try expectMaps(maps, "native")
    }

    @Test func `any number of threads and any batch give the same depth`() throws {
        let video = try folder.video(scene)
        let network = try network("depth")
        let one = try maps(network, video, threads: 1)
        #expect(try maps(network, video, threads: 3) == one)
        let batched = try DepthEstimator(network, runtime: try #require(Runtime.shared), threads: 2, batch: 3)
        let gathered = Gathered<DepthMap>()
        #expect(try batched.estimate(video, make: { $0 }, take: { gathered.add($0) }) == 5)
        for (a, b) in zip(gathered.all, one) { expectClose(a.values, b.values, 1e-6) }
    }

    @Test func `frames are resized before the network sees them`() throws {
        let maps = try maps(
            try network("depth"), try folder.video(scene), resizedTo: FrameSize(width: 40, height: 24))
        try expectMaps(maps, "resized")
    }

    @Test func `no more frames than wanted are looked at`() throws {
        let video = try folder.video(scene)
        #expect(try maps(try network("depth"), video, limit: 2).count == 2)
        #expect(try maps(try network("video_depth"), video, limit: 3).count == 3)
    }

    @Test(arguments: [(1, 20), (22, 20), (23, 20), (75, 20), (34, 40)])
    func `depth of windows is that of an independent computation`(frames: Int, width: Int) throws {
        let video = try folder.video(GoldenScene(frames, 12, width, seed: 3, shift: -20, noise: 12))
        let all = try maps(try network("video_depth"), video)
        #expect(all.count == frames)
        let kept = [0, 11, 21, 22, 23, 24, 27, 31, 32, 46, 50, 53, 54, 66, 74].filter { $0 < frames }
        try expectMaps(kept.map { all[$0] }, "\(frames).\(width)x12", "video_depth")
    }

    @Test func `what a network cannot do is said in one sentence`() throws {
        let video = try folder.video(scene)
        let runtime = try #require(Runtime.shared)
        func sentence(_ name: String, _ change: (inout NetworkCard) -> Void) throws -> String {
            let place = TemporaryFolder()
            defer { withExtendedLifetime(place) {} }
            let network = try place.network(name, change)
            let error = #expect(throws: BenchError.self) {
                let estimator = try depthEstimator(network, runtime: runtime, threads: 1)
                try estimator.estimate(video, resizedTo: nil, limit: 9, make: { $0 }, take: { _ in })
            }
            #expect(error?.code == .unusableInput)
            return error?.sentence ?? ""
        }
        #expect(try sentence("depth") { $0.task = .saliency }.contains("is a network for saliency"))
        #expect(try sentence("depth") { $0.input = nil }.contains("'input' is missing"))
        #expect(try sentence("depth") { $0.outputs = [:] }.contains("'outputs.depth' is missing"))
        #expect(try sentence("depth") { $0.outputs = ["depth": "far"] }.contains("no output 'far'"))
        #expect(try sentence("depth") { $0.task = .videoDepth }.contains("takes no window of frames"))
        #expect(try sentence("video_depth") { $0.task = .depth }.contains("'picture'"))
        #expect(try sentence("depth") { $0.input?.name = "image" }.contains("'picture' that nothing"))
    }

    @Test func `a video without frames and one that is damaged are refused`() throws {
        for name in ["depth", "video_depth"] {
            let damaged = try folder.write("no video", to: "damaged.mp4")
            let error = #expect(throws: BenchError.self) { try maps(try network(name), damaged) }
            #expect(error?.sentence.contains(damaged) == true)
            let none = #expect(throws: BenchError.self) {
                try maps(try network(name), try folder.video(scene, "zero-\(name)"), limit: 0)
            }
            #expect(none?.sentence.contains("holds no frame") == true)
        }
    }

    @Test func `what the taker throws ends the work`() throws {
        struct Full: Error {}
        let estimator = try depthEstimator(
            try network("depth"), runtime: try #require(Runtime.shared), threads: 2)
        #expect(throws: Full.self) {
            try estimator.estimate(
                try folder.video(scene), resizedTo: nil, limit: 9, make: { $0 }, take: { _ in throw Full() })
        }
    }
}
