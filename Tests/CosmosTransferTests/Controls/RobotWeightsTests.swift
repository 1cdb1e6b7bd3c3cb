import CosmosTransfer
import Experiment
import Foundation
import Tensors
import TestSupport
import Testing
import Video

@Suite struct RobotWeightsTests {
    private let folder = TemporaryFolder()
    private static let reference = Places.references + "/controls/robot"
    private static let kinds = ["vis", "edge", "seg", "depth"]

    private func map(_ kind: String, _ output: String = "out") throws -> StoredTensor {
        let tensors = try TensorFile.read(path: folder.file("\(output)/\(kind)_weights.safetensors"))
        #expect(tensors.count == 1)
        return try #require(tensors.values.first)
    }

    private func error(_ setting: RobotSetting = .fgEdgeBgSeg) throws -> String {
        let error = #expect(throws: BenchError.self) {
            try RobotWeights(setting: setting).make(from: folder.file("in"), to: folder.file("out"))
        }
        #expect(error?.code == .unusableInput && error?.sentence.contains(folder.path) == true)
        #expect(!FileManager.default.fileExists(atPath: folder.file("out/depth_weights.safetensors")))
        return error?.sentence ?? ""
    }

    private func label(_ text: String, _ number: String = "1") throws {
        try folder.write(text, to: "in/segmentation_label/label_\(number).json")
    }

    private func picture(_ frame: Frame, _ number: String = "1") throws {
        let path = folder.file("in/segmentation")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try frame.write(to: "\(path)/picture_\(number).png")
    }

    private let robot = #"{"(200, 0, 0, 255)": {"class": "robot"}, "(0, 0, 0, 255)": {"class": "table"}}"#

    @Test(arguments: RobotSetting.allCases) func `maps and masks are those of an independent implementation`(
        _ setting: RobotSetting
    ) throws {
        let expected = try SafetensorsFile(path: Self.reference + "/expected.safetensors").tensors
        let outcome = try RobotWeights(setting: setting).make(
            from: Self.reference + "/example1", to: folder.file("out"))
        for kind in Self.kinds {
            let made = try map(kind)
            let wanted = try #require(expected["\(setting.rawValue).\(kind)"])
            #expect(made.element == .float16 && made.shape == wanted.shape)
            #expect(made.floats() == wanted.floats(), "\(kind)")
        }
        let mask = try #require(expected["mask"]).floats()
        let visualizations = folder.file("out/visualizations")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: visualizations).sorted()
                == ["segmentation_frame_000001.png", "segmentation_frame_000002.png", "segmentation_frame_000004.png"])
        let reader = try openFrames(visualizations)
        var pixels: [Float] = []
        while let frame = try reader.next() {
            pixels += stride(from: 0, to: frame.pixels.count, by: 3).map { Float(frame.pixels[$0]) }
        }
        #expect(pixels == mask)
        let share = Double(mask.filter { $0 > 0 }.count) / Double(mask.count)
        #expect(outcome == .made(frames: 3, foreground: share))
    }

    @Test func `what is made already is skipped`() throws {
        let weights = RobotWeights()
        _ = try weights.make(from: Self.reference + "/example1", to: folder.file("out"))
        #expect(try weights.make(from: Self.reference + "/example1", to: folder.file("out")) == .skipped)
    }

    @Test func `keywords are parts of class names, in their case`() throws {
        try label(#"{"(200, 0, 0, 255)": {"class": "Left Hand"}, "(0, 0, 0, 255)": {"class": "table"}}"#)
        try picture(Frame(width: 2, height: 1, colours: [0xc80000, 0]))
        for (i, (keyword, inside)) in [("Hand", 0.5), ("hand", 0), ("t", 1), ("robot", 0)].enumerated() {
            let outcome = try RobotWeights(keywords: [keyword]).make(
                from: folder.file("in"), to: folder.file("out\(i)"))
            #expect(outcome == .made(frames: 1, foreground: inside), "\(keyword)")
        }
    }

    @Test func `a video is paired with the labels by order, as many as both have`() throws {
        let writer = try VideoWriter(
            path: folder.file("in.mkv"), size: FrameSize(width: 16, height: 16), rate: 24)
        for i in 0..<4 {
            try writer.append(
                Frame(width: 16, height: 16, colours: [UInt32](repeating: i == 1 ? 0xd01010 : 0x101010, count: 256)))
        }
        try writer.finish()
        try label(robot, "10")
        try label("{}", "9")
        try label("{}", "11")
        try FileManager.default.moveItem(atPath: folder.file("in.mkv"), toPath: folder.file("in/segmentation.mp4"))
        let outcome = try RobotWeights().make(from: folder.file("in"), to: folder.file("out"))
        #expect(outcome == .made(frames: 3, foreground: 1.0 / 3))
        let edge = try map("edge")
        #expect(edge.shape == [3, 16, 16])
        #expect(edge.floats() == (0..<3).flatMap { [Float](repeating: $0 == 1 ? 1 : 0, count: 256) })
        #expect(try map("seg").floats() == edge.floats().map { 1 - $0 })
    }

    @Test func `frame numbers order pictures as numbers, however long`() throws {
        let huge = "123456789012345678901234567890"
        for (number, colour) in [("10", UInt32(0)), ("9", 0xc80000), (huge, 0xc80000), ("007", 0)] {
            try label(robot, number)
            try picture(Frame(width: 1, height: 1, colours: [colour]), number == "007" ? "7" : number)
        }
        _ = try RobotWeights().make(from: folder.file("in"), to: folder.file("out"))
        #expect(try map("edge").floats() == [0, 1, 0, 1])
    }

    @Test func `maps larger than the writer's pieces are whole`() throws {
        try label(robot)
        var random = SeededRandom(1)
        let colours = (0..<3).map { _ in (0..<1_000_000).map { _ in random.next() % 3 == 0 ? UInt32(0xc80000) : 0 } }
        for (i, colours) in colours.enumerated() {
            try label(robot, "\(i)")
            try picture(Frame(width: 1000, height: 1000, colours: colours), "\(i)")
        }
        _ = try RobotWeights().make(from: folder.file("in"), to: folder.file("out"))
        #expect(try map("edge").floats() == colours.flatMap { $0.map { $0 == 0 ? 0 : 1 } })
    }

    @Test func `damaged examples name folder, file and key`() throws {
        #expect(try error().contains("has no segmentation_label/*.json"))
        try label("{}")
        #expect(try error().contains("has neither segmentation/*.png nor segmentation.mp4"))
        try picture(.noise(4, 4), "2")
        #expect(try error().contains("no frame number is common to segmentation_label (1, …) and segmentation (2, …)"))
        try picture(.noise(4, 4), "1")
        #expect(try error().contains("segmentation_label: lists no colour"))
        for (text, part) in [
            ("", "label_1.json"), ("[]", "must be an object"), ("{\"x\": {\"class\": \"robot\"}}", "'x' is no colour"),
            ("{\"(1, 2)\": {\"class\": \"robot\"}}", "is no colour"),
            ("{\"(1, 2, 300, 255)\": {\"class\": \"robot\"}}", "is no colour"),
            ("{\"(1, 2, 99999999999999999999, 255)\": {\"class\": \"robot\"}}", "is no colour"),
            ("{\"(1, 2, -3)\": {\"class\": \"robot\"}}", "is no colour"),
            ("{\"(1, 2, 3)\": \"robot\"}", "has no \"class\""),
            ("{\"(1, 2, 3)\": {\"class\": 5}}", "has no \"class\""),
            (String(repeating: "[", count: 10_000), "label_1.json"),
        ] {
            try label(text)
            let sentence = try error()
            #expect(sentence.contains(part) && sentence.contains("label_1.json"), "\(sentence)")
        }
        try label(robot)
        try label(robot, "2")
        try picture(.noise(4, 5), "2")
        #expect(try error().contains("picture_2.png: is 4x5, but the first picture is 4x4"))
        try folder.write("no image", to: "in/segmentation/picture_2.png")
        #expect(try error().contains("picture_2.png"))
        try folder.write("x", to: "in/segmentation/picture.png")
        #expect(try error().contains("picture.png: has no frame number"))
        try FileManager.default.removeItem(atPath: folder.file("in/segmentation/picture.png"))
        try folder.write("x", to: "in/segmentation/other_02.png")
        #expect(try error().contains("have the same frame number"))
        try FileManager.default.removeItem(atPath: folder.file("in/segmentation"))
        try folder.write("no video", to: "in/segmentation.mp4")
        #expect(try error().contains("segmentation.mp4"))
    }

    @Test func `a folder without examples says what it lacks`() throws {
        try label("{}")
        #expect(try RobotWeights.examples(in: folder.path) == ["in"])
        for (path, part) in [
            (folder.file("in"), "is itself an example"), (folder.file("in/segmentation_label"), "has no folder"),
            (folder.file("missing"), "cannot be listed"),
        ] {
            let error = #expect(throws: BenchError.self) { try RobotWeights.examples(in: path) }
            #expect(error?.sentence.contains(part) == true && error?.sentence.contains(path) == true)
        }
    }
}
