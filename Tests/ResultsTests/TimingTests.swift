import Experiment
import Foundation
import TestSupport
import Testing

@testable import Results

@Suite struct TimingTests {
    private struct Fit: Decodable {
        let name: String
        let devices: [Int]
        let seconds: [Double]
        let weights: [Double]
        let residual: Double
    }

    private struct Depth: Decodable {
        let n: Int
        let level: Double
        let k: Int
    }

    private func reference<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
        let url = URL(fileURLWithPath: Places.references + "/timing/\(name).json")
        return try JSONDecoder().decode(type, from: Data(contentsOf: url))
    }

    @Test func `a fit is that of SciPy's non-negative least squares`() throws {
        let fits = try reference([Fit].self, "fits")
        #expect(fits.count == 17)
        for one in fits {
            let fit = try #require(ScalingFit(zip(one.devices, one.seconds).map { (devices: $0, seconds: $1) }))
            for (ours, theirs) in zip([fit.shared, fit.constant, fit.talk], one.weights) {
                #expect(abs(ours - theirs) <= 1e-8 * max(1, abs(theirs)), "\(one.name)")
            }
            #expect(abs(fit.residual - one.residual) <= 1e-8, "\(one.name)")
        }
    }

    @Test func `one number of devices has no fit`() {
        #expect(ScalingFit([(devices: 2, seconds: 3), (devices: 2, seconds: 4)]) == nil)
        #expect(ScalingFit([]) == nil)
    }

    @Test func `a median's interval lies between the values that SciPy's binomial distribution says`() throws {
        for one in try reference([Depth].self, "medians") {
            let median = try #require(Median((1...one.n).map(Double.init).reversed(), level: one.level))
            let bounds = one.k > 0 ? Double(one.k)...Double(one.n + 1 - one.k) : nil
            #expect(median.interval.bounds == bounds, "\(one.n) values, level \(one.level)")
            #expect(median.value == Double(one.n + 1) / 2 && median.n == one.n)
        }
    }

    @Test func `too few values have a median and say how many an interval takes`() {
        #expect(Median([]) == nil)
        #expect(Median([3])?.interval.reason == "1 value is too few for an interval, which takes 6")
        #expect(Median([1, 2, 4, 3, 5])?.interval.reason == "5 values are too few for an interval, which takes 6")
        #expect(Median([1, 2, 4, 3, 5, 6])?.interval.bounds == 1...6)
        #expect(Median([1, 2, 4, 3])?.value == 2.5)
    }

    private func timing(
        _ configuration: String, _ devices: Int, repeat number: Int, _ metric: String, _ seconds: Double?,
        machine: String = "here"
    ) -> Timing {
        Timing(
            configuration: configuration, clip: "a", prompt: "", seed: 1, repeat: number, position: 0, devices: devices,
            metric: metric, outcome: seconds.map { .scored($0) } ?? .unscored(reason: "the command did not say"),
            environment: ["machine": machine])
    }

    @Test func `rows are related to the first by their devices`() throws {
        let timings = (1...6).flatMap { k in
            [
                timing("two", 2, repeat: k, "generate-seconds", 5 + Double(k) / 10),
                timing("one", 1, repeat: k, "generate-seconds", 10 + Double(k) / 10),
                timing("one", 1, repeat: k, "diffusion-seconds", nil),
            ]
        }
        let table = try #require(TimingTable.all(timings, order: ["one", "two"]).first)
        #expect(table.rows.map(\.configuration) == ["one", "two"] && table.metrics.map(\.name) == ["generate-seconds"])
        #expect(table.rows[0].speedup == 1 && table.rows[0].efficiency == 1)
        #expect(abs(table.rows[1].speedup! - 10.35 / 5.35) < 1e-12)
        #expect(abs(table.rows[1].efficiency! - 10.35 / 5.35 / 2) < 1e-12)
        #expect(table.reasons == ["the command did not say"])
        #expect(table.points("generate-seconds").map(\.devices) == [1, 2] && table.points("load-seconds").isEmpty)
    }

    @Test func `what another machine measured is a table of its own`() {
        let tables = TimingTable.all(
            [
                timing("one", 1, repeat: 1, "generate-seconds", 10),
                timing("one", 1, repeat: 1, "generate-seconds", 3, machine: "there"),
            ], order: ["one"])
        #expect(tables.map { $0.rows[0].medians[0]?.value } == [10, 3])
    }

    @Test func `the store keeps what each machine measured in each repeat`() throws {
        let folder = TemporaryFolder()
        let store = try Store(path: folder.file("a.sqlite"), access: .write(wait: 0))
        let run = try store.begin(Made.plan([Made.trial("Vis", "a")]), environment: [:], at: Date())
        let here = (1...2).map { timing("Vis", 1, repeat: $0, "generate-seconds", Double($0)) }
        let there = [timing("Vis", 1, repeat: 1, "generate-seconds", nil, machine: "there")]
        try store.record(here + there, run: run, at: Date())
        try store.record([here[0]], run: run, at: Date())
        #expect(try store.timings(of: run) == here + there)
        #expect(try store.results(of: store.runs()[0]).timings == here + there)
        _ = try store.remove(runs: [run])
        #expect(try store.timings(of: run).isEmpty)
    }
}
