import Foundation
import Reporting
import Scoring

/// What `detections` says: a table for people, a document for programs, and sentences.
struct DetectionsResult {
    let table: String
    let document: DetectionsDocument
    let warnings: [String]
    /// Why there is no value at all.
    let reason: String?
    /// Records of both files that are not used.
    let leftOut: Int

    private static let noReference = "no reference box counts, so that nothing can be found or missed"

    // MARK: The protocol iou

    init(_ pairs: DetectionPairs, _ settings: OverlapProtocol, environment: [String: String]) {
        let evaluation = settings.evaluate(pairs)
        let (names, entries) = (evaluation.classes, evaluation.entries)
        let precisions = entries.map { PrecisionCurve($0).averagePrecision(settings.interpolation) }
        let known = precisions.compactMap { $0 }
        let mean = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        reason = mean == nil ? Self.noReference : nil
        warnings = evaluation.findings.sentences
        leftOut = evaluation.findings.leftOut

        var table = TextTable(
            ["class", "AP", "boxes", "ignored", "detections", "hits", "false alarms"], hasStyles: false)
        var rows: [String: [String: DetectionsDocument.Value]] = [:]
        for (index, name) in names.enumerated() {
            let entry = entries[index]
            let (hits, alarms, neither) = (entry.count(.hit), entry.count(.falseAlarm), entry.count(.neither))
            rows[name] = [
                "ap": .init(precisions[index]), "n_reference": .count(entry.references),
                "n_ignored_reference": .count(entry.ignoredReferences), "n_detections": .count(entry.detections.count),
                "tp": .count(hits), "fp": .count(alarms), "ignored": .count(neither),
            ]
            table.add(
                [
                    name, Self.percent(precisions[index]), "\(entry.references)",
                    "\(entry.ignoredReferences)", "\(entry.detections.count)", "\(hits)", "\(alarms)",
                ].map { .init($0) })
        }
        let references = entries.reduce(0) { $0 + $1.references }
        let detections = entries.reduce(0) { $0 + $1.detections.count }
        table.add(
            [
                "mean", Self.percent(mean), "\(references)", "\(entries.reduce(0) { $0 + $1.ignoredReferences })",
                "\(detections)", "\(entries.reduce(0) { $0 + $1.count(.hit) })",
                "\(entries.reduce(0) { $0 + $1.count(.falseAlarm) })",
            ].map { .init($0) })
        self.table = table.rendered() + Self.caption(settings, pairs)
        document = DetectionsDocument(
            protocol: "iou",
            parameters: [
                "iou": .text(settings.matching.overlap.rawValue), "iou_threshold": .number(settings.matching.threshold),
                "interpolation": .text(settings.interpolation.rawValue), "min_pixels": .number(settings.leastPixels),
                "min_visibility": .number(settings.leastVisibility), "range": .init(settings.range),
                "classes": .texts(names), "class_map": .map(settings.classMap),
            ],
            meanAP: mean, reason: reason, scores: [:], classes: rows,
            n: [
                "samples": pairs.pairs.count, "reference": references,
                "ignored_reference": entries.reduce(0) { $0 + $1.ignoredReferences }, "detections": detections,
            ],
            dropped: Self.dropped(evaluation.findings), warnings: warnings, environment: environment)
    }

    private static func caption(_ settings: OverlapProtocol, _ pairs: DetectionPairs) -> String {
        let area =
            switch settings.interpolation {
            case .all: "under the whole curve"
            case .r40: "R40"
            case .r101: "at 101 recalls"
            }
        let overlap = settings.matching.overlap == .space ? "3D IoU" : "bird's-eye IoU"
        let range = settings.range.map { ", within \(short($0)) m" } ?? ""
        return "percent; \(overlap) ≥ \(short(settings.matching.threshold)), area \(area)\(range); "
            + "\(pairs.pairs.count) samples\n"
    }

    // MARK: The protocol nuscenes

