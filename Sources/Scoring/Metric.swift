public import Experiment

/// A metric over the frames of a video pair. Frames are measured in any order, on any thread; the scores are made from all
/// of them in frame order, so they do not depend on the number of threads.
public protocol Metric: Sendable {
    /// What one frame contributes.
    associatedtype Measurement: Sendable

    /// The metrics that come out, in the order of tables.
    var descriptors: [MetricDescriptor] { get }

    /// Measures one frame; nil when the pair lacks what this metric needs.
    func measure(_ pair: FramePair) -> Measurement?

    /// The scores of a video from its frames' measurements, in frame order.
    func scores(_ measurements: [Measurement], regions: [Region]) -> [Score]
}
