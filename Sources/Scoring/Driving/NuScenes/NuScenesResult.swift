/// nuScenes' detection score of any number of videos, from their entries.
public struct NuScenesResult: Sendable, Equatable {
    public struct Class: Sendable, Equatable {
        public let name: String
        /// At each of the thresholds.
        public let precisions: [Double]
        public let averagePrecision: Double
        /// In the order of `TrueError`; nil where the class has none.
        public let errors: [Double?]
        public let references: Int
        public let detections: Int
    }

    public let classes: [Class]
    /// Nil without any reference box.
    public let meanAveragePrecision: Double?
    /// In the order of `TrueError`, means over the classes that have one; nil without any.
    public let errors: [Double?]
    /// The nuScenes detection score; nil without reference boxes, or without one of the errors.
    public let detectionScore: Double?

    /// - Parameter entries: by class of `kinds`.
    public init(_ entries: [NuScenesEntries], kinds: [NuScenesProtocol.Kind]) {
        classes = zip(kinds, entries).map { Self.scored($0, $1) }
        let hasReference = classes.contains { $0.references > 0 }
        meanAveragePrecision =
            hasReference ? classes.reduce(0) { $0 + $1.averagePrecision } / Double(classes.count) : nil
        let all = classes
        errors = NuScenesProtocol.TrueError.allCases.indices.map { place in
            let known = all.compactMap { $0.errors[place] }
            return known.isEmpty || !hasReference ? nil : known.reduce(0, +) / Double(known.count)
        }
        let (known, wanted) = (errors.compactMap { $0 }, errors.count)
        detectionScore = meanAveragePrecision.flatMap { precision in
            known.count < wanted ? nil : (5 * precision + known.reduce(0) { $0 + max(0, 1 - $1) }) / 10
        }
    }

    private static func scored(_ kind: NuScenesProtocol.Kind, _ entries: NuScenesEntries) -> Class {
        let curve = NuScenesCurve(entries)
        let precisions = NuScenesEntries.thresholds.indices.map { curve.averagePrecision($0) }
        let errors = NuScenesProtocol.TrueError.allCases.map { error -> Double? in
            guard kind.errors.contains(error) else { return nil }
            return curve.meanError { hit in
                switch error {
                case .translation: hit.translation
                case .scale: hit.scale
                case .orientation: hit.orientation
                case .velocity: hit.velocity
                case .attribute: hit.attribute
                }
            }
        }
        return Class(
            name: kind.name, precisions: precisions,
            averagePrecision: precisions.reduce(0, +) / Double(precisions.count), errors: errors,
            references: entries.references, detections: entries.detections.count)
    }
}
