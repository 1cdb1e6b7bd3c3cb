internal import Experiment
internal import Tensors

/// VGG16's convolutions in a network that Keras made and tf2onnx exported, under torchvision's names.
struct CaffeWeights {
    let tensors: [String: StoredTensor]

    /// Keras' convolutions and their numbers in torchvision's `features`.
    private static let layers: [(name: String, at: Int)] = [
        ("block1_conv1", 0), ("block1_conv2", 2), ("block2_conv1", 5), ("block2_conv2", 7), ("block3_conv1", 10),
        ("block3_conv2", 12), ("block3_conv3", 14), ("block4_conv1", 17), ("block4_conv2", 19), ("block4_conv3", 21),
        ("block5_conv1", 24), ("block5_conv2", 26), ("block5_conv3", 28),
    ]

    /// - Throws: `BenchError` 65, when the file is no such network.
    init(path: String, shown: String) throws(BenchError) {
        let model: OnnxModel
        do throws(FileError) { model = try OnnxModel(path: path) } catch {
            throw BenchError(.unusableInput, "\(shown): \(error.reason)")
        }
        var tensors: [String: StoredTensor] = [:]
        for (name, at) in Self.layers {
            var (kernel, bias) = (
                try Self.weight(name, rank: 4, in: model, shown: shown),
                try Self.weight(name, rank: 1, in: model, shown: shown)
            )
            if at == 0 { kernel = Self.blueFirst(kernel) }
            if bias.shape != [kernel.shape[0]] { bias = Tensor(shape: [0], values: []) }
            tensors["features.\(at).weight"] = StoredTensor(name: name, kernel)
            tensors["features.\(at).bias"] = StoredTensor(name: name, bias)
        }
        self.tensors = tensors
    }

    /// The only weight of a layer with so many dimensions. tf2onnx names it `model/block1_conv1/convolution…`, and numbers
    /// layers that it meets again: `block1_conv1_1`.
    private static func weight(
        _ layer: String, rank: Int, in model: OnnxModel, shown: String
    ) throws(BenchError) -> Tensor {
        let found = model.weights.filter { weight in
            weight.shape.count == rank
                && weight.name.split(separator: "/").contains { $0 == layer || $0.hasPrefix(layer + "_") }
        }
        guard found.count == 1, let weight = found.first else {
            throw BenchError(
                .unusableInput,
                "\(shown) has \(found.count) weights of \(rank) dimensions for '\(layer)'; name a network that holds VGG16 as Keras calls it"
            )
        }
        return try readable { () throws(FileError) in try model.tensor(weight) }
    }

    /// Caffe's networks take blue first: reversing the first kernels' channels takes red first.
    private static func blueFirst(_ kernel: Tensor) -> Tensor {
        guard kernel.shape.count == 4, kernel.shape[1] == 3 else { return kernel }
        let plane = kernel.shape[2] * kernel.shape[3]
        var values = kernel.values
        for output in 0..<kernel.shape[0] {
            for channel in 0..<3 {
                let (from, to) = ((output * 3 + channel) * plane, (output * 3 + 2 - channel) * plane)
                for i in 0..<plane { values[to + i] = kernel.values[from + i] }
            }
        }
        return Tensor(shape: kernel.shape, values: values)
    }
}
