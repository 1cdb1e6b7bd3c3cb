import ArgumentParser
import Execution
import Experiment
import Foundation
import Perception

struct ModelsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that networks are what their cards say.",
        discussion: """
            Hashes every file, compares inputs and outputs with the card, and, where ONNX Runtime is on this machine, loads the \
            network and runs it on a small picture.

              transferbench models verify
              transferbench models verify lpips-vgg16 --device cuda

            Exits with 65 when a network is not what its card says, and with 69 when --run is given and there is no ONNX Runtime.
            """)

    @OptionGroup var selection: NetworkSelection
    @Flag(name: .customLong("run"), help: "Fail where ONNX Runtime is absent, instead of checking the files alone.")
    var mustRun = false
    @Option(help: "What to run on: cpu, cuda.") var device: Device = .cpu
    @Option(help: ArgumentHelp("Threads. (default: the machine's cores)", valueName: "n")) var threads: Int?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024") }
    }

    func run() throws {
        let entries = try selection.entries()
        let runtime = try runtime()
        var rows: [NetworkRow] = []
        for entry in entries {
            var row = NetworkRow(entry, hashes: true)
            if row.problem == nil, let network = row.network {
                do throws(BenchError) { try check(network, runtime, &row) } catch {
                    guard error.code == .unusableInput else { throw error }
                    row.problem = error.sentence
                }
            }
            if !json { try Terminal.output(line(row)) }
            rows.append(row)
        }
        if json { try Terminal.output(try NetworkRow.document(rows)) }
        let damaged = rows.count { $0.problem != nil }
        guard damaged == 0 else {
            throw BenchError(
                .unusableInput,
                rows.count == 1
                    ? rows[0].problem ?? ""
                    : "\(damaged) of \(rows.count) networks are not what their cards say: see above")
        }
    }

    /// nil where there is none, which is said. One that is named and does not load is an error.
    private func runtime() throws(BenchError) -> OnnxRuntime? {
        do throws(BenchError) { return try OnnxRuntime.load() } catch {
            let isNamed = ProcessInfo.processInfo.environment[OnnxRuntime.variable] != nil
            guard !mustRun, !isNamed, device == .cpu else { throw error }
            Terminal.note("files are checked, nothing is run: \(error.sentence)")
            return nil
        }
    }

    private func check(
        _ network: NetworkFolder, _ runtime: OnnxRuntime?, _ row: inout NetworkRow
    ) throws(BenchError) {
        let check = try NetworkCheck(network)
        row.opset = check.opset
        guard let runtime else { return }
        switch try check.run(on: runtime, device: device, threads: threads ?? Machine.cores) {
        case .ran: row.trial = "ran"
        case .loaded: row.trial = "loaded"
        }
    }

    private func line(_ row: NetworkRow) -> String {
        if let problem = row.problem { return "\(row.name): UNUSABLE: \(problem)\n" }
        let files = row.files == 1 ? "file is" : "files are"
        let trial =
            switch row.trial {
            case "ran": ", ran on a small picture"
            case "loaded": ", loaded"
            default: ", not run"
            }
        return "\(row.name): \(row.files ?? 0) \(files) as on the card, operators \(row.opset ?? 0)\(trial)\n"
    }
}
