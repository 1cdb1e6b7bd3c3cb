public import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// Whether a network's files are what its card says.
public struct NetworkCheck: Sendable {
    /// What running it showed.
    public enum Trial: Sendable, Equatable {
        /// It took a small picture and gave finite numbers.
        case ran
        /// It could be loaded; it takes more than a picture, which its task makes.
        case loaded
    }

    public let folder: NetworkFolder
    /// The networks among the files, by role, in the card's order.
    public let models: [(role: String, model: OnnxModel)]

    /// Reads what the files say of themselves; their hashes are `NetworkFolder.verify`'s work.
    /// - Throws: `BenchError` 65, when a file is damaged, or has not the inputs and outputs that the card names.
    public init(_ folder: NetworkFolder) throws(BenchError) {
        self.folder = folder
        var models: [(role: String, model: OnnxModel)] = []
        for file in folder.card.files where file.file.hasSuffix(".onnx") {
            let path = folder.path + "/" + file.file
            models.append((file.role, try readable { () throws(FileError) in try OnnxModel(path: path) }))
        }
        self.models = models
        try folder.checkExternalFiles()
        if let input = folder.card.input { try check(input) }
        for (role, name) in folder.card.outputs.sorted(by: { $0.key < $1.key }) {
            guard models.contains(where: { $0.model.outputs.contains { $0.name == name } }) else {
                let known = models.flatMap { $0.model.outputs.prefix(16).map(\.name) }.joined(separator: ", ")
                throw wrong("outputs.\(role)", "names '\(name)', which no network there gives; they give \(known)")
            }
        }
    }

    /// Of the standard operators, the newest that a part needs.
    public var opset: Int { models.compactMap(\.model.opset).max() ?? 0 }

    private func wrong(_ key: String, _ what: String) -> BenchError {
        BenchError(
            .unusableInput, "\(folder.path)/\(NetworkFolder.cardName): '\(key)' \(what); import the network again")
    }

    private func check(_ input: PictureInput) throws(BenchError) {
        let ports = models.compactMap { $0.model.inputs.first { $0.name == input.name } }
        guard let port = ports.first else {
            let known = models.flatMap { $0.model.inputs.prefix(16).map(\.name) }.joined(separator: ", ")
            throw wrong("input.name", "is '\(input.name)', which no network there takes; they take \(known)")
        }
        guard port.element == .float32 else {
            throw wrong("input.name", "is '\(input.name)', which takes \(port.element.name), not float32")
        }
        guard let shape = port.shape else { return }
        guard (4...5).contains(shape.count) else {
            throw wrong("input.name", "is '\(input.name)' of \(port.shapeText), which is not the shape of pictures")
        }
        guard case .fixed(let height) = shape[shape.count - 2], case .fixed(let width) = shape[shape.count - 1] else {
            return
        }
        let fits =
            switch input.size {
            case .fixed(height, width): true
            case .longSide(let length, true): length == height && length == width
            default: false
            }
        guard fits else {
            throw wrong("input.size", "is \(input.size.words), where '\(input.name)' takes \(width)x\(height) only")
        }
    }

    // MARK: running it

    /// Opens every part, and runs a network that takes nothing but a picture on a small one.
    /// - Throws: `BenchError` 65, when ONNX Runtime does not take a part, or what comes out is not finite.
    public func run(on runtime: OnnxRuntime, device: Device = .cpu, threads: Int) throws(BenchError) -> Trial {
        var trial = Trial.loaded
        for (role, model) in models {
            let session = try runtime.session(model: model.path, device: device, threads: threads)
            guard let input = folder.card.input, role == models.first?.role,
                session.inputs.map(\.name) == [input.name], let port = session.inputs.first,
                let tensor = picture(input, port)
            else { continue }
            let wanted = folder.card.outputs.values.sorted().filter { name in
                session.outputs.contains { $0.name == name }
            }
            _ = try session.run([input.name: tensor], outputs: wanted.isEmpty ? session.outputs.map(\.name) : wanted)
            trial = .ran
        }
        return trial
    }

    /// A picture of soft colours, as often as the input wants it.
    private func picture(_ input: PictureInput, _ port: NetworkSession.Port) -> NetworkTensor? {
        let size =
            switch input.size {
            case .fixed(let height, let width): FrameSize(width: width, height: height)
            case .shortSide(let length, let multiple): square((length + multiple - 1) / multiple * multiple)
            case .within(let short, let long): square(min(short, long))
            case .longSide(let length, _): square(length)
            case .native(let multiple, let least): square((max(64, least) + multiple - 1) / multiple * multiple)
            }
        var pixels = [UInt8](repeating: 0, count: 3 * size.pixels)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let start = 3 * (y * size.width + x)
                pixels[start] = UInt8(255 * x / size.width)
                pixels[start + 1] = UInt8(255 * y / size.height)
                pixels[start + 2] = UInt8(255 * (x + y) / (size.width + size.height))
            }
        }
        let frame = Frame(width: size.width, height: size.height, pixels: pixels)
        guard let one = try? input.tensor(of: frame) else { return nil }
        guard port.shape.count == 5 else { return one }
        // frames x 3 or 3 x frames; where the file does not say how many, what the published networks take.
        let isColoursFirst = port.shape[1] == 3
        let frames = (isColoursFirst ? port.shape[2] : port.shape[1]) ?? 32
        let clips = port.shape[0] ?? 1
        guard (1...256).contains(frames), (1...16).contains(clips) else { return nil }
        var values: [Float] = []
        values.reserveCapacity(clips * frames * one.count)
        let plane = one.count / 3
        for _ in 0..<clips {
            if isColoursFirst {
                for channel in 0..<3 {
                    for _ in 0..<frames { values += one.floats[channel * plane..<(channel + 1) * plane] }
                }
            } else {
                for _ in 0..<frames { values += one.floats }
            }
        }
        let sides = [one.shape[2], one.shape[3]]
        return NetworkTensor(shape: [clips] + (isColoursFirst ? [3, frames] : [frames, 3]) + sides, values)
    }

    private func square(_ side: Int) -> FrameSize { FrameSize(width: side, height: side) }
}
