internal import Experiment

/// Published times stand beside other published tables: `title`, `comparison: scaling`, `devices` and `rows`.
extension PublishedScaling {
    /// - Parameters:
    ///   - path: the YAML file.
    ///   - table: the name of the table in it, and where it was asked for.
    /// - Throws: `BenchError` 65 with file, line and key.
    static func read(path: String, table: YAMLValue) throws(BenchError) -> PublishedScaling {
        let (source, value) = try YAMLFile.publishedTable(path: path, table: table)
        let fields = try YAMLFields(value, known: ["title", "comparison", "devices", "rows"], of: "published times")
        let title = try fields.required("title", "Table 5").text("the table's title")
        _ = try fields.required("comparison", "scaling").word(["scaling"], "the comparison of times by devices")
        let devices = try fields.required("devices", "[1, 2, 4]").deviceCounts()
        var curves: [Curve] = []
        for item in try fields.required(
            "rows", "[{metric: generate-seconds, published: End to end, seconds: [9, 5, 3]}]"
        )
        .list("rows") {
            let curve = try item.curve(count: devices.count)
            guard !curves.contains(where: { $0.metric == curve.metric }) else {
                throw item.wrong("is for \(curve.metric), which another row is for; keep one of them")
            }
            curves.append(curve)
        }
        return PublishedScaling(source: "\(source), \(title)", devices: devices, curves: curves)
    }
}

extension YAMLValue {
    /// Numbers of devices that differ.
    func deviceCounts() throws(BenchError) -> [Int] {
        var counts: [Int] = []
        for item in try list("numbers of devices, as 1, 2, 4") {
            let count = try item.integer(1...1_000_000, "a number of devices")
            guard !counts.contains(count) else { throw item.wrong("is \(count) again; keep one of them") }
            counts.append(count)
        }
        return counts
    }

    fileprivate func curve(count: Int) throws(BenchError) -> PublishedScaling.Curve {
        let fields = try YAMLFields(self, known: ["metric", "published", "seconds"], of: "a row of published times")
        let cells = try fields.required("seconds", "[9, 5, 3]")
        var seconds: [Double?] = []
        for cell in try cells.list("seconds") {
            seconds.append(
                cell.isNothing ? nil : try cell.number("write the published seconds, above 0, or null") { $0 > 0 })
        }
        guard seconds.count == count else {
            throw cells.wrong("has \(seconds.count) numbers for \(count) devices; write null where there is none")
        }
        return PublishedScaling.Curve(
            metric: try fields.required("metric", "generate-seconds").word(
                ["generate-seconds", "diffusion-seconds"], "the metric that is compared with it"),
            published: try fields.required("published", "End to end").text("the published row's name"),
            seconds: seconds)
    }
}
