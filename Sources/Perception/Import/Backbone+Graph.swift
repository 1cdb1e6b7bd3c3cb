internal import Experiment
internal import Tensors

extension Backbone {
    /// The network from a picture to its taps, and the channels of each tap.
    ///
    /// The input `image` is N x 3 x H x W, red, green, blue in -1...1; the outputs are `tap1`, `tap2`, …. Widths are those
    /// of the weights: any that fit each other do.
    /// - Parameters:
    ///   - weights: torchvision's names, `features.0.weight` and so on.
    ///   - file: where they came from, for sentences.
    /// - Throws: `BenchError` 65, when weights are missing, do not fit each other, or are not finite.
    func graph(
        weights: [String: StoredTensor], colours: BackboneColours, file: String
    ) throws(BenchError) -> (graph: OnnxGraph, channels: [Int]) {
        var builder = BackboneBuilder(backbone: self, weights: weights, file: file)
        try builder.build(colours: colours)
        return (builder.graph, builder.channels)
    }
}

private struct BackboneBuilder {
    let backbone: Backbone
    let weights: [String: StoredTensor]
    let file: String
    var graph: OnnxGraph
    var channels: [Int] = []
    /// Where the network has come to.
    private var current = "image"
    private var width = 3
    private var used: Set<String> = []
    private var taps = 0

    init(backbone: Backbone, weights: [String: StoredTensor], file: String) {
        self.backbone = backbone
        self.weights = weights
        self.file = file
        graph = OnnxGraph(name: backbone.name)
    }

    mutating func build(colours: BackboneColours) throws(BenchError) {
        graph.inputs = [
            OnnxGraph.Port(name: current, shape: [.named("pictures"), .fixed(3), .named("height"), .named("width")])
        ]
        current = colours.nodes(in: &graph, from: current)
        for (index, layer) in backbone.layers.enumerated() {
            let isTapped = backbone.layers.dropFirst(index + 1).first == .tap
            switch layer {
            case .convolution(let at, let kernel, let stride, let padding):
                (current, width) = try convolution(
                    "features.\(at)", kernel: kernel, stride: stride, padding: padding, from: (current, width),
                    to: isTapped ? "tap\(taps + 1)" : "relu\(at)")
            case .pool(let kernel, let roundsUp):
                current = graph.node(
                    "MaxPool", [current], to: "pool\(index)",
                    [
                        "kernel_shape": .integers([kernel, kernel]), "strides": .integers([2, 2]),
                        "ceil_mode": .integer(roundsUp ? 1 : 0),
                    ])
            case .fire(let at): try fire("features.\(at)", to: isTapped ? "tap\(taps + 1)" : "fire\(at)")
            case .tap:
                taps += 1
                channels.append(width)
                graph.outputs.append(
                    OnnxGraph.Port(
                        name: current,
                        shape: [.named("pictures"), .fixed(width), .named("height\(taps)"), .named("width\(taps)")]))
            }
        }
        let unused = weights.keys.filter { $0.hasPrefix("features.") && !used.contains($0) }
        if let other = unused.min() {
            throw unusable("has '\(other)', which \(backbone.name) does not have; name the weights of \(backbone.name)")
        }
    }

    private mutating func fire(_ name: String, to output: String) throws(BenchError) {
        let narrow = try convolution(
            "\(name).squeeze", kernel: 1, from: (current, width), to: "\(name).squeezed")
        let points = try convolution("\(name).expand1x1", kernel: 1, from: narrow, to: "\(name).points")
        let squares = try convolution("\(name).expand3x3", kernel: 3, padding: 1, from: narrow, to: "\(name).squares")
        width = points.width + squares.width
        current = graph.node("Concat", [points.name, squares.name], to: output, ["axis": .integer(1)])
    }

    /// A convolution and its ReLU: the name and the channels of what it gives.
    private mutating func convolution(
        _ name: String, kernel: Int, stride: Int = 1, padding: Int = 0, from input: (name: String, width: Int),
        to output: String
    ) throws(BenchError) -> (name: String, width: Int) {
        let weight = try tensor(name + ".weight")
        guard weight.shape.count == 4, weight.shape[0] > 0, Array(weight.shape[1...]) == [input.width, kernel, kernel]
        else {
            throw unusable(
                "has '\(name).weight' of shape \(weight.shape), where \(backbone.name) takes "
                    + "[channels, \(input.width), \(kernel), \(kernel)]; name the weights of \(backbone.name)")
        }
        let width = weight.shape[0]
        let bias = try tensor(name + ".bias")
        guard bias.shape == [width] else {
            throw unusable("has '\(name).bias' of shape \(bias.shape) beside \(width) channels; copy the file again")
        }
        let inputs = [
            input.name, graph.weight(weight, named: weight.name), graph.weight(bias, named: bias.name),
        ]
        let sums = graph.node(
            "Conv", inputs, to: name,
            [
                "kernel_shape": .integers([kernel, kernel]), "strides": .integers([stride, stride]),
                "pads": .integers([padding, padding, padding, padding]),
            ])
        return (graph.node("Relu", [sums], to: output), width)
    }

    private mutating func tensor(_ name: String) throws(BenchError) -> StoredTensor {
        guard let tensor = weights[name] else {
            throw unusable("has no '\(name)'; name the weights of \(backbone.name) as torchvision publishes them")
        }
        guard tensor.element.isFloating else {
            throw unusable("has '\(name)' of type \(tensor.element.rawValue); name weights that are floating-point")
        }
        guard tensor.floats().allSatisfy(\.isFinite) else {
            throw unusable("has numbers in '\(name)' that are not finite; copy the file again")
        }
        used.insert(name)
        return tensor.renamed(name)
    }

    private func unusable(_ what: String) -> BenchError { BenchError(.unusableInput, "\(file): \(what)") }
}
