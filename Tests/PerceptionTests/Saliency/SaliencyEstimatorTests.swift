import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite(.enabled(if: Runtime.isThere, Runtime.absence)) struct SaliencyEstimatorTests {
    private let folder = TemporaryFolder()
    private let scene = GoldenScene(7, 30, 40, seed: 2, shift: -6, noise: 6)

    private func estimator(threads: Int = 2) throws -> SaliencyEstimator {
        let network = try NetworkFolder(path: Places.perception + "/saliency")
        try network.verify()
        return try SaliencyEstimator(network, runtime: try #require(Runtime.shared), threads: threads)
    }

    @Test(arguments: [0, 1, 2], [1, 2]) func `levels are those of rembg, smoothed over time`(
        radius: Int, threads: Int
    ) throws {
        let tensor = try #require(
            SafetensorsFile(path: Places.perception + "/saliency/expected.safetensors").tensors["\(radius)"])
        let expected = tensor.withBytes { Array($0) }
        let gathered = Gathered<(mask: Plane, levels: Plane)>()
        let settings = SaliencySettings(threshold: 0.6, radius: radius)
        let video = try folder.video(scene)
        let count = try estimator(threads: threads).foreground(of: video, settings: settings) { mask, levels in
            gathered.add((mask, levels))
        }
        #expect(count == 7 && gathered.all.count == 7)
        for (i, (mask, levels)) in gathered.all.enumerated() {
            #expect(levels.size == FrameSize(width: 40, height: 30))
            let part = expected[i * 1200..<(i + 1) * 1200]
            // A probability on the edge of a level may fall to either side: networks differ in their last bits.
            let differences = zip(levels.pixels, part).map { abs(Int($0) - Int($1)) }
            #expect(differences.max() ?? 9 <= 1 && differences.count { $0 > 0 } < 12, "frame \(i)")
            #expect(mask.pixels == levels.pixels.map { $0 > 153 ? 1 : 0 })
        }
    }

    @Test func `a map of one value has no foreground`() throws {
        let grey = Frame(width: 8, height: 8, pixels: [UInt8](repeating: 90, count: 192))
        let map = try estimator().probability(of: grey)
        #expect(map.size == FrameSize(width: 16, height: 16))
        let least = try #require(map.values.min())
        #expect(least == 0)
    }

    @Test func `a network for something else is refused`() throws {
        let network = try NetworkFolder(path: Places.perception + "/depth")
        let error = #expect(throws: BenchError.self) {
            try SaliencyEstimator(network, runtime: try #require(Runtime.shared), threads: 1)
        }
        #expect(error?.sentence.contains("not for saliency") == true)
    }
}

@Suite struct MaskFilesTests {
    private let folder = TemporaryFolder()

    /// - Parameter scale: how many pixels a side stand for one.
    private func mask(scale: Int = 1) throws -> String {
        let size = FrameSize(width: 4 * scale, height: 2 * scale)
        let writer = try MapFileWriter(
            path: folder.file("m.maps"), kind: .foreground, size: size, origin: MapOrigin())
        for pixels in [[0, 1, 1, 0, 0, 0, 0, 1], [1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]] {
            try writer.append(PackedMap(foreground: Plane(width: 4, height: 2, pixels: pixels).nearest(size)))
        }
        try writer.finish()
        return folder.file("m.maps")
    }

    @Test func `a weight map has one number in the foreground and one elsewhere`() throws {
        let path = folder.file("weights.safetensors")
        try MaskFiles.writeWeights(of: try mask(), foreground: 0.75, background: 0.25, to: path)
        let tensors = try SafetensorsFile(path: path).tensors
        let weights = try #require(tensors.values.first)
        #expect(tensors.count == 1 && weights.element == .float16 && weights.shape == [3, 2, 4])
        #expect(weights.floats().prefix(8) == [0.25, 0.75, 0.75, 0.25, 0.25, 0.25, 0.25, 0.75])
        #expect(weights.floats().suffix(8).allSatisfy { $0 == 0.25 })
    }

    @Test(arguments: ["white.mkv", "white/"]) func `a mask is written as a video that reads the same`(name: String)
        throws
    {
        let path = folder.file(name)
        #expect(try MaskFiles.writeVideo(of: try mask(scale: 16), to: path, rate: 24) == 3)
        let (a, b) = (try ForegroundReader(path: try mask(scale: 16)), try ForegroundReader(path: path))
        while let plane = try a.next() { #expect(try b.next() == plane) }
        #expect(try b.next() == nil)
    }

    @Test func `weights that are no weights and masks that are none are refused`() throws {
        let path = folder.file("weights.safetensors")
        for weight in [-0.5, .nan, .infinity, 1e6] {
            let error = #expect(throws: BenchError.self) {
                try MaskFiles.writeWeights(of: try mask(), foreground: weight, background: 0, to: path)
            }
            #expect(error?.code == .usage)
        }
        let damaged = try folder.write("no mask", to: "damaged.maps")
        let error = #expect(throws: BenchError.self) {
            try MaskFiles.writeWeights(of: damaged, foreground: 1, background: 0, to: path)
        }
        #expect(error?.code == .unusableInput)
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
