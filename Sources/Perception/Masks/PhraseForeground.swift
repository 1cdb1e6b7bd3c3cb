public import Tensors
public import Video

/// Foreground masks of a video, one frame after another: 1 in the foreground, 0 elsewhere.
public protocol ForegroundFrames: AnyObject {
    var path: String { get }
    var size: FrameSize { get }
    /// The next frame's mask, or nil after the last.
    /// - Throws: `FileError`.
    func next() throws(FileError) -> Plane?
}

extension ForegroundReader: ForegroundFrames {}

/// The foreground that phrases name among labelled objects: the union of the labels that are called so.
public final class PhraseForeground: ForegroundFrames {
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

/// The foreground of one label map.
/// - Parameter names: what each label is called; label 1 is the first.
public func foreground(of labels: Plane, names: [String], phrases: SalientPhrases) -> Plane {
    let wanted = phrases.labels(among: names).labels
    return labels.mapped((0...255).map { wanted.contains(UInt8($0)) ? 1 : 0 })
}

extension Plane {
    /// Each pixel replaced by what a table of 256 has for it.
    fileprivate func mapped(_ table: [UInt8]) -> Plane {
        Plane(width: width, height: height, pixels: pixels.map { table[Int($0)] })
    }
}
