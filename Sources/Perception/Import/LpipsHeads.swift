internal import Experiment
internal import Tensors

/// The weights of LPIPS' distance, one number a channel of each tap.
struct LpipsHeads {
    /// `lin0`, `lin1`, …, each of shape [channels].
    let tensors: [String: Tensor]

    /// Reads the heads as LPIPS saves them, `lin0.model.1.weight`, or as we do, `lin0`.
    /// - Parameters:
    ///   - shown: the name of the file that a person gave.
    ///   - channels: of each tap.
    /// - Throws: `BenchError` 65, when there are others than the backbone's, or one is not finite.
    init(path: String, shown: String, channels: [Int], backbone: String) throws(BenchError) {
        let stored = try readable { () throws(FileError) in try TensorFile.read(path: path) }
        var tensors: [String: Tensor] = [:]
        func unusable(_ what: String) -> BenchError {
            BenchError(.unusableInput, "\(shown) \(what); name the heads of LPIPS 0.1 for \(backbone)")
        }
        for (index, count) in channels.enumerated() {
            let names = ["lin\(index).model.1.weight", "lins.\(index).model.1.weight", "lin\(index)"]
            guard let head = names.lazy.compactMap({ stored[$0] }).first else {
                throw unusable("has no '\(names[0])'")
            }
            guard head.count == count, head.element.isFloating else {
                throw unusable("has \(head.count) weights for tap \(index + 1), which has \(count) channels")
            }
            let values = head.floats()
            guard values.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
                throw unusable("has weights for tap \(index + 1) that are negative or not finite")
            }
            tensors["lin\(index)"] = Tensor(shape: [count], values: values)
        }
        let next = "lin\(channels.count)"
        guard !stored.keys.contains(where: { $0 == next || $0.hasPrefix(next + ".") }) else {
            throw unusable("has more heads than \(backbone) has taps")
        }
        self.tensors = tensors
    }
}
