public import Experiment
internal import Synchronization
internal import Tensors
public import Video

/// A network that says how much each pixel belongs to what stands out, as U2-Net-p, and the foreground masks that its
/// probabilities give.
///
/// The network's map is stretched so that its least value becomes 0 and its largest 1 (0 everywhere for a map of one
/// value), smoothed over time (`TemporalWindow`), cut to 256 levels, resized to the frame by Pillow's Lanczos filter, and
/// compared with the threshold. With radius 0 the resized levels are the alpha that the Python package rembg gives.
public struct SaliencyEstimator: Sendable {
    public let network: NetworkFolder
    public let device: Device
    private let input: PictureInput
    private let output: String
    private let session: NetworkSession
    private let lanes: Int

    /// - Throws: `BenchError` 65, when the network is for another task, its card lacks a part, or the model cannot be loaded;
    ///   69, when the device is not there.
    public init(
        _ network: NetworkFolder, runtime: OnnxRuntime, device: Device = .cpu, threads: Int
    ) throws(BenchError) {
        guard network.card.task == .saliency else {
            throw BenchError(
                .unusableInput,
                "\(network.path) is a network for \(network.card.task.rawValue), not for saliency; name one whose task is that"
            )
        }
        input = try network.pictureInput()
        output = try network.output("saliency")
        let plan = LanePlan(threads: threads, device: device)
        session = try runtime.session(model: try network.file(), device: device, threads: plan.threadsEach)
        lanes = plan.lanes
        self.network = network
        self.device = device
    }

    /// The probability of every pixel of a frame, at the network's size.
    /// - Throws: `BenchError` 65, when the network does not take the frame, or gives something else.
    public func probability(of frame: Frame) throws -> DepthMap {
        let tensor = try input.tensor(of: frame)
        return try session.run([input.name: tensor], outputs: [output]) { outputs in
            let size = try outputs[0].planeSize(1, of: session.model)
            let values = outputs[0].plane(0, size)
            let (least, largest) = values.reduce((Float.infinity, -Float.infinity)) { (min($0.0, $1), max($0.1, $1)) }
            let range = largest - least
            return DepthMap(size: size, values: values.map { range > 0 ? ($0 - least) / range : 0 })
        }
    }

    /// The foreground of the first frames of a video.
    /// - Parameters:
    ///   - limit: frames to look at, from the first.
    ///   - take: is given the masks (1 in the foreground) and the 256 levels that they were cut from, in the frames' order;
    ///     called by one thread at a time.
    /// - Returns: the number of frames.
    /// - Throws: `BenchError` 65, when the video or the network is unusable; what `take` throws.
    @discardableResult
    public func foreground(
        of video: String, settings: SaliencySettings = SaliencySettings(), limit: Int = 121,
        take: @Sendable (_ mask: Plane, _ levels: Plane) throws -> Void
    ) throws -> Int {
        try unusableFilesTold {
            let frames = try ClipFrames(path: video, resizedTo: nil, limit: limit)
            let window = Mutex<(smoothing: TemporalWindow, size: FrameSize?)>(
                (TemporalWindow(radius: settings.radius), nil))
            let counter = Counter()
            @Sendable func give(_ maps: [[Float]], _ size: FrameSize) throws {
                for map in maps {
                    let levels = Plane(
                        width: size.width, height: size.height, pixels: map.map { UInt8(min(1, max(0, $0)) * 255) }
                    ).resized(to: frames.size, like: .lanczos)
                    try take(settings.mask(levels), levels)
                    counter.add()
                }
            }
            try inOrder(
                lanes: lanes, next: { try frames.next(1).first }, work: { try probability(of: $0) },
                take: { map in
                    let complete = window.withLock { window in
                        window.size = map.size
                        return window.smoothing.add(map.values)
                    }
                    try give(complete, map.size)
                })
            try frames.checkNotEmpty()
            let rest = window.withLock { ($0.smoothing.finish(), $0.size) }
            if let size = rest.1 { try give(rest.0, size) }
            return counter.count
        }
    }
}

extension SaliencySettings {
    /// The pixels above the threshold.
    func mask(_ levels: Plane) -> Plane {
        let least = threshold * 255
        return Plane(
            width: levels.width, height: levels.height, pixels: levels.pixels.map { Double($0) > least ? 1 : 0 })
    }
}
