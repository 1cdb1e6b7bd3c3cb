import ArgumentParser
import Experiment
import Foundation
import Perception
import Reporting

struct ModelsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the networks that are there.",
        discussion: """
            Exits with 65 when one is damaged; the others are listed. `transferbench models verify` also reads all of their files.

              transferbench models list
              transferbench models list networks --json
            """)

    @OptionGroup var selection: NetworkSelection
    @Flag(help: "Also hash the files, and say whether they are those of the cards.") var verify = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let rows = try selection.entries().map { entry in NetworkRow(entry, hashes: verify) }
        try Terminal.output(json ? try NetworkRow.document(rows) : text(rows))
        for row in rows {
            if let problem = row.problem { Terminal.note(problem) }
        }
        if let row = rows.first(where: { $0.problem != nil }) {
            throw BenchError(.unusableInput, "\(row.folder) is unusable: see above")
        }
    }

    private func text(_ rows: [NetworkRow]) -> String {
        var table = TextTable(
            ["name", "task", "files", "bytes", "verified", "licence"], hasStyles: Terminal.hasStyledOutput)
        for row in rows {
            table.add(
                [
                    row.name, row.task ?? "UNUSABLE", row.files.map(String.init) ?? "–",
                    row.bytes.map { Quantity.bytes(Double($0)) } ?? "–", row.verified.map { $0 ? "yes" : "NO" } ?? "–",
                    row.licence ?? "–",
                ].map { TextTable.Cell($0) })
        }
        return table.rendered()
    }
}

/// What `models list` and `models verify` print of a network; the JSON changes only with the schema's number.
struct NetworkRow: Encodable {
    let folder: String
    let name: String
    var task: String?
    var files: Int?
    var bytes: Int?
    var licence: String?
    var source: String?
    var identity: String?
    var opset: Int?
    /// Whether the files' hashes are the card's; nil when they were not read.
    var verified: Bool?
    /// ran, loaded, or nil when it was not tried.
    var trial: String?
    var problem: String?
    var network: NetworkFolder?

    private enum CodingKeys: String, CodingKey {
        case folder, name, task, files, bytes, licence, source, identity, opset, verified, trial, problem
    }

    init(_ entry: NetworkShelf.Entry, hashes: Bool) {
        folder = entry.path
        switch entry.network {
        case .failure(let error):
            name = URL(fileURLWithPath: entry.path).lastPathComponent
            problem = error.sentence
        case .success(let network):
            self.network = network
            name = network.card.name
            task = network.card.task.rawValue
            files = network.card.files.count
            bytes = entry.bytes
            licence = network.card.licence
            source = network.card.source
            identity = network.identity.hex
            guard hashes else { return }
            do throws(BenchError) {
                try network.verify()
                verified = true
            } catch {
                verified = false
                problem = error.sentence
            }
        }
    }

    static func document(_ rows: [NetworkRow]) throws -> String {
        struct Document: Encodable {
            let schema = "transferbench.networks/1"
            let networks: [NetworkRow]
        }
        return try jsonText(Document(networks: rows))
    }
}
