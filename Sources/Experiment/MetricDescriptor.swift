/// What a reader of a score has to know about its metric.
public struct MetricDescriptor: Sendable, Equatable, Codable {
    /// Which way is better.
    public enum Direction: String, Sendable, Codable {
        case higher, lower

        /// The arrow that tables show beside the title.
        public var arrow: String { self == .higher ? "↑" : "↓" }
    }

    /// What one value is of.
    public enum Scope: String, Sendable, Codable {
        /// One video.
        case trial
        /// All videos of one clip in one configuration, which differ in their prompts.
        case condition
    }

    /// The name in commands, columns and files, as "blur-ssim".
    public let name: String
    /// Raised when the same input gives another value than before.
    public let version: Int
    /// The name in tables, as "Blur SSIM".
    public let title: String
    public let direction: Direction
    /// The least and greatest possible value; nil where there is no bound.
    public let low: Double?
    public let high: Double?
    /// The unit of the value; empty for a pure number.
    public let unit: String
    /// The regions that it is computed for.
    public let regions: [Region]
    /// Whether it stands in tables and plots unless others are asked for.
    public let isHeadline: Bool
    public let scope: Scope

    public init(
        name: String, version: Int = 1, title: String, direction: Direction, low: Double? = nil, high: Double? = nil,
        unit: String = "", regions: [Region] = Region.allCases, isHeadline: Bool = false, scope: Scope = .trial
    ) {
        self.name = name
        self.version = version
        self.title = title
        self.direction = direction
        self.low = low
        self.high = high
        self.unit = unit
        self.regions = regions
        self.isHeadline = isHeadline
        self.scope = scope
    }

    /// Descriptors that were written before there were metrics of conditions have no scope.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try values.decode(String.self, forKey: .name), version: try values.decode(Int.self, forKey: .version),
            title: try values.decode(String.self, forKey: .title),
            direction: try values.decode(Direction.self, forKey: .direction),
            low: try values.decodeIfPresent(Double.self, forKey: .low),
            high: try values.decodeIfPresent(Double.self, forKey: .high),
            unit: try values.decode(String.self, forKey: .unit),
            regions: try values.decode([Region].self, forKey: .regions),
            isHeadline: try values.decode(Bool.self, forKey: .isHeadline),
            scope: try values.decodeIfPresent(Scope.self, forKey: .scope) ?? .trial)
    }
}
