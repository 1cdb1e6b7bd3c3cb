public import Tensors
public import Video

/// The foreground that phrases name among labelled objects: the union of the labels that are called so.
public final class PhraseForeground {
    public var path: String { labels.path }
    public var size: FrameSize { labels.size }
    /// Phrases that no object is called.
    public let unmatched: [String]
    /// Whether any object is foreground; where none is, every mask is empty.
    public let isEmpty: Bool
    private let labels: any LabelReader
    private let table: [UInt8]

    public init(_ labels: any LabelReader, phrases: SalientPhrases) {
        let found = phrases.labels(among: labels.phrases)
        self.labels = labels
        unmatched = found.unmatched
        isEmpty = found.labels.isEmpty
        table = (0...255).map { found.labels.contains(UInt8($0)) ? 1 : 0 }
    }

    public func next() throws(FileError) -> Plane? { try labels.next().map { $0.mapped(table) } }
}

extension Plane {
    /// Each pixel replaced by what a table of 256 has for it.
    fileprivate func mapped(_ table: [UInt8]) -> Plane {
        Plane(width: width, height: height, pixels: pixels.map { table[Int($0)] })
    }
}
