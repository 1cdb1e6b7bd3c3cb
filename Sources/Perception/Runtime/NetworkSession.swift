internal import COnnxRuntime
public import Experiment

/// A network that is loaded and can be run, from one thread at a time or from several.
public final class NetworkSession: Sendable {
    /// An input or output.
    public struct Port: Sendable, Equatable {
        public let name: String
        /// nil for a type that we neither give nor take.
        public let element: NetworkElement?
        /// nil for any size.
        public let shape: [Int?]
    }

    /// The file of the network.
    public let model: String
    public let device: Device
    public let inputs: [Port]
    public let outputs: [Port]
    // The library outlives its sessions.
    private let runtime: OnnxRuntime
    nonisolated(unsafe) private let session: OpaquePointer

    init(_ runtime: OnnxRuntime, model: String, device: Device, threads: Int) throws(BenchError) {
        var opened: OpaquePointer?
        var why = [CChar](repeating: 0, count: Int(ORT_WHY))
        let status = ort_session_open(
            runtime.library, model, Int32(clamping: threads), device == .cuda ? 1 : 0, &opened, &why)
        guard status == ORT_OK, let session = opened else {
            guard status != ORT_NO_PROVIDER else {
                throw BenchError(
                    .missing,
                    "\(runtime.path) cannot use CUDA (\(text(why))); install onnxruntime-gpu and its drivers, or use --device cpu"
                )
            }
            throw BenchError(
                .unusableInput,
                "\(model) is not a network that ONNX Runtime \(runtime.version) can run (\(text(why))); export or copy it again"
            )
        }
        self.runtime = runtime
        self.model = model
        self.device = device
        self.session = session
        inputs = (0..<ort_session_inputs(session)).map { Port(at: $0, of: session, ort_session_input) }
        outputs = (0..<ort_session_outputs(session)).map { Port(at: $0, of: session, ort_session_output) }
    }

    deinit { ort_session_close(session) }

