internal import Experiment

/// The rows of a suite: configurations by name, then the cells of its grid.
struct SuiteRows {
    private(set) var configurations: [WeightedConfiguration] = []
    /// By configuration's name, where it is not the suite's own as it is.
    private(set) var generators: [String: RowGenerator] = [:]
    private(set) var sweep: Sweep?
    private let table: GeneratorTable
    /// Names by folder; some file systems do not tell capitals from small letters.
    private var folders: [String: String] = [:]

    init(table: GeneratorTable) { self.table = table }

    /// Takes the configurations that are named.
    mutating func add(_ list: YAMLValue) throws(BenchError) {
        for item in try list.list("configurations, as {name: Vis, weights: {vis: 1}}") {
            let (configuration, generator) = try item.configuration(table)
            let (name, folder) = (configuration.name, configuration.folderName)
            guard !folder.isEmpty, name.utf8.count <= 100 else {
                throw item.wrong(
                    "has the name '\(name.shortened)'; it names a folder: write up to 100 characters, with a letter or digit"
                )
            }
            if let other = folders.updateValue(name, forKey: folder.lowercased()) {
                throw item.wrong(
                    other == name
                        ? "has the name '\(name)', which another configuration has; rename one of them"
                        : "has the name '\(name)', whose folder '\(folder)' is that of '\(other)'; rename one of them")
            }
            configurations.append(configuration)
            generators[name] = generator
        }
    }

    /// Takes the cells of a grid. A cell with the weights and the generator of a named configuration is that configuration.
    /// - Throws: `BenchError` 65: two equal cells, or names that cannot be told apart.
    mutating func add(_ grid: Grid) throws(BenchError) {
        let cells = try grid.cells { table.own.setting($0) ?? ($0 == "generator" ? table.ownName : nil) }
        let named = Dictionary(
            configurations.map { (Key($0, generators[$0.name], own: table.own.filled), $0.name) },
            uniquingKeysWith: { first, _ in first })
        var seen: [Key: String] = [:]
        var known: [[String]: RowGenerator] = [:]
        var placed: [Sweep.Cell] = []
        for cell in cells {
            let asked = cell.settings.map(\.value.text)
            var generator = known[asked]
            if generator == nil, !asked.isEmpty {
                generator = try table.row(cell.settings)
                known[asked] = generator
            }
            let configuration = WeightedConfiguration(
                name: cell.name, weights: cell.weights.amounts, folder: cell.folder)
            let key = Key(configuration, generator, own: table.own.filled)
            if let other = seen.updateValue(cell.name, forKey: key) {
                throw grid.source.wrong(
                    "has two cells with the same weights and settings, '\(other)' and '\(cell.name)'; leave one of them "
                        + "out")
            }
            if let name = named[key] {
                placed.append(.init(configuration: name, values: cell.values))
                continue
            }
            if let other = folders.updateValue(cell.name, forKey: configuration.folderName.lowercased()) {
                throw grid.source.wrong(
                    "has the cell '\(cell.name)', whose folder '\(configuration.folderName)' is that of '\(other)'; "
                        + "rename the configuration '\(other)'")
            }
            configurations.append(configuration)
            generators[cell.name] = generator
            placed.append(.init(configuration: cell.name, values: cell.values))
        }
        let hasBase = grid.design == .oneAtATime && cells[0].isBase
        sweep = Sweep(
            design: grid.design, axes: try grid.sweepAxes(), cells: placed, base: hasBase ? 0 : nil)
    }

    /// What makes two rows the same experiment.
    private struct Key: Hashable {
        let weights: [String]
        let generator: GeneratorChoice
        let devices: Int?

        init(_ configuration: WeightedConfiguration, _ row: RowGenerator?, own: GeneratorChoice) {
            weights = configuration.weights.sorted { $0.control < $1.control }.flatMap {
                [$0.control, $0.amount.words]
            }
            generator = row?.choice ?? own
            devices = row?.devices
        }
    }
}

extension GeneratorTable {
    /// Who makes a cell's videos.
    fileprivate func row(
        _ settings: [(name: String, value: GridAxis.Value)]
    ) throws(BenchError) -> RowGenerator {
        try row(
            generator: settings.first { $0.name == "generator" }?.value.setting,
            settings: settings.filter { $0.name != "generator" }.map { ($0.name, $0.value.setting, $0.value.source) })
    }
}

extension Grid.Cell {
    fileprivate var isBase: Bool { name == "base" }

    /// A folder's name where that of the cell's name would be too long or might be another one's: its beginning and a hash.
    fileprivate var folder: String? {
        let plain = WeightedConfiguration(name: name, weights: []).folderName
        guard hasWords || plain.utf8.count > 100 else { return nil }
        var kept = plain
        while kept.utf8.count > 80 { kept.removeLast() }
        return "\(kept)@\(Identity(of: [name]).hex.prefix(8))"
    }
}
