import GRDB
import Testing

@testable import Results

/// Scores that were stored before values were marked.
@Suite struct CaveatMigrationTests {
    @Test func `what was told as a perfect score without depth is marked, and nothing else`() throws {
        let names = Schema.migrator(in: "/nowhere").migrations
        let before = try #require(names.firstIndex(of: "2026-12 caveats")) - 1
        var settings = GRDB.Configuration()
        settings.foreignKeysEnabled = false
        let database = try DatabaseQueue(configuration: settings)
        try Schema.migrator(in: "/nowhere").migrate(database, upTo: names[before])
        let told = #"["3 frames count as 0, a perfect score, as in the reference (frames 0-2)"]"#
        let rows: [(metric: String, value: Double?, warnings: String)] = [
            ("depth-si-rmse", 0.1, told), ("depth-absrel", nil, told), ("blur-ssim", 0.9, "[]"),
        ]
        try database.write { db in
            for row in rows {
                try db.execute(
                    sql: """
                        INSERT INTO score (fingerprint, trial_id, metric, metric_version, region, profile, parameters, value, reason,
                            n, counts, warnings, per_frame, environment_id)
                        VALUES ('f', 1, ?, 1, 'fg', 'paibench-2025', '{}', ?, ?, 3, '{}', ?, x'', 1)
                        """, arguments: [row.metric, row.value, row.value == nil ? "no depth" : nil, row.warnings])
            }
        }
        // The rows belong to no trial here.
        try Schema.migrator(in: "/nowhere").disablingDeferredForeignKeyChecks().migrate(
            database, upTo: "2026-12 caveats")
        let caveats = try database.read { db in
            try String.fetchAll(db, sql: "SELECT caveats FROM score ORDER BY id")
        }
        #expect(caveats.count == 3)
        #expect(caveats.first?.contains("counts as 0, a perfect score") == true)
        #expect(caveats.dropFirst().allSatisfy { $0 == "[]" }, "\(caveats)")
    }
}
