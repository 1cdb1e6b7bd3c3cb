public import Experiment
public import Tensors
public import Video

/// A network that names a class for every pixel of a frame, by itself.
///
/// The folder holds `model`; the role `classes` (or, where the card names none, the network's only output) is either logits
/// or probabilities, 1 x classes x rows x columns, or a map of class numbers, 1 x rows x columns or 1 x 1 x rows x columns.
/// The card's `classes` name them in the order of their numbers. Settings:
///
/// - `background`: the class that is nothing; the one called "background" unless given, and none when there is no such.
/// - `resize-before-argmax`: 1, the default, resizes the numbers of each class to the frame (bilinear, without aligned
///   corners) and then takes the largest; 0 takes the largest where the network gives them and resizes the classes
///   (nearest). Maps of class numbers are always resized by the nearest.
public struct SemanticSegmenter: Sendable {
    public let folder: NetworkFolder
    /// What each label is called, in label order: the classes without the background.
    public let phrases: [String]
    private let session: NetworkSession
    private let input: PictureInput
    private let output: String
    private let background: Int?
    private let resizesFirst: Bool
    private let pool: WorkerPool

    /// - Throws: `BenchError` 65, when the folder's network is unusable or has more classes than labels.
    public init(
        _ folder: NetworkFolder, runtime: OnnxRuntime, device: Device = .cpu, pool: WorkerPool
    ) throws(BenchError) {
        try folder.expect(.semanticSegmentation)
        let card = folder.card
        guard let input = card.input else { throw folder.wrong("'input' is missing; say how frames go in") }
        guard !card.classes.isEmpty else {
            throw folder.wrong("'classes' is empty; name the network's classes in order")
        }
        let session = try runtime.session(model: try folder.file(), device: device, threads: pool.threads)
        guard let output = card.outputs["classes"] ?? (session.outputs.count == 1 ? session.outputs[0].name : nil)
        else {
            throw folder.wrong(
                "'outputs.classes' is missing, and the network has \(session.outputs.count) outputs; name the one that counts"
            )
        }
        let named = card.classes.firstIndex { $0.lowercased() == "background" }
        let background = card.settings["background"].map { Int(exactly: $0.rounded()) ?? card.classes.count } ?? named
        if let background, !card.classes.indices.contains(background), background != -1 {
            throw folder.wrong("'settings.background' is \(background), which is no class")
        }
        phrases = card.classes.indices.filter { $0 != background }.map { card.classes[$0] }
        guard phrases.count <= 255 else {
            throw folder.wrong("has \(phrases.count) classes, and at most 255 fit a label map")
        }
        self.folder = folder
        self.session = session
        self.input = input
        self.output = output
        self.background = background
        self.pool = pool
        resizesFirst = card.settings["resize-before-argmax"].map { $0 != 0 } ?? true
    }

    public var device: Device { session.device }

    /// Of all that can change the labels, for a cache's key.
    public var identity: Identity { Identity(of: ["semantic masks 1", folder.identity.hex]) }

    /// The label map of one frame: 0 is the background, label k + 1 is `phrases[k]`.
    /// - Throws: `BenchError` 65, when the network does not do what its card says.
    public func labels(of frame: Frame) throws(BenchError) -> Plane {
        let pixels = try input.tensor(of: frame)
        let found = try session.run([input.name: pixels], outputs: [output])[0]
        guard found.count > 0 else { throw folder.wrong("the network gives nothing for '\(output)'") }
        let part = part(of: found.shape, frame.size, canvas: pixels.shape)
        let classes: [Int32]
        if found.shape.count == 4, found.shape[0] == 1, found.shape[1] == folder.card.classes.count, found.shape[1] > 1
        {
            classes = largest(found, part: part, size: frame.size)
        } else if found.shape.first == 1, found.shape.count == 3 || found.shape.count == 4 && found.shape[1] == 1 {
            let numbers = found.floats.map { Int32(exactly: $0.rounded()) ?? -1 }
            classes = nearest(numbers, width: found.shape.last ?? 0, part, frame.size)
        } else {
            throw folder.wrong(
                "the network gives \(found.shape) for '\(output)', neither 1 x \(folder.card.classes.count) classes x rows x columns nor 1 x rows x columns"
            )
        }
        return try labels(of: classes, frame.size)
    }