    /// Runs the network; `body` sees the wanted outputs where the network left them, while it runs.
    /// - Throws: `BenchError` 65, when the inputs are not what the network takes, an output is missing, is not of floats, or
    ///   holds NaN or infinity; what `body` throws.
    public func run<R>(
        _ tensors: [String: NetworkTensor], outputs names: [String], _ body: ([NetworkOutput]) throws -> R
    ) throws -> R {
        let result = try evaluate(tensors, names)
        defer { ort_result_release(result) }
        var widened: [[Float]] = []
        var views: [(shape: [Int], floats: UnsafeBufferPointer<Float>?)] = []
        for (index, name) in names.enumerated() {
            let tensor = try output(result, index, name)
            switch tensor.shape.element {
            case Int32(ORT_FLOAT32.rawValue):
                let start = tensor.data?.assumingMemoryBound(to: Float.self)
                views.append((tensor.shape.sizes, UnsafeBufferPointer(start: start, count: tensor.bytes / 4)))
            default:
                widened.append(try copied(tensor, name).floats)
                views.append((tensor.shape.sizes, nil))
            }
        }
        var next = 0
        var seen: [NetworkOutput] = []
        // Widened arrays must not move while they are seen.
        let copies = widened.map { values in
            let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
            _ = copy.initialize(from: values)
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        for (name, view) in zip(names, views) {
            let floats = view.floats ?? UnsafeBufferPointer(copies[next])
            if view.floats == nil { next += 1 }
            try checkFinite(floats, name)
            seen.append(NetworkOutput(name: name, shape: view.shape, floats: floats))
        }
        return try body(seen)
    }

    /// Runs the network and copies the wanted outputs; float16 arrives as float32.
    /// - Parameter unbounded: outputs that hold infinity by design, as logits that are masked out; NaN is refused there too.
    /// - Throws: as the other.
    public func run(
        _ tensors: [String: NetworkTensor], outputs names: [String], unbounded: Set<String> = []
    ) throws(BenchError) -> [NetworkTensor] {
        let result = try evaluate(tensors, names)
        defer { ort_result_release(result) }
        var copies: [NetworkTensor] = []
        for (index, name) in names.enumerated() {
            let copy = try copied(try output(result, index, name), name)
            if unbounded.contains(name) {
                guard !copy.floats.contains(where: \.isNaN) else { throw misfit("gave NaN for '\(name)'") }
            } else if case .float32(let floats) = copy.values {
                try floats.withUnsafeBufferPointer { (f) throws(BenchError) in try checkFinite(f, name) }
            }
            copies.append(copy)
        }
        return copies
    }

    // MARK: one run

    private func evaluate(_ tensors: [String: NetworkTensor], _ names: [String]) throws(BenchError) -> OpaquePointer {
        var ordered: [NetworkTensor] = []
        for port in inputs {
            guard let tensor = tensors[port.name] else {
                throw misfit("has an input '\(port.name)' that nothing is given for; its inputs are \(listed(inputs))")
            }
            try check(tensor, fits: port)
            ordered.append(tensor)
        }
        for name in tensors.keys.sorted() where !inputs.contains(where: { $0.name == name }) {
            throw misfit("has no input '\(name)'; its inputs are \(listed(inputs))")
        }
        var wanted: [Int] = []
        for name in names {
            guard let index = outputs.firstIndex(where: { $0.name == name }) else {
                throw misfit("has no output '\(name)'; its outputs are \(listed(outputs))")
            }
            wanted.append(index)
        }
        var result: OpaquePointer?
        var why = [CChar](repeating: 0, count: Int(ORT_WHY))
        let status = withTensors(ordered[...], []) { inputs in
            ort_session_run(session, inputs, wanted, wanted.count, &result, &why)
        }
        guard status == ORT_OK, let result else {
            throw BenchError(.unusableInput, "\(model) failed while it ran (\(text(why)))")
        }
        return result
    }

    private func withTensors(
        _ left: ArraySlice<NetworkTensor>, _ done: [ort_tensor], _ body: ([ort_tensor]) -> ort_status
    ) -> ort_status {
        guard let tensor = left.first else { return body(done) }
        return tensor.withBytes { bytes in
            let shape = ort_shape(tensor.shape, element: tensor.element)
            let seen = ort_tensor(data: bytes.baseAddress, bytes: bytes.count, shape: shape)
            return withTensors(left.dropFirst(), done + [seen], body)
        }
    }

    private func check(_ tensor: NetworkTensor, fits port: Port) throws(BenchError) {
        guard let element = port.element else {
            throw misfit(
                "takes an element type for '\(port.name)' that is not supported; export it with float32 inputs")
        }
        guard tensor.element == element else {
            throw misfit(
                "takes \(element.rawValue) for '\(port.name)', where its card makes \(tensor.element.rawValue)")
        }
        let fits =
            tensor.shape.count == port.shape.count && zip(tensor.shape, port.shape).allSatisfy { $1 == nil || $0 == $1 }
        guard fits, tensor.shape.count <= Int(ORT_MOST_RANK), tensor.shape.reduce(1, *) == tensor.count else {
            throw misfit(
                "takes \(port.shapeText) for '\(port.name)', where its card makes \(tensor.shape.map(String.init).joined(separator: "x"))"
            )
        }
    }

    private func output(_ result: OpaquePointer, _ index: Int, _ name: String) throws(BenchError) -> ort_tensor {
        var tensor = ort_tensor()
        var why = [CChar](repeating: 0, count: Int(ORT_WHY))
        guard ort_result_tensor(result, index, &tensor, &why) == ORT_OK else {
            throw misfit("gives something unusable for '\(name)' (\(text(why)))")
        }
        return tensor
    }

    private func copied(_ tensor: ort_tensor, _ name: String) throws(BenchError) -> NetworkTensor {
        let bytes = UnsafeRawBufferPointer(start: tensor.data, count: tensor.bytes)
        let values: NetworkTensor.Values
        switch NetworkElement(ort: tensor.shape.element) {
        case .float32: values = .float32(Array(bytes.bindMemory(to: Float.self)))
        case .float16: values = .float32(bytes.bindMemory(to: UInt16.self).map(widened))
        case .int64: values = .int64(Array(bytes.bindMemory(to: Int64.self)))
        case .int32: values = .int32(Array(bytes.bindMemory(to: Int32.self)))
        case .uint8: values = .uint8(Array(bytes))
        case .bool: values = .bool(Array(bytes))
        case nil:
            throw misfit("gives an element type for '\(name)' that is not supported; export it with float32 outputs")
        }
        return NetworkTensor(shape: tensor.shape.sizes, values)
    }

    private func checkFinite(_ floats: UnsafeBufferPointer<Float>, _ name: String) throws(BenchError) {
        // Finite numbers times 0 add up to 0; sixteen sums at once because one would wait for itself.
        var sums = SIMD16<Float>()
        let whole = floats.count / 16 * 16
        for i in stride(from: 0, to: whole, by: 16) {
            sums += UnsafeRawPointer(floats.baseAddress! + i).loadUnaligned(as: SIMD16<Float>.self) * 0
        }
        for i in whole..<floats.count { sums[0] += floats[i] * 0 }
        guard sums.sum() != 0 else { return }
        throw misfit("gave NaN or infinite numbers for '\(name)'; the network or its card's normalisation is wrong")
    }

    private func misfit(_ what: String) -> BenchError { BenchError(.unusableInput, "\(model) \(what)") }

    private func listed(_ ports: [Port]) -> String {
        ports.map { "'\($0.name)' \($0.shapeText)" }.joined(separator: ", ")
    }
}

extension OnnxRuntime {
    /// The device that networks run fastest on: CUDA where the library has it and a network opens there, else the CPU.
    public func bestDevice(for networks: [NetworkFolder]) -> Device {
        guard devices.contains(.cuda), let network = networks.first,
            let file = network.card.files.first(where: { $0.file.hasSuffix(".onnx") }),
            (try? session(model: network.path + "/" + file.file, device: .cuda, threads: 1)) != nil
        else { return .cpu }
        return .cuda
    }

