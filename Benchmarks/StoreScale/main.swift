import Experiment
import Foundation
import Results

// Writes a store of a made-up sweep through the project's own writer: store-scale OUT.sqlite [CELLS CLIPS]. Every trial has
// 31 scores of 121 frames, as the metrics of table2.yaml give, and every clip of a cell its diversity. Called by store_scale.py.

let arguments = CommandLine.arguments
guard arguments.count == 2 || arguments.count == 4, let cellCount = arguments.count == 4 ? Int(arguments[2]) : 1350,
    let clipCount = arguments.count == 4 ? Int(arguments[3]) : 24, cellCount > 0, clipCount > 0
else {
    FileHandle.standardError.write(Data("usage: store-scale OUT.sqlite [CELLS CLIPS]\n".utf8))
    exit(64)
}

let names: [(name: String, title: String, direction: MetricDescriptor.Direction)] = [
    ("blur-ssim", "Blur SSIM", .higher), ("blur-mse", "Blur MSE", .lower), ("edge-f1", "Edge F1", .higher),
    ("edge-precision", "Edge precision", .higher), ("edge-recall", "Edge recall", .higher),
    ("depth-si-rmse", "Depth si-RMSE", .lower), ("depth-absrel", "Depth AbsRel", .lower),
    ("depth-delta1", "Depth δ1", .higher), ("mask-miou", "Mask mIoU", .higher), ("mask-recall", "Mask recall", .higher),
]
let headline: Set<String> = ["blur-ssim", "edge-f1", "depth-si-rmse", "mask-miou"]
let metrics =
    names.map {
        MetricDescriptor(
            name: $0.name, title: $0.title, direction: $0.direction, isHeadline: headline.contains($0.name))
    }
    + [
        MetricDescriptor(name: "niqe", title: "NIQE", direction: .lower, regions: [.all], isHeadline: true),
        MetricDescriptor(
            name: "perceptual-diversity", title: "Perceptual diversity", direction: .higher, isHeadline: true,
            scope: .condition),
    ]

/// Three weights of a grid, the first slowest.
let sides = (15, 10, max(1, cellCount / 150))
let axes = zip(["vis/fg", "seg/bg", "depth/bg"], [sides.0, sides.1, sides.2]).map { name, count in
    Sweep.Axis(
        name: name, weights: [name],
        values: (0..<count).map { .init(text: "\($0)/\(count)", number: Double($0) / Double(count)) })
}
let cells = (0..<cellCount).map { k -> Sweep.Cell in
    let values = [
        axes[0].values[k / (sides.1 * sides.2) % sides.0], axes[1].values[k / sides.2 % sides.1],
        axes[2].values[k % sides.2],
    ]
    return Sweep.Cell(
        configuration: zip(axes, values).map { "\($0.name) \($1.text)" }.joined(separator: " · "), values: values)
}

func artifact(_ name: String) -> Artifact {
    Artifact(path: "/videos/\(name).mkv", bytes: 1, sha256: Identity(of: [name]).hex)
}

let clips = (0..<clipCount).map { Clip(name: "clip_\($0)", caption: "a clip", video: artifact("clip \($0)")) }
// Clip by clip, as suites are planned.
let trials = clips.flatMap { clip in
    cells.map { cell -> PlannedTrial in
        let trial = Trial(
            configuration: Configuration(name: cell.configuration), clip: clip, prompt: "",
            video: artifact("\(cell.configuration)/\(clip.name)"))
        return PlannedTrial(trial: trial, fingerprint: Identity(of: ["scores", trial.identity.hex]))
    }
}
let conditions = trials.map { planned -> PlannedCondition in
    let condition = Condition(
        configuration: planned.trial.configuration, clip: planned.trial.clip, videos: [planned.trial.video])
    return PlannedCondition(condition: condition, fingerprint: Identity(of: ["diversity", condition.identity.hex]))
}
let columns = ["blur-ssim", "edge-f1", "depth-si-rmse", "mask-miou", "perceptual-diversity"].flatMap { name in
    [Region.fg, .bg].map { TableLayout.Column(metric: name, region: $0) }
}
let plan = RunPlan(
    name: "scale", dataset: "/videos", profile: .paibench2025, parameters: ["frame-limit": "121"], metrics: metrics,
    regions: Region.allCases, trials: trials, conditions: conditions,
    layout: TableLayout(title: "A made-up sweep", columns: columns), configurations: cells.map(\.configuration),
    sweep: Sweep(design: .product, axes: axes, cells: cells), identity: Identity(of: ["scale"]))
let environment = ["version": "scale"]
let start = Date(timeIntervalSince1970: 1_800_000_000)
let store = try Store(path: arguments[1], access: .write(wait: 0))
let run = try store.begin(plan, environment: environment, at: start)

/// The same noise every time.
struct Noise {
    private var state: UInt64 = 1

    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 40) / Double(1 << 24)
    }
}

func scores(_ cell: Sweep.Cell, _ scope: MetricDescriptor.Scope, _ noise: inout Noise) -> [Score] {
    metrics.filter { $0.scope == scope }.flatMap { metric in
        metric.regions.map { region in
            let value = 0.3 + 0.4 * (cell.values[0].number ?? 0) + 0.1 * noise.next()
            return Score(
                metric: metric.name, region: region, outcome: .scored(value), n: 121,
                parameters: ["window": "7x7", "data-range": "255"],
                counts: metric.name == "edge-f1" ? ["tp": 10_000, "fp": 2000, "fn": Int(1000 * noise.next())] : [:],
                perFrame: (0..<121).map { _ in value })
        }
    }
}

let video = TrialRecord.Video(width: 1280, height: 704, rate: 24, declaredFrames: 121)
var noise = Noise()
var written = 0
for (place, planned) in trials.enumerated() {
    let cell = cells[place % cellCount]
    let made = scores(cell, .trial, &noise)
    let record = TrialRecord(
        reference: video, generated: video, scores: made, warnings: [], failures: [], referencePreviews: [:],
        generatedPreviews: [:])
    try store.record(record, of: planned, plan: plan, environment: environment)
    let diversity = scores(cell, .condition, &noise)
    try store.record(diversity, of: conditions[place], plan: plan, environment: environment)
    written += made.count + diversity.count
}
try store.finish(run: run, at: start)
print(written)
