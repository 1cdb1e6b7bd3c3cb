/// Published times by number of devices, as of Table 5.
public struct PublishedScaling: Sendable, Equatable, Codable {
    public struct Curve: Sendable, Equatable, Codable {
        /// Our metric that is compared with it, as "diffusion-seconds".
        public let metric: String
        /// What was published is called, as "Diffusion only".
        public let published: String
        /// In the order of `devices`; nil where nothing was published.
        public let seconds: [Double?]

        public init(metric: String, published: String, seconds: [Double?]) {
            self.metric = metric
            self.published = published
            self.seconds = seconds
        }
    }

    /// As "Cosmos-Transfer1 (arXiv 2503.14492v2), Table 5".
    public let source: String
    public let devices: [Int]
    public let curves: [Curve]

    public init(source: String, devices: [Int], curves: [Curve]) {
        self.source = source
        self.devices = devices
        self.curves = curves
    }

    /// The published seconds of a metric by devices; empty where there are none.
    public func points(_ metric: String) -> [(devices: Int, seconds: Double)] {
        guard let curve = curves.first(where: { $0.metric == metric }) else { return [] }
        return zip(devices, curve.seconds).compactMap { devices, seconds in seconds.map { (devices, $0) } }
    }
}
