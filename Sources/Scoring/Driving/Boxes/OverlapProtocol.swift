/// The protocol `iou`: average precision of boxes that overlap (driving.md §2).
public struct OverlapProtocol: Sendable, Equatable {
    public var matching = BoxMatching()
    public var interpolation = PrecisionInterpolation.all
    /// A reference box that the picture shows in fewer pixels is ignored.
    public var leastPixels = 12.0
    /// As with less of it in sight.
    public var leastVisibility = 0.1
    /// As farther from the vehicle than this, in metres; nil for any distance.
    public var range: Double?
    /// Nil for all of the reference.
    public var classes: [String]?
    public var classMap: [String: String] = [:]

    public init() {}

    /// What the protocol makes of two files.
    public struct Evaluation: Sendable {
        public let classes: [String]
        /// By class, over all frames.
        public let entries: [PrecisionEntries]
        public let findings: DetectionFindings
    }

    public func evaluate(_ pairs: DetectionPairs) -> Evaluation {
        let classes = EvaluatedClasses(pairs, names: self.classes, map: classMap)
        var findings = pairs.findings
        classes.noteOthers(pairs, isChosen: self.classes != nil, &findings)
        var entries = [PrecisionEntries](repeating: PrecisionEntries(), count: classes.names.count)
        for pair in pairs.pairs {
            let references = Self.grouped(pair.references, classes.ofReference)
            let detections = Self.grouped(pair.detections, classes.ofDetections)
            for kind in Set(references.keys).union(detections.keys) {
                entries[kind] += matching.entries(
                    (references[kind] ?? []).map {
                        BoxMatching.Reference(shape: $0.shape, counts: counts($0, in: pair, pairs.camera))
                    },
                    (detections[kind] ?? []).map {
                        BoxMatching.Detection(
                            shape: $0.shape, score: $0.score, isOutOfRange: isOutOfRange($0.shape, in: pair))
                    })
            }
        }
        return Evaluation(classes: classes.names, entries: entries, findings: findings)
    }

    /// The evaluated boxes by class, each class in the file's order.
    static func grouped(_ boxes: [LabelledBox], _ classes: [Int?]) -> [Int: [LabelledBox]] {
        var groups: [Int: [LabelledBox]] = [:]
        for box in boxes {
            if let kind = classes[box.kind] { groups[kind, default: []].append(box) }
        }
        return groups
    }

    private func isOutOfRange(_ shape: UprightBox, in pair: DetectionPairs.Pair) -> Bool {
        guard let range else { return false }
        return (shape.centre - (pair.ego ?? .zero)).onGround.length > range
    }

    /// Whether a reference box is one to be found, rather than ignored. What is not known of it excludes nothing.
    func counts(_ box: LabelledBox, in pair: DetectionPairs.Pair, _ camera: BoxFile.Camera) -> Bool {
        if box.isIgnored || box.points == 0 { return false }
        if let pixels = box.pixels, pixels < leastPixels { return false }
        if let visibility = box.visibility, visibility < leastVisibility { return false }
        if isOutOfRange(box.shape, in: pair) { return false }
        guard box.pixels == nil, box.points == nil, let pose = pair.pose, let intrinsics = camera.intrinsics,
            let rows = camera.rows, let columns = camera.columns
        else { return true }
        let centre = pose.inCamera(box.shape.centre)
        guard centre.z > 0.1 else { return false }
        let pixel = intrinsics.projected(centre)
        return (0...Double(columns)).contains(pixel.x) && (0...Double(rows)).contains(pixel.y)
    }
}
