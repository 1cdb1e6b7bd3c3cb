internal import Experiment

/// Points of a cube of which every coordinate has one in each of as many equal parts as there are points (McKay, Beckman and
/// Conover 1979).
struct LatinHypercube {
    let dimensions: Int
    let seed: UInt32

    /// Coordinates are so many parts of 2^32.
    func points(_ count: Int) -> [[UInt32]] {
        let columns = (0..<dimensions).map { dimension in
            var random = SplitMix64(state: UInt64(seed) << 32 | UInt64(dimension))
            return random.shuffled(Array(0..<count)).map { part in
                // Between the part's least and greatest coordinate.
                let (low, high) = (UInt64(part) << 32, UInt64(part + 1) << 32)
                let (from, to) = ((low + UInt64(count) - 1) / UInt64(count), (high - 1) / UInt64(count))
                return UInt32(from + random.next() % (to - from + 1))
            }
        }
        return (0..<count).map { point in columns.map { $0[point] } }
    }
}
