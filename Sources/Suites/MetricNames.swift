internal import Experiment

/// What a column of a table can be (design: metric names).
enum MetricNames {
    /// In the order of tables.
    static let all = ofVideos + ofDetections

    /// What a suite can measure of the videos that it makes.
    static let ofVideos =
        ["blur-ssim", "blur-mse", "blur-mse-wrapped", "edge-f1", "edge-precision", "edge-recall", "depth-si-rmse"]
        + [
            "depth-si-rmse-log", "depth-absrel", "depth-delta1", "depth-delta2", "depth-delta3", "mask-miou",
            "mask-recall",
        ]
        + ["lpips-diversity", "perceptual-diversity", "dover-technical", "niqe"]

    /// What is computed from detections in them.
    private static let ofDetections = [
        "box3d-map", "nuscenes-map", "nds", "lane-miou", "lane-f1", "reprojection-error",
    ]

    /// Of the picture as a whole.
    static let withoutRegions = ["blur-mse-wrapped", "dover-technical", "niqe", "box3d-map", "nuscenes-map", "nds"]
}

extension YAMLValue {
    /// A metric with its region, as "blur-ssim" or "blur-ssim/fg".
    func column() throws(BenchError) -> TableLayout.Column {
        let text = try text("a metric, as blur-ssim, or a metric and its region, as blur-ssim/fg")
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let metric = parts[0]
        guard MetricNames.all.contains(metric) else {
            throw wrong(
                "has the unknown metric '\(metric.shortened)'; the metrics are \(MetricNames.all.joined(separator: ", "))"
                    + hint(metric, MetricNames.all))
        }
        guard parts.count == 2 else { return TableLayout.Column(metric: metric, region: .all) }
        guard let region = Region(rawValue: parts[1]) else {
            throw wrong("has the unknown region '\(parts[1].shortened)'; the regions are all, fg, bg")
        }
        guard region == .all || !MetricNames.withoutRegions.contains(metric) else {
            throw wrong("is '\(text)', but \(metric) is of the whole picture; write \(metric)")
        }
        return TableLayout.Column(metric: metric, region: region)
    }

    /// Columns that differ.
    func columns() throws(BenchError) -> [(value: YAMLValue, column: TableLayout.Column)] {
        var columns: [(value: YAMLValue, column: TableLayout.Column)] = []
        for item in try list("columns, as blur-ssim") {
            let column = try item.column()
            guard !columns.contains(where: { $0.column == column }) else {
                throw item.wrong("is the column \(item.shown) again; keep one of them")
            }
            columns.append((item, column))
        }
        return columns
    }
}
