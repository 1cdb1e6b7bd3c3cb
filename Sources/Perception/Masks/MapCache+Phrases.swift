public import Experiment
internal import Tensors
internal import Video

extension MapCache {
    /// The foreground that phrases name among a video's labels, as a file: what regions, and a generator's weights, are
    /// made of.
    /// - Parameter source: labels of any kind that `openLabels` reads; their bytes are hashed, not their name.
    /// - Returns: a map file that `ForegroundReader` reads, and the phrases that no label is called.
    /// - Throws: `BenchError` 65, when the labels are unusable, or none of the phrases is among them.
    public func foreground(
        ofLabels source: Artifact, phrases: SalientPhrases, limit: Int = 121
    ) throws -> (path: String, unmatched: [String]) {
        let labels = try unusableFilesTold { try openLabels(source.path) }
        let reader = PhraseForeground(labels, phrases: phrases)
        guard !reader.isEmpty else {
            throw BenchError(
                .unusableInput,
                "none of the phrases \(quoted(phrases.phrases)) is among the \(labels.phrases.count) of \(source.path) (\(quoted(labels.phrases))); choose among these"
            )
        }
        let settings = ["phrases": phrases.phrases.joined(separator: ", "), "frames": "\(limit)"]
        let key = MapKey(kind: .foreground, network: phrases.identity, clip: source.sha256, settings: settings)
        let path = try map(key) { path in
            try unusableFilesTold {
                let origin = MapOrigin(
                    network: "phrases", identity: key.network.hex, clip: source.sha256, settings: settings)
                let writer = try MapFileWriter(path: path, kind: .foreground, size: reader.size, origin: origin)
                while writer.count < limit, let mask = try reader.next() {
                    try writer.append(PackedMap(foreground: mask))
                }
                try writer.finish()
            }
        }
        return (path, reader.unmatched)
    }
}

private func quoted(_ phrases: [String]) -> String {
    let shown = phrases.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
    return phrases.count > 12 ? shown + ", …" : shown
}