    /// Gives the label maps of a video's frames one after another.
    /// - Returns: the number of frames.
    /// - Throws: `BenchError` 65; what the closures throw.
    public func labels(
        of video: any FrameReader, limit: Int = 121, progress: (Int) -> Void = { _ in }, give: (Plane) throws -> Void
    ) throws -> Int {
        var done = 0
        while done < limit {
            let frame: Frame?
            do throws(FileError) { frame = try video.next() } catch {
                throw BenchError(.unusableInput, error.description)
            }
            guard let frame else { break }
            try give(try labels(of: frame))
            done += 1
            progress(done)
        }
        return done
    }

    /// Rows and columns of an output that show the frame; the rest is padding.
    private func part(of shape: [Int], _ size: FrameSize, canvas: [Int]) -> FrameSize {
        guard shape.count > 2, let target = input.size.target(of: size) else { return FrameSize(width: 0, height: 0) }
        let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
        return FrameSize(
            width: max(1, columns * target.width / canvas[3]), height: max(1, rows * target.height / canvas[2]))
    }

    /// The class with the largest number at every pixel of the frame; the first of equals.
    private func largest(_ scores: NetworkTensor, part: FrameSize, size: FrameSize) -> [Int32] {
        let (width, area) = (scores.shape[3], scores.shape[2] * scores.shape[3])
        let floats = scores.floats
        let maps = (0..<scores.shape[1]).map { index -> LogitMap in
            var values: [Float] = []
            for row in 0..<part.height {
                let start = index * area + row * width
                values += floats[start..<start + part.width]
            }
            return LogitMap(width: part.width, height: part.height, values: values)
        }
        let inner = resizesFirst ? size : part
        let columns = BilinearAxis(from: part.width, to: inner.width)
        let rows = BilinearAxis(from: part.height, to: inner.height)
        let classes = [Int32](unsafeUninitializedCapacity: inner.pixels) { buffer, filled in
            buffer.initialize(repeating: 0)
            nonisolated(unsafe) let out = buffer
            pool.runRanges(inner.height, grain: 16) { range in
                var row = [Float](repeating: 0, count: inner.width)
                var best = row
                for y in range {
                    for (index, map) in maps.enumerated() {
                        map.row(y, of: inner, columns: columns, rows: rows, into: &row)
                        for x in 0..<inner.width where index == 0 || row[x] > best[x] {
                            best[x] = row[x]
                            out[y * inner.width + x] = Int32(index)
                        }
                    }
                }
            }
            filled = inner.pixels
        }
        return inner == size ? classes : nearest(classes, width: inner.width, inner, size)
    }

    private func nearest(_ classes: [Int32], width: Int, _ part: FrameSize, _ size: FrameSize) -> [Int32] {
        let columns = (0..<size.width).map { $0 * part.width / size.width }
        return (0..<size.height).flatMap { y in
            let row = y * part.height / size.height * width
            return columns.map { classes[row + $0] }
        }
    }

    private func labels(of classes: [Int32], _ size: FrameSize) throws(BenchError) -> Plane {
        var table = [UInt8](repeating: 0, count: folder.card.classes.count)
        var next: UInt8 = 1
        for index in table.indices where index != background {
            table[index] = next
            next &+= 1
        }
        var pixels = [UInt8](repeating: 0, count: classes.count)
        for (index, number) in classes.enumerated() {
            guard table.indices.contains(Int(number)) else {
                throw folder.wrong("the network gives class \(number), and 'classes' names \(table.count)")
            }
            pixels[index] = table[Int(number)]
        }
        return Plane(width: size.width, height: size.height, pixels: pixels)
    }
}
