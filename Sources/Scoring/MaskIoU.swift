internal import CKernels
public import Experiment
internal import Video

/// Mask mIoU and recall (metrics.md §6): masks of one phrase are merged over the whole clip, phrases of both sides are
/// matched by IoU, and pairs of IoU above 0.1 are averaged.
///
/// A phrase that appears nowhere is dropped, unless its objects may lie under others. In a region, only pixels of the region
/// count, and a phrase that lies mostly outside it is dropped.
public struct MaskIoU: Metric {
    /// How phrases are paired.
    public enum Matching: String, Sendable, CaseIterable {
        /// One to one, with the greatest total IoU.
        case hungarian
        /// Every reference phrase takes its best partner, which others may take too.
        case max
    }

    /// Pixels of one frame by label pair: [outside the foreground, inside] -> reference label x generated label.
    public struct Measurement: Sendable {
        let histogram: [[UInt32]]
        let isResized: Bool
    }

    /// The labels of one side's masks.
    public struct Side: Sendable, Equatable {
        /// The phrase of each label, at most 255.
        public let phrases: [String]
        /// Whether objects may lie under others, as in the evaluator's own files: then all of them count, seen or not.
        public let hasLayers: Bool

        public init(phrases: [String] = [], hasLayers: Bool = false) {
            self.phrases = phrases
            self.hasLayers = hasLayers
        }
    }

    private let reference: Phrases
    private let generated: Phrases
    private let matching: Matching
    private let profile: Profile

    public init(reference: Side, generated: Side, matching: Matching, profile: Profile) {
        self.reference = Phrases(reference)
        self.generated = Phrases(generated)
        self.matching = matching
        self.profile = profile
    }

    public var descriptors: [MetricDescriptor] { Self.descriptors }

    static let descriptors = [
        MetricDescriptor(
            name: "mask-miou", version: 2, title: "Mask mIoU", direction: .higher, low: 0, high: 1, isHeadline: true),
        MetricDescriptor(name: "mask-recall", version: 2, title: "Mask recall", direction: .higher, low: 0, high: 1),
    ]

    public func measure(_ pair: FramePair) -> Measurement? {
        guard let labels = pair.labels else { return nil }
        let x = labels.reference
        let y = labels.generated.nearest(x.size)
        let mask = pair.originalForeground?.nearest(x.size)
        var raw = [UInt32](repeating: 0, count: 2 * 65_536)
        withOptionalPixels(mask) { tb_label_histogram(x.pixels, y.pixels, $0, x.size.pixels, &raw) }
        let (rows, columns) = (reference.labels + 1, generated.labels + 1)
        let histogram = (0..<2).map { region in
            (0..<rows * columns).map { raw[region * 65_536 + $0 / columns * 256 + $0 % columns] }
        }
        return Measurement(
            histogram: histogram, isResized: labels.generated.size != x.size)
    }

    public func scores(_ measurements: [Measurement], regions: [Region]) -> [Score] {
        regions.flatMap { scores(measurements, region: $0) }
    }

    private func scores(_ measurements: [Measurement], region: Region) -> [Score] {
        var warnings = measurements.contains(where: \.isResized) ? ["the generated masks were resized (nearest)"] : []
        var caveats: [String] = []
        let present = present(measurements)
        var matched: [Match] = []
        let missing = [("reference", present.reference), ("generated", present.generated)].filter { $0.1.isEmpty }.map(
            \.0)
        if !missing.isEmpty {
            let side = missing.count == 1 ? "the \(missing[0]) side has no object" : "neither side has an object"
            caveats.append("\(side), which counts as 0")
        } else {
            matched = matches(measurements, present, region: region, warnings: &warnings, caveats: &caveats)
        }
        let kept = matched.filter { $0.iou > 0.1 }
        let mean = kept.isEmpty ? 0 : kept.map { Double($0.iou) }.reduce(0, +) / Double(kept.count)
        let recall = matched.isEmpty ? 0 : Double(kept.count) / Double(matched.count)
        let frames = measurements.map { perFrame($0, kept, region: region) }
        func score(_ name: String, _ value: Double, _ frames: [Double?]) -> Score {
            Score(
                metric: name, region: region, outcome: .scored(value), n: measurements.count,
                parameters: parameters(region),
                counts: [
                    "reference-phrases": present.reference.count, "generated-phrases": present.generated.count,
                    "pairs": matched.count, "kept": kept.count,
                ],
                warnings: warnings, caveats: caveats, perFrame: frames)
        }
        return [score("mask-miou", mean, frames), score("mask-recall", recall, [])]
    }

    private func parameters(_ region: Region) -> [String: String] {
        let always = ["matching": matching.rawValue, "min-iou": "0.1"]
        return region == .all ? always : always.merging(["phrase-filter": "half inside (aligned-2026)"]) { a, _ in a }
    }

    private struct Match {
        let reference: Int
        let generated: Int
        let iou: Float
    }

    /// The phrases that count, in whole pictures.
    private typealias Present = (reference: [Int], generated: [Int])

