internal import Experiment
internal import Generation

/// Several generators as one: each task goes to that of its configuration.
struct GeneratorByRow: Generator {
    private let generators: [any Generator]
    /// Places in `generators` by configuration's name.
    private let places: [String: Int]

    /// - Parameter places: of all configurations that there will be tasks of.
    init(_ generators: [any Generator], places: [String: Int]) {
        self.generators = generators
        self.places = places
    }

    var label: String { generators.map(\.label).joined(separator: "; ") }
    var fingerprint: [String] { generators.flatMap(\.fingerprint) }
    var recipe: [Recipe.Part] { generators.flatMap(\.recipe) }
    var files: [Artifact] { generators.flatMap(\.files) }

    func maker(of configuration: String) -> any Generator { generators[places[configuration] ?? 0] }

    func fingerprint(of task: VideoTask) throws(BenchError) -> [String] {
        try maker(of: task.configuration.name).fingerprint(of: task)
    }

    func recipe(of task: VideoTask) throws(BenchError) -> [Recipe.Part] {
        try maker(of: task.configuration.name).recipe(of: task)
    }

    func check(_ tasks: [VideoTask]) throws {
        for (generator, own) in shares(of: tasks) { try generator.check(own.map { tasks[$0] }) }
    }

    func notes(on tasks: [VideoTask]) throws -> [String] {
        var notes: [String] = []
        for (generator, own) in shares(of: tasks) {
            for note in try generator.notes(on: own.map { tasks[$0] }) where !notes.contains(note) {
                notes.append(note)
            }
        }
        return notes
    }

    func stop() { for generator in generators { generator.stop() } }

    func make(
        _ tasks: [VideoTask], onProgress: (Double) -> Void,
        onResult: (Int, Result<String, any Error>) throws -> Bool
    ) throws {
        var goesOn = true
        for (generator, own) in shares(of: tasks) where goesOn {
            let share = Double(own.count) / Double(tasks.count)
            try generator.make(
                own.map { tasks[$0] }, onProgress: { onProgress($0 * share) },
                onResult: { place, result in
                    goesOn = try onResult(own[place], result) && goesOn
                    return goesOn
                })
        }
    }

    /// The tasks of each generator, as places in `tasks`.
    private func shares(of tasks: [VideoTask]) -> [(generator: any Generator, own: [Int])] {
        let own = Dictionary(grouping: tasks.indices) { places[tasks[$0].configuration.name] ?? 0 }
        return own.keys.sorted().map { (generators[$0], own[$0] ?? []) }
    }
}
