import ArgumentParser
import Experiment
import Foundation
import Tensors

/// What the commands that run the network have in common.
struct EngineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Threads; any number gives the same result. (default: the machine's cores)", valueName: "n"))
    var threads: Int?
    @Flag(help: "Print seconds, and what products of matrices reach alone, as JSON on standard output.")
    var timing = false
    @Option(help: ArgumentHelp("Do the work so many times; for --timing.", valueName: "n", visibility: .hidden))
    var `repeat` = 1

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads): give a number from 1 to 1024")
        }
        if !(1...1000).contains(`repeat`) { throw ValidationError("--repeat is \(`repeat`): give a number from 1 up") }
    }

    var pool: WorkerPool { WorkerPool(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount) }

    /// Does the work as often as asked, and then says how long it took, if asked.
    func measure<T>(_ what: String, _ work: () throws -> T) throws -> T {
        var seconds: [Double] = []
        var result: T
        repeat {
            let start = ContinuousClock.now
            result = try work()
            seconds.append(Self.seconds(since: start))
        } while seconds.count < `repeat`
        if timing {
            let line = Timing(
                work: what, seconds: seconds, threads: pool.threads, matrixGflopsPeak: MatrixSpeed.measure(pool),
                matrixLibrary: Kernels.matrices, version: TransferBench.version)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            try Terminal.output(String(decoding: try encoder.encode(line), as: UTF8.self) + "\n")
        }
        return result
    }

    private struct Timing: Encodable {
        let work: String
        let seconds: [Double]
        let threads: Int
        /// Billions of floating-point operations a second in products of 1024³, one a thread at a time.
        let matrixGflopsPeak: Double
        let matrixLibrary: String
        let version: String
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let elapsed = (ContinuousClock.now - start).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }
}

/// Reading and writing errors of files that the command line names are the input's.
func usableInput<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as FileError {
        throw BenchError(error.code == .unreadable ? .missing : .unusableInput, error.description)
    }
}
