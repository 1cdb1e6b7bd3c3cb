import Experiment
import Foundation
import Suites
import TestSupport
import Testing

@Suite struct ShippedSuitesTests {
    static let fixtures = Places.repository.appendingPathComponent("Fixtures")
    static let hasWorld = ["clips", "weights", "judges"].allSatisfy {
        FileManager.default.fileExists(atPath: fixtures.path + "/tinyworld/" + $0)
    }

    /// A copy of the suites and papers beside empty folders of the names that they use.
    private func copy() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        for name in ["suites", "papers"] {
            try FileManager.default.copyItem(
                atPath: Self.fixtures.path + "/" + name, toPath: folder.file(name))
        }
        for name in ["clips", "weights", "judges/depth", "judges/classes", "judges/features"] {
            try folder.write("", to: "tinyworld/\(name)/.keep")
        }
        return folder
    }

    @Test func `every shipped suite is read`() throws {
        let folder = try copy()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("suites"))
        #expect(Set(names).isSuperset(of: ["smoke.yaml", "table1.yaml", "table2.yaml"]))
        for name in names {
            let suite = try Suite(path: folder.file("suites/" + name))
            #expect(suite.name + ".yaml" == name)
        }
    }

    @Test(.enabled(if: hasWorld, "Fixtures/tinyworld lacks clips, weights or judges"))
    func `every shipped suite finds its clips, weights and networks`() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.fixtures.path + "/suites") {
            let suite = try Suite(path: Self.fixtures.path + "/suites/" + name)
            #expect(FileManager.default.fileExists(atPath: suite.dataset + "/videos"))
            let metrics = suite.metrics
            let networks = [metrics.depthNetwork, metrics.maskNetwork, metrics.perceptualNetwork].compactMap { $0 }
            // What is timed is not scored.
            #expect(networks.count == (suite.timing == nil ? 3 : 0))
            for network in networks {
                #expect(FileManager.default.fileExists(atPath: network + "/network.json"))
            }
        }
    }

    @Test func `table 1 has the paper's nine rows`() throws {
        let folder = try copy()
        let suite = try Suite(path: folder.file("suites/table1.yaml"))
        let published = try #require(suite.layout.published)
        #expect(published.source == "Cosmos-Transfer1 (arXiv 2503.14492v2), Table 1")
        #expect(suite.configurations.map(\.name) == published.rows.map(\.configuration))
        #expect(suite.layout.columns == published.columns.map(\.column))
        for configuration in suite.configurations {
            let sum = configuration.weights.reduce(0) { sum, weight in
                if case .uniform(let value) = weight.amount { sum + value } else { .nan }
            }
            #expect(abs(sum - 1) < 1e-12)
        }
        #expect(suite.configurations.map(\.weights.count) == [1, 1, 1, 1, 3, 3, 3, 3, 4])
        for (row, left) in zip(suite.configurations[4..<8], ["vis", "edge", "depth", "seg"]) {
            #expect(!row.weights.contains { $0.control == left })
        }
    }

    @Test func `table 2 has the paper's two schemes`() throws {
        let folder = try copy()
        let suite = try Suite(path: folder.file("suites/table2.yaml"))
        let published = try #require(suite.layout.published)
        #expect(published.comparison == .contrast)
        #expect(suite.configurations.map(\.name) == published.rows.map(\.configuration))
        #expect(suite.layout.columns == published.columns.map(\.column))
        #expect(suite.configurations.map(\.needsForeground) == [true, true])
        #expect(suite.configurations.map(\.folderName) == ["FG_vis+edge_BG_depth+seg", "FG_depth+seg_BG_vis+edge"])
    }

    /// Row and column sums of the tables in the paper, so that no digit slips.
    @Test func `the published numbers are the paper's`() throws {
        let folder = try copy()
        let one = try #require(try Suite(path: folder.file("suites/table1.yaml")).layout.published)
        let two = try #require(try Suite(path: folder.file("suites/table2.yaml")).layout.published)
        func columns(_ table: PublishedTable) -> [Int] {
            table.columns.indices.map { column in
                Int((table.rows.reduce(0) { $0 + ($1.values[column] ?? 0) } * 100).rounded())
            }
        }
        func rows(_ table: PublishedTable) -> [Int] {
            table.rows.map { row in Int((row.values.reduce(0) { $0 + ($1 ?? 0) } * 100).rounded()) }
        }
        #expect(columns(one) == [713, 142, 478, 625, 266, 6379])
        #expect(rows(one) == [846, 805, 894, 892, 1044, 1009, 993, 1018, 1102])
        #expect(columns(two) == [149, 164, 44, 39, 75, 92, 154, 143, 13, 36, 1637])
        #expect(rows(two) == [1290, 1256])
        #expect(one.columns.map(\.direction) == [.higher, .higher, .lower, .higher, .higher, .higher])
    }

    @Test func `figure 7 moves one weight at a time from scheme A, with the paper's panels`() throws {
        let folder = try copy()
        let suite = try Suite(path: folder.file("suites/figure7.yaml"))
        let sweep = try #require(suite.sweep)
        #expect(sweep.design == .oneAtATime && sweep.cells.count == 9 && suite.configurations.count == 9)
        #expect(sweep.axes.map(\.name) == ["vis/fg", "edge/fg", "depth/bg", "seg/bg"])
        let base = try #require(sweep.base.map { sweep.cells[$0].configuration })
        let weights = try #require(suite.configurations.first { $0.name == base }).weights
        let schemeA = try Suite(path: folder.file("suites/table2.yaml")).configurations[0].weights
        #expect(weights.map(\.control) == schemeA.map(\.control) && weights.map(\.amount) == schemeA.map(\.amount))
        let figure = try #require(suite.layout.figure)
        #expect(figure.source == "Cosmos-Transfer1 (arXiv 2503.14492v2), Figure 7")
        #expect(figure.panels.map(\.axis) == sweep.axes.map(\.name))
        #expect(figure.panels.map(\.published) == [0.93, 0.52, -0.92, 0.41])
        #expect(
            figure.panels.map { "\($0.column.metric)/\($0.column.region.rawValue)" } == [
                "blur-ssim/fg", "edge-f1/fg", "depth-si-rmse/bg", "mask-miou/bg",
            ])
    }

    @Test func `table 3 has the paper's six rows in all prompts, and its numbers`() throws {
        let folder = try copy()
        let suite = try Suite(path: folder.file("suites/table3.yaml"))
        let published = try #require(suite.layout.published)
        #expect(suite.configurations.map(\.name) == published.rows.map(\.configuration))
        #expect(suite.layout.columns == published.columns.map(\.column))
        #expect(suite.prompts == .all && suite.configurations.map(\.needsForeground).filter { $0 }.count == 2)
        let sums = published.columns.indices.map { column in
            Int((published.rows.reduce(0) { $0 + ($1.values[column] ?? 0) } * 100).rounded())
        }
        #expect(sums == [372, 108, 672, 361, 348, 274, 5526])
    }
}
