import Experiment
import Foundation
import TestSupport
import Video

@testable import Perception

/// The reference numbers of `make_lpips.py`, and the random numbers that both sides make.
enum LpipsReference {
    static let folder = Places.references + "/perception/lpips"

    static func read<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }
}

extension SeededRandom {
    /// In [0, 1), from the upper 24 bits.
    mutating func uniform(_ count: Int) -> [Float] { (0..<count).map { _ in Float(next() >> 40) * 0x1p-24 } }
    /// In [-1, 1).
    mutating func signed(_ count: Int) -> [Float] { uniform(count).map { $0 * 2 - 1 } }
}

extension DistanceHeads {
    init(weights: [[Float]]) { self = DistanceHeads(checked: weights) }

    static func random(_ channels: [Int], seed: UInt64) -> DistanceHeads {
        var random = SeededRandom(seed)
        return DistanceHeads(weights: channels.map { random.uniform($0) })
    }
}

/// Stands for a network: the first tap is the picture itself with a channel of ones, the second its left upper quarter.
struct PlainFeatures: FeatureSource {
    var taps: Int { 2 }
    var together = 2
    /// Added to the channels that are given, to be wrong about them.
    var channels = 4

    func batch(_ size: FrameSize) -> Int { together }

    func withFeatures(of frames: [Frame], _ body: ([NetworkOutput]) throws -> Void) throws {
        func tap(_ name: String, _ width: Int, _ height: Int, _ body: (NetworkOutput) throws -> Void) rethrows {
            var values: [Float] = []
            for frame in frames {
                for c in 0..<channels {
                    for y in 0..<height {
                        for x in 0..<width {
                            values.append(c < 3 ? Float(frame.pixels[3 * (y * frame.width + x) + c]) / 255 : 1)
                        }
                    }
                }
            }
            try values.withUnsafeBufferPointer { floats in
                try body(NetworkOutput(name: name, shape: [frames.count, channels, height, width], floats: floats))
            }
        }
        guard let size = frames.first?.size else { return }
        try tap("tap1", size.width, size.height) { first in
            try tap("tap2", size.width / 2, size.height / 2) { second in try body([first, second]) }
        }
    }
}

extension NetworkCard {
    static func features(_ name: String = "plain", lpips: Double? = nil) -> NetworkCard {
        NetworkCard(
            name: name, task: .perceptualFeatures, files: [], meaning: "features",
            settings: lpips.map { ["lpips": $0] } ?? [:], licence: "", source: "")
    }
}

extension DiversityScorer {
    static func plain(threads: Int = 2, memoryLimit: Int? = nil, heads: DistanceHeads? = nil) -> DiversityScorer {
        DiversityScorer(
            PlainFeatures(), heads: heads, card: .features(), network: Identity(of: ["plain"]), threads: threads,
            memoryLimit: memoryLimit)
    }
}

extension TemporaryFolder {
    /// A folder of PNG images, which the readers take for a video.
    func video(_ name: String, _ frames: [Frame]) throws -> String {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
        for (index, frame) in frames.enumerated() {
            try frame.write(to: file(name) + "/" + String(1000 + index) + ".png")
        }
        return file(name)
    }

    /// A mask video: white where `inside` says.
    func mask(
        _ name: String, frames: Int, _ width: Int, _ height: Int, _ inside: (_ t: Int, _ x: Int, _ y: Int) -> Bool
    ) throws -> String {
        try video(
            name,
            (0..<frames).map { t in
                Frame(
                    width: width, height: height,
                    colours: (0..<width * height).map { inside(t, $0 % width, $0 / width) ? 0xffffff : 0 })
            })
    }
}
