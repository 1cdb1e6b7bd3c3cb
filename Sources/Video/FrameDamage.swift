/// What is wrong with the frames of a video, by their numbers.
struct FrameDamage {
    /// Numbers of damaged frames, rising.
    private var damaged: [ClosedRange<Int>] = []
    /// Frames before which the file cannot be read.
    private var holes: [Int] = []
    /// Where the pictures' own size changes, from the first frame's on.
    private var sizes: [(frame: Int, size: FrameSize)] = []

    var isEmpty: Bool { damaged.isEmpty && holes.isEmpty && sizes.count < 2 }

    /// Takes the next frame.
    /// - Parameters:
    ///   - since: the first frame that may show its damage; nil when it is sound.
    ///   - isBehindHole: the file cannot be read right before it.
    ///   - size: its own, before it was scaled.
    mutating func add(_ frame: Int, damagedSince since: Int?, isBehindHole: Bool, size: FrameSize) {
        if let since {
            var first = min(since, frame)
            while let last = damaged.last, last.upperBound >= first - 1 {
                first = min(first, last.lowerBound)
                damaged.removeLast()
            }
            damaged.append(first...frame)
        }
        if isBehindHole { holes.append(frame) }
        if sizes.last?.size != size { sizes.append((frame, size)) }
    }

    /// A sentence for each kind of trouble.
    /// - Parameter path: the file's.
    func warnings(path: String) -> [String] {
        var lines: [String] = []
        if !damaged.isEmpty {
            let count = damaged.reduce(0) { $0 + $1.count }
            let verb =
                count == 1
                ? "is damaged and shown as far as it decodes"
                : "are damaged (\(count) in all) and shown as far as they decode"
            lines.append("\(path): \(FrameDamage.text(damaged)) \(verb)")
        }
        if !holes.isEmpty {
            let place = holes.map { $0 == 0 ? "before frame 0" : "between frames \($0 - 1) and \($0)" }
            lines.append("\(path): cannot be read \(FrameDamage.list(place)): frames may be missing there")
        }
        if sizes.count > 1 {
            let changes = sizes.dropFirst().map { "\($0.size) from frame \($0.frame)" }
            lines.append(
                "\(path): its pictures are \(sizes[0].size) and then \(FrameDamage.list(changes)): all were scaled to the first size"
            )
        }
        return lines
    }

    /// "frame 3", "frames 30-59", "frames 3, 10-12 and 30".
    private static func text(_ ranges: [ClosedRange<Int>]) -> String {
        let parts = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
        return (ranges.count == 1 && ranges[0].count == 1 ? "frame " : "frames ") + list(parts)
    }

    /// The first few, and how many more.
    private static func list(_ parts: [String]) -> String {
        guard parts.count > 1 else { return parts.first ?? "" }
        let most = 8
        guard parts.count > most else {
            return parts.dropLast().joined(separator: ", ") + " and " + parts[parts.count - 1]
        }
        return parts.prefix(most).joined(separator: ", ") + " and at \(parts.count - most) places more"
    }
}
