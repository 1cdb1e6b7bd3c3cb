public import Experiment
public import Tensors

/// Tensors of one part of a model, and where they came from.
public struct WeightSet: Sendable {
    public let tensors: [String: StoredTensor]
    /// The file or files, for sentences.
    public let source: String

    public init(tensors: [String: StoredTensor], source: String) {
        self.tensors = tensors
        self.source = source
    }

    /// All tensors of a file, under the names that stand in it.
    /// - Throws: `BenchError` 65 with the reader's reason.
    public init(path: String) throws(BenchError) {
        do throws(FileError) { tensors = try TensorFile.read(path: path) } catch {
            throw BenchError(.unusableInput, "\(error)")
        }
        source = path
    }

    public subscript(name: String) -> StoredTensor? { tensors[name] }

    public var count: Int { tensors.count }
    /// Numbers in all tensors.
    public var parameters: Int { tensors.values.reduce(0) { $0 + $1.count } }
    public var bytes: Int { tensors.values.reduce(0) { $0 + $1.byteCount } }

    /// The expected tensors alone, when they are all there, have their shapes and hold floating-point numbers.
    /// - Parameters:
    ///   - expected: name → shape.
    ///   - ignored: names that may be there too.
    /// - Throws: one `BenchError` 65 that names every tensor that is missing, not expected, misshapen or not floating.
    public func checked(
        _ expected: [String: [Int]], ignoring ignored: some Sequence<String> = []
    ) throws(BenchError) -> WeightSet {
        let missing = expected.keys.filter { tensors[$0] == nil }
        let ignored = Set(ignored)
        let extra = tensors.keys.filter { expected[$0] == nil && !ignored.contains($0) }
        var misshapen: [String] = []
        var integral: [String] = []
        for (name, shape) in expected {
            guard let tensor = tensors[name] else { continue }
            if tensor.shape != shape { misshapen.append("\(name) is \(tensor.shape), not \(shape)") }
            if !tensor.element.isFloating { integral.append("\(name) is \(tensor.element.rawValue)") }
        }
        let faults = [
            Self.fault(missing, "missing"), Self.fault(extra, "not expected"),
            Self.fault(misshapen, "of another shape"), Self.fault(integral, "no floating-point numbers"),
        ].compactMap { $0 }
        guard faults.isEmpty else {
            throw BenchError(
                .unusableInput,
                "\(source) does not fit config.json: \(faults.joined(separator: "; ")); "
                    + "use the configuration and the weights of one model")
        }
        return WeightSet(tensors: tensors.filter { expected[$0.key] != nil }, source: source)
    }

    /// Names that a sentence spells out of each kind, more than any model has; the rest is counted.
    static let mostNamed = 2000
    /// Characters of each that are shown.
    private static let mostShown = 200

    private static func fault(_ names: [String], _ what: String) -> String? {
        guard !names.isEmpty else { return nil }
        let shown = names.sorted().prefix(mostNamed).map { $0.prefix(mostShown) }.joined(separator: ", ")
        let rest = names.count > mostNamed ? " and \(names.count - mostNamed) more" : ""
        return "\(names.count) \(names.count == 1 ? "tensor is" : "tensors are") \(what) (\(shown)\(rest))"
    }
}
