import CosmosTransfer
import Experiment
import Tensors
import TestSupport
import Testing
import Video

@Suite struct SpecVideosTests {
    private let folder = TemporaryFolder()

    private func write(_ name: String, _ width: Int, _ height: Int, frames: Int) throws {
        let writer = try VideoWriter(path: folder.file(name), size: FrameSize(width: width, height: height), rate: 24)
        for i in 0..<frames { try writer.append(.noise(width, height, seed: UInt64(i))) }
        try writer.finish()
    }

    private func spec(_ text: String) throws -> GenerationSpec {
        try folder.write(text, to: "spec.json")
        return try #require(try GenerationSpec.read(path: "spec.json", workingFolder: folder.path).first)
    }

    @Test func `a given control sets the size, the shortest video the length`() throws {
        try write("in.mkv", 160, 90, frames: 5)
        try write("depth.mkv", 64, 48, frames: 3)
        let both = try spec(
            #"{"prompt": "p", "input_video_path": "in.mkv", "edge": {"control_weight": 1}, "depth": {"control_weight": 1, "input_control": "depth.mkv"}}"#
        )
        #expect(try both.workingSize(clip: ClipConfiguration()) == FrameSize(width: 960, height: 704))
        #expect(try both.frameCount() == 3)
        let alone = try spec(#"{"prompt": "p", "input_video_path": "in.mkv", "edge": {"control_weight": 1}}"#)
        #expect(try alone.workingSize(clip: ClipConfiguration()) == FrameSize(width: 1280, height: 704))
        #expect(try alone.frameCount() == 5)
        var tiny = ClipConfiguration()
        (tiny.width, tiny.height) = (64, 64)
        #expect(try both.workingSize(clip: tiny) == FrameSize(width: 64, height: 64))
    }

    @Test func `controls are given videos, or made from the input by presets`() throws {
        try write("in.mkv", 80, 60, frames: 2)
        try write("seg.mkv", 31, 17, frames: 2)
        let size = FrameSize(width: 64, height: 64)
        let spec = try spec(
            """
            {"prompt": "p", "input_video_path": "in.mkv", "canny_threshold": "low", "blur_strength": "high",
             "seg": {"control_weight": 1, "input_control": "seg.mkv"}, "edge": {"control_weight": 1},
             "vis": {"control_weight": 1}, "upscale": {"control_weight": 1}}
            """)
        let input = Frame.noise(80, 60, seed: 0).resized(to: size, .area)
        let expected = [
            Frame.noise(31, 17, seed: 0).resized(to: size, .nearest), EdgeControl(.low)(input),
            VisControl(.high)(input),
            input,
        ]
        for (control, frame) in zip(spec.controls, expected) {
            #expect(try spec.source(of: control, size).firstFrame() == frame, "\(control.kind)")
        }
        #expect(try spec.inputSource(size)?.firstFrame() == input)
    }

    @Test func `a damaged video is named`() throws {
        try write("in.mkv", 80, 60, frames: 2)
        try folder.write("no video", to: "bad.mp4")
        let spec = try spec(
            #"{"prompt": "p", "input_video_path": "in.mkv", "edge": {"control_weight": 1, "input_control": "bad.mp4"}}"#
        )
        let error = #expect(throws: FileError.self) { try spec.frameCount() }
        #expect(error?.file == folder.file("bad.mp4"))
        #expect(throws: FileError.self) { try spec.workingSize(clip: ClipConfiguration()) }
    }
}
