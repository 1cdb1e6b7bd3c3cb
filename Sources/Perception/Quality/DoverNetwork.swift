internal import Experiment

/// A network with DOVER's interface: clips of 3 x 32 x 224 x 224 numbers in, a map or a number for each out.
struct DoverNetwork: Sendable {
    private let session: NetworkSession
    private let input: NetworkSession.Port
    private let output: String
    /// Zeros for inputs of other branches, which an export of the whole network has.
    private let idle: [String: NetworkTensor]

    var device: Device { session.device }

    /// - Throws: `BenchError` 65, when the card, inputs or outputs are not DOVER's; 69, when the device is not there.
    init(_ network: NetworkFolder, runtime: OnnxRuntime, device: Device, threads: Int) throws(BenchError) {
        let card = network.card
        let place = network.path + "/" + NetworkFolder.cardName
        guard card.task == .quality else {
            throw BenchError(.unusableInput, "\(place): 'task' is \(card.task.rawValue), and DOVER's is quality")
        }
        let side = DoverSampling.side
        if let picture = card.input {
            guard picture.size == .fixed(height: side, width: side), picture.scale == .byte else {
                throw BenchError(
                    .unusableInput,
                    "\(place): 'input' of a quality network has the size {\"fixed\": [\(side), \(side)]} and the scale byte"
                )
            }
        }
        session = try runtime.session(model: try network.file(), device: device, threads: threads)
        input = try Self.input(of: session, named: card.input?.name)
        idle = try Self.zeros(for: session, besides: input.name)
        if card.outputs["technical"] == nil, session.outputs.count == 1 {
            output = session.outputs[0].name
        } else {
            output = try network.output("technical")
        }
    }

    private static func input(
        of session: NetworkSession, named name: String?
    ) throws(BenchError) -> NetworkSession.Port {
        let shape = [3, DoverSampling.length, DoverSampling.side, DoverSampling.side]
        let fitting = session.inputs.filter { port in
            port.element == .float32 && port.shape.count == 5
                && zip(port.shape.dropFirst(), shape).allSatisfy { $0 == nil || $0 == $1 }
        }
        let found = name.map { name in fitting.filter { $0.name == name } } ?? fitting
        guard found.count == 1, (1...64).contains(found[0].shape[0] ?? 1) else {
            throw BenchError(
                .unusableInput,
                "\(session.model) has no \(name.map { "input '\($0)'" } ?? "single input") of clips x "
                    + shape.map(String.init).joined(separator: " x ")
                    + " float32 numbers, which DOVER's technical branch takes; name it under 'input.name' in its card")
        }
        return found[0]
    }

    private static func zeros(
        for session: NetworkSession, besides name: String
    ) throws(BenchError) -> [String: NetworkTensor] {
        var zeros: [String: NetworkTensor] = [:]
        for port in session.inputs where port.name != name {
            let shape = port.shape.compactMap { $0 }
            let count = shape.reduce(1) { a, b in
                let (product, overflow) = a.multipliedReportingOverflow(by: b)
                return overflow ? .max : product
            }
            guard port.element == .float32, shape.count == port.shape.count, (1...1 << 26).contains(count) else {
                throw BenchError(
                    .unusableInput,
                    "\(session.model) has a second input '\(port.name)' that is not float32 of a fixed size; export "
                        + "the technical branch alone")
            }
            zeros[port.name] = NetworkTensor(shape: shape, [Float](repeating: 0, count: count))
        }
        return zeros
    }

    /// The mean over clips and positions, in runs of as many clips as the network takes at once; the last clip fills up
    /// what is left of a run and does not count there.
    /// - Throws: `BenchError` 65, when the output is none of DOVER's.
    func mean(over clips: DoverClips) throws(BenchError) -> Double {
        let (all, size) = (DoverSampling.segments, DoverClips.clip)
        let batch = input.shape[0] ?? all
        let shape = [batch, 3, DoverSampling.length, DoverSampling.side, DoverSampling.side]
        var sum = 0.0
        for first in stride(from: 0, to: all, by: batch) {
            let real = min(batch, all - first)
            var values = clips.values
            if batch != all {
                values = (first..<first + batch).flatMap { clip -> ArraySlice<Float> in
                    let start = min(clip, all - 1) * size
                    return clips.values[start..<start + size]
                }
            }
            var tensors = idle
            tensors[input.name] = NetworkTensor(shape: shape, values)
            let answer = try session.run(tensors, outputs: [output])[0]
            sum += try mean(answer, clips: real, of: batch) * Double(real)
        }
        return sum / Double(all)
    }

    /// Over the first clips of a run; an output of one number stands for all of them.
    private func mean(_ answer: NetworkTensor, clips: Int, of batch: Int) throws(BenchError) -> Double {
        let values = answer.floats
        let hasRows = answer.shape.first == batch && values.count >= batch
        guard hasRows || clips == batch && values.count == 1 else {
            throw BenchError(
                .unusableInput,
                "\(session.model) gives \(answer.shape.map(String.init).joined(separator: "x")) numbers for '\(output)' "
                    + "where DOVER gives a map or a number for each of \(batch) clips; export it again")
        }
        let counted = hasRows ? values.prefix(values.count / batch * clips) : values[...]
        return counted.reduce(0.0) { $0 + Double($1) } / Double(counted.count)
    }
}