    private func present(_ measurements: [Measurement]) -> Present {
        var table = PhraseTable(rows: reference, columns: generated)
        for m in measurements { table.add(m.histogram, in: .all) }
        func present(_ side: Phrases, _ pixels: [Int]) -> [Int] {
            side.names.indices.filter { side.hasLayers || pixels[$0] > 0 || measurements.isEmpty }
        }
        return (present(reference, table.referencePixels), present(generated, table.generatedPixels))
    }

    private func matches(
        _ measurements: [Measurement], _ present: Present, region: Region, warnings: inout [String],
        caveats: inout [String]
    ) -> [Match] {
        var table = PhraseTable(rows: reference, columns: generated)
        var outside = table
        for m in measurements {
            table.add(m.histogram, in: region)
            if region != .all { outside.add(m.histogram, in: region == .fg ? .bg : .fg) }
        }
        // The aligned evaluator drops a phrase that has no pixel in the region, or fewer than one for two outside; the public
        // one has neither regions nor this filter, so it is used for its regions alone.
        let isFiltered = region != .all || profile == .aligned2026
        func stays(_ inside: Int, _ outside: Int) -> Bool {
            !isFiltered || inside > 0 && Double(inside) >= 0.5 * Double(outside)
        }
        let rows = present.reference.filter { stays(table.referencePixels[$0], outside.referencePixels[$0]) }
        let columns = present.generated.filter { stays(table.generatedPixels[$0], outside.generatedPixels[$0]) }
        guard !rows.isEmpty, !columns.isEmpty else {
            caveats.append("no object lies in the region on both sides, which counts as 0")
            return []
        }
        let iou = rows.map { r in columns.map { table.iou(r, $0) } }
        let pairs: [(row: Int, column: Int)]
        switch matching {
        case .hungarian:
            pairs = leastCostAssignment(iou.map { $0.map { 1 - Double($0) } })
            if rows.count > pairs.count {
                warnings.append(
                    "\(rows.count - pairs.count) of \(rows.count) reference phrases have no partner and cost nothing: "
                        + "recall is over the \(pairs.count) matched pairs")
            }
        case .max:
            pairs = iou.enumerated().map { row, values in
                (row, values.indices.max { values[$0] < values[$1] } ?? 0)
            }
        }
        return pairs.map { Match(reference: rows[$0.row], generated: columns[$0.column], iou: iou[$0.row][$0.column]) }
    }

    /// The mean IoU of the kept pairs in one frame; nil where none of them is visible.
    private func perFrame(_ measurement: Measurement, _ kept: [Match], region: Region) -> Double? {
        guard !kept.isEmpty else { return nil }
        var table = PhraseTable(rows: reference, columns: generated)
        table.add(measurement.histogram, in: region)
        let visible = kept.filter { table.referencePixels[$0.reference] + table.generatedPixels[$0.generated] > 0 }
        guard !visible.isEmpty else { return nil }
        return visible.map { Double(table.iou($0.reference, $0.generated)) }.reduce(0, +) / Double(visible.count)
    }
}

/// Distinct phrases in order of first appearance, and which of them each label belongs to.
private struct Phrases: Sendable {
    let names: [String]
    /// Phrase of label k at k - 1.
    let phraseOfLabel: [Int]
    let hasLayers: Bool

    var labels: Int { phraseOfLabel.count }

    init(_ side: MaskIoU.Side) {
        var names: [String] = []
        hasLayers = side.hasLayers
        phraseOfLabel = side.phrases.map { label in
            // Exact bytes: equal-looking texts of other code points are other phrases.
            if let known = names.firstIndex(where: { $0.utf8.elementsEqual(label.utf8) }) { return known }
            names.append(label)
            return names.count - 1
        }
        self.names = names
    }
}

/// Pixel counts by phrase and by pair of phrases.
private struct PhraseTable {
    private let rows: Phrases
    private let columns: Phrases
    private(set) var referencePixels: [Int]
    private(set) var generatedPixels: [Int]
    private var both: [Int]

    init(rows: Phrases, columns: Phrases) {
        self.rows = rows
        self.columns = columns
        referencePixels = [Int](repeating: 0, count: rows.names.count)
        generatedPixels = [Int](repeating: 0, count: columns.names.count)
        both = [Int](repeating: 0, count: rows.names.count * columns.names.count)
    }

    mutating func add(_ histogram: [[UInt32]], in region: Region) {
        let parts = region == .all ? [0, 1] : region == .fg ? [1] : [0]
        let stride = columns.labels + 1
        for part in parts {
            for (i, count) in histogram[part].enumerated() where count > 0 {
                let (a, b) = (i / stride, i % stride)
                let row = a > 0 ? rows.phraseOfLabel[a - 1] : nil
                let column = b > 0 ? columns.phraseOfLabel[b - 1] : nil
                if let row { referencePixels[row] += Int(count) }
                if let column { generatedPixels[column] += Int(count) }
                if let row, let column { both[row * columns.names.count + column] += Int(count) }
            }
        }
    }

    /// Intersection over union in single precision, 0 for an empty union, as the reference computes it.
    func iou(_ row: Int, _ column: Int) -> Float {
        let intersection = both[row * columns.names.count + column]
        let union = referencePixels[row] + generatedPixels[column] - intersection
        return union == 0 ? 0 : Float(intersection) / Float(union)
    }
}
