internal import Experiment
internal import Tensors

/// The convolutions of a classifier up to its last features, with the places where a perceptual distance taps them.
public struct Backbone: Sendable, Equatable {
    /// One layer. `at` is its number in torchvision's `features`, by which its weights are named.
    enum Layer: Sendable, Equatable {
        /// Followed by a ReLU, as all here are.
        case convolution(at: Int, kernel: Int, stride: Int = 1, padding: Int = 0)
        case pool(kernel: Int, roundsUp: Bool = false)
        /// SqueezeNet's: a 1x1 convolution, then 1x1 and 3x3 ones side by side.
        case fire(at: Int)
        /// What the layer before gives is an output.
        case tap
    }

    /// As a person and the card call it.
    public let name: String
    let layers: [Layer]
    /// Height and width of the smallest picture that all layers take.
    public let least: Int
    /// How the SHA-256 of torchvision's weights begins: the digits in that file's name.
    let torchvisionDigits: String
    /// SHA-256 of the heads of LPIPS 0.1 for it.
    let headsHash: String
    /// The file of those heads inside the `lpips` package.
    let headsMember: String

    public var taps: Int { layers.count { $0 == .tap } }

    public static let vgg16 = Backbone(
        name: "VGG16",
        layers: [
            .convolution(at: 0, kernel: 3, padding: 1), .convolution(at: 2, kernel: 3, padding: 1), .tap,
            .pool(kernel: 2),
            .convolution(at: 5, kernel: 3, padding: 1), .convolution(at: 7, kernel: 3, padding: 1), .tap,
            .pool(kernel: 2),
            .convolution(at: 10, kernel: 3, padding: 1), .convolution(at: 12, kernel: 3, padding: 1),
            .convolution(at: 14, kernel: 3, padding: 1), .tap,
            .pool(kernel: 2),
            .convolution(at: 17, kernel: 3, padding: 1), .convolution(at: 19, kernel: 3, padding: 1),
            .convolution(at: 21, kernel: 3, padding: 1), .tap,
            .pool(kernel: 2),
            .convolution(at: 24, kernel: 3, padding: 1), .convolution(at: 26, kernel: 3, padding: 1),
            .convolution(at: 28, kernel: 3, padding: 1), .tap,
        ],
        least: 16, torchvisionDigits: "397923af",
        headsHash: "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868",
        headsMember: "lpips/weights/v0.1/vgg.pth")

    public static let alexNet = Backbone(
        name: "AlexNet",
        layers: [
            .convolution(at: 0, kernel: 11, stride: 4, padding: 2), .tap,
            .pool(kernel: 3),
            .convolution(at: 3, kernel: 5, padding: 2), .tap,
            .pool(kernel: 3),
            .convolution(at: 6, kernel: 3, padding: 1), .tap,
            .convolution(at: 8, kernel: 3, padding: 1), .tap,
            .convolution(at: 10, kernel: 3, padding: 1), .tap,
        ],
        least: 31, torchvisionDigits: "7be5be79",
        headsHash: "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
        headsMember: "lpips/weights/v0.1/alex.pth")

    public static let squeezeNet = Backbone(
        name: "SqueezeNet 1.1",
        layers: [
            .convolution(at: 0, kernel: 3, stride: 2), .tap,
            .pool(kernel: 3, roundsUp: true), .fire(at: 3), .fire(at: 4), .tap,
            .pool(kernel: 3, roundsUp: true), .fire(at: 6), .fire(at: 7), .tap,
            .pool(kernel: 3, roundsUp: true), .fire(at: 9), .tap,
            .fire(at: 10), .tap, .fire(at: 11), .tap, .fire(at: 12), .tap,
        ],
        least: 17, torchvisionDigits: "b8a52dc0",
        headsHash: "4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76",
        headsMember: "lpips/weights/v0.1/squeeze.pth")
}

/// How the network's own colours are made of red, green and blue in -1...1, as nodes before the first layer.
enum BackboneColours {
    /// LPIPS': (x - shift) / scale.
    case lpips
    /// The Oxford group's: 0...255 minus the mean of ImageNet. Their order, blue first, is folded into the first weights.
    case caffe

    /// - Returns: the name of the first layer's input.
    func nodes(in graph: inout OnnxGraph, from image: String) -> String {
        func three(_ name: String, _ values: [Float]) -> StoredTensor {
            StoredTensor(name: name, Tensor(shape: [1, 3, 1, 1], values: values))
        }
        switch self {
        case .lpips:
            let shift = graph.weight(three("shift", [-0.030, -0.088, -0.188]), named: "shift")
            let scale = graph.weight(three("scale", [0.458, 0.448, 0.450]), named: "scale")
            let shifted = graph.node("Sub", [image, shift], to: "shifted")
            return graph.node("Div", [shifted, scale], to: "scaled")
        case .caffe:
            let half: Float = 127.5
            let range = graph.weight(three("range", [half, half, half]), named: "range")
            let offset = graph.weight(
                three("offset", [half - 123.68, half - 116.779, half - 103.939]), named: "offset")
            let scaled = graph.node("Mul", [image, range], to: "bytes")
            return graph.node("Add", [scaled, offset], to: "centred")
        }
    }
}
