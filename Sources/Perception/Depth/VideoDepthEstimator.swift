public import Experiment
internal import Tensors
public import Video

/// A network that sees a window of frames at a time, 1 x frames x 3 x rows x columns, as Video-Depth-Anything
/// (metrics.md §5): windows as in `WindowPlan`, joined as in `WindowJoin` after their depth was resized to the frames' size,
/// bilinear with corners aligned.
///
/// Where a frame's longer side is more than 1.78 times the shorter, the network sees it smaller, as the public code does to
/// bound memory: the length of the short side is multiplied by 1.777 over that ratio, cut to whole pixels and rounded to the
/// multiple. So 1280x704 is seen as 910x504, where the rule alone would give 938x518.
public struct VideoDepthEstimator: DepthEstimating {
    public let network: NetworkFolder
    public let device: Device
    private let input: PictureInput
    private let output: String
    private let session: NetworkSession
    private let plan: WindowPlan

    /// - Throws: `BenchError` 65, when the card lacks a part or the model takes no windows; 69, when the device is not there.
    public init(
        _ network: NetworkFolder, runtime: OnnxRuntime, device: Device = .cpu, threads: Int
    ) throws(BenchError) {
        let input = try network.pictureInput()
        output = try network.output("depth")
        session = try runtime.session(model: try network.file(), device: device, threads: threads)
        let shape = session.inputs.first { $0.name == input.name }?.shape
        // Without a length of its own the network is given what Video-Depth-Anything takes.
        let length = shape.flatMap { $0.count == 5 ? $0[1] ?? 32 : nil } ?? 0
        guard length >= 16 else {
            throw BenchError(
                .unusableInput,
                "\(session.model) takes no window of frames as '\(input.name)'; a video-depth network takes 1 x 32 x 3 x rows x columns, and one for single frames has the task depth"
            )
        }
        plan = WindowPlan(length: length)
        self.input = input
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
            let input = seen(frames.size)
            var (windows, join) = (FrameWindows(plan, input), WindowJoin(plan))
            var given = 0
            func give(_ values: [Float]) throws {
                guard given < windows.frames else { return }
                try take(try make(DepthMap(size: frames.size, values: values)))
                given += 1
            }
            while let tensor = try windows.next(frames) {
                try session.run([input.name: tensor], outputs: [output]) { outputs in
                    let size = try outputs[0].planeSize(plan.length, of: session.model)
                    let resize = CornerAlignedResize(from: size, to: frames.size)
                    try join.add({ resize(outputs[0].plane($0, size)).values }, give: give)
                }
            }
            try join.finish(give: give)
            try frames.checkNotEmpty()
            return given
        }
    }

    /// The input of frames of a size.
    private func seen(_ size: FrameSize) -> PictureInput {
        guard case .shortSide(let length, let multiple) = input.size else { return input }
        let ratio = Double(max(size.width, size.height)) / Double(min(size.width, size.height))
        guard ratio > 1.78 else { return input }
        var narrowed = input
        let side = Double(Int(Double(length) * 1.777 / ratio)) / Double(multiple)
        narrowed.size = .shortSide(
            length: max(1, Int(side.rounded(.toNearestOrEven))) * multiple, multipleOf: multiple)
        return narrowed
    }
}

/// The windows of a video as a network's input, one in memory at a time.
private struct FrameWindows {
    private let plan: WindowPlan
    private let input: PictureInput
    /// The window that was given last, as numbers.
    private var window: [Float] = []
    private var shape: [Int] = []
    /// The last frame, as numbers.
    private var last: [Float] = []
    /// Where the next window begins.
    private var start = 0
    private var hasEnded = false
    /// Frames of the video that were read.
    private(set) var frames = 0

    init(_ plan: WindowPlan, _ input: PictureInput) {
        self.plan = plan
        self.input = input
    }

    /// The next window; nil when it would begin after the last frame.
    mutating func next(_ source: ClipFrames) throws -> NetworkTensor? {
        guard start == 0 || start < frames else { return nil }
        var next: [Float] = []
        if start > 0 {
            let size = window.count / plan.length
            next.reserveCapacity(window.count)
            for place in plan.keyframes { next += window[place * size..<(place + 1) * size] }
        }
        for _ in (start == 0 ? 0 : plan.overlap)..<plan.length {
            if !hasEnded, let frame = try source.next(1).first {
                let tensor = try input.tensor(of: source.fitted(frame))
                last = tensor.floats
                shape = [1, plan.length] + tensor.shape.dropFirst()
                frames += 1
            } else {
                hasEnded = true
            }
            next += last
        }
        guard frames > 0 else { return nil }
        window = next
        start += plan.step
        return NetworkTensor(shape: shape, window)
    }
}
