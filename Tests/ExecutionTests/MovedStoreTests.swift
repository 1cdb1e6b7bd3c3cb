import Experiment
import Foundation
import Generation
import Results
import Synchronization
import TestSupport
import Testing

@testable import Execution

/// A store that is moved together with its videos and its dataset.
extension SuiteRunnerTests {
    @Test func `what is moved together is neither made nor scored again`() throws {
        try layOut()
        try FileManager.default.createDirectory(
            atPath: folder.file("data/foreground"), withIntermediateDirectories: true)
        let lost: @Sendable (VideoTask) -> Bool = { task in task.clip.name == "b" && task.configuration.name == "Vis" }
        let first = try run(suite([vis, both]), Painter(refusing: lost), openStore())
        #expect(first.made.made == 3 && first.made.failures == 1)

        let there = SuiteRunnerTests()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.file("")) {
            try FileManager.default.moveItem(atPath: folder.file(name), toPath: there.folder.file(name))
        }
        let painter = Painter(refusing: lost)
        let again = try there.run(there.suite([vis, both]), painter, there.openStore())
        #expect(again.made.made == 0 && again.made.known == 3)
        #expect(painter.asked.withLock { $0.flatMap { $0 }.map(\.output) } == [there.folder.file("made/Vis/b.mkv")])
        #expect(again.results.run.number == first.results.run.number)
        #expect(again.results.trials.map(\.scores) == first.results.trials.map(\.scores))
        #expect(again.results.trials.allSatisfy { FileManager.default.fileExists(atPath: $0.generatedPath) })
        #expect(again.results.trials.map(\.origin) == first.results.trials.map(\.origin))
    }
}
