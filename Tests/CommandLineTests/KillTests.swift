import Foundation
import GRDB
import TestSupport
import Testing

/// Killed at any instant, what was committed is whole, what was not is redone, and the final store equals an uninterrupted
/// run's.
@Suite struct KillTests {
    /// Everything in the store but times of day.
    private func contents(_ path: String) throws -> [String] {
        let database = try DatabaseQueue(path: path)
        return try database.read { db in
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
            )
            return try tables.flatMap { table -> [String] in
                let columns = try db.columns(in: table).map(\.name)
                    .filter { !["created_at", "finished_at", "at"].contains($0) }
                let list = columns.map { "quote(\"\($0)\")" }.joined(separator: " || '|' || ")
                return try String.fetchAll(db, sql: "SELECT \(list) FROM \(table) ORDER BY 1").map { "\(table): \($0)" }
            }
        }
    }

    /// Makes a video shorter than its reference, where a lone video and one of several read different parts of it.
    private func shorten(_ path: String) throws {
        let cut = Process()
        cut.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        cut.arguments = ["ffmpeg", "-v", "error", "-y", "-i", path, "-frames:v", "11", path + ".mp4"]
        try cut.run()
        cut.waitUntilExit()
        #expect(cut.terminationStatus == 0)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".mp4", toPath: path)
    }

    @Test func `twenty-four kills at random moments end in the store of one uninterrupted run`() throws {
        let folder = TemporaryFolder()
        try layOutSmallBenchmark(in: folder)
        try shorten(folder.file("vis/videos/task_0000.mp4"))
        let clock = ContinuousClock()
        var whole: Program.Result?
        let duration = try clock.measure {
            whole = try program.run(scoreAll + ["--store", "whole.sqlite"], in: folder)
        }
        #expect(whole?.status == 0)
        let expected = try contents(folder.file("whole.sqlite"))
        #expect(expected.count { $0.hasPrefix("score: ") } == 6 * 40)
        let microseconds =
            Int(duration.components.seconds) * 1_000_000 + Int(duration.components.attoseconds / 1_000_000_000_000)

        let scratch = TemporaryFolder()
        var generator = SystemRandomNumberGenerator()
        var kills = 0
        var survivors = 0
        while kills < 24 {
            let (process, collect) = try program.start(
                scoreAll + ["--store", "killed.sqlite"], in: folder, environment: ["TMPDIR": scratch.path])
            usleep(UInt32.random(in: 0...UInt32(microseconds), using: &generator))
            kill(process.processIdentifier, SIGKILL)
            let result = collect()
            #expect([0, SIGKILL].contains(result.status), "\(result.errors)")
            if result.status == SIGKILL { kills += 1 }
            guard result.status == 0 else { continue }
            // It got done first: its store must be the same, and the next round starts from nothing.
            survivors += 1
            #expect(try contents(folder.file("killed.sqlite")) == expected)
            for suffix in ["", "-wal", "-shm", ".lock"] {
                try? FileManager.default.removeItem(atPath: folder.file("killed.sqlite" + suffix))
            }
        }
        let last = try program.run(scoreAll + ["--store", "killed.sqlite"], in: folder)
        #expect(last.status == 0, "\(last.errors)")
        #expect(try contents(folder.file("killed.sqlite")) == expected)
        // Temporary files have no name once they are opened: a killed process leaves no bytes behind.
        for name in try FileManager.default.contentsOfDirectory(atPath: scratch.path) {
            #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.file(name))).isEmpty)
        }
    }
}
