public import Experiment
import Foundation
internal import Perception
public import Scoring

/// One pair to score, whose maps may have to be made by networks.
public struct PairJob: Sendable {
    public let sources: PairSources
    public let options: ScoringOptions
    public let networks: ScoringNetworks?

    public init(sources: PairSources, options: ScoringOptions, networks: ScoringNetworks?) {
        self.sources = sources
        self.options = options
        self.networks = networks
    }

    /// Makes what is missing and scores the pair.
    /// - Parameters:
    ///   - onExpected: told that so many frames more are to be looked at.
    ///   - onFrame: called after every frame; both on any thread.
    /// - Throws: `BenchError` 65 for a network that is not its card's, `FileError` for a damaged video. What else is wrong
    ///   is in the result.
    public func run(
        onExpected: @escaping @Sendable (Int) -> Void, onFrame: @escaping @Sendable () -> Void
    ) throws -> PairResult {
        try run(for: [options.profile], onExpected: onExpected, onFrame: onFrame)[0]
    }

    /// The same for several profiles at once, a result for each.
    public func run(
        for profiles: [Profile], onExpected: @escaping @Sendable (Int) -> Void,
        onFrame: @escaping @Sendable () -> Void
    ) throws -> [PairResult] {
        for network in networks?.folders ?? [] { try network.verify() }
        let all = profiles.map(options.following)
        let benches = all.map { options in
            networks.map { networks in
                NetworkBench(networks, options: options) { expected, done in
                    if expected != 0 { onExpected(expected) }
                    for _ in 0..<done { onFrame() }
                }
            }
        }
        let inputs = benches.map { $0?.inputs(sources) ?? PairInputs(sources) }
        defer { for bench in benches { bench?.clear() } }
        var results = try scorePair(inputs, options: all, onLength: onExpected, onFrame: onFrame)
        if sources.clip.video.sha256 == sources.generated.sha256 {
            results = results.map { $0.warning(sameFileWarning) }
        }
        guard let quality = benches.first??.quality(of: sources.generated) else { return results }
        return results.map { $0.adding(quality) }
    }
}
