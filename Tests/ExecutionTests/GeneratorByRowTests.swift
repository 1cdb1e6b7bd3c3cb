import Experiment
import Foundation
import Generation
import Results
import Synchronization
import TestSupport
import Testing

@testable import Execution
@testable import Suites

/// Suites whose rows have generators of their own.
@Suite struct GeneratorByRowTests {
    let world = SuiteRunnerTests()

    /// The first and the last row are made by one painter, the one between by another.
    private func byRow(_ big: SuiteRunnerTests.Painter, _ small: SuiteRunnerTests.Painter) -> GeneratorByRow {
        GeneratorByRow([big, small], places: ["Vis": 0, "Small": 1, "Both": 0])
    }

    private func suite() -> Suite {
        world.suite([
            world.vis, WeightedConfiguration(name: "Small", weights: [("vis", .uniform(1))]),
            WeightedConfiguration(name: "Both", weights: [("vis", .uniform(0.5)), ("seg", .uniform(0.5))]),
        ])
    }

    private func plan(_ generator: any Generator, _ store: Store? = nil) throws -> SuitePlan {
        try SuitePlan(suite(), generator: generator, folder: world.folder.file("made"), store: store)
    }

    @Test func `a trial has the identity that it has in a suite of its generator alone`() throws {
        try world.layOut()
        let (big, small) = (SuiteRunnerTests.Painter(version: "1"), SuiteRunnerTests.Painter(version: "2"))
        let mixed = try plan(byRow(big, small)).entries
        let (alone, others) = (try plan(big).entries, try plan(small).entries)
        #expect(mixed.count == 6)
        for (place, entry) in mixed.enumerated() {
            let isSmall = entry.task.configuration.name == "Small"
            #expect(entry.identity == (isSmall ? others : alone)[place].identity)
            #expect(entry.task.recipe == (isSmall ? others : alone)[place].task.recipe)
        }
        #expect(Set(mixed.map(\.identity)).count == 6)
    }

    @Test func `each generator is asked for its own rows, and results come back in their places`() throws {
        try world.layOut()
        let (big, small) = (SuiteRunnerTests.Painter(version: "1"), SuiteRunnerTests.Painter(version: "2"))
        let store = try world.openStore()
        let generator = byRow(big, small)
        let plan = try plan(generator, store)
        let outcome = try SuiteRunner(store: store, generator: generator, environment: [:]) { _ in }.run(plan)
        #expect(outcome.made == 6 && outcome.lost.isEmpty)
        let names = { (painter: SuiteRunnerTests.Painter) in
            painter.asked.withLock { $0.map { $0.map(\.configuration.name) } }
        }
        #expect(names(big) == [["Vis", "Both"], ["Vis", "Both"]] && names(small) == [["Small"], ["Small"]])
        for one in outcome.present { #expect(one.path == plan.entries[one.entry].task.output) }
        let again = try SuiteRunner(store: store, generator: generator, environment: [:]) { _ in }.run(plan)
        #expect(again.made == 0 && again.known == 6)
    }

    @Test func `a failure of one generator leaves the rows of the other`() throws {
        try world.layOut()
        let small = SuiteRunnerTests.Painter(version: "2") { _ in true }
        let store = try world.openStore()
        let generator = byRow(SuiteRunnerTests.Painter(), small)
        let plan = try plan(generator, store)
        var progress = 0.0
        let outcome = try SuiteRunner(store: store, generator: generator, environment: [:]) {
            if case .progress(let share) = $0 { progress += share }
        }.run(plan)
        #expect(outcome.made == 4 && outcome.lost.map(\.configuration) == ["Small", "Small"])
        #expect(abs(progress - 6) < 1e-9)
    }
}
