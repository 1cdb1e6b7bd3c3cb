/// How a suite's table is laid out, and what was published beside it.
public struct TableLayout: Sendable, Equatable, Codable {
    public struct Column: Sendable, Equatable, Hashable, Codable {
        public let metric: String
        public let region: Region

        public init(metric: String, region: Region) {
            self.metric = metric
            self.region = region
        }
    }

    public let title: String
    /// Empty for the headline metrics.
    public let columns: [Column]
    /// nil where nothing was published to compare with.
    public let published: PublishedTable?
    /// Metrics against weights of the suite's grid, as the paper's Figure 7; nil where none are asked for.
    public let figure: SweepFigure?

    public init(
        title: String, columns: [Column] = [], published: PublishedTable? = nil, figure: SweepFigure? = nil
    ) {
        self.title = title
        self.columns = columns
        self.published = published
        self.figure = figure
    }
}

/// A published table, its rows called as the suite's configurations.
public struct PublishedTable: Sendable, Equatable, Codable {
    /// What the numbers are held against each other by.
    public enum Comparison: String, Sendable, Codable {
        /// The order of the rows in each column.
        case ranking
        /// In each column pair fg/bg, the sign of the difference between two rows.
        case contrast
    }

    public struct Row: Sendable, Equatable, Codable {
        public let configuration: String
        /// In the order of `columns`; nil where nothing was published.
        public let values: [Double?]

        public init(configuration: String, values: [Double?]) {
            self.configuration = configuration
            self.values = values
        }
    }

    /// As "Cosmos-Transfer1 (arXiv 2503.14492v2), Table 1".
    public let source: String
    public let comparison: Comparison
    /// A published metric may have another name than ours, as the quality score: `published` says it.
    public let columns: [Column]
    public let rows: [Row]

    public struct Column: Sendable, Equatable, Codable {
        /// Our metric and region whose numbers are compared with it.
        public let column: TableLayout.Column
        /// The published metric's name.
        public let published: String
        /// Which way is better in the published column; nil where it is our metric's way.
        public let direction: MetricDescriptor.Direction?

        public init(column: TableLayout.Column, published: String, direction: MetricDescriptor.Direction? = nil) {
            self.column = column
            self.published = published
            self.direction = direction
        }
    }

    public init(source: String, comparison: Comparison, columns: [Column], rows: [Row]) {
        self.source = source
        self.comparison = comparison
        self.columns = columns
        self.rows = rows
    }
}
