internal import Experiment

extension TransferNetwork {
    /// The base network of a weights folder with the branches of some controls.
    /// - Throws: `BenchError` naming a part that is missing or does not fit the configuration.
    public convenience init(_ folder: WeightsFolder, controls: [String]) throws {
        let base = try folder.base()
        guard let dit = folder.configuration.dit else {
            throw BenchError(.missing, "\(folder.path)/config.json has no 'dit'")
        }
        try self.init(
            configuration: dit, base: base.tensors, control: folder.configuration.ctrl ?? ControlConfiguration(),
            controls: try controls.map { ($0, try folder.control($0).tensors) })
    }
}
