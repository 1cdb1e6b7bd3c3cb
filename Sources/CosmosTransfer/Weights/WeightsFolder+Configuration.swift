internal import Experiment
internal import Foundation
internal import Tensors

extension WeightsFolder {
    /// What `config.json` says, or the 7B model's sizes when the files are those of a release; with the latents' statistics.
    static func configuration(of path: String) throws(BenchError) -> ModelConfiguration {
        let file = path + "/config.json"
        var configuration: ModelConfiguration
        if FileManager.default.fileExists(atPath: file) {
            configuration = try ModelConfiguration(path: file, publishedStatistics: false)
        } else {
            configuration = try released(in: path)
        }
        if configuration.tokenizer?.mean.isEmpty == true, let statistics = Self.file("mean_std", in: path) {
            try configuration.tokenizer?.readStatistics(path: statistics)
        }
        try configuration.tokenizer?.usePublishedStatistics(file: file)
        return configuration
    }

    /// The 7B configuration with the controls that are there (spec §1.1).
    private static func released(in path: String) throws(BenchError) -> ModelConfiguration {
        let controls = ControlConfiguration.knownNames.filter { name in
            Part.control(name).stems.contains { Self.file($0, in: path) != nil }
        }
        let hasNetwork =
            Self.file("base_model", in: path) != nil || Self.file("edge_control_distilled", in: path) != nil
        let hasTokenizer = ["encoder.jit", "decoder.jit"].contains { Self.file($0, in: path) != nil }
        guard hasNetwork || hasTokenizer || !controls.isEmpty else {
            if FileManager.default.fileExists(atPath: path + "/network.json") {
                throw BenchError(
                    .unusableInput,
                    "\(path) holds a network that metrics use (network.json), not the generator's weights; look at it with "
                        + "`transferbench models verify`")
            }
            throw BenchError(
                .missing, "\(path) holds neither config.json nor the files of a release (base_model.pt, …_control.pt)")
        }
        var configuration = ModelConfiguration(tokenizer: TokenizerConfiguration(), text: TextConfiguration())
        guard hasNetwork || !controls.isEmpty else { return configuration }
        var dit = TransformerConfiguration()
        var ctrl = ControlConfiguration()
        ctrl.names = controls
        let driving = controls.filter { $0 == "hdmap" || $0 == "lidar" }
        if !driving.isEmpty {
            guard driving.count == controls.count else {
                throw BenchError(
                    .unusableInput,
                    "\(path) holds controls of two models (\(controls.joined(separator: ", "))); give each a folder")
            }
            dit.hasConditionMask = false
            ctrl.hintChannels = 16
        }
        configuration.dit = dit
        if !controls.isEmpty || Self.file("edge_control_distilled", in: path) != nil { configuration.ctrl = ctrl }
        return configuration
    }
}

extension TokenizerConfiguration {
    /// Takes mean and standard deviation from a file of two tensors, [channels, frames] or flat (spec §3.2).
    mutating func readStatistics(path: String) throws(BenchError) {
        let tensors = try WeightSet(path: path).tensors
        guard let mean = tensors["0"] ?? tensors["mean"], let std = tensors["1"] ?? tensors["std"], tensors.count == 2,
            mean.element.isFloating, std.element.isFloating, mean.count == std.count, mean.count > 0,
            mean.count.isMultiple(of: latentChannels)
        else {
            throw BenchError(
                .unusableInput,
                "\(path) does not hold a mean and a standard deviation of \(latentChannels) channels; "
                    + "save two tensors of one shape, [channels, frames]")
        }
        let frames = mean.count / latentChannels
        func rows(_ values: [Float]) -> [[Float]] {
            stride(from: 0, to: values.count, by: frames).map { Array(values[$0..<$0 + frames]) }
        }
        let (means, deviations) = (mean.floats(), std.floats())
        guard means.allSatisfy(\.isFinite), deviations.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw BenchError(.unusableInput, "\(path) holds a mean or standard deviation that no latent can have")
        }
        self.mean = rows(means)
        self.std = rows(deviations)
    }

    /// Fills in the published statistics where none are given.
    /// - Throws: `BenchError` 65 when they do not apply: they have 16 channels.
    mutating func usePublishedStatistics(file: String) throws(BenchError) {
        guard mean.isEmpty else { return }
        guard latentChannels == PublishedLatentStatistics.mean.count else {
            throw BenchError(
                .unusableInput,
                "\(file): 'tokenizer.mean' and 'tokenizer.std' are needed, because only latents of "
                    + "\(PublishedLatentStatistics.mean.count) channels have published ones")
        }
        mean = PublishedLatentStatistics.mean
        std = PublishedLatentStatistics.std
    }
}
