import Testing

@testable import Results

@Suite struct TimingScheduleTests {
    private func schedule(seed: UInt32 = 1, isDone: (Int, Int, Int) -> Bool = { _, _, _ in false }) -> TimingSchedule {
        TimingSchedule(rows: 5, videos: 2, repeats: 6, warmUp: 1, seed: seed, isDone: isDone)
    }

    @Test func `every repeat has every video of every row once, after all have warmed up`() {
        let steps = schedule().steps
        #expect(steps.prefix(5).map(\.row) == [0, 1, 2, 3, 4] && steps.prefix(5).allSatisfy { $0.repeat == 0 })
        for number in 1...6 {
            let own = steps.filter { $0.repeat == number }
            #expect(own.count == 10 && Set(own.map { [$0.row, $0.video] }).count == 10)
            #expect(own.map(\.position) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
        }
        #expect(steps.dropFirst(5).map(\.repeat) == (1...6).flatMap { [Int](repeating: $0, count: 10) })
    }

    @Test func `the order differs by repeat and by seed, and is the same for the same seed`() {
        let orders = (1...6).map { number in schedule().steps.filter { $0.repeat == number && $0.video == 0 }.map(\.row)
        }
        #expect(Set(orders).count > 1)
        #expect(schedule() == schedule() && schedule(seed: 2) != schedule())
    }

    @Test func `what is measured is not measured again, and the rest keeps its order`() {
        let whole = schedule().steps
        let rest = schedule { row, _, number in number < 3 || row == 4 }.steps
        #expect(rest.filter { $0.repeat > 0 } == whole.filter { $0.repeat >= 3 && $0.row != 4 })
        #expect(rest.prefix(4).map(\.row) == [0, 1, 2, 3] && rest.prefix(4).allSatisfy { $0.repeat == 0 })
        #expect(schedule { _, _, _ in true }.steps.isEmpty)
    }
}
