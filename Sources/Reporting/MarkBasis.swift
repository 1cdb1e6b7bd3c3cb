internal import Experiment
internal import Results

/// What the marks of a column stand on: the clips of which every row with a value has one, and of a clip the prompts that they
/// share, where they share any. Rows that were measured on other clips are not held against each other.
struct MarkBasis: Sendable, Hashable {
    /// Clips that are shared, and how many values rows have on them at most.
    let clips: Int
    let values: Int
    /// Whether they are all that every marked row has.
    let isWhole: Bool
    /// Whether rows have no prompt in common on some of the clips, so that all of theirs count there.
    let hasOtherPrompts: Bool

    /// A value of a row, by what rows may share.
    typealias Value = (clip: String, prompt: String, value: Double)

    /// The means that a column's rows are marked by, over what they share.
    /// - Returns: nil for a row without values, and for all rows where they share nothing; no basis where fewer than two rows
    ///   have a value.
    static func means(_ values: [[Value]]) -> (means: [Double?], basis: MarkBasis?) {
        let marked = values.filter { !$0.isEmpty }
        guard marked.count > 1 else { return (values.map { mean($0.map(\.value)) }, nil) }
        // As it is in a finished run, and quick to see.
        if marked.dropFirst().allSatisfy({ row in
            row.elementsEqual(marked[0]) { $0.clip == $1.clip && $0.prompt == $1.prompt }
        }) {
            let basis = MarkBasis(
                clips: Set(marked[0].map(\.clip)).count, values: marked[0].count, isWhole: true, hasOtherPrompts: false)
            return (values.map { mean($0.map(\.value)) }, basis)
        }
        let prompts = marked.map { row in
            Dictionary(grouping: row, by: \.clip).mapValues { Set($0.map(\.prompt)) }
        }
        let clips = prompts.dropFirst().reduce(Set(prompts[0].keys)) { $0.intersection($1.keys) }
        // By clip: empty where the rows have no prompt in common.
        let common = Dictionary(
            uniqueKeysWithValues: clips.map { clip in
                (clip, prompts.compactMap { $0[clip] }.reduce(prompts[0][clip] ?? []) { $0.intersection($1) })
            })
        let shared = values.map { row in
            row.filter { one in common[one.clip].map { $0.isEmpty || $0.contains(one.prompt) } ?? false }
        }
        let basis = MarkBasis(
            clips: clips.count, values: shared.map(\.count).max() ?? 0,
            isWhole: zip(shared, values).allSatisfy { $0.count == $1.count },
            hasOtherPrompts: common.values.contains(where: \.isEmpty))
        return (shared.map { mean($0.map(\.value)) }, basis)
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// "2 clips (4 videos)", "1 clip", "no clip".
    private func text(_ scope: MetricDescriptor.Scope) -> String {
        guard clips > 0 else { return "no clip" }
        let text = counted(clips, "clip")
        return scope == .trial && values != clips && !hasOtherPrompts ? "\(text) (\(counted(values, "video")))" : text
    }

    /// What a reader of a table has to know of its marks.
    /// - Parameter bases: of columns that have one, with their titles.
    static func note(_ bases: [(title: String, scope: MetricDescriptor.Scope, basis: MarkBasis)]) -> String? {
        guard let first = bases.first else { return nil }
        let others = bases.contains(where: \.basis.hasOtherPrompts) ? ", with other prompts by row" : ""
        if bases.allSatisfy(\.basis.isWhole) {
            let counts = Set(bases.map(\.basis.clips))
            let same = counts == [1] ? "clip" : counts.count == 1 ? "\(first.basis.clips) clips" : "clips"
            return "marks compare the same \(same) in all rows" + others
        }
        var texts: [(text: String, titles: [String])] = []
        for (title, scope, basis) in bases {
            let text = basis.text(scope)
            if let place = texts.firstIndex(where: { $0.text == text }) {
                texts[place].titles.append(title)
            } else {
                texts.append((text, [title]))
            }
        }
        let told =
            texts.count == 1
            ? texts[0].text
            : texts.map { "\($0.text) for \($0.titles.joined(separator: ", "))" }.joined(separator: ", ")
        return "marks compare only what all rows with a value share, which is " + told + others
    }
}
