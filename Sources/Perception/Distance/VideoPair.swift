/// Two of several videos, by their positions in the list, the smaller first.
public struct VideoPair: Sendable, Hashable {
    public let first: Int
    public let second: Int

    public init(_ first: Int, _ second: Int) {
        self.first = min(first, second)
        self.second = max(first, second)
    }

    /// The unordered pairs of `count` videos: 01, 02, …, 12, ….
    public static func all(of count: Int) -> [VideoPair] {
        (0..<max(0, count)).flatMap { i in (i + 1..<max(i + 1, count)).map { VideoPair(i, $0) } }
    }
}
