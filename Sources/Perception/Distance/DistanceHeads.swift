internal import Experiment
internal import Tensors

/// The weights of the channels at each tap, which make a distance of features one that people would give.
struct DistanceHeads: Sendable, Equatable {
    /// A list of channels for every tap.
    let weights: [[Float]]

    /// Weights that are known to be usable.
    init(checked weights: [[Float]]) { self.weights = weights }

    /// Reads `lin0`, `lin1`, … from a safetensors file.
    /// - Throws: `BenchError` 65, when there are not `taps` of them, or a weight is negative or not finite.
    init(path: String, taps: Int) throws(BenchError) {
        let file: SafetensorsFile
        do throws(FileError) { file = try SafetensorsFile(path: path) } catch {
            throw BenchError(.unusableInput, error.description)
        }
        var weights: [[Float]] = []
        for tap in 0..<taps {
            guard let stored = file.tensors["lin\(tap)"] else {
                throw BenchError(
                    .unusableInput,
                    "\(path) has no 'lin\(tap)', but the network has \(taps) taps; import the heads of this network")
            }
            let values = stored.tensor().values
            guard !values.isEmpty, values.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
                throw BenchError(
                    .unusableInput,
                    "\(path): 'lin\(tap)' has weights that are negative or not finite, or none; import the heads anew")
            }
            weights.append(values)
        }
        guard file.tensors["lin\(taps)"] == nil else {
            throw BenchError(
                .unusableInput,
                "\(path) has weights for more than the \(taps) taps of the network; import the heads of this network")
        }
        self.weights = weights
    }
}
