/// The protocol `nuscenes`: nuScenes' detection score, equal to nuscenes-devkit 1.2.0 with detection_cvpr_2019
/// (driving.md §3).
public struct NuScenesProtocol: Sendable, Equatable {
    /// A class with the distance from the vehicle within which it counts, in metres.
    public struct Kind: Sendable, Equatable {
        public let name: String
        public let range: Double
        /// Of the five errors, those that mean something for the class.
        public let errors: [TrueError]
    }

    public enum TrueError: String, Sendable, CaseIterable {
        case translation = "trans_err"
        case scale = "scale_err"
        case orientation = "orient_err"
        case velocity = "vel_err"
        case attribute = "attr_err"
    }

    public static let kinds: [Kind] = {
        func kind(_ name: String, _ range: Double, _ errors: [TrueError] = TrueError.allCases) -> Kind {
            Kind(name: name, range: range, errors: errors)
        }
        return [
            kind("car", 50), kind("truck", 50), kind("bus", 50), kind("trailer", 50), kind("construction_vehicle", 50),
            kind("pedestrian", 40), kind("motorcycle", 40), kind("bicycle", 40),
            kind("traffic_cone", 30, [.translation, .scale]),
            kind("barrier", 30, [.translation, .scale, .orientation]),
        ]
    }()
    /// More detections of one sample are not looked at.
    public static let mostDetections = 500
    /// What scenes call a pedestrian.
    private static let sceneClassMap = ["person": "pedestrian"]

    /// Some or all of the ten.
    public var kinds = Self.kinds
    /// Nil for what the reference's form needs: a scene's persons are pedestrians.
    public var classMap: [String: String]?

    public init() {}

    /// What the protocol makes of two files.
    public struct Evaluation: Sendable {
        /// By class of `kinds`, over all samples in order.
        public let entries: [NuScenesEntries]
        public let findings: DetectionFindings
        /// As it was used.
        public let classMap: [String: String]
    }

    public func evaluate(_ pairs: DetectionPairs) -> Evaluation {
        let classMap = classMap ?? (pairs.isScene ? Self.sceneClassMap : [:])
        let classes = EvaluatedClasses(pairs, names: kinds.map(\.name), map: classMap)
        var findings = pairs.findings
        classes.noteOthers(pairs, isChosen: kinds != Self.kinds, &findings)
        let velocities = SceneVelocities(pairs)
        var entries = [NuScenesEntries](repeating: NuScenesEntries(), count: kinds.count)
        for pair in pairs.pairs {
            let detections = Self.highest(pair.detections)
            if detections.count < pair.detections.count {
                let dropped = pair.detections.count - detections.count
                let name = pair.token.map { "sample \($0.prefix(80))" } ?? "frame \(pair.index)"
                findings.detections.leaveOut(
                    records: dropped,
                    "\(name) has \(pair.detections.count) detections; the \(dropped) of the lowest scores are left out, because nuScenes allows \(Self.mostDetections)"
                )
            }
            let references = velocities.filled(pair)
            let wanted = OverlapProtocol.grouped(references, classes.ofReference)
            let given = OverlapProtocol.grouped(detections, classes.ofDetections)
            for kind in Set(wanted.keys).union(given.keys) {
                let matching = NuScenesMatching(
                    period: kinds[kind].name == "barrier" ? .pi : 2 * .pi, attributes: pairs.attributes)
                entries[kind] += matching.entries(
                    (wanted[kind] ?? []).filter { keeps($0, kinds[kind], pair) },
                    (given[kind] ?? []).filter { keeps($0, kinds[kind], pair) })
            }
        }
        let lost = pairs.pairs.filter { $0.ego == nil }.count
        if lost > 0 {
            findings.reference.note(
                "has no place of the vehicle ('ego') for \(lost) of \(pairs.pairs.count) samples; boxes there count at any distance"
            )
        }
        return Evaluation(entries: entries, findings: findings, classMap: classMap)
    }

    /// The detections with the highest scores, of equal ones the earlier, in the file's order.
    private static func highest(_ detections: [LabelledBox]) -> [LabelledBox] {
        guard detections.count > mostDetections else { return detections }
        let order = detections.indices.sorted { (detections[$1].score, $0) < (detections[$0].score, $1) }
        return order.prefix(mostDetections).sorted().map { detections[$0] }
    }

    /// Whether a box counts at all, of references and detections alike.
    private func keeps(_ box: LabelledBox, _ kind: Kind, _ pair: DetectionPairs.Pair) -> Bool {
        if let ego = pair.ego, (box.shape.centre - ego).onGround.length >= kind.range { return false }
        if let points = box.points ?? box.pixels, points == 0 { return false }
        guard ["bicycle", "motorcycle"].contains(kind.name) else { return true }
        return !pair.racks.contains { $0.contains(box.shape.centre) }
    }
}
