/// The classes that are evaluated, and which of them the names of two files mean.
public struct EvaluatedClasses: Sendable, Equatable {
    public let names: [String]
    /// By the file's name, the class; nil where it is not evaluated.
    let ofReference: [Int?]
    let ofDetections: [Int?]

    /// - Parameters:
    ///   - names: nil for all of the reference.
    ///   - map: what a class of the files is called instead.
    public init(_ pairs: DetectionPairs, names: [String]?, map: [String: String]) {
        let reference = pairs.referenceNames.map { map[$0] ?? $0 }
        let detections = pairs.detectionNames.map { map[$0] ?? $0 }
        self.names = names ?? Set(reference).sorted()
        let numbers = Dictionary(self.names.enumerated().map { ($1, $0) }) { first, _ in first }
        ofReference = reference.map { numbers[$0] }
        ofDetections = detections.map { numbers[$0] }
    }

    /// A sentence for each class of the detections that is not evaluated, and, where nobody chose classes, of the reference.
    func noteOthers(_ pairs: DetectionPairs, isChosen: Bool, _ findings: inout DetectionFindings) {
        Self.noteOthers(pairs.detectionNames, ofDetections, pairs.pairs.lazy.map(\.detections), &findings.detections)
        guard !isChosen else { return }
        Self.noteOthers(pairs.referenceNames, ofReference, pairs.pairs.lazy.map(\.references), &findings.reference)
    }

    private static func noteOthers(
        _ names: [String], _ classes: [Int?], _ boxes: some Sequence<[LabelledBox]>, _ findings: inout Findings
    ) {
        guard classes.contains(nil) else { return }
        var counts = [Int](repeating: 0, count: names.count)
        for box in boxes.joined() { counts[box.kind] += 1 }
        for (kind, name) in names.enumerated() where classes[kind] == nil && counts[kind] > 0 {
            let boxes = counts[kind] == 1 ? "1 box" : "\(counts[kind]) boxes"
            findings.note("the class '\(name.prefix(80))' is not evaluated (\(boxes))")
        }
    }
}
