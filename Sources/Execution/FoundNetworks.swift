public import Experiment
public import Perception

/// A network that was asked for, by name or folder, for one of some tasks.
/// - Throws: `BenchError` 65 when there is none, 64 when it is for another task.
public func findNetwork(_ name: String, for tasks: [NetworkTask]) throws(BenchError) -> NetworkFolder {
    let network = try findNetwork(name)
    guard tasks.contains(network.card.task) else {
        let wanted = tasks.map(\.rawValue).joined(separator: " or ")
        throw BenchError(
            .usage, "\(network.path) is a network for \(network.card.task.rawValue), where one for \(wanted) is needed")
    }
    return network
}

/// Networks for masks that belong together.
/// - Throws: `BenchError`, when one is not there, or segmenter and detector do not fit each other.
public func findMaskNetworks(
    _ segmenter: String, _ detector: String?
) throws(BenchError) -> ScoringNetworks.MaskNetworks {
    let network = try findNetwork(segmenter, for: [.semanticSegmentation, .promptedSegmentation])
    var finder: NetworkFolder?
    if let detector { finder = try findNetwork(detector, for: [.phraseDetection]) }
    guard (network.card.task == .promptedSegmentation) == (finder != nil) else {
        throw BenchError(
            .usage,
            finder == nil
                ? "\(network.card.name) segments what it is pointed at: name the network that finds phrases too"
                : "\(network.card.name) segments classes by itself: leave the network that finds phrases out")
    }
    return ScoringNetworks.MaskNetworks(segmenter: network, detector: finder)
}