    /// Loads a network.
    /// - Throws: `BenchError` 65, when the file is damaged or newer than this library understands; 69, when the device is not
    ///   there.
    public func session(model: String, device: Device = .cpu, threads: Int) throws(BenchError) -> NetworkSession {
        try NetworkSession(self, model: model, device: device, threads: threads)
    }
}

extension NetworkSession.Port {
    fileprivate init(
        at index: Int, of session: OpaquePointer,
        _ read: (OpaquePointer?, Int, UnsafeMutablePointer<ort_shape>?) -> UnsafePointer<CChar>?
    ) {
        var shape = ort_shape()
        let name = read(session, index, &shape).map { String(cString: $0) } ?? ""
        self.init(name: name, element: NetworkElement(ort: shape.element), shape: shape.sizes.map { $0 < 0 ? nil : $0 })
    }

    var shapeText: String { shape.map { $0.map(String.init) ?? "any" }.joined(separator: "x") }
}

extension ort_shape {
    fileprivate init(_ sizes: [Int], element: NetworkElement) {
        self.init()
        self.element = element.ort
        rank = sizes.count
        withUnsafeMutableBytes(of: &shape) { bytes in
            let kept = bytes.bindMemory(to: Int64.self)
            for (i, size) in sizes.prefix(Int(ORT_MOST_RANK)).enumerated() { kept[i] = Int64(size) }
        }
    }

    fileprivate var sizes: [Int] {
        withUnsafeBytes(of: shape) { bytes in
            bytes.bindMemory(to: Int64.self).prefix(min(rank, Int(ORT_MOST_RANK))).map { Int($0) }
        }
    }
}

extension NetworkElement {
    private static let numbers: [(NetworkElement, ort_element)] = [
        (.float32, ORT_FLOAT32), (.float16, ORT_FLOAT16), (.int64, ORT_INT64), (.int32, ORT_INT32), (.uint8, ORT_UINT8),
        (.bool, ORT_BOOL),
    ]

    fileprivate init?(ort number: Int32) {
        guard let known = NetworkElement.numbers.first(where: { Int32($0.1.rawValue) == number }) else { return nil }
        self = known.0
    }

    fileprivate var ort: Int32 { NetworkElement.numbers.first { $0.0 == self }.map { Int32($0.1.rawValue) } ?? 0 }
}

/// A half-precision number's bits as a float.
private func widened(_ bits: UInt16) -> Float { Float(Float16(bitPattern: bits)) }
