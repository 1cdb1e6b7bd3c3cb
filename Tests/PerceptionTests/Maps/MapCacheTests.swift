import Experiment
import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite struct MapCacheTests {
    private let folder = TemporaryFolder()
    private let key = MapKey(
        kind: .foreground, network: Identity(of: ["n"]), clip: "c0ffee", settings: ["threshold": "0.5"])
    private var cache: MapCache { MapCache(folder: folder.file("cache")) }

    private func write(_ path: String, _ key: MapKey, value: UInt8 = 1) throws {
        let size = FrameSize(width: 3, height: 1)
        let origin = MapOrigin(identity: key.network.hex, clip: key.clip, settings: key.settings)
        let writer = try MapFileWriter(path: path, kind: key.kind, size: size, origin: origin)
        try writer.append(PackedMap(foreground: Plane(width: 3, height: 1, pixels: [0, value, 0])))
        try writer.finish()
    }

    @Test func `a map is made once`() throws {
        let path = try cache.map(key) { try write($0, key) }
        #expect(path == cache.path(for: key))
        #expect(try cache.map(key) { _ in Issue.record("made twice") } == path)
        #expect(cache.existing(key) == path)
    }

    @Test func `anything that differs is another map`() throws {
        let others = [
            MapKey(kind: .labels, network: key.network, clip: key.clip, settings: key.settings),
            MapKey(kind: key.kind, network: Identity(of: ["m"]), clip: key.clip, settings: key.settings),
            MapKey(kind: key.kind, network: key.network, clip: "c0ffef", settings: key.settings),
            MapKey(kind: key.kind, network: key.network, clip: key.clip, settings: ["threshold": "0.6"]),
            MapKey(kind: key.kind, network: key.network, clip: key.clip, settings: [:]),
        ]
        #expect(Set((others + [key]).map { cache.path(for: $0) }).count == 6)
    }

    @Test func `a damaged map is made again`() throws {
        let path = try cache.map(key) { try write($0, key) }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        var flipped = whole
        flipped[whole.count - 3] ^= 1
        for damaged in [whole.dropLast(), flipped, Data(), Data("nonsense".utf8)] {
            try damaged.write(to: URL(fileURLWithPath: path))
            #expect(cache.existing(key) == nil)
            let made = Mutex(0)
            _ = try cache.map(key) {
                made.withLock { $0 += 1 }
                try write($0, key)
            }
            #expect(made.withLock { $0 } == 1)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole)
        }
    }

    @Test func `a whole map of something else under the name is made again`() throws {
        let other = MapKey(kind: .foreground, network: key.network, clip: "other", settings: key.settings)
        let path = try cache.map(key) { try write($0, key) }
        try write(path, other, value: 0)
        #expect(cache.existing(key) == nil)
    }

    @Test func `a map that fails leaves nothing, and the reason reaches the caller`() throws {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try cache.map(key) { path in
                let writer = try MapFileWriter(
                    path: path, kind: .foreground, size: FrameSize(width: 3, height: 1), origin: MapOrigin())
                try writer.append(PackedMap(foreground: Plane(width: 3, height: 1, pixels: [0, 1, 0])))
                throw Failure()
            }
        }
        let shard = (cache.path(for: key) as NSString).deletingLastPathComponent
        #expect(try FileManager.default.contentsOfDirectory(atPath: shard).isEmpty)
    }

    @Test func `several that want a map at once make it once`() throws {
        let made = Mutex(0)
        try withWorkers(4) { _ in
            _ = try cache.map(key) {
                made.withLock { $0 += 1 }
                usleep(20_000)
                try write($0, key)
            }
        }
        #expect(made.withLock { $0 } == 1)
    }

    @Test func `a folder that cannot be used is named`() throws {
        let file = try folder.write("in the way", to: "file")
        let error = #expect(throws: BenchError.self) {
            try MapCache(folder: file).map(key) { _ in Issue.record("there is no place") }
        }
        #expect(error?.code == .unusableInput && error?.sentence.contains(file) == true)
    }
}

