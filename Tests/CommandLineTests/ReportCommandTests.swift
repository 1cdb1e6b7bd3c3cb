import Foundation
import TestSupport
import Testing

/// `transferbench report`, `doctor` and `--help` as a user runs them.
@Suite struct ReportCommandTests {
    private let folder = TemporaryFolder()

    private func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Program.Result {
        try program.run(arguments, in: folder, environment: environment)
    }

    @Test func `a stored run is shown in every format`() throws {
        try layOutSmallBenchmark(in: folder)
        #expect(try run(scoreAll).status == 0)
        let table = try run(["report"])
        #expect(table.status == 0 && table.output.contains("uniform") && table.errors.isEmpty)
        #expect(try run(["report", "--format", "md"]).output.contains("| uniform |"))
        #expect(try run(["report", "--format", "latex"]).output.contains("\\toprule"))
        #expect(
            try run(["report", "--format", "csv", "--metric", "all"]).output.split(separator: "\n").count == 1 + 3 * 40)
        let json = try run(["report", "1", "--format", "json"])
        #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
        let out = try run(["report", "--out", "out"])
        #expect(out.status == 0, "\(out.errors)")
        #expect(FileManager.default.fileExists(atPath: folder.file("out/index.html")))
        #expect(try run(["report", "--format", "html"]).status == 64)
        #expect(try run(["report", "7"]).status == 5)
        #expect(try run(["report", "--metric", "beauty"]).status == 5)
        let bare = try run(["report", "--out", "bare"], environment: ["PATH": "/nowhere"])
        #expect(bare.status == 69 && bare.errors.contains("gnuplot cannot be started"))
        #expect(FileManager.default.fileExists(atPath: folder.file("bare/table.md")))
    }

    @Test func `a report without a store is a sentence`() throws {
        let result = try run(["report"])
        #expect(result.status == 65)
        #expect(
            result.errors
                == "transferbench: this folder holds no store; score a folder or run a suite first, or name a store with "
                + "--store\n")
    }

    @Test func `the doctor finds what is there and names what mends what is not`() throws {
        let well = try run(["doctor"])
        #expect(well.status == 0 && well.output.contains("libavcodec"))
        let ill = try run(["doctor"], environment: ["PATH": "/nowhere"])
        #expect(ill.status == 69)
        #expect(ill.output.contains("apt-get install gnuplot-nox"))
    }

    @Test func `every command has help with an example, and completion scripts are there`() throws {
        for command in [[], ["score"], ["report"], ["runs"], ["doctor"]] {
            let help = try run(command + ["--help"])
            #expect(help.status == 0 && help.output.contains("\n  transferbench \(command.first ?? "score")"))
        }
        for shell in ["bash", "zsh", "fish"] {
            let script = try run(["--generate-completion-script", shell])
            #expect(
                script.status == 0 && script.output.contains("--depth-reference")
                    || script.output.contains("depth-reference"))
        }
        #expect(try run(["--version"]).output == "0.1.0\n")
    }
}
