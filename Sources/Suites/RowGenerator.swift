public import Experiment

/// Who makes a configuration's videos, where that is not simply the suite's generator (spec: experiments, section 2).
public struct RowGenerator: Sendable, Hashable {
    /// What the row says of its generator that can change pixels.
    public struct Setting: Sendable, Hashable {
        public let name: String
        public let text: String

        public init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    public let choice: GeneratorChoice
    /// Whether it is the suite's generator with other settings.
    public let isOwn: Bool
    public let settings: [Setting]
    /// Threads, ranks or GPUs that it is timed on; nil where the row does not say.
    public let devices: Int?

    public init(choice: GeneratorChoice, isOwn: Bool = true, settings: [Setting] = [], devices: Int? = nil) {
        self.choice = choice
        self.isOwn = isOwn
        self.settings = settings
        self.devices = devices
    }
}

extension Suite {
    /// Who makes a configuration's videos.
    public func generator(of configuration: String) -> GeneratorChoice {
        rowGenerators[configuration]?.choice ?? generator
    }

    /// Threads, ranks or GPUs that a configuration is timed on; nil where it does not say.
    public func devices(of configuration: String) -> Int? { rowGenerators[configuration]?.devices }

    /// All that make videos, each once: first that of the first configuration.
    public var generators: [GeneratorChoice] {
        var seen = Set<GeneratorChoice>()
        return configurations.map { generator(of: $0.name) }.filter { seen.insert($0).inserted }
    }

    /// The same suite with another generator in the place of its own. Rows keep their settings.
    /// - Throws: `BenchError` 64, when rows have settings that it does not know.
    public func replacing(generator: GeneratorChoice) throws(BenchError) -> Suite {
        var rows: [String: RowGenerator] = [:]
        for (name, row) in rowGenerators {
            rows[name] = row.isOwn ? try row.moved(to: generator, name) : row
        }
        return Suite(
            name: name, path: path, dataset: dataset, clips: clips, generator: generator, presets: presets,
            configurations: configurations, prompts: prompts, seeds: seeds, metrics: metrics, layout: layout,
            sweep: sweep, race: race, raceLine: raceLine, timing: timing, rowGenerators: rows)
    }
}

extension RowGenerator {
    fileprivate func moved(to generator: GeneratorChoice, _ configuration: String) throws(BenchError) -> RowGenerator {
        guard !settings.isEmpty else { return RowGenerator(choice: generator, devices: devices) }
        guard case .embedded(var weights, var steps, var guidance) = generator else {
            throw BenchError(
                .usage,
                "'\(configuration)' sets \(settings.map(\.name).joined(separator: ", ")) of the suite's generator, which "
                    + "--generator replaces by one that has no such setting; leave out the setting or --generator")
        }
        for setting in settings {
            switch setting.name {
            case "weights": weights = setting.text
            case "steps": steps = Int(setting.text)
            default: guidance = Double(setting.text)
            }
        }
        return RowGenerator(
            choice: .embedded(weights: weights, steps: steps, guidance: guidance), settings: settings, devices: devices)
    }
}
