public import Experiment
internal import Synchronization
public import Tensors
internal import Video

/// Many clips in one `.safetensors` file, for training: tensors whose first dimension is the clip, and a JSON file beside
/// them (`FILE.json` for `FILE.safetensors`) with captions, boxes, lanes and cameras.
public struct TrainingShard: Sendable {
    public let requests: [ClipRequest]
    /// Looks of each clip: its own, and others of its five variants.
    public let looks: Int

    /// The most that a shard may hold, in bytes.
    public static let mostBytes = 8 << 30

    /// - Parameter requests: clips of one size and length.
    /// - Throws: `BenchError`, when there are too many for one file.
    public init(_ requests: [ClipRequest], looks: Int) throws(BenchError) {
        guard (1...ClipRenderer.variants + 1).contains(looks) else {
            throw BenchError(.usage, "a shard holds 1 to \(ClipRenderer.variants + 1) looks of a clip, not \(looks)")
        }
        self.requests = requests
        self.looks = looks
        guard let first = requests.first else { throw BenchError(.nothingSelected, "the shard would hold no clip") }
        let pixels = first.rows * first.columns * first.frames
        let bytes = requests.count * pixels * (3 * looks + 2 + 4 + (hasRoads ? 6 : 0))
        guard bytes <= Self.mostBytes else {
            throw BenchError(
                .usage,
                "\(requests.count) clips would fill \(bytes >> 30) GiB, more than a shard holds; make several with --first and --count"
            )
        }
        for request in requests { _ = try ClipRenderer(request) }
    }

    private var hasRoads: Bool { requests.contains { $0.domain == .driving } }

    /// Which looks of a clip are in the shard: 0, and others of 1 to 5 that follow from seed and number.
    static func numbers(_ request: ClipRequest, looks: Int) -> [Int] {
        var stream = SeededStream(request.seed, UInt64(request.index), 0x100c5)
        var left = Array(1...ClipRenderer.variants)
        var chosen = [0]
        while chosen.count < looks { chosen.append(left.remove(at: stream.integer(0...left.count - 1))) }
        return chosen
    }

    /// Renders the clips and writes both files.
    /// - Parameter progress: called after each clip, from any thread.
    /// - Throws: `BenchError` or `FileError`, when a file cannot be written.
    public func write(to path: String, pool: WorkerPool, progress: @Sendable () -> Void = {}) throws {
        let (rows, columns, frames) = (requests[0].rows, requests[0].columns, requests[0].frames)
        let maps = [requests.count, frames, rows, columns]
        var shapes: [(name: String, element: ElementType, shape: [Int])] = [
            ("rgb", .uint8, [requests.count, looks, frames, rows, columns, 3]), ("depth", .float16, maps),
            ("instance", .uint8, maps), ("class", .uint8, maps), ("foreground", .uint8, maps), ("lane", .uint8, maps),
        ]
        if hasRoads { shapes += [("hdmap", .uint8, maps + [3]), ("lidar", .uint8, maps + [3])] }
        let tensors = ShardTensors(
            shapes.map { SafetensorsWriter.Entry(name: $0.name, element: $0.element, shape: $0.shape) })
        let documents = Slots<ClipDocument>(requests.count)
        let failure = Mutex<BenchError?>(nil)
        pool.run(requests.count) { i in
            do throws(BenchError) {
                let clip = try ClipRenderer(requests[i]).render(looks: Self.numbers(requests[i], looks: looks))
                tensors.set("rgb", i, clip.looks.flatMap { $0.frames.flatMap(\.pixels) })
                tensors.set("depth", i, halves: clip.depth)
                tensors.set("instance", i, clip.instance)
                tensors.set("class", i, clip.kind)
                tensors.set("foreground", i, clip.foreground)
                tensors.set("lane", i, clip.lane)
                if hasRoads {
                    tensors.set("hdmap", i, clip.hdmap().flatMap(\.pixels))
                    tensors.set("lidar", i, clip.lidar().flatMap(\.pixels))
                }
                documents[i] = ClipDocument(clip)
            } catch {
                failure.withLock { $0 = error }
            }
            progress()
        }
        if let error = failure.withLock({ $0 }) { throw error }
        let sidecar = (path.hasSuffix(".safetensors") ? String(path.dropLast(12)) : path) + ".json"
        try writeJSON(ShardDocument(clips: documents.values, rows: rows, columns: columns, frames: frames), to: sidecar)
        try tensors.write(to: path)
    }
}

/// The JSON file beside a shard.
private struct ShardDocument: Encodable {
    let schema = "transferbench.tinyworld-shard/1"
    /// Names of the values of `class`.
    let classes = ObjectClass.allCases.map { "\($0)" }
    let rows: Int
    let columns: Int
    let frames: Int
    let clips: [ClipDocument]

    init(clips: [ClipDocument], rows: Int, columns: Int, frames: Int) {
        self.clips = clips
        self.rows = rows
        self.columns = columns
        self.frames = frames
    }
}

/// A shard's numbers in memory. Every task writes the part of its own clip.
private final class ShardTensors: @unchecked Sendable {  // parts of different clips never overlap
    private let entries: [SafetensorsWriter.Entry]
    private let places: [String: UnsafeMutableRawBufferPointer]

    init(_ entries: [SafetensorsWriter.Entry]) {
        self.entries = entries
        places = Dictionary(
            uniqueKeysWithValues: entries.map { entry in
                let bytes = entry.shape.reduce(1, *) * entry.element.size
                let place = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
                place.initializeMemory(as: UInt8.self, repeating: 0)
                return (entry.name, place)
            })
    }

    deinit { for place in places.values { place.deallocate() } }

    func set(_ name: String, _ clip: Int, _ bytes: [UInt8]) {
        guard let place = places[name] else { return }
        let start = clip * bytes.count
        UnsafeMutableRawBufferPointer(rebasing: place[start..<start + bytes.count]).copyBytes(from: bytes)
    }

    /// As float16, rounded to the nearest, ties to even.
    func set(_ name: String, _ clip: Int, halves values: [Float]) {
        guard let place = places[name] else { return }
        for (i, value) in values.enumerated() {
            place.storeBytes(
                of: half(value).littleEndian, toByteOffset: 2 * (clip * values.count + i), as: UInt16.self)
        }
    }

    func write(to path: String) throws(FileError) {
        try SafetensorsWriter.write(entries, to: path, metadata: ["schema": "transferbench.tinyworld-shard/1"]) {
            entry, range, bytes in
            guard let place = self.places[entry.name] else { return }
            let size = entry.element.size
            bytes.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: place[range.lowerBound * size..<range.upperBound * size]))
        }
    }
}

/// The bits of the nearest float16 of a positive number below 65504.
func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let exponent = Int(bits >> 23 & 255) - 112
    if exponent <= 0 {  // below the normal range: in steps of 2^-24
        return UInt16((value * 16_777_216).rounded(.toNearestOrEven))
    }
    let kept = UInt32(exponent) << 10 | bits >> 13 & 0x3ff
    let rest = bits & 0x1fff
    let isUp = rest > 0x1000 || (rest == 0x1000 && kept & 1 == 1)
    return UInt16(min(0x7bff, kept + (isUp ? 1 : 0)))
}
