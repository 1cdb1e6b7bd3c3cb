/// A grid of configurations as a suite asked for it: its axes, and where every cell lies on them. What a report needs to draw
/// a sweep from the store alone (spec: experiments, section 1).
public struct Sweep: Sendable, Equatable, Codable {
    public enum Design: String, Sendable, Codable, CaseIterable {
        /// Every combination of the axes' values.
        case product
        /// The base, then each axis alone moved over its values.
        case oneAtATime = "one-at-a-time"
        /// All weights that are multiples of a step and add up to a sum.
        case simplex
        /// Points of a low-discrepancy sequence.
        case sample
    }

    /// A place on an axis.
    public struct Value: Sendable, Hashable, Codable {
        /// As the suite writes it and tables print it, as "1/3".
        public let text: String
        /// nil where the values of the axis are words, as names of generators.
        public let number: Double?

        public init(text: String, number: Double?) {
            self.text = text
            self.number = number
        }
    }

    public struct Axis: Sendable, Equatable, Codable {
        /// As "vis/fg", "depth/bg + edge/bg" for linked weights, or a setting's name.
        public let name: String
        /// The weights that it moves, as "vis/fg" or "vis"; empty for a setting of the generator.
        public let weights: [String]
        /// In the suite's order; empty for a range that is sampled.
        public let values: [Value]

        public init(name: String, weights: [String], values: [Value]) {
            self.name = name
            self.weights = weights
            self.values = values
        }
    }

    public struct Cell: Sendable, Equatable, Codable {
        /// The name of its configuration.
        public let configuration: String
        /// A value for each axis.
        public let values: [Value]

        public init(configuration: String, values: [Value]) {
            self.configuration = configuration
            self.values = values
        }
    }

    public let design: Design
    public let axes: [Axis]
    /// In the order of the design.
    public let cells: [Cell]
    /// Which cell is the base that axes are moved from; nil where there is none.
    public let base: Int?

    public init(design: Design, axes: [Axis], cells: [Cell], base: Int? = nil) {
        self.design = design
        self.axes = axes
        self.cells = cells
        self.base = base
    }
}
