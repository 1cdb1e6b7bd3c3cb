internal import Experiment

/// In which order a timing makes its videos: one at a time, first some of every row that warm up, then repeat by repeat all rows
/// in a new order, so that what changes with time changes for all of them.
public struct TimingSchedule: Sendable, Equatable {
    /// One video to be made.
    public struct Step: Sendable, Equatable {
        public let row: Int
        /// Which of the row's videos.
        public let video: Int
        /// From 1; 0 where it warms up and is not measured.
        public let `repeat`: Int
        /// The row's place in the order of the repeat, from 0.
        public let position: Int
    }

    public let steps: [Step]

    /// - Parameters:
    ///   - videos: of each row.
    ///   - warmUp: videos of each row that are made before any is measured.
    ///   - isDone: what is measured already: rows of which all is are not warmed up either.
    public init(
        rows: Int, videos: Int, repeats: Int, warmUp: Int, seed: UInt32,
        isDone: (_ row: Int, _ video: Int, _ repeat: Int) -> Bool = { _, _, _ in false }
    ) {
        var generator = SplitMix64(state: 0x7469_6d65_0000_0000 | UInt64(seed))
        var measured: [Step] = []
        for number in 1...max(1, repeats) {
            // Drawn for all rows, so that the order is the same whatever is done already.
            for (position, row) in generator.shuffled(Array(0..<rows)).enumerated() {
                for video in 0..<videos where !isDone(row, video, number) {
                    measured.append(Step(row: row, video: video, repeat: number, position: position))
                }
            }
        }
        let left = Set(measured.map(\.row)).sorted()
        let warming = left.enumerated().flatMap { position, row in
            (0..<(videos > 0 ? warmUp : 0)).map { Step(row: row, video: $0 % videos, repeat: 0, position: position) }
        }
        steps = warming + measured
    }
}
