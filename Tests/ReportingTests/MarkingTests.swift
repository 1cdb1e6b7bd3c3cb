import Experiment
import Foundation
import Testing

@testable import Reporting

/// The rule that decides what is bold and what is underlined, held against the marks that the paper's tables carry.
@Suite struct MarkingTests {
    struct PublishedColumn: Sendable, CustomTestStringConvertible {
        let name: String
        let direction: MetricDescriptor.Direction
        let values: [Double?]
        let marks: [Mark?]
        var testDescription: String { name }
    }

    /// Every column of a table of the paper.
    static func columns(_ table: String) throws -> [PublishedColumn] {
        let url = try #require(
            Bundle.module.url(forResource: "paper_tables", withExtension: "json", subdirectory: "Resources"))
        let root = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        let entry = try #require((root["tables"] as? [String: Any])?[table] as? [String: Any])
        let columns = try #require(entry["columns"] as? [String: String])
        let rows = try #require(entry["rows"] as? [[String: Any]])
        return try columns.sorted { $0.key < $1.key }.map { column, direction in
            let cells = rows.map { ($0["values"] as? [String: Any])?[column] as? [String: Any] }
            return PublishedColumn(
                name: "\(table) \(column)", direction: direction == "max" ? .higher : .lower,
                values: cells.map { ($0?["value"] as? NSNumber)?.doubleValue },
                marks: try cells.map { try ($0?["published_mark"] as? String).map { try #require(Mark(rawValue: $0)) } }
            )
        }
    }

    @Test(arguments: ["table1", "table3"]) func `best bold, second underlined, as the paper marks it`(
        _ table: String
    ) throws {
        let columns = try Self.columns(table)
        #expect(columns.count >= 6)
        for column in columns {
            #expect(
                marks(column.values, direction: column.direction, marking: .bestAndSecond) == column.marks,
                "\(column.name)")
        }
    }

    @Test func `best bold alone, as Table 4 of the paper marks it`() throws {
        for column in try Self.columns("table4") {
            #expect(marks(column.values, direction: column.direction, marking: .best) == column.marks, "\(column.name)")
        }
    }

    @Test func `ties for best leave no second, ties for second share it, absent values and rows alone get nothing`() {
        #expect(marks([1, 1, 0.5], direction: .higher, marking: .bestAndSecond) == [.best, .best, nil])
        #expect(marks([1, 0.5, 0.5], direction: .higher, marking: .bestAndSecond) == [.best, .second, .second])
        #expect(marks([1, nil, 0.5], direction: .lower, marking: .bestAndSecond) == [.second, nil, .best])
        #expect(marks([nil, nil], direction: .lower, marking: .bestAndSecond) == [nil, nil])
        #expect(marks([1, 2], direction: .higher, marking: .none) == [nil, nil])
        #expect(marks([3], direction: .higher, marking: .bestAndSecond) == [nil])
    }
}
