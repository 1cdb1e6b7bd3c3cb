import Experiment
import TestSupport
import Testing

@testable import Results

@Suite struct RacingTests {
    private let race = Race(
        objectives: [
            TableLayout.Column(metric: "blur-ssim", region: .fg),
            TableLayout.Column(metric: "depth-si-rmse", region: .all),
        ], block: 2, atLeast: 4)
    private let clips = (0..<12).map { "clip_\($0)" }

    private func racing(named: Set<String> = [], _ names: [String] = ["A", "B", "C"], taken: [RaceLook] = []) -> Racing
    {
        Racing(
            race, run: 1, directions: [.higher, .lower], configurations: names, named: named, clips: clips, taken: taken
        )
    }

    /// Values of so many clips: A is better than B in both objectives, C better than both in the second alone.
    private func values(_ clips: Int) -> RaceValues {
        func wobble(_ place: Int, _ clip: Int) -> Double { 0.01 * Double((place * 7 + clip * 5) % 11) }
        let means = [[5.0, 5], [1, 1], [0, 9]]
        return RaceValues(
            means.enumerated().map { place, own in
                own.enumerated().map { k, mean in (0..<clips).map { mean + wobble(place + 3 * k, $0) + Double($0) } }
            })
    }

    @Test func `clips are taken in blocks and looks wait for the clips that an interval takes`() {
        var racing = racing()
        #expect(racing.looks == [6, 8, 10])
        #expect(racing.next(done: 0) == .block(clips: racing.clips[0..<6], configurations: ["A", "B", "C"]))
        #expect(racing.next(done: 3) == .block(clips: racing.clips[3..<6], configurations: ["A", "B", "C"]))
        #expect(racing.next(done: 6) == .look)
        let look = racing.look(values(6))
        #expect(look.clips == 6 && look.inPlay == 3 && look.hypotheses == 12)
        #expect(look.decisions.map(\.dropped) == ["B"] && look.decisions.map(\.by) == ["A"])
        #expect(racing.next(done: 6) == .block(clips: racing.clips[6..<8], configurations: ["A", "C"]))
        #expect(racing.next(done: 8) == .look)
    }

    @Test func `a decision has its evidence in the metrics' own units`() throws {
        var racing = racing()
        let decision = try #require(racing.look(values(6)).decisions.first)
        #expect(decision.evidence.map(\.objective) == race.objectives)
        for (evidence, sign) in zip(decision.evidence, [1.0, -1]) {
            #expect(abs(evidence.difference - sign * 4) < 0.1 && evidence.clips == 6)
            #expect(sign * evidence.bound > 0 && sign * evidence.bound < sign * evidence.difference)
            #expect(evidence.p <= 1 - evidence.level && evidence.level >= 1 - 0.05 / 3 && evidence.level < 1)
        }
    }

    @Test func `a dropped configuration has no part in later clips`() {
        var racing = racing()
        _ = racing.look(values(6))
        #expect(racing.clips.map { racing.takesPart("B", in: $0) } == (0..<12).map { $0 < 6 })
        #expect(racing.clips.allSatisfy { racing.takesPart("A", in: $0) })
        #expect(!racing.takesPart("A", in: "elsewhere"))
    }

    @Test func `named configurations stay, and where only such are left nobody looks any more`() {
        var one = racing(named: ["B"])
        #expect(one.look(values(6)).decisions.isEmpty)
        let all = racing(named: ["A", "B", "C"])
        #expect(all.next(done: 6) == .block(clips: all.clips[6..<12], configurations: ["A", "B", "C"]))
        #expect(all.next(done: 12) == .end)
    }

    @Test func `looks that were taken are not taken again`() {
        var first = racing()
        let look = first.look(values(6))
        #expect(racing(taken: [look]) == first)
        #expect(racing(taken: [look]).next(done: 6) == first.next(done: 6))
    }

    @Test func `an objective without values on five clips drops nobody`() {
        var racing = racing()
        let few = RaceValues(
            [5.0, 1, 0].map { mean in
                [(0..<6).map { mean + Double($0) }, [mean, mean, mean, mean, nil, nil]]
            })
        #expect(racing.look(few).decisions.isEmpty)
    }

    @Test func `the order is the seed's, whatever order the clips are given in`() {
        #expect(race.order(of: clips) == race.order(of: clips.reversed()))
        #expect(race.order(of: clips).sorted() == clips.sorted())
        let other = Race(objectives: race.objectives, seed: 2)
        #expect(other.order(of: clips) != race.order(of: clips))
    }

    @Test func `every stretch of the order has each domain in its share`() {
        let names = ["driving", "robot", "household"].flatMap { domain in
            (0..<(domain == "driving" ? 8 : 4)).map { "\(domain)_00000\($0)" }
        }
        for seed in UInt32(0)..<20 {
            let order = Race(objectives: race.objectives, seed: seed).order(of: names)
            for end in stride(from: 4, through: 16, by: 4) {
                let counts = Dictionary(grouping: order.prefix(end), by: Race.domain).mapValues(\.count)
                #expect(abs((counts["driving"] ?? 0) - end / 2) <= 1 && (counts["robot"] ?? 0) >= 1, "\(order)")
            }
        }
        #expect(Race.domain("task_0001") == "task" && Race.domain("abc") == "" && Race.domain("007") == "")
    }

    @Test func `a tail of Student's distribution is that of its quantiles`() {
        for degrees in [4, 5, 11, 30] {
            for tail in [0.05, 1e-3, 3.5e-5] {
                let t = studentQuantile(level: 1 - 2 * tail, degrees: degrees)
                #expect(abs(studentTail(t, degrees: degrees) - tail) < 1e-6 * tail)
            }
        }
        #expect(studentTail(0, degrees: 5) == 0.5 && studentTail(1e9, degrees: 5) >= 0)
    }

    @Test func `a difference of clips with several videos is that of all pairs`() throws {
        // Golden: NumPy, ratio estimator over six clips.
        let sums = [(1.0, 1), (5, 2), (2, 1), (4, 2), (1.5, 1), (9, 3), (0, 0)].map { ClipSum(sum: $0.0, n: $0.1) }
        let mean = try #require(PairedMean(sums))
        #expect(mean.clips == 6 && abs(mean.value - 2.25) < 1e-12)
        #expect(abs(mean.error - 0.304959013639538) < 1e-12)
        #expect(PairedMean(Array(sums.prefix(4))) == nil)
    }
}
