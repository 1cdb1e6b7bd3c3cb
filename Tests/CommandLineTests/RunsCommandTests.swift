import Foundation
import TestSupport
import Testing

/// `transferbench runs`, the folder's only store, and the command that a run ends with, as a user meets them.
@Suite struct RunsCommandTests {
    private let folder = TemporaryFolder()

    private func run(_ arguments: [String]) throws -> Program.Result { try program.run(arguments, in: folder) }

    @Test func `runs are listed and removed, and the videos stay`() throws {
        try layOutSmallBenchmark(in: folder)
        let scored = try run(scoreAll + ["--store", "my results.sqlite"])
        #expect(scored.status == 0, "\(scored.errors)")
        // The next command works as it is printed.
        let next = try #require(scored.errors.split(separator: "\n").first { $0.hasPrefix("next: ") })
        #expect(next.hasSuffix("report 1 --store 'my results.sqlite' --interval --out 'my results-report'"), "\(next)")

        let list = try run(["runs"])
        #expect(list.status == 0 && list.output.contains("1    data  paibench-2025"), "\(list.output)\(list.errors)")
        #expect(list.output.contains("6 of 6") && list.output.contains("whole"), "\(list.output)")
        let json = try run(["runs", "list", "--json"])
        let root = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(root["schema"] as? String == "transferbench.runs/1" && (root["runs"] as? [Any])?.count == 1)
        let values = try run(["report", "--format", "values"])
        #expect(values.output.split(separator: "\r\n").count == 1 + 6 * 40, "\(values.errors)")

        let dry = try run(["runs", "remove", "1"])
        #expect(dry.status == 0 && dry.errors.contains("Nothing was removed: add --yes"), "\(dry.errors)")
        #expect(try run(["runs"]).output.contains("data"))
        #expect(try run(["runs", "remove", "7", "--yes"]).status == 5)
        let removed = try run(["runs", "remove", "data", "--yes"])
        #expect(removed.status == 0 && removed.errors.contains("removed run 1 (data) with"), "\(removed.errors)")
        #expect(try run(["report"]).status == 5)
        #expect(FileManager.default.fileExists(atPath: folder.file("vis/videos")))
    }

    @Test func `a folder of several stores asks for one by name`() throws {
        try layOutSmallBenchmark(in: folder)
        for store in ["a.sqlite", "b.sqlite"] {
            #expect(try run(["score", "--dataset", "data", "--videos", "vis", "--store", store]).status == 0)
        }
        for command in ["report", "runs"] {
            let result = try run([command])
            #expect(result.status == 64 && result.errors.contains("2 stores: a.sqlite, b.sqlite"), "\(result.errors)")
            #expect(try run([command, "--store", "b.sqlite"]).status == 0)
        }
    }
}
