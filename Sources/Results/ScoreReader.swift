internal import Experiment
internal import GRDB
internal import GRDBSQLite

/// Reads score rows by the bytes of their columns.
///
/// A store may have a million of them, and those of one video repeat what those of the last one said: metric, region,
/// parameters, warnings. A column whose bytes are those of the row at the same place of the last video is not decoded again,
/// and shares its memory.
struct ScoreReader {
    /// What `scores` reads, in this order; before them stands a position, in ascending order.
    static let columns = "id, metric, region, value, reason, n, parameters, counts, warnings, caveats"

    /// Texts of a row that rows of other videos have too, as they were last seen at this place.
    private struct Shared {
        var metric = Cached("")
        var region = Cached(Region.all)
        var parameters = Cached([String: String]())
        var warnings = Cached([String]())
        var caveats = Cached([String]())

        mutating func read(_ row: RawRow) throws {
            try row.read(2, into: &metric) { $0 }
            try row.read(3, into: &region) { Region(rawValue: $0) ?? .all }
            try row.read(7, into: &parameters) { try JSON.value([String: String].self, $0) }
            try row.read(9, into: &warnings) { try JSON.value([String].self, $0) }
            try row.read(10, into: &caveats) { try JSON.value([String].self, $0) }
        }
    }

    private var places: [Shared] = []

    /// The scores by position, those of one in the order of their ids.
    mutating func scores(_ statement: Statement) throws -> [Int64: [Score]] {
        var scores: [Int64: [Score]] = [:]
        var own: [(id: Int64, score: Score)] = []
        var position: Int64?
        func close() {
            guard let position else { return }
            // The index gives them by metric and region.
            own.sort { $0.id < $1.id }
            scores[position] = own.map(\.score)
        }
        let rows = try Row.fetchCursor(statement)
        while try rows.next() != nil {
            let row = RawRow(statement: statement.sqliteStatement)
            let next = row.integer(0)
            if next != position {
                close()
                own.removeAll(keepingCapacity: true)
                position = next
            }
            own.append((row.integer(1), try score(row, place: own.count)))
        }
        close()
        return scores
    }

    private mutating func score(_ row: RawRow, place: Int) throws -> Score {
        while places.count <= place { places.append(Shared()) }
        try places[place].read(row)
        let shared = places[place]
        return Score(
            metric: shared.metric.value, region: shared.region.value,
            outcome: row.isNull(5) ? .scored(row.number(4)) : .unscored(reason: row.text(5)),
            n: Int(row.integer(6)), parameters: shared.parameters.value, counts: try row.counts(8),
            warnings: shared.warnings.value, caveats: shared.caveats.value)
    }
}

/// A decoded column, with the bytes that it was decoded from.
private struct Cached<Value> {
    var bytes: [UInt8]?
    var value: Value

    init(_ value: Value) { self.value = value }
}

/// The current row of a statement.
private struct RawRow {
    let statement: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    func number(_ column: Int32) -> Double { sqlite3_column_double(statement, column) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    func text(_ column: Int32) -> String { bytes(column) { String(decoding: $0, as: UTF8.self) } }

    private func bytes<T>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        // The text first: SQLite says so, as it may be converted on the way.
        let start = sqlite3_column_text(statement, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    /// Decodes a column unless its bytes are those that were decoded last.
    func read<T>(_ column: Int32, into last: inout Cached<T>, _ decode: (String) throws -> T) throws {
        try bytes(column) { bytes in
            if let known = last.bytes, known.count == bytes.count, known.elementsEqual(bytes) { return }
            last.value = try decode(String(decoding: bytes, as: UTF8.self))
            last.bytes = Array(bytes)
        }
    }

    /// `{"fn":3,"tp":4}`: sorted by our own writer; anything else goes through the JSON decoder.
    func counts(_ column: Int32) throws -> [String: Int] {
        try bytes(column) { bytes in
            bytes.elementsEqual("{}".utf8)
                ? [:] : try JSON.value([String: Int].self, String(decoding: bytes, as: UTF8.self))
        }
    }
}
