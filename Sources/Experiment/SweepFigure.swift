/// A figure of panels, each a metric against one axis of a grid with every video a point, and the published correlations.
public struct SweepFigure: Sendable, Equatable, Codable {
    public struct Panel: Sendable, Equatable, Codable {
        /// An axis of the grid by name, as "vis/fg".
        public let axis: String
        public let column: TableLayout.Column
        /// The published Pearson's r; nil where there is none.
        public let published: Double?

        public init(axis: String, column: TableLayout.Column, published: Double? = nil) {
            self.axis = axis
            self.column = column
            self.published = published
        }
    }

    /// As "Cosmos-Transfer1 (arXiv 2503.14492v2), Figure 7"; nil where the panels are a suite's own.
    public let source: String?
    public let panels: [Panel]

    public init(source: String?, panels: [Panel]) {
        self.source = source
        self.panels = panels
    }
}
