internal import Experiment
internal import Foundation
internal import Generation
public import Results
public import Suites

/// What a timing suite measures (spec: experiments, section 6): its rows, one for each configuration and number of devices, and
/// their videos.
public struct TimingPlan: Sendable {
    public struct Row: Sendable {
        /// As "Uniform, 2 devices".
        public let name: String
        /// Threads, ranks or GPUs.
        public let devices: Int
        let generator: any Generator
        /// Which of the suite's generators it is: those of one share what they load.
        let choice: Int
        let tasks: [VideoTask]
        let identities: [Identity]
    }

    public let suite: Suite
    public let timing: TimingChoice
    public let rows: [Row]
    /// Numbers of devices that this machine has not enough cores for.
    public let leftOut: [Int]
    let dataset: String
    let name: String

    /// Videos that are measured, without those that warm up.
    public var planned: Int { rows.map(\.tasks.count).reduce(0, +) * timing.repeats }

    /// - Parameters:
    ///   - most: clips at most, evenly spread over the suite's; nil for all.
    ///   - cores: that this machine has: the embedded generator's rows with more threads are left out.
    ///   - jobs: threads of a suite that names no devices.
    ///   - folder: of the videos, which are removed when they were measured.
    ///   - store: remembers content hashes.
    /// - Throws: `BenchError`: 65 for a dataset that cannot be used and for a video that cannot be made, 5 when nothing is left.
    public init(
        _ suite: Suite, timing: TimingChoice, clips most: Int? = nil, cores: Int, jobs: Int, folder: String,
        store: Store?
    ) throws {
        self.suite = suite
        self.timing = timing
        var rows: [Row] = []
        var leftOut: [Int] = []
        var dataset = ""
        var name = ""
        for (number, choice) in suite.generators.enumerated() {
            let own = suite.configurations.filter { suite.generator(of: $0.name) == choice }
            let asked = own.map {
                (configuration: $0, devices: Self.devices(of: $0, choice, suite, timing, jobs: jobs))
            }
            let counts = asked.flatMap(\.devices).reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
            let possible = try Self.possible(counts, choice, suite, cores: cores)
            leftOut += counts.filter { !possible.contains($0) && !leftOut.contains($0) }
            guard let first = possible.first else { continue }
            let generators = try suite.makeGenerators(choice, devices: possible)
            let plan = try SuitePlan(suite, clips: most, generator: generators[first]!, folder: folder, store: store)
            let names = Set(own.map(\.name))
            if let impossible = plan.impossible.first(where: { names.contains($0.configuration) }) {
                throw BenchError(.unusableInput, impossible.reason)
            }
            (dataset, name) = (plan.dataset, plan.name)
            for (configuration, devices) in asked {
                let entries = plan.entries.filter { $0.task.configuration.name == configuration.name }
                for count in devices where possible.contains(count) {
                    let isListed = !timing.devices.isEmpty && suite.devices(of: configuration.name) == nil
                    rows.append(
                        Row(
                            name: configuration.name + (isListed ? ", \(counted(count, "device"))" : ""),
                            devices: count,
                            generator: generators[count]!, choice: number, tasks: entries.map(\.task),
                            identities: entries.map(\.identity)))
                }
            }
        }
        guard !rows.isEmpty else {
            throw BenchError(
                .nothingSelected,
                "\(suite.path) times more threads than this machine's \(cores) cores; add a smaller number to "
                    + "'timing: {devices: …}'")
        }
        self.rows = rows
        self.leftOut = leftOut.sorted()
        self.dataset = dataset
        self.name = name
    }

    /// On how many devices a configuration is timed.
    private static func devices(
        of configuration: WeightedConfiguration, _ choice: GeneratorChoice, _ suite: Suite, _ timing: TimingChoice,
        jobs: Int
    ) -> [Int] {
        if let own = suite.devices(of: configuration.name) { return [own] }
        guard timing.devices.isEmpty else { return timing.devices }
        if case .embedded = choice { return [jobs] }
        return [1]
    }

    /// Those numbers that a generator can be timed on here.
    /// - Throws: `BenchError` 65 for videos that exist already.
    private static func possible(
        _ devices: [Int], _ choice: GeneratorChoice, _ suite: Suite, cores: Int
    ) throws(BenchError) -> [Int] {
        switch choice {
        case .embedded: return devices.filter { $0 <= cores }
        case .command: return devices
        case .recorded:
            throw BenchError(
                .unusableInput,
                "\(suite.path) times videos that exist already, which take no time; choose an embedded generator or a command"
            )
        }
    }

    /// What the store keeps of it. More repeats continue the same run.
    var runPlan: RunPlan {
        let videos = rows.flatMap { row in [row.name, "\(row.devices)"] + row.identities.map(\.hex) }
        let settings = ["warm-up": "\(timing.warmUp)", "order-seed": "\(timing.seed)"]
        return RunPlan(
            name: name, dataset: dataset, profile: suite.metrics.profile, parameters: settings, metrics: [],
            regions: [.all], trials: [], configurations: rows.map(\.name), scaling: timing.published,
            identity: Identity(of: ["timing 1", suite.name, "\(timing.warmUp)", "\(timing.seed)"] + videos))
    }

    /// What would be measured, for reading.
    public func outline() -> String {
        let labels = rows.map(\.generator.label).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let lines = [
            "\(suite.name): \(suite.layout.title)", "generator  \(labels.joined(separator: "; "))",
            "dataset    \(dataset)",
            "timing     \(counted(planned, "video")) = \(counted(rows.count, "row")), \(counted(rows.first?.tasks.count ?? 0, "video")), "
                + "\(counted(timing.repeats, "repeat")); \(rows.count * timing.warmUp) before them to warm up",
            "",
        ]
        let text = (lines + rows.map(\.name) + notes).map { plainText($0) }
        return text.joined(separator: "\n") + "\n"
    }

    /// Ends what runs outside this process, for the sudden end of this one. From any thread.
    public func stop() {
        for row in rows { row.generator.stop() }
    }

    /// What a person should know beforehand.
    public var notes: [String] {
        let counts = leftOut.map(String.init).joined(separator: ", ")
        return leftOut.isEmpty
            ? [] : ["left out, because this machine has not enough cores: \(counts) threads"]
    }
}
