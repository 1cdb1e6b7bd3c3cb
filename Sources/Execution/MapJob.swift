public import Experiment
internal import Perception
public import Scoring

/// What networks see in one video, outside any run.
public struct MapJob {
    private let video: Artifact
    private let bench: NetworkBench

    /// - Parameters:
    ///   - networks: their `mapFolder` keeps the maps.
    ///   - options: profile, frames and threads.
    ///   - onExpected: told that so many frames more are to be looked at.
    ///   - onFrame: called after every frame; both on any thread.
    /// - Throws: `BenchError` 65, when a network's files are not those of its card.
    public init(
        video: Artifact, networks: ScoringNetworks, options: ScoringOptions,
        onExpected: @escaping @Sendable (Int) -> Void, onFrame: @escaping @Sendable () -> Void
    ) throws(BenchError) {
        for network in networks.folders { try network.verify() }
        self.video = video
        bench = NetworkBench(networks, options: options) { expected, done in
            if expected != 0 { onExpected(expected) }
            for _ in 0..<done { onFrame() }
        }
    }

    /// The depth of the video, as a map file.
    public func depth() throws -> String { try bench.referenceDepth(of: video) }

    /// Its objects.
    /// - Parameter caption: what a detector looks for.
    public func masks(caption: String) throws -> String { try bench.referenceMasks(of: video, caption: caption) }

    /// Its foreground.
    /// - Parameter masks: for phrases, the objects that they name; nil where the networks make them.
    public func foreground(masks: String?, caption: String) throws -> String {
        try bench.referenceForeground(of: video, masks: masks, caption: caption)
    }
}
