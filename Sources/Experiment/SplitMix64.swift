/// Steele, Lea and Flood's generator: small, fast, and the same everywhere.
public struct SplitMix64: Sendable {
    public var state: UInt64

    public init(state: UInt64) { self.state = state }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// The items in another order (Fisher and Yates). The standard library's own order may change with its version.
    public mutating func shuffled<T>(_ items: [T]) -> [T] {
        var items = items
        for last in items.indices.dropFirst().reversed() {
            items.swapAt(last, Int(next() % UInt64(last + 1)))
        }
        return items
    }
}
