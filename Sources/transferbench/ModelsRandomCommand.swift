import ArgumentParser
import CosmosTransfer
import Execution
import Experiment
import Foundation
import Tensors

struct ModelsRandomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "random",
        abstract: "Write a weights folder with random weights of a configuration.",
        discussion: """
            Every part that the configuration names gets its file, of the shapes that real weights have; the same seed gives \
            the same bytes. The videos of such a model are noise: it is for measuring.

              transferbench models random weights --config config.json --dtype bf16
            """)

    enum StoredType: String, ExpressibleByArgument, CaseIterable {
        case bf16, fp32
    }

    @Argument(help: ArgumentHelp("The folder to write.", valueName: "dir"), completion: .directory)
    var folder: String
    @Option(
        help: ArgumentHelp("The configuration; it is copied into the folder.", valueName: "file"), completion: .file())
    var config: String
    @Option(help: "How numbers are stored: bf16, fp32.")
    var dtype: StoredType = .bf16
    @Option(help: ArgumentHelp("The numbers follow from it.", valueName: "n"))
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Threads that make and write numbers. (default: the machine's cores)", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024") }
    }

    func run() throws {
        let files = RandomWeights.files(of: try ModelConfiguration(path: config))
        let target = folder + "/config.json"
        for name in files.map(\.name) + ["config.json"]
        where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
            throw BenchError(.usage, "\(folder) already holds \(name), which is not replaced; name another folder")
        }
        guard !files.isEmpty else {
            throw BenchError(
                .unusableInput, "\(config) names no part that has weights; give it 'dit', 'tokenizer' or 'text'")
        }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw BenchError(.unusableInput, "\(folder) cannot be made (\(error.localizedDescription)); check its name")
        }
        Interrupt.install("interrupted; files that are whole are kept")
        let weights = RandomWeights(seed: seed, element: dtype == .bf16 ? .bfloat16 : .float32)
        let pool = WorkerPool(threads: threads ?? Machine.cores)
        for (name, tensors) in files {
            let start = ContinuousClock.now
            try weights.write(tensors, to: "\(folder)/\(name)", pool: pool)
            let bytes = weights.element.size * tensors.values.reduce(0) { $0 + $1.reduce(1, *) }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            Terminal.note(
                "\(name): \(Quantity.bytes(Double(bytes))) in \(String(format: "%.1f", seconds)) s")
        }
        // Last: a folder with a configuration is complete.
        do {
            try Data(contentsOf: URL(fileURLWithPath: config)).write(to: URL(fileURLWithPath: target), options: .atomic)
        } catch {
            throw BenchError(
                .unusableInput, "\(target) cannot be written (\(error.localizedDescription)); check free space")
        }
    }
}
