public import Experiment
internal import Synchronization
internal import Tensors
public import Video

extension MapCache {
    /// The depth of a video's first frames.
    /// - Parameters:
    ///   - resizedTo: the size that frames are brought to before the network sees them: the reference's, for the profile
    ///     `paibench-2025`; nil leaves them as they are, for `aligned-2026`.
    ///   - limit: frames to look at, from the first.
    ///   - network: the one that `estimator` runs.
    ///   - runtime: version of ONNX Runtime, for the record.
    ///   - onFrame: is told how many frames are done; not called when the map is there.
    ///   - estimator: opens the network; not called when the map is there.
    /// - Returns: a map file that `openDepth` reads.
    /// - Throws: `BenchError` 65, when the video or the network is unusable; what `estimator` throws.
    public func depth(
        of video: Artifact, resizedTo size: FrameSize? = nil, limit: Int = 121, network: NetworkFolder, device: Device,
        runtime: @autoclosure () throws -> String, onFrame: @escaping @Sendable (_ done: Int) -> Void = { _ in },
        estimator: () throws -> any DepthEstimating
    ) throws -> String {
        // A video that has the size already gives the same map, whatever is asked for.
        let size = try unusableFilesTold { try size == nil || openFrames(video.path).size == size ? nil : size }
        let settings = ["frames": "\(limit)", "size": size.map { "\($0)" } ?? "native", "device": device.rawValue]
        let key = MapKey(kind: .depth, network: network.identity, clip: video.sha256, settings: settings)
        return try map(key) { path in
            let estimator = try estimator()
            let origin = origin(network.card.name, key, device, try runtime())
            let file = MapFileInTheMaking(
                path: path, kind: .depth, depthKind: network.card.depthKind, origin: origin, onFrame: onFrame)
            try unusableFilesTold {
                try estimator.estimate(
                    video.path, resizedTo: size, limit: limit,
                    make: { PackedMap(depth: $0.values, size: $0.size) }, take: { try file.append($0) })
                try file.finish()
            }
        }
    }

    /// The foreground of a video's first frames by a saliency network.
    /// - Parameters: as for depth.
    /// - Returns: a map file that `ForegroundReader` reads.
    /// - Throws: `BenchError` 65, when the video or the network is unusable; what `estimator` throws.
    public func foreground(
        of video: Artifact, settings: SaliencySettings = SaliencySettings(), limit: Int = 121, network: NetworkFolder,
        device: Device, runtime: @autoclosure () throws -> String,
        onFrame: @escaping @Sendable (_ done: Int) -> Void = { _ in },
        estimator: () throws -> SaliencyEstimator
    ) throws -> String {
        let parameters = settings.record.merging(["frames": "\(limit)", "device": device.rawValue]) { $1 }
        let key = MapKey(kind: .foreground, network: network.identity, clip: video.sha256, settings: parameters)
        return try map(key) { path in
            let estimator = try estimator()
            let origin = origin(network.card.name, key, device, try runtime())
            let file = MapFileInTheMaking(path: path, kind: .foreground, origin: origin, onFrame: onFrame)
            try unusableFilesTold {
                try estimator.foreground(of: video.path, settings: settings, limit: limit) { mask, _ in
                    try file.append(PackedMap(foreground: mask))
                }
                try file.finish()
            }
        }
    }

    /// The objects of a video's first frames.
    /// - Parameters:
    ///   - size: as for depth.
    ///   - name: of the networks, for the record.
    ///   - identity: of the networks and of all that changes their masks.
    ///   - settings: what else changes them, as a caption.
    ///   - segment: gives the maps one after another, after the phrases of their labels.
    /// - Returns: a map file that `openLabels` reads.
    /// - Throws: `BenchError` 65, when the video cannot be decoded; what `segment` throws.
    public func labels(
        of video: Artifact, resizedTo size: FrameSize? = nil, limit: Int = 121, name: String, identity: Identity,
        settings: [String: String], device: Device, runtime: @autoclosure () throws -> String,
        onFrame: @escaping @Sendable (_ done: Int) -> Void = { _ in },
        segment: (
            _ video: any FrameReader, _ begin: ([String]) -> Void, _ give: (Plane) throws -> Void
        ) throws -> Void
    ) throws -> String {
        let own = ["frames": "\(limit)", "size": size.map { "\($0)" } ?? "native", "device": device.rawValue]
        let key = MapKey(
            kind: .labels, network: identity, clip: video.sha256, settings: settings.merging(own) { $1 })
        return try map(key) { path in
            let origin = origin(name, key, device, try runtime())
            try unusableFilesTold {
                let reader = ResizedFrames(try openFrames(video.path), to: size)
                var phrases: [String] = []
                var writer: MapFileWriter?
                try segment(reader, { phrases = $0 }) { plane in
                    let file =
                        try writer
                        ?? MapFileWriter(path: path, kind: .labels, size: plane.size, phrases: phrases, origin: origin)
                    writer = file
                    try file.append(PackedMap(labels: plane))
                    onFrame(file.count)
                }
                guard let writer else {
                    throw BenchError(.unusableInput, "\(video.path) holds no frame; copy or make it again")
                }
                try writer.finish()
            }
        }
    }

    private func origin(_ name: String, _ key: MapKey, _ device: Device, _ runtime: String) -> MapOrigin {
        MapOrigin(
            network: name, identity: key.network.hex, clip: key.clip, settings: key.settings, device: device.rawValue,
            runtime: runtime)
    }
}

/// The frames of a video at another size.
private final class ResizedFrames: FrameReader {
    private let reader: any FrameReader
    let size: FrameSize

    init(_ reader: any FrameReader, to size: FrameSize?) {
        self.reader = reader
        self.size = size ?? reader.size
    }

    var path: String { reader.path }
    var rate: Double { reader.rate }
    var tags: PictureTags? { reader.tags }
    var declaredFrames: Int? { reader.declaredFrames }
    var expectedFrames: Int? { reader.expectedFrames }
    var warnings: [String] { reader.warnings }

    func next() throws(FileError) -> Frame? {
        try reader.next().map { $0.resized(to: size, .forResizing(height: $0.height, to: size.height)) }
    }
}

/// A map file whose size is known with its first frame, for threads to share.
private final class MapFileInTheMaking: Sendable {
    private let path: String
    private let kind: MapKind
    private let depthKind: DepthKind?
    private let origin: MapOrigin
    private let onFrame: @Sendable (Int) -> Void
    private let writer = Mutex<MapFileWriter?>(nil)

    init(
        path: String, kind: MapKind, depthKind: DepthKind? = nil, origin: MapOrigin,
        onFrame: @escaping @Sendable (Int) -> Void
    ) {
        self.path = path
        self.kind = kind
        self.depthKind = depthKind
        self.origin = origin
        self.onFrame = onFrame
    }

    func append(_ map: PackedMap) throws {
        let count = try writer.withLock { writer in
            if writer == nil {
                writer = try MapFileWriter(
                    path: path, kind: kind, size: map.size, depthKind: depthKind, origin: origin)
            }
            try writer?.append(map)
            return writer?.count ?? 0
        }
        onFrame(count)
    }

    func finish() throws { try writer.withLock { try $0?.finish() } }
}
