import ArgumentParser
import Experiment
import Foundation
import Tensors
import TinyWorld

struct TinyWorldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tinyworld",
        abstract: "Render small clips whose depth, masks, boxes, lanes and captions are known.",
        subcommands: [TinyWorldRenderCommand.self, TinyWorldShardCommand.self, TinyWorldSheetCommand.self])
}

/// Which clips of the world, and at what size.
struct TinyWorldOptions: ParsableArguments {
    @Option(help: "What kind of scenes: robot, driving, household, or all.")
    var domain = "all"
    @Option(help: ArgumentHelp("The clips follow from it; the same on every machine.", valueName: "n"))
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("How many clips of each domain.", valueName: "n"))
    var count = 1
    @Option(help: ArgumentHelp("Number of the first clip.", valueName: "n"))
    var first = 0
    @Option(help: ArgumentHelp("Rows and columns of the pictures.", valueName: "RxC"))
    var size = "64x96"
    @Option(help: ArgumentHelp("Frames of each clip.", valueName: "n"))
    var frames = 9
    @Option(
        help: ArgumentHelp("Threads; any number gives the same result. (default: the machine's cores)", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if domain != "all", Domain(rawValue: domain) == nil {
            throw ValidationError("--domain \(domain) is not known: give robot, driving, household or all")
        }
        if !(1...999_999).contains(count) {
            throw ValidationError("--count is \(count): give a number from 1 to 999999")
        }
        if !(0...999_999).contains(first) {
            throw ValidationError("--first is \(first): give a number from 0 to 999999")
        }
        if first + count > 1_000_000 {
            throw ValidationError("--first \(first) and --count \(count) go beyond clip 999999: give smaller ones")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads): give a number from 1 to 1024")
        }
        guard sizes != nil else {
            throw ValidationError("--size \(size) is not a size: give rows x columns, as 64x96")
        }
    }

    private var sizes: (rows: Int, columns: Int)? {
        let parts = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let rows = parts[0], let columns = parts[1] else { return nil }
        return (rows, columns)
    }

    var pool: WorkerPool { WorkerPool(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount) }

    /// The clips, domain by domain.
    /// - Throws: `BenchError` 64, when the world has no clips of that size.
    func requests() throws(BenchError) -> [ClipRequest] {
        let domains = Domain(rawValue: domain).map { [$0] } ?? Domain.allCases
        let (rows, columns) = sizes ?? (0, 0)
        let all = domains.flatMap { domain in
            (first..<first + count).map {
                ClipRequest(domain: domain, seed: seed, index: $0, rows: rows, columns: columns, frames: frames)
            }
        }
        if let first = all.first { _ = try ClipRenderer(first) }
        return all
    }
}
