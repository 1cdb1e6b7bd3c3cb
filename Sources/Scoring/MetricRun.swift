internal import Experiment
internal import Synchronization

/// One metric at work on one pair: collects measurements from any thread.
protocol MetricRunning: Sendable {
    var descriptors: [MetricDescriptor] { get }
    func measure(_ pair: FramePair)
    /// Scores of the frames measured, in frame order.
    func finish(regions: [Region]) -> [Score]
}

final class MetricRun<M: Metric>: MetricRunning {
    private let metric: M
    private let measurements = Mutex<[Int: M.Measurement]>([:])

    init(_ metric: M) { self.metric = metric }

    var descriptors: [MetricDescriptor] { metric.descriptors }

    func measure(_ pair: FramePair) {
        guard let measurement = metric.measure(pair) else { return }
        measurements.withLock { $0[pair.index] = measurement }
    }

    func finish(regions: [Region]) -> [Score] {
        let ordered = measurements.withLock { all in all.sorted { $0.key < $1.key }.map(\.value) }
        return metric.scores(ordered, regions: regions)
    }
}
