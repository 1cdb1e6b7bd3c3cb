import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

/// Backbones as wide as LPIPS' own, imported from random weights under torchvision's names, on real frames: the numbers of
/// `make_lpips.py --full`.
@Suite(.enabled(if: Runtime.isThere && Places.clips != nil, "skipped: needs ONNX Runtime and ../shared/clips"))
struct FullWidthDistanceTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let net: String
        let seed: UInt64
        let headsSeed: UInt64
        let clips: [String]
        let top: Int
        let left: Int
        let height: Int
        let width: Int
        let distances: [Double]
        var testDescription: String { net }
    }

    /// A convolution under its name in torchvision's `features`.
    private struct Convolution {
        let name: String
        let inputs: Int
        let outputs: Int
        let kernel: Int
    }

    private static func convolutions(_ net: String) -> (layers: [Convolution], taps: [Int]) {
        func chain(_ layers: [(at: Int, outputs: Int, kernel: Int)]) -> [Convolution] {
            zip(layers, [3] + layers.map(\.outputs)).map {
                Convolution(name: "\($0.at)", inputs: $1, outputs: $0.outputs, kernel: $0.kernel)
            }
        }
        switch net {
        case "vgg":
            let widths = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
            let places = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]
            return (chain(zip(places, widths).map { ($0, $1, 3) }), [64, 128, 256, 512, 512])
        case "alex":
            let layers = chain([(0, 64, 11), (3, 192, 5), (6, 384, 3), (8, 256, 3), (10, 256, 3)])
            return (layers, layers.map(\.outputs))
        default:
            var layers = chain([(0, 64, 3)])
            var channels = 64
            for (at, squeezed) in zip([3, 4, 6, 7, 9, 10, 11, 12], [16, 16, 32, 32, 48, 48, 64, 64]) {
                layers += [
                    Convolution(name: "\(at).squeeze", inputs: channels, outputs: squeezed, kernel: 1),
                    Convolution(name: "\(at).expand1x1", inputs: squeezed, outputs: 4 * squeezed, kernel: 1),
                    Convolution(name: "\(at).expand3x3", inputs: squeezed, outputs: 4 * squeezed, kernel: 3),
                ]
                channels = 8 * squeezed
            }
            return (layers, [64, 128, 256, 384, 384, 512, 512])
        }
    }

    private static let cases: [Case] = (try? LpipsReference.read("full.json")) ?? []
    private let folder = TemporaryFolder()

    private func network(_ one: Case) throws -> NetworkFolder {
        let (layers, taps) = Self.convolutions(one.net)
        var random = SeededRandom(one.seed)
        var weights: [String: Tensor] = [:]
        for layer in layers {
            let fan = layer.inputs * layer.kernel * layer.kernel
            let bound = Float((6 / Double(fan)).squareRoot())
            weights["features.\(layer.name).weight"] = Tensor(
                shape: [layer.outputs, layer.inputs, layer.kernel, layer.kernel],
                values: random.signed(layer.outputs * fan).map { $0 * bound })
            weights["features.\(layer.name).bias"] = Tensor(
                shape: [layer.outputs], values: random.signed(layer.outputs).map { $0 * 0.1 })
        }
        try SafetensorsWriter.write(weights, to: folder.file("weights.safetensors"))
        var heads: [String: Tensor] = [:]
        for (index, values) in DistanceHeads.random(taps, seed: one.headsSeed).weights.enumerated() {
            heads["lin\(index)"] = Tensor(shape: [values.count], values: values)
        }
        try SafetensorsWriter.write(heads, to: folder.file("heads.safetensors"))
        let name = ["vgg": "lpips-vgg16", "alex": "lpips-alexnet", "squeeze": "lpips-squeezenet"][one.net] ?? ""
        let kind = try #require(NetworkKind.all.first { $0.name == name })
        var request = ImportRequest(kind: kind, files: [folder.file("weights.safetensors")])
        request.heads = folder.file("heads.safetensors")
        request.folder = folder.file("network")
        return try NetworkImporter.run(request)
    }

    @Test(arguments: cases) func `distances of real frames are those of the lpips package`(_ one: Case) throws {
        let clips = try #require(Places.clips)
        let videos = try one.clips.map { name in
            let frame = try #require(try openFrames("\(clips)/\(name).mp4").next())
            let rows = one.top..<one.top + one.height
            return try folder.video(name, [frame.cropped(rows: rows, columns: one.left..<one.left + one.width)])
        }
        let runtime = try #require(Runtime.shared)
        let scorer = try DiversityScorer(network: try network(one), runtime: runtime, threads: 2)
        let result = try scorer.score(DiversityInputs(videos: videos))
        #expect(scorer.descriptor.name == "perceptual-diversity")
        let distances = try #require(result[.all]?.pairs)
        for (got, want) in zip(distances, one.distances) { #expect(abs(got - want) < 1e-6) }
    }
}
