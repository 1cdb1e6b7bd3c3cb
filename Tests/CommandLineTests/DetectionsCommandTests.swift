import Foundation
import TestSupport
import Testing

/// `transferbench detections` as a user runs it: output, errors, exit codes.
@Suite struct DetectionsCommandTests {
    private let folder = TemporaryFolder()

    private static let car =
        #"{"class": "car", "centre": [9, 1, 0.8], "size": [4.5, 1.9, 1.6], "yaw": 0, "score": 0.9}"#

    private func write(_ records: String, to name: String) throws {
        try folder.write(
            #"{"schema": "transferbench.boxes/1", "coordinates": "world", "boxes": [[\#(records)]], "ego": [[0, 0, 0]]}"#,
            to: name)
    }

    private func run(_ arguments: String...) throws -> Program.Result {
        try program.run(
            ["detections", "--reference", "r.json", "--detections", "d.json"] + arguments, in: folder)
    }

    @Test func `a table says what was found, and JSON says everything`() throws {
        try write(Self.car, to: "r.json")
        try write(Self.car + "," + Self.car.replacing("car", with: "bus"), to: "d.json")
        let table = try run()
        #expect(table.status == 0, "\(table.errors)")
        #expect(table.output.contains("car    100.00      1        0           1     1             0"))
        #expect(table.errors.contains("d.json: the class 'bus' is not evaluated (1 box)"))
        let json = try run("--json", "--interpolation", "r40", "--range", "30")
        let root = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(root["schema"] as? String == "transferbench.detections/1")
        #expect(root["protocol"] as? String == "iou" && root["mean_ap"] as? Double == 1 && root["reason"] == nil)
        let parameters = try #require(root["parameters"] as? [String: Any])
        #expect(parameters["interpolation"] as? String == "r40" && parameters["range"] as? Double == 30)
        #expect(parameters["iou_threshold"] as? Double == 0.2 && parameters["classes"] as? [String] == ["car"])
        let car = try #require((root["classes"] as? [String: [String: Any]])?["car"])
        #expect(car["ap"] as? Double == 1 && car["tp"] as? Int == 1 && car["n_reference"] as? Int == 1)
        #expect((root["n"] as? [String: Int])?["samples"] == 1)
        #expect(root["dropped"] as? [String: Int] == ["reference": 0, "detections": 0])
        #expect((root["warnings"] as? [String])?.count == 1 && root["environment"] is [String: Any])
    }

    @Test func `nuScenes' protocol shows its score, errors and thresholds`() throws {
        try write(Self.car, to: "r.json")
        try write(Self.car, to: "d.json")
        let table = try run("--protocol", "nuscenes")
        #expect(table.status == 0 && table.output.contains("NDS ") && table.output.contains("construction_vehicle"))
        let json = try run("--protocol", "nuscenes", "--classes", "car", "--json")
        let root = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect((root["tp_errors"] as? [String: Any])?["trans_err"] as? Double == 0)
        #expect((root["tp_scores"] as? [String: Any])?["trans_err"] as? Double == 1)
        let car = try #require((root["classes"] as? [String: [String: Any]])?["car"])
        #expect(Set((car["ap_by_threshold"] as? [String: Any] ?? [:]).keys) == ["0.5", "1.0", "2.0", "4.0"])
        #expect(root["nds"] is Double)
    }

    @Test func `what is damaged is left out with exit code 2, and nothing to find is exit code 5`() throws {
        try write(Self.car, to: "r.json")
        try write(Self.car + #", {"class": "car", "score": 0.5}"#, to: "d.json")
        let damaged = try run("--json")
        #expect(damaged.status == 2)
        #expect(damaged.errors.contains("d.json: frame 0, box 1: 'size' is missing; the box is left out"))
        #expect(damaged.output.contains("\"mean_ap\" : 1"))
        try write("", to: "r.json")
        for which in ["iou", "nuscenes"] {
            let empty = try run("--json", "--protocol", which)
            #expect(empty.status == 5 && empty.errors.contains("no reference box counts"))
            #expect(empty.output.contains("\"mean_ap\" : null") && empty.output.contains("\"reason\""))
        }
    }

    @Test func `files that cannot be used exit with 65, options that do not fit with 64`() throws {
        try write(Self.car, to: "r.json")
        try folder.write(#"{"results": {"a": 1}}"#, to: "d.json")
        let refused = try run()
        #expect(refused.status == 65 && refused.output.isEmpty)
        #expect(
            refused.errors.contains("transferbench: d.json: has 'results' that is a number, not a list, in sample a"))
        try FileManager.default.removeItem(atPath: folder.file("d.json"))
        #expect(try run().status == 65)
        for arguments in [
            ["--protocol", "nuscenes", "--iou", "bev"], ["--iou-threshold", "0"], ["--iou-threshold", "1.1"],
            ["--range", "0"], ["--range", "-3"], ["--iou", "2d"], ["--interpolation", "r41"], ["--classes", "car,car"],
            ["--class-map", "car"], ["--protocol", "nuscenes", "--classes", "animal"], ["--min-visibility", "2"],
        ] {
            let result = try program.run(
                ["detections", "--reference", "r.json", "--detections", "d.json"] + arguments, in: folder)
            #expect(result.status == 64, "\(arguments)")
        }
    }
}
