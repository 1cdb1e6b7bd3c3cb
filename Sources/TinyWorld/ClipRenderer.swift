public import Experiment
public import Tensors
internal import Video

/// Renders clips. The same request gives the same bytes on every machine and with any number of threads.
public struct ClipRenderer: Sendable {
    public let request: ClipRequest
    let scene: any ClipScene

    /// Variants beside a clip's own look.
    public static let variants = 5
    /// The sizes that scenes are made for.
    public static let rowRange = 32...512
    public static let columnRange = 48...768
    public static let frameRange = 1...121

    /// - Throws: `BenchError` 64, when the size or the number of frames is out of range.
    public init(_ request: ClipRequest) throws(BenchError) {
        guard Self.rowRange.contains(request.rows), Self.columnRange.contains(request.columns),
            request.rows.isMultiple(of: 2), request.columns.isMultiple(of: 2), request.columns >= request.rows
        else {
            throw BenchError(
                .usage,
                "a TinyWorld clip cannot have \(request.rows) rows x \(request.columns) columns: give even numbers, "
                    + "\(Self.rowRange.lowerBound) to \(Self.rowRange.upperBound) rows and no fewer columns "
                    + "(\(Self.columnRange.lowerBound) to \(Self.columnRange.upperBound)), as 64x96")
        }
        guard Self.frameRange.contains(request.frames) else {
            throw BenchError(
                .usage,
                "a TinyWorld clip cannot have \(request.frames) frames: give \(Self.frameRange.lowerBound) to \(Self.frameRange.upperBound)"
            )
        }
        guard request.index >= 0 else {
            throw BenchError(.usage, "a TinyWorld clip cannot have the number \(request.index): give 0 or more")
        }
        self.request = request
        var stream = Self.stream(request, 0)
        let (rows, columns, frames) = (request.rows, request.columns, request.frames)
        scene =
            switch request.domain {
            case .robot: RobotScene(&stream, rows: rows, columns: columns, frames: frames)
            case .driving: DrivingScene(&stream, rows: rows, columns: columns, frames: frames)
            case .household: HouseholdScene(&stream, rows: rows, columns: columns, frames: frames)
            }
    }

    /// Stream 0 makes the geometry, streams 1 and up the looks.
    private static func stream(_ request: ClipRequest, _ number: Int) -> SeededStream {
        let domain = UInt64(Domain.allCases.firstIndex(of: request.domain) ?? 0)
        return SeededStream(request.seed, domain, UInt64(request.index), UInt64(number))
    }

    /// The looks 0 to `last`; no two of a clip have the same caption.
    private func looks(through last: Int) -> [Look] {
        var result: [Look] = []
        for number in 0...max(0, last) {
            for attempt in 0..<20 {
                var stream = Self.stream(request, 1 + number + 100 * attempt)
                let look = scene.look(&stream)
                guard attempt == 19 || result.allSatisfy({ $0.caption != look.caption }) else { continue }
                result.append(look)
                break
            }
        }
        return result
    }

    /// The caption of a look.
    public func caption(_ number: Int) -> String { looks(through: number)[number].caption }

    /// - Parameters:
    ///   - numbers: which looks, 0 for the clip's own, 1 to 5 for its variants.
    ///   - pool: threads; frames are rendered beside each other.
    public func render(looks numbers: [Int], pool: WorkerPool = WorkerPool(threads: 1)) -> RenderedClip {
        let all = looks(through: numbers.max() ?? 0)
        let looks = numbers.map { all[$0] }
        let (rows, columns) = (request.rows, request.columns)
        let slots = Slots<RenderedFrame>(request.frames)
        pool.run(request.frames) { index in
            let frame = scene.frame(index)
            let seen = Visibility(frame.solids, frame.camera, rows: rows, columns: columns, far: scene.far)
            let shader = Shader(frame, looks: looks, plan: scene.plan, shadowDepth: scene.shadowDepth)
            let labels = LabelMaps(frame, seen, scene)
            slots[index] = RenderedFrame(
                camera: frame.camera, pictures: shader.frames(seen), labels: labels,
                boxes: scene.boxes(index).map { box in
                    Box3D(box, scene: scene, frame, labels: labels, rows: rows, columns: columns)
                })
        }
        let frames = slots.values
        return RenderedClip(
            request: request,
            looks: numbers.indices.map { k in
                RenderedLook(number: numbers[k], caption: looks[k].caption, frames: frames.map { $0.pictures[k] })
            },
            depth: frames.flatMap(\.labels.depth), instance: frames.flatMap(\.labels.instance),
            kind: frames.flatMap(\.labels.kind), foreground: frames.flatMap(\.labels.foreground),
            lane: frames.flatMap(\.labels.lane), instances: scene.instances, cameras: frames.map(\.camera),
            boxes: frames.map(\.boxes), lanes: scene.plan.map(LaneLine.all) ?? [], far: scene.far)
    }
}

/// What one task of a pool makes.
private struct RenderedFrame: Sendable {
    let camera: Camera
    let pictures: [Frame]
    let labels: LabelMaps
    let boxes: [Box3D]
}

/// One result a task; every task writes its own place.
final class Slots<Value: Sendable>: @unchecked Sendable {  // tasks write disjoint places, and are over when it is read
    private let places: UnsafeMutableBufferPointer<Value?>

    init(_ count: Int) {
        places = .allocate(capacity: count)
        places.initialize(repeating: nil)
    }

    deinit {
        places.deinitialize()
        places.deallocate()
    }

    subscript(index: Int) -> Value? {
        get { places[index] }
        set { places[index] = newValue }
    }

    var values: [Value] { places.compactMap { $0 } }
}
