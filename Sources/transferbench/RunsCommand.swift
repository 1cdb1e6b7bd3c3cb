import ArgumentParser
import Experiment
import Foundation
import Reporting
import Results

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List the runs of a store, or remove some.",
        discussion: """
            Without --store the folder's only store is taken.

              transferbench runs
              transferbench runs remove 2 --yes
            """,
        subcommands: [RunsListCommand.self, RunsRemoveCommand.self], defaultSubcommand: RunsListCommand.self)
}

struct RunsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the runs of a store: what they are of, and how far they are.",
        discussion: """
              transferbench runs list --store table1.sqlite
            """)

    @OptionGroup var place: StorePlace
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let store = try place.open(.read)
        let runs = try store.runs().map { run throws(BenchError) in try store.results(of: run, hasCurves: false) }
        if json { return try Terminal.output(try jsonText(RunsDocument(store: store.path, runs: runs))) }
        guard !runs.isEmpty else { return Terminal.note("\(store.path) holds no run yet") }
        try Terminal.output(table(runs))
        Terminal.note("stored in \(store.path)")
    }

    private func table(_ runs: [RunResults]) -> String {
        var table = TextTable(
            ["run", "name", "profile", "dataset", "configurations", "videos scored", "started", "state"],
            hasStyles: Terminal.hasStyledOutput, isLeft: true)
        for run in runs {
            table.add(
                [
                    "\(run.run.number)", run.run.name, run.run.profile.rawValue,
                    URL(fileURLWithPath: run.run.dataset).lastPathComponent, "\(run.configurations.count)",
                    "\(run.scored) of \(run.planned)", run.run.createdAt, run.isPartial ? "PARTIAL" : "whole",
                ].map { .init($0) })
        }
        return table.rendered()
    }
}

struct RunsRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove runs and the scores that only they show from a store.",
        discussion: """
            Without --yes it says what would go, and removes nothing. Videos on disk are never removed, and the store goes on \
            knowing how they were made. The same command that made a run makes it again, and computes its scores anew.

              transferbench runs remove 2 3 --store table1.sqlite
              transferbench runs remove 2 3 --store table1.sqlite --yes
            """)

    @Argument(help: ArgumentHelp("Numbers or names of runs.", valueName: "run"))
    var runs: [String]
    @OptionGroup var place: StorePlace
    @Flag(help: "Remove them.")
    var yes = false
    @Option(help: ArgumentHelp("Seconds to wait for another process that writes to the store.", valueName: "s"))
    var wait: Double = 10

    func validate() throws {
        guard (0...1e6).contains(wait) else { throw ValidationError("--wait takes 0 to 1000000 seconds.") }
    }

    func run() throws {
        // A store that is not there is not made here.
        let reading = try place.open(.read)
        let chosen = try RunChoice(runs, in: reading).chosen()
        let names = chosen.map { "\($0.number) (\($0.name))" }.joined(separator: ", ")
        let numbers = chosen.map(\.number)
        guard yes else {
            let scores = try reading.removal(of: numbers).scores
            Terminal.note(
                "would remove run \(names) with \(scores) scores that no other run shows from \(reading.path); no video goes. "
                    + "Nothing was removed: add --yes")
            return
        }
        let store = try Store(path: reading.path, access: .write(wait: wait))
        let removed = try store.remove(runs: numbers)
        Terminal.note(
            "removed run \(names) with \(removed.scores) scores from \(store.path); all videos are where they were")
    }
}

/// Which store a command means.
struct StorePlace: ParsableArguments {
    @Option(
        help: ArgumentHelp("The store of results. (default: the folder's only one)", valueName: "file"),
        completion: .file())
    var store: String?

    func open(_ access: Store.Access) throws(BenchError) -> Store {
        let path = if let store { store } else { try Store.only() }
        return try Store(path: path, access: access)
    }
}

/// `runs list --json`.
private struct RunsDocument: Encodable {
    let schema = "transferbench.runs/1"
    let store: String
    let runs: [Run]

    struct Run: Encodable {
        let number: Int64
        let name: String
        let profile: String
        let dataset: String
        let configurations: [String]
        let planned: Int
        let scored: Int
        let partial: Bool
        let started: String
        let finished: String?
    }

    init(store: String, runs: [RunResults]) {
        self.store = store
        self.runs = runs.map { run in
            Run(
                number: run.run.number, name: run.run.name, profile: run.run.profile.rawValue, dataset: run.run.dataset,
                configurations: run.configurations, planned: run.planned, scored: run.scored, partial: run.isPartial,
                started: run.run.createdAt, finished: run.run.finishedAt)
        }
    }
}
