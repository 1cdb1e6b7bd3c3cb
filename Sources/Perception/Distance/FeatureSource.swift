internal import Experiment
internal import Video

/// Gives the features of pictures: a network, or what stands for one in a test.
protocol FeatureSource: Sendable {
    /// How many taps there are.
    var taps: Int { get }
    /// How many frames of a size go through at once.
    func batch(_ size: FrameSize) -> Int
    /// Calls `body` with the features of frames of one size: for every tap, frames x channels x rows x columns.
    /// - Throws: `BenchError`; what `body` throws.
    func withFeatures(of frames: [Frame], _ body: ([NetworkOutput]) throws -> Void) throws
}

/// A backbone in ONNX Runtime.
struct NetworkFeatures: FeatureSource {
    private let input: PictureInput
    private let outputs: [String]
    private let session: NetworkSession

    var taps: Int { outputs.count }
    var device: Device { session.device }

    /// - Throws: `BenchError` 65, when the folder holds another kind of network, or one that its card does not describe; 69,
    ///   when the device is not there.
    init(_ network: NetworkFolder, runtime: OnnxRuntime, device: Device, threads: Int) throws(BenchError) {
        let card = network.card
        let cardPath = network.path + "/" + NetworkFolder.cardName
        guard card.task == .perceptualFeatures else {
            throw BenchError(
                .unusableInput,
                "\(cardPath) describes a network for \(card.task.rawValue), and diversity needs one for \(NetworkTask.perceptualFeatures.rawValue)"
            )
        }
        guard let input = card.input else {
            throw BenchError(.unusableInput, "\(cardPath): 'input' is missing; import the network again")
        }
        var outputs: [String] = []
        while let name = card.outputs["tap\(outputs.count + 1)"] { outputs.append(name) }
        guard !outputs.isEmpty, outputs.count == card.outputs.count else {
            throw BenchError(
                .unusableInput,
                "\(cardPath): 'outputs' must name tap1, tap2, … without a gap and nothing else; import the network again"
            )
        }
        self.input = input
        self.outputs = outputs
        session = try runtime.session(model: try network.file("model"), device: device, threads: threads)
    }

    /// The channels of each tap, where the network says them before it runs.
    var channels: [Int?] {
        outputs.map { name in
            session.outputs.first { $0.name == name }.flatMap { $0.shape.count == 4 ? $0.shape[1] : nil }
        }
    }

    /// Small frames go in together, for a run has its own cost. Large ones do not: they gain nothing, and their activations
    /// would all be in memory at once.
    func batch(_ size: FrameSize) -> Int {
        let taken = session.inputs.first { $0.name == input.name }?.shape.first ?? nil
        return taken ?? max(1, (1 << 17) / max(1, size.pixels))
    }

    func withFeatures(of frames: [Frame], _ body: ([NetworkOutput]) throws -> Void) throws {
        try session.run([input.name: try input.tensor(of: frames)], outputs: outputs, body)
    }
}
