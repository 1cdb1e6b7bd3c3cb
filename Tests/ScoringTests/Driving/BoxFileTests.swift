import TestSupport
import Testing

@testable import Scoring
@testable import Tensors

/// What damaged and unusual files of boxes give (driving.md §1, §6).
@Suite struct BoxFileTests {
    private func read(_ text: String, _ role: BoxFile.Role = .reference) throws(FileError) -> BoxFile {
        try BoxFile(Array(text.utf8), file: "b.json", role: role)
    }

    private static let detections = BoxFile.Role.detections(negativeScores: false)

    private func boxes(_ records: String..., coordinates: String = "world", more: String = "") -> String {
        #"{"schema": "transferbench.boxes/1", "coordinates": "\#(coordinates)", "boxes": [[\#(records.joined(separator: ", "))]]\#(more)}"#
    }

    private let car = #"{"class": "car", "centre": [1, 2, 3], "size": [4, 2, 1.5], "yaw": 0.5, "score": 0.5}"#

    @Test func `files that are no boxes are refused with their place`() {
        let cases = [
            ("", "line 1, column 1"), ("[]", "holds a list"), ("{}", "neither 'schema' nor 'results'"),
            ("{\"a\":", "line 1, column 6"),
            (#"{"schema": "transferbench.boxes/2", "boxes": []}"#, "'schema' other than"),
            (#"{"schema": 1, "boxes": []}"#, "'schema' other than"),
            (#"{"schema": "transferbench.boxes/1", "boxes": []}"#, "no 'coordinates'"),
            (#"{"schema": "transferbench.boxes/1", "coordinates": "car", "boxes": []}"#, "'coordinates' other than"),
            (#"{"schema": "transferbench.boxes/1", "coordinates": "world"}"#, "has no 'boxes'"),
            (#"{"schema": "transferbench.boxes/1", "coordinates": "world", "boxes": {}}"#, "'boxes' that is an object"),
            (#"{"schema": "transferbench.boxes/1", "coordinates": "world", "boxes": [1]}"#, "'boxes' that is a number"),
            (
                #"{"schema": "transferbench.boxes/1", "coordinates": "world", "boxes": [], "boxes": []}"#,
                "'boxes' twice"
            ),
            (#"{"results": []}"#, "'results' that is a list"), (#"{"results": {"a": {}}}"#, "not a list, in sample a"),
            (#"{"results": {"a": [], "a": []}}"#, "the key 'a' twice"),
            (boxes(#"{"class": "car", "class": "car"}"#), "'class' twice"),
            (boxes(#"{"class": "car", "yaw": 1e999}"#), "number out of range"),
            (#"{"meta": "# + String(repeating: "[", count: 70), "nested more than 64 deep"),
        ]
        for (text, part) in cases {
            let error = #expect(throws: FileError.self, "\(text)") { try read(text) }
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
            #expect(error?.file == "b.json")
        }
        #expect(throws: FileError.self) { try read(#"{"boxes": [[]], "poses": []}"#, Self.detections) }
    }

    @Test func `a damaged record is left out with its frame, number and key; the rest is read`() throws {
        let damages = [
            (#""centre": [1, 2, 3]"#, #""center": [1, 2, 3]"#, "'centre' is missing"),
            (#"[1, 2, 3]"#, #"[1, 2]"#, "'centre' is not a list of 3 numbers"),
            (#"[1, 2, 3]"#, #"[1, 2, 3, 4]"#, "'centre' is not a list of 3 numbers"),
            (#"[1, 2, 3]"#, #"[1, 2, "3"]"#, "'centre' is not a list of 3 numbers"),
            (#"[1, 2, 3]"#, #""here""#, "'centre' is a string"), (#"[1, 2, 3]"#, #"[1, NaN, 3]"#, "not finite"),
            (#"[1, 2, 3]"#, #"[1, null, 3]"#, "not finite"), (#"[1, 2, 3]"#, #"{"x": [1]}"#, "'centre' is an object"),
            (#"[4, 2, 1.5]"#, #"[4, 0, 1.5]"#, "'size' has a side that is not above 0"),
            (#"[4, 2, 1.5]"#, #"[4, -2, 1.5]"#, "'size' has a side"),
            (#"[4, 2, 1.5]"#, #"[4, Infinity, 1]"#, "not finite"),
            (#""yaw": 0.5"#, #""yaw": "0.5""#, "'yaw' is a string"),
            (#""yaw": 0.5"#, #""yaw": NaN"#, "'yaw' is not finite"),
            (#""yaw": 0.5"#, #""yaw": null"#, "'yaw' is null"), (#", "yaw": 0.5"#, "", "'yaw' is missing"),
            (#""class": "car""#, #""class": 1"#, "'class' is a number"),
            (#""class": "car", "#, "", "'class' is missing"),
            (#""score": 0.5"#, #""score": "high""#, "'score' is a string"),
            (#", "score": 0.5"#, "", "'score' is missing"),
            (#""score": 0.5"#, #""score": NaN"#, "'score' is not finite"),
            (#""score": 0.5"#, #""score": -Infinity"#, "'score' is not finite"),
            (#""score": 0.5"#, #""score": -0.1"#, "'score' is below 0"),
        ]
        for (good, bad, sentence) in damages {
            let damaged = car.replacing(good, with: bad)
            #expect(damaged != car)
            let file = try read(boxes(car, damaged, "7", car), Self.detections)
            #expect(file.samples[0].boxes.count == 2 && file.findings.leftOut == 2, "\(bad)")
            let first = try #require(file.findings.sentences.first)
            #expect(first.contains("b.json: frame 0, box 1: ") && first.contains(sentence), "\(first)")
            #expect(file.findings.sentences.last?.contains("record 2 of 'boxes' is a number") == true)
        }
    }

    @Test func `a reference needs no score, a box twice is left out, unknown velocities are unknown`() throws {
        let plain = car.replacing(#", "score": 0.5"#, with: "")
        func with(_ keys: String) -> String { plain.dropLast() + ", " + keys + "}" }
        let file = try read(
            boxes(
                plain, with(#""score": "x", "velocity": null"#), with(#""velocity": NaN, "label": 3"#),
                with(#""velocity": [NaN, 1], "label": 3"#), with(#""token": "t""#), with(#""token": "t""#),
                with(
                    #""velocity": [1, 2], "attribute": "", "pixels": 5, "visibility": 0.5, "num_pts": 2, "ignore": true"#
                )
            ))
        #expect(file.samples[0].boxes.count == 5 && file.findings.leftOut == 2)
        #expect(file.samples[0].boxes.map(\.velocity) == [nil, nil, nil, nil, [1, 2]])
        let last = try #require(file.samples[0].boxes.last)
        #expect(
            last.pixels == 5 && last.visibility == 0.5 && last.points == 2 && last.isIgnored && last.attribute == nil)
        #expect(file.findings.sentences[0].contains("box 3: 'label' is that of another box of the frame"))
        #expect(file.findings.sentences[1].contains("box 5: 'token' is 't', as of a box before"))
    }

    @Test func `nuScenes' sizes and rotations are turned into ours`() throws {
        func record(_ rotation: String) -> String {
            #"{"translation": [1, 2, 3], "size": [2, 4, 1.5], "rotation": \#(rotation), "detection_name": "car", "detection_score": 1}"#
        }
        let text =
            #"{"meta": {"deep": [[{}]]}, "results": {"s": [\#(record("[1, 0, 0, 1]")), \#(record("[0, 0, 0, 0]")), \#(record("[1, 0, 0]"))]}}"#
        let file = try read(text, Self.detections)
        #expect(file.samples[0].token == "s" && file.samples[0].boxes.count == 1 && file.findings.leftOut == 2)
        let box = try #require(file.samples[0].boxes.first)
        #expect(box.shape.size == [4, 2, 1.5] && agree(box.shape.yaw, .pi / 2))
        #expect(file.findings.sentences[0].contains("sample s, box 0: 'rotation' has length 1.41"))
        #expect(file.findings.sentences[1].contains("box 1: 'rotation' is four zeros"))
        #expect(file.findings.sentences[2].contains("box 2: 'rotation' is not a list of 4 numbers"))
    }

    @Test func `twenty sentences are said, then how many more`() throws {
        let file = try read(
            #"{"schema": "transferbench.boxes/1", "coordinates": "world", "boxes": [[\#([String](repeating: "{}", count: 35).joined(separator: ","))]]}"#
        )
        #expect(file.findings.leftOut == 35 && file.findings.sentences.count == 21)
        #expect(file.findings.sentences.last?.hasSuffix("and 15 more of the kind") == true)
    }

    private let scene = """
        {"intrinsics": {"fx": 50, "fy": 50, "cx": 48, "cy": 32}, "size": [64, 96], "fps": 10, "lanes": [], "id": "x",
         "poses": [[[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 1.5], [0, 0, 0, 1]], [[1, 0, 0, 0], [0, 0, 1, 1], [0, -1, 0, 1.5]]],
         "boxes": [[{"class": "car", "size": [4, 2, 1.5], "world_centre": [1, 10, 0.75], "world_yaw": 1.5, "label": 1,
                     "camera_centre": [0, 0, 0], "camera_yaw": 0}],
                   [{"class": "car", "size": [4, 2, 1.5], "camera_centre": [1, 0.75, 9], "camera_yaw": -1.5, "label": 1}]]}
        """

    @Test func `a scene's boxes are in the world, where need be through its poses`() throws {
        let file = try read(scene)
        #expect(file.findings.sentences == [] && file.samples.allSatisfy(\.isScored))
        let boxes = file.samples.compactMap(\.boxes.first)
        #expect(boxes[0].shape == UprightBox(centre: [1, 10, 0.75], size: [4, 2, 1.5], yaw: 1.5))
        #expect(boxes[1].shape.centre == [1, 10, 0.75] && agree(boxes[1].shape.yaw, 1.5))
        #expect(file.samples[1].ego == [0, 1, 1.5] && file.camera.framesPerSecond == 10)
        let integer = try read(scene.replacing(#""fps": 10"#, with: #""pixel_centres": "integer""#))
        #expect(integer.camera.intrinsics == Intrinsics(fx: 50, fy: 50, cx: 48.5, cy: 32.5))
    }

    @Test func `a scene's bad poses and calibrations are noted, and what needs them is not scored`() throws {
        let cases: [(String, String, String)] = [
            ("[[1, 0, 0, 0], [0, 0, 1, 1], [0, -1, 0, 1.5]]", "[[1, 0, 0, 0]]", "frame 1: 'poses' has no pose"),
            ("[[1, 0, 0, 0], [0, 0, 1, 1], [0, -1, 0, 1.5]]", "7", "frame 1: 'poses' has no pose"),
            ("[0, 0, 1, 1], [0, -1, 0, 1.5]]", "[0, 0, 1, NaN], [0, -1, 0, 1.5]]", "frame 1: 'poses' has no pose"),
            ("[0, 0, 1, 1], [0, -1, 0, 1.5]]", "[0, 0, 1, 1], [0, -1.1, 0, 1.5]]", "frame 1: 'poses' has no pose"),
            ("[0, 0, 1, 1], [0, -1, 0, 1.5]]", "[0, 0, 1, 1], [0, 1, 0, 1.5]]", "frame 1: 'poses' has no pose"),
            (", [[1, 0, 0, 0], [0, 0, 1, 1], [0, -1, 0, 1.5]]", "", "'poses' has 1 of 2 frames; the frames from 1 on"),
        ]
        for (good, bad, sentence) in cases {
            let text = scene.replacing(good, with: bad)
            #expect(text != scene)
            let file = try read(text)
            #expect(file.findings.sentences.contains { $0.contains(sentence) }, "\(file.findings.sentences)")
            #expect(file.samples.map(\.isScored) == [true, false] && file.findings.leftOut == 0)
        }
        for (good, bad, sentence) in [
            (#""fx": 50"#, #""fx": 0"#, "focal length"), (#""cx": 48"#, #""cx": 480"#, "as if of another clip"),
            (#""fy": 50, "#, "", "'fy' that is missing"), (#""cy": 32"#, #""cy": NaN"#, "'cy' that is not finite"),
        ] {
            let file = try read(scene.replacing(good, with: bad))
            #expect(file.findings.sentences.count == 1 && file.findings.sentences[0].contains(sentence))
            #expect(file.camera.intrinsics == nil && file.samples.allSatisfy(\.isScored))
        }
    }
}
