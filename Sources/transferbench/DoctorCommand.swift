import ArgumentParser
import Execution
import Experiment
import Foundation
import Perception
import Results
import Tensors
import Video

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what this machine has and lacks, with the command that mends it.",
        discussion: """
            Writes a frame with every encoder. Exits with 69 when something that writing videos, scoring or reporting needs is \
            missing.

            The speed of matrix products is measured on one core for a tenth of a second. What the core allows is measured \
            beside it: multiplications and additions in registers alone, of the widest kind that the processor has. That \
            is its units times their width times its present clock, and no product can be faster.

              transferbench doctor
            """)

    func run() throws {
        let checks = [cpu, matrices, video, networks, sqlite, gnuplot, fonts, temporaryFolder] + encoders
        let width = checks.map(\.name.count).max() ?? 0
        for check in checks {
            let name = check.name.padding(toLength: width, withPad: " ", startingAt: 0)
            try Terminal.output("\(check.mark)  \(name)  \(check.finding)\n")
            if let remedy = check.remedy {
                try Terminal.output(String(repeating: " ", count: width + 5) + "→ \(remedy)\n")
            }
        }
        let missing = checks.filter { $0.state == .missing }
        guard missing.isEmpty else {
            throw BenchError(.missing, "missing: \(missing.map(\.name).joined(separator: ", "))")
        }
    }

    private struct Check {
        enum State { case good, poor, missing }
        let name: String
        let state: State
        let finding: String
        var remedy: String?

        var mark: String {
            switch state {
            case .good: "✔"
            case .poor: "!"
            case .missing: "✘"
            }
        }
    }

    private var cpu: Check {
        let cpu = Machine.environment(version: TransferBench.version, threads: Machine.cores)
        return Check(
            name: "processor", state: .good,
            finding: "\(cpu["cpu"] ?? "unknown"), \(Machine.cores) cores, \(Kernels.instructionSet) kernels")
    }

    private var matrices: Check {
        let library = MatrixLibrary.loaded
        let speed = MatrixSpeed.measure()
        func gflops(_ speed: Double) -> String { "\(Int(speed.rounded())) GFLOP/s" }
        let reached = "\(gflops(speed.product)) a core of the \(gflops(speed.ceiling)) that it allows"
        // Which of its kernels OpenBLAS runs matters only where it multiplies.
        guard !Kernels.multiplyMatrices else {
            return Check(name: "matrices", state: .good, finding: "\(Kernels.matrices): \(reached)")
        }
        let kernels =
            library.isBelowProcessor
            ? "\(library.kernels.name), where the processor has \(library.processor.name)" : library.kernels.name
        return Check(
            name: "matrices", state: library.isBelowProcessor ? .poor : .good,
            finding: "\(library.description) (\(kernels)): \(reached)", remedy: library.remedy)
    }

    private var video: Check {
        Check(
            name: "video", state: .good,
            finding: "\(FFmpegLibraries.versions); OpenCV \(OpenCVLibrary.version) for pictures and edges")
    }

    private var networks: Check {
        do throws(BenchError) {
            let runtime = try OnnxRuntime.load()
            let devices = runtime.devices.map(\.rawValue).joined(separator: ", ")
            return Check(
                name: "networks", state: .good, finding: "ONNX Runtime \(runtime.version) (\(devices)), \(runtime.path)"
            )
        } catch {
            return Check(
                name: "networks", state: .poor,
                finding: "\(error.sentence); depth, masks, saliency, perceptual distance and DOVER need it")
        }
    }

    private var sqlite: Check { Check(name: "store", state: .good, finding: "SQLite \(Store.sqliteVersion)") }

    private var gnuplot: Check {
        program("gnuplot", ["--version"]).map { Check(name: "plots", state: .good, finding: $0) }
            ?? Check(
                name: "plots", state: .missing, finding: "gnuplot is not there: reports have no plots",
                remedy: "apt-get install gnuplot-nox")
    }

    private var fonts: Check {
        let family = program("fc-match", ["-f", "%{family}", "DejaVu Sans"]) ?? ""
        return family.hasPrefix("DejaVu")
            ? Check(name: "fonts", state: .good, finding: family)
            : Check(
                name: "fonts", state: .poor, finding: "DejaVu Sans is not there: plots may lack letters",
                remedy: "apt-get install fonts-dejavu-core fontconfig")
    }

    /// A frame is written with every encoder that is used.
    private var encoders: [Check] {
        EncoderTrial.all.map { trial in
            do throws(FileError) {
                return Check(name: trial.name, state: .good, finding: try trial.run(in: NSTemporaryDirectory()))
            } catch {
                return Check(name: trial.name, state: .missing, finding: error.reason)
            }
        }
    }

    private var temporaryFolder: Check {
        let folder = NSTemporaryDirectory()
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
        let gigabytes = String(format: "%.1f GB", Double(free) / 1e9)
        guard access(folder, W_OK) == 0 else {
            return Check(
                name: "scratch", state: .missing, finding: "\(folder) cannot be written",
                remedy: "export TMPDIR=/a/folder/that/can")
        }
        return free > 1_000_000_000
            ? Check(name: "scratch", state: .good, finding: "\(folder), \(gigabytes) free")
            : Check(
                name: "scratch", state: .poor,
                finding: "\(folder) has only \(gigabytes) free; a 720p clip takes 0.5 GB",
                remedy: "export TMPDIR=/a/larger/folder")
    }

    /// First line of what a program prints; nil when it cannot be run.
    private func program(_ name: String, _ arguments: [String]) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").first.map(String.init)
    }
}
