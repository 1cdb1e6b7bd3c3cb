public import Experiment
internal import Yams

/// A grid from the command line: axes and a design that take the place of a suite's.
public struct GridChange {
    let axes: [YAMLValue]
    /// nil keeps the suite's.
    let design: Sweep.Design?
    /// Of a sample; nil keeps the suite's number.
    let points: Int?

    /// - Parameters:
    ///   - axes: each as "vis/fg=0,1/3,1/2", "seg/bg=0:1:1/4", "depth/bg+edge/bg=0,1/4" or "steps=10,35".
    ///   - design: "product", "one-at-a-time", "simplex", "sample" or "sample:64"; nil keeps the suite's.
    /// - Throws: `BenchError` 64, when one is none of these.
    public init(axes: [String], design: String?) throws(BenchError) {
        var read: [YAMLValue] = []
        for axis in axes { read.append(try YAMLValue(axis: axis)) }
        self.axes = read
        let parts = design?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init) ?? []
        let words = Sweep.Design.allCases.map(\.rawValue)
        self.design = parts.first.flatMap(Sweep.Design.init)
        points = parts.count == 2 ? Int(parts[1]) : nil
        guard let design else { return }
        guard self.design != nil else {
            throw BenchError(
                .usage,
                "--design '\(design.shortened)' is none of \(words.joined(separator: ", "))\(hint(parts[0], words))")
        }
        guard parts.count == 1 || self.design == .sample && (1...1_000_000).contains(points ?? 0) else {
            throw BenchError(
                .usage, "--design '\(design.shortened)': only a sample has a number, of points, as sample:64")
        }
    }

    /// The grid of a suite that has none.
    var whole: YAMLValue {
        YAMLValue(node: .mapping(.init([])), file: axes.first?.file ?? "--design", key: "grid")
    }
}

extension YAMLValue {
    /// What an axis of the command line says, as if it stood in a file.
    fileprivate init(axis text: String) throws(BenchError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isBlank, !parts[1].isBlank else {
            throw BenchError(
                .usage,
                "--axis '\(text.shortened)' has no values; write a weight or setting and values, as vis/fg=0,1/3,1/2 or "
                    + "seg/bg=0:1:1/4")
        }
        func words(_ text: String, by separator: Character) -> [Node] {
            text.split(separator: separator, omittingEmptySubsequences: false).map { Node(plain: String($0)) }
        }
        let names = parts[0].split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        // A name that is nearly a control's is told so, with what is known.
        let isWeight = names.count > 1 || names[0].contains("/") || WeightAddress.controls.contains(names[0])
        let target: (Node, Node) =
            isWeight
            ? (Node(plain: "weight"), .sequence(.init(words(parts[0], by: "+"))))
            : (Node(plain: "setting"), Node(plain: parts[0]))
        let ends = words(parts[1], by: ":")
        let isRange = (2...3).contains(ends.count) && !parts[1].contains(",")
        let values: Node =
            isRange
            ? .mapping(.init(zip(["from", "to", "step"], ends).map { (Node(plain: $0), $1) }))
            : .sequence(.init(words(parts[1], by: ",")))
        self.init(
            node: .mapping(.init([target, (Node(plain: "values"), values)])), file: "--axis \(text.shortened)",
            key: parts[0])
    }
}

extension Node {
    fileprivate init(plain text: String) { self = .scalar(.init(text, .implicit, .plain)) }
}
