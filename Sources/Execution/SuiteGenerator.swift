internal import CosmosTransfer
public import Experiment
internal import Foundation
public import Generation
public import Suites
internal import Tensors

extension Suite {
    /// The same suite with another generator.
    /// - Parameter text: `tinyworld:WEIGHTS`, `command:FILE` (a word a line), `recorded:DIR`; nil keeps the suite's.
    /// - Throws: `BenchError` 64, when the text is none of these; 65, when the file cannot be read.
    public func with(generator text: String?) throws(BenchError) -> Suite {
        guard let text else { return self }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let value = parts.count == 2 && !parts[1].isEmpty ? parts[1] : nil
        switch (parts[0], value) {
        case ("tinyworld", let weights):
            var (steps, guidance): (Int?, Double?)
            var own: String?
            if case .embedded(let folder, let n, let g) = generator { (own, steps, guidance) = (folder, n, g) }
            guard let folder = weights.map(resolved) ?? own else {
                throw BenchError(
                    .usage, "--generator tinyworld takes the folder of the weights too: tinyworld:WEIGHTS")
            }
            return try replacing(generator: .embedded(weights: folder, steps: steps, guidance: guidance))
        case ("command", let file?):
            guard let data = FileManager.default.contents(atPath: file), data.count < 1 << 20,
                let text = String(data: data, encoding: .utf8)
            else {
                throw BenchError(
                    .unusableInput, "\(file) cannot be read; name a file with a command's words, one a line")
            }
            let words = text.split(whereSeparator: \.isNewline).map(String.init)
            guard !words.isEmpty else {
                throw BenchError(.unusableInput, "\(file) is empty; write a command's words, one a line")
            }
            return try replacing(generator: .command(words: words, files: [], minutes: nil))
        case ("recorded", let folder?): return try replacing(generator: .recorded(folder: resolved(folder)))
        default:
            throw BenchError(
                .usage, "--generator '\(text)' is none of tinyworld[:WEIGHTS], command:FILE, recorded:DIR")
        }
    }

    /// Generators of one choice for some numbers of threads, ranks or GPUs; embedded ones share what they load.
    /// - Throws: as `makeGenerator`.
    func makeGenerators(_ choice: GeneratorChoice, devices: [Int]) throws -> [Int: any Generator] {
        var made: [Int: any Generator] = [:]
        switch choice {
        case .embedded(let weights, let steps, let guidance):
            var options = EmbeddedGenerator.Options()
            options.steps = steps
            options.guidance = guidance
            let controls = Set(configurations.flatMap { $0.weights.map(\.control) })
            var first: EmbeddedGenerator?
            for count in devices {
                let next =
                    try first.map { EmbeddedGenerator(sharing: $0, pool: WorkerPool(threads: count)) }
                    ?? EmbeddedGenerator(
                        WeightsFolder(path: weights), controls: controls, options: options,
                        pool: WorkerPool(threads: count))
                made[count] = next
                first = next
            }
        case .command(let words, let files, let minutes):
            for count in devices {
                made[count] = try CommandGenerator(
                    words: words, files: files, minutes: minutes, devices: count,
                    diffusionPattern: timing?.diffusionPattern)
            }
        case .recorded(let folder):
            let recorded = try RecordedGenerator(folder: folder)
            for count in devices { made[count] = recorded }
        }
        return made
    }

    /// The generator of the suite, with what it needs loaded; of several, one that hands each task on to its own.
    /// - Parameter jobs: threads, or programs at once.
    /// - Throws: `BenchError`, when weights or program are not there.
    public func makeGenerator(jobs: Int) throws -> any Generator {
        let choices = generators
        let controls = Set(configurations.flatMap { $0.weights.map(\.control) })
        let pool = WorkerPool(threads: jobs)
        var embedded: [EmbeddedGenerator] = []
        var hashes: [String: String] = [:]
        let made = try choices.map { choice -> any Generator in
            switch choice {
            case .embedded(let weights, let steps, let guidance):
                var options = EmbeddedGenerator.Options()
                options.steps = steps
                options.guidance = guidance
                let generator = try EmbeddedGenerator(
                    WeightsFolder(path: weights), controls: controls, options: options, pool: pool, sharing: embedded
                ) { path in
                    let hash = try hashes[path] ?? Artifact(hashing: path).sha256
                    hashes[path] = hash
                    return hash
                }
                embedded.append(generator)
                return generator
            case .command(let words, let files, let minutes):
                return try CommandGenerator(words: words, files: files, minutes: minutes, jobs: jobs)
            case .recorded(let folder): return try RecordedGenerator(folder: folder)
            }
        }
        if made.count == 1 { return made[0] }
        let places = Dictionary(uniqueKeysWithValues: zip(choices, choices.indices))
        return GeneratorByRow(
            made,
            places: configurations.reduce(into: [:]) { found, row in found[row.name] = places[generator(of: row.name)] }
        )
    }
}
