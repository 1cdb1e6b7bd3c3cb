public import Experiment
internal import Tensors
public import Video

/// Estimates depth of a video, frame by frame in order; what a network gives, at the size of the frames.
public protocol DepthEstimating: Sendable {
    var network: NetworkFolder { get }
    var device: Device { get }

    /// Estimates the first frames of a video.
    /// - Parameters:
    ///   - resizedTo: the size that frames are brought to before the network sees them; nil leaves them as they are.
    ///   - limit: frames to look at, from the first.
    ///   - make: makes of a map what is kept; called on several threads.
    ///   - take: is given what was made, in the frames' order; called by one thread at a time.
    /// - Returns: the number of frames.
    /// - Throws: `BenchError` 65, when the video or the network is unusable; what the closures throw.
    @discardableResult
    func estimate<Made: Sendable>(
        _ video: String, resizedTo: FrameSize?, limit: Int, make: @Sendable (DepthMap) throws -> Made,
        take: @Sendable (Made) throws -> Void
    ) throws -> Int
}

/// The estimator that a network's card asks for: of single frames, or of windows of them.
/// - Parameter threads: for the network and all around it.
/// - Throws: `BenchError` 65, when the network is for another task; 69, when the device is not there.
public func depthEstimator(
    _ network: NetworkFolder, runtime: OnnxRuntime, device: Device = .cpu, threads: Int
) throws(BenchError) -> any DepthEstimating {
    switch network.card.task {
    case .depth: try DepthEstimator(network, runtime: runtime, device: device, threads: threads)
    case .videoDepth: try VideoDepthEstimator(network, runtime: runtime, device: device, threads: threads)
    default:
        throw BenchError(
            .unusableInput,
            "\(network.path) is a network for \(network.card.task.rawValue), not for depth; name one whose task is depth or video-depth"
        )
    }
}

/// A network that sees one frame at a time, as Depth-Anything-V2: its output is resized to the frame's size, bilinear with
/// corners aligned (metrics.md §5).
public struct DepthEstimator: DepthEstimating {
    public let network: NetworkFolder
    public let device: Device
    private let input: PictureInput
    private let output: String
    private let session: NetworkSession
    private let lanes: Int
    /// Frames that the network is given at once, and whether it takes no fewer.
    private let batch: Int
    private let isBatchFixed: Bool

    /// - Parameters:
    ///   - threads: lanes of frames and threads of the network together.
    ///   - batch: frames in one run; nil takes what the network was exported with, or 1 on a CPU and 4 on a GPU where it
    ///     leaves that open.
    /// - Throws: `BenchError` 65, when the card lacks a part or the model cannot be loaded; 69, when the device is not there.
    public init(
        _ network: NetworkFolder, runtime: OnnxRuntime, device: Device = .cpu, threads: Int, batch: Int? = nil
    ) throws(BenchError) {
        input = try network.pictureInput()
        output = try network.output("depth")
        let plan = LanePlan(threads: threads, device: device)
        session = try runtime.session(model: try network.file(), device: device, threads: plan.threadsEach)
        lanes = plan.lanes
        let name = input.name
        let exported = session.inputs.first { $0.name == name }?.shape.first ?? nil
        isBatchFixed = exported != nil
        self.batch = exported ?? max(1, batch ?? (device == .cpu ? 1 : 4))
        self.network = network
        self.device = device
    }

    @discardableResult
    public func estimate<Made: Sendable>(
        _ video: String, resizedTo: FrameSize? = nil, limit: Int = 121, make: @Sendable (DepthMap) throws -> Made,
        take: @Sendable (Made) throws -> Void
    ) throws -> Int {
        try unusableFilesTold {
            let frames = try ClipFrames(path: video, resizedTo: resizedTo, limit: limit)
            let counter = Counter()
            try inOrder(
                lanes: lanes,
                next: {
                    let batch = try frames.next(batch)
                    return batch.isEmpty ? nil : batch
                },
                work: { try maps(of: $0.map(frames.fitted)).map(make) },
                take: { made in
                    for one in made {
                        try take(one)
                        counter.add()
                    }
                })
            try frames.checkNotEmpty()
            return counter.count
        }
    }

    private func maps(of frames: [Frame]) throws -> [DepthMap] {
        // A network of a fixed batch is given the last frame again where there are fewer.
        let missing = isBatchFixed ? batch - frames.count : 0
        let tensor = try input.tensor(of: frames + [Frame](repeating: frames[frames.count - 1], count: missing))
        return try session.run([input.name: tensor], outputs: [output]) { outputs in
            let planes = outputs[0]
            let size = try planes.planeSize(tensor.shape[0], of: session.model)
            let resize = CornerAlignedResize(from: size, to: frames[0].size)
            return frames.indices.map { resize(planes.plane($0, size)) }
        }
    }
}

extension NetworkFolder {
    /// - Throws: `BenchError` 65, when the card does not say how frames become the input.
    func pictureInput() throws(BenchError) -> PictureInput {
        guard let input = card.input else {
            throw BenchError(
                .unusableInput,
                "\(path)/\(NetworkFolder.cardName): 'input' is missing; say there how a frame becomes the network's input"
            )
        }
        return input
    }
}
