import Experiment
import Foundation
import Results
import Testing

@testable import Reporting

/// Leaders are chosen among what rows share, not among whatever clips each happens to have.
@Suite struct MarkBasisTests {
    /// The table of a run whose rows have values on some clips.
    private func table(
        _ values: [String: [Double?]], order: [String], marking: Marking = .bestAndSecond
    ) throws -> (table: ComparisonTable, note: String) {
        let runs = try SuiteRuns()
        try runs.add(
            layout: nil, order: order, metrics: [SuiteRuns.ssim], clips: values.values.map(\.count).max() ?? 0
        ) { configuration, _, clip in
            values[configuration].flatMap { $0.indices.contains(clip) ? $0[clip] : nil }
        }
        let options = ReportOptions(marking: marking)
        let report = Report(try runs.results(), options: options)
        let table = try #require(report.groups.first?.tables.first)
        return (table, table.note(options))
    }

    private func marks(_ table: ComparisonTable) -> [Mark?] { table.rows.map { $0.cells[0].mark } }

    @Test func `a row with easy clips alone is not best for that`() throws {
        // On the two clips that both have "steady" is better; the mean of "lucky" lacks the hard ones.
        let (table, note) = try table(
            ["steady": [0.9, 0.8, 0.2, 0.1], "lucky": [0.85, 0.75]], order: ["steady", "lucky"])
        #expect(table.rows.map { $0.cells[0].text } == ["0.50", "0.80"])
        #expect(marks(table) == [.best, .second])
        #expect(note.hasSuffix("marks compare only what all rows with a value share, which is 2 clips"), "\(note)")
        #expect(table.rows.map { table.textWithN($0.cells[0]) } == ["0.50 (4/4, 4)", "0.80 (2/4, 2)"])
    }

    @Test func `rows that share no clip have no marks, and rows without a value hinder nobody`() throws {
        let apart = try table(["a": [0.9, nil], "b": [nil, 0.8]], order: ["a", "b"])
        #expect(marks(apart.table) == [nil, nil])
        #expect(apart.note.hasSuffix("all rows with a value share, which is no clip"), "\(apart.note)")
        let absent = try table(["a": [0.9, 0.9], "b": [0.8, 0.8], "none": [nil, nil]], order: ["a", "none", "b"])
        #expect(marks(absent.table) == [.best, nil, .second])
        #expect(absent.note.hasSuffix("marks compare the same 2 clips in all rows"), "\(absent.note)")
    }

    @Test func `of a clip the prompts count that all rows have, and all where they have none in common`() {
        let first: [MarkBasis.Value] = [("a", "", 1), ("a", "1", 3), ("b", "", 5), ("c", "", 100)]
        let second: [MarkBasis.Value] = [("a", "1", 2), ("b", "0", 7), ("b", "1", 9), ("d", "", 100)]
        let (means, basis) = MarkBasis.means([first, second, []])
        #expect(means == [4, 6, nil])
        #expect(basis == MarkBasis(clips: 2, values: 3, isWhole: false, hasOtherPrompts: true))
        let note = MarkBasis.note([("A", .trial, MarkBasis(clips: 1, values: 2, isWhole: true, hasOtherPrompts: true))])
        #expect(note == "marks compare the same clip in all rows, with other prompts by row")
    }

    @Test func `without marks nothing is said of them`() throws {
        let none = try table(["a": [0.9], "b": [0.8]], order: ["a", "b"], marking: .none)
        #expect(!none.note.contains("marks"))
        let alone = try table(["a": [0.9]], order: ["a"])
        #expect(!alone.note.contains("marks") && marks(alone.table) == [nil] && !alone.table.hasMarks)
    }

    @Test func `columns that stand on different clips are told apart, and videos are counted beside clips`() {
        let note = MarkBasis.note([
            ("Blur SSIM ↑", .trial, MarkBasis(clips: 2, values: 4, isWhole: false, hasOtherPrompts: false)),
            ("Edge F1 ↑", .trial, MarkBasis(clips: 3, values: 3, isWhole: true, hasOtherPrompts: false)),
            ("NIQE ↓", .trial, MarkBasis(clips: 2, values: 4, isWhole: false, hasOtherPrompts: false)),
            ("Diversity ↑", .condition, MarkBasis(clips: 0, values: 0, isWhole: false, hasOtherPrompts: false)),
        ])
        #expect(
            note == "marks compare only what all rows with a value share, which is 2 clips (4 videos) for Blur SSIM ↑, "
                + "NIQE ↓, 3 clips for Edge F1 ↑, no clip for Diversity ↑")
        #expect(MarkBasis.note([]) == nil)
        let uneven = MarkBasis.note([
            ("A", .trial, MarkBasis(clips: 2, values: 4, isWhole: true, hasOtherPrompts: false)),
            ("B", .trial, MarkBasis(clips: 3, values: 6, isWhole: true, hasOtherPrompts: false)),
        ])
        #expect(uneven == "marks compare the same clips in all rows")
    }
}