    init(_ pairs: DetectionPairs, _ settings: NuScenesProtocol, environment: [String: String]) {
        let evaluation = settings.evaluate(pairs)
        let result = NuScenesResult(evaluation.entries, kinds: settings.kinds)
        reason = result.meanAveragePrecision == nil ? Self.noReference : nil
        warnings = evaluation.findings.sentences
        leftOut = evaluation.findings.leftOut
        document = Self.document(pairs, settings, result, evaluation, reason, environment)
        table = Self.table(result, pairs)
    }

    private static func document(
        _ pairs: DetectionPairs, _ settings: NuScenesProtocol, _ result: NuScenesResult,
        _ evaluation: NuScenesProtocol.Evaluation,
        _ reason: String?, _ environment: [String: String]
    ) -> DetectionsDocument {
        let names = NuScenesProtocol.TrueError.allCases.map(\.rawValue)
        func byError(_ values: [Double?]) -> DetectionsDocument.Value {
            .numbers(Dictionary(uniqueKeysWithValues: zip(names, values)))
        }
        func byThreshold(_ values: [Double]) -> DetectionsDocument.Value {
            .numbers(Dictionary(uniqueKeysWithValues: zip(NuScenesEntries.thresholds.map { "\($0)" }, values)))
        }
        var rows: [String: [String: DetectionsDocument.Value]] = [:]
        for kind in result.classes {
            rows[kind.name] = [
                "ap": .number(kind.averagePrecision), "ap_by_threshold": byThreshold(kind.precisions),
                "tp_errors": byError(kind.errors), "n_reference": .count(kind.references),
                "n_detections": .count(kind.detections),
            ]
        }
        return DetectionsDocument(
            protocol: "nuscenes",
            parameters: [
                "configuration": .text("detection_cvpr_2019"), "classes": .texts(settings.kinds.map(\.name)),
                "class_map": .map(evaluation.classMap),
                "class_range": .numbers(Dictionary(uniqueKeysWithValues: settings.kinds.map { ($0.name, $0.range) })),
                "distances": .list(NuScenesEntries.thresholds), "tp_distance": .number(2),
                "min_recall": .number(0.1), "min_precision": .number(0.1),
                "max_boxes_per_sample": .count(NuScenesProtocol.mostDetections),
            ],
            meanAP: result.meanAveragePrecision, reason: reason,
            scores: [
                "nds": .init(result.detectionScore), "tp_errors": byError(result.errors),
                "tp_scores": byError(result.errors.map { $0.map { max(0, 1 - $0) } }),
            ],
            classes: rows,
            n: [
                "samples": pairs.pairs.count, "reference": result.classes.reduce(0) { $0 + $1.references },
                "detections": result.classes.reduce(0) { $0 + $1.detections },
            ],
            dropped: dropped(evaluation.findings), warnings: evaluation.findings.sentences, environment: environment)
    }

    private static func table(_ result: NuScenesResult, _ pairs: DetectionPairs) -> String {
        var table = TextTable(
            ["class", "AP", "ATE", "ASE", "AOE", "AVE", "AAE", "boxes", "detections"], hasStyles: false)
        for kind in result.classes {
            table.add(
                ([kind.name, percent(kind.averagePrecision)] + kind.errors.map { number($0) }
                    + ["\(kind.references)", "\(kind.detections)"]).map { .init($0) })
        }
        table.add(
            (["mean", percent(result.meanAveragePrecision)] + result.errors.map { number($0) } + [
                "\(result.classes.reduce(0) { $0 + $1.references })",
                "\(result.classes.reduce(0) { $0 + $1.detections })",
            ]).map { .init($0) })
        return table.rendered() + "NDS \(percent(result.detectionScore)); AP and NDS in percent; "
            + "nuScenes detection_cvpr_2019; \(pairs.pairs.count) samples\n"
    }

    private static func dropped(_ findings: DetectionFindings) -> [String: Int] {
        ["reference": findings.reference.leftOut, "detections": findings.detections.leftOut]
    }

    private static func percent(_ value: Double?) -> String { value.map { String(format: "%.2f", 100 * $0) } ?? "–" }
    private static func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
    private static func short(_ value: Double) -> String { String(format: "%g", value) }
}
