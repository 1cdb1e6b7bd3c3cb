internal import Experiment

extension YAMLValue {
    /// The panels of a figure: a list of them, or a published figure as `{file: …, figure: …}`.
    func figure() throws(BenchError) -> SweepFigure {
        guard isMapping else { return SweepFigure(source: nil, panels: try panels()) }
        let fields = try YAMLFields(self, known: ["file", "figure"], of: "a published figure")
        let file = try fields.required("file", "../papers/paper.yaml").existing("the file of published numbers")
        let paper = try PaperFile(path: file)
        let entry = try paper.entry("figures", fields.required("figure", "figure7"))
        let figure = try YAMLFields(entry, known: ["title", "panels"], of: "a published figure")
        let title = try figure.required("title", "Figure 7").text("the figure's title")
        return SweepFigure(
            source: "\(paper.source), \(title)",
            panels: try figure.required("panels", "[{axis: vis/fg, column: blur-ssim/fg, r: 0.93}]").panels())
    }

    private func panels() throws(BenchError) -> [SweepFigure.Panel] {
        var panels: [SweepFigure.Panel] = []
        for item in try list("panels, as {axis: vis/fg, column: blur-ssim/fg}") {
            let fields = try YAMLFields(item, known: ["axis", "column", "r"], of: "a panel")
            let panel = SweepFigure.Panel(
                axis: try fields.required("axis", "vis/fg").text("an axis of the grid, as vis/fg"),
                column: try fields.required("column", "blur-ssim/fg").column(),
                published: try fields["r"]?.number("the published r is a number from -1 to 1") {
                    (-1...1).contains($0)
                })
            guard !panels.contains(where: { $0.axis == panel.axis && $0.column == panel.column }) else {
                throw item.wrong("is a panel that is there already; keep one of them")
            }
            panels.append(panel)
        }
        return panels
    }
}