@Suite(.enabled(if: Runtime.isThere, Runtime.absence)) struct MapCacheEstimateTests {
    private let folder = TemporaryFolder()
    private let scene = GoldenScene(5, 30, 40, seed: 2, shift: -6, noise: 6)

    private func video() throws -> Artifact {
        let path = folder.file("clip.mkv")
        let writer = try VideoWriter(path: path, size: FrameSize(width: 40, height: 30), rate: 24)
        for t in 0..<scene.frames { try writer.append(scene.frame(t)) }
        try writer.finish()
        return try Artifact(hashing: path)
    }

    @Test(arguments: ["depth", "video_depth"]) func `depth is computed once and read as any depth`(name: String) throws
    {
        let cache = MapCache(folder: folder.file("cache"))
        let (runtime, video) = (try #require(Runtime.shared), try video())
        let network = try NetworkFolder(path: Places.perception + "/" + name)
        let told = Gathered<Int>()
        func depth(_ size: FrameSize?) throws -> String {
            try cache.depth(
                of: video, resizedTo: size, limit: 4, network: network, device: .cpu, runtime: runtime.version,
                onFrame: { told.add($0) }, estimator: { try depthEstimator(network, runtime: runtime, threads: 2) })
        }
        let path = try depth(nil)
        #expect(told.all == [1, 2, 3, 4])
        #expect(try depth(nil) == path && told.all.count == 4)
        // The map is there: nothing is opened.
        #expect(
            try cache.depth(of: video, limit: 4, network: network, device: .cpu, runtime: "") {
                throw BenchError(.bug, "the network was opened for a map that is there")
            } == path)
        let reader = try openDepth(path)
        #expect(reader.size == FrameSize(width: 40, height: 30) && reader.frames == 4)
        let small = try depth(FrameSize(width: 20, height: 16))
        #expect(small != path && told.all.count == 8)
        #expect(try openDepth(small).size == FrameSize(width: 20, height: 16))
        #expect(try depth(FrameSize(width: 40, height: 30)) == path && told.all.count == 8)
        let origin = try MapFileReader(path: path).header.origin
        #expect(origin.network == name && origin.identity == network.identity.hex && origin.clip == video.sha256)
        #expect(origin.device == "cpu" && origin.runtime == runtime.version)
        #expect(origin.settings == ["device": "cpu", "frames": "4", "size": "native"])
    }

    @Test func `foreground is computed once for every setting`() throws {
        let cache = MapCache(folder: folder.file("cache"))
        let (runtime, video) = (try #require(Runtime.shared), try video())
        let network = try NetworkFolder(path: Places.perception + "/saliency")
        func foreground(_ settings: SaliencySettings) throws -> String {
            try cache.foreground(
                of: video, settings: settings, network: network, device: .cpu, runtime: runtime.version
            ) { try SaliencyEstimator(network, runtime: runtime, threads: 2) }
        }
        let path = try foreground(SaliencySettings())
        #expect(try foreground(SaliencySettings()) == path)
        #expect(try foreground(SaliencySettings(threshold: 0.4)) != path)
        #expect(try foreground(SaliencySettings(radius: 0)) != path)
        let reader = try ForegroundReader(path: path)
        var (frames, share) = (0, 0)
        while let mask = try reader.next() {
            frames += 1
            share += mask.pixels.count { $0 == 1 }
        }
        #expect(frames == 5 && share > 0 && share < 5 * 1200)
    }

    @Test func `a video that is damaged leaves no map`() throws {
        let cache = MapCache(folder: folder.file("cache"))
        let video = try Artifact(hashing: try folder.write("no video", to: "damaged.mp4"))
        let network = try NetworkFolder(path: Places.perception + "/depth")
        let error = #expect(throws: BenchError.self) {
            let runtime = try #require(Runtime.shared)
            _ = try cache.depth(of: video, network: network, device: .cpu, runtime: runtime.version) {
                try depthEstimator(network, runtime: runtime, threads: 1)
            }
        }
        #expect(error?.code == .unusableInput && error?.sentence.contains(video.path) == true)
    }
}
