import ArgumentParser
import Experiment
import Foundation
import Video

@main
struct TransferBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transferbench",
        abstract: "Makes videos under control, scores them against their references, and compares configurations.",
        discussion: """
            Example: score two configurations against a dataset, then look at the table and the page.

              transferbench score --dataset data --videos edge=runs/edge --videos uniform=runs/uniform
              transferbench report --out report

            Exit codes: 0 done; 2 incomplete, the rest is stored; 5 nothing selected; 64 usage; 65 unusable input;
            69 something is missing on this machine; 70 a bug; 75 the store is in use, try again; 130 interrupted.
            """,
        version: version,
        subcommands: [
            RunCommand.self, ScoreCommand.self, ReportCommand.self, RunsCommand.self, GenerateCommand.self,
            PerceiveCommand.self,
            ModelsCommand.self, DenoiseCommand.self, TokenizeCommand.self, RobotWeightsCommand.self,
            TinyWorldCommand.self, DiversityCommand.self, DetectionsCommand.self,
            DoctorCommand.self,
        ])

    static let version = "0.1.0"

    /// Errors become one sentence and their exit code; nothing else ends the program.
    static func main() {
        OpenCVLibrary.useOneThreadPerCall()
        signal(SIGCHLD, SIG_DFL)  // where it is ignored, nobody learns how a program ended
        signal(SIGXFSZ, SIG_IGN)  // a file size limit is a write error like any other
        do {
            var command = try parsed(Array(CommandLine.arguments.dropFirst()))
            try command.run()
        } catch let error as BenchError where error.code == .interrupted {
            // Who interrupted the work cleans up and ends the process.
            while true { sleep(1) }
        } catch let error as BenchError {
            Terminal.error(error.sentence)
            Foundation.exit(error.code.rawValue)
        } catch {
            // What is neither ours nor the parser's is a mistake of ours.
            if exitCode(for: error) == .failure {
                Terminal.error("\(error)")
                Foundation.exit(BenchError.Code.bug.rawValue)
            }
            exit(withError: error)
        }
    }
}
