import Experiment
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite struct PictureInputTests {
    @Test func `a frame is prepared as Depth-Anything does`() throws {
        let input = try #require(try NetworkFolder(path: Places.perception + "/depth").card.input)
        let tensor = try input.tensor(of: GoldenScene(5, 36, 48, seed: 7, shift: 0, noise: 9).frame(0))
        let expected = try reference("depth/expected.safetensors", "input")
        #expect(tensor.shape == [1] + expected.shape)
        expectClose(tensor.floats, expected.values, 1e-5)
    }

    @Test func `a frame is prepared as rembg does`() throws {
        let input = try #require(try NetworkFolder(path: Places.perception + "/saliency").card.input)
        let tensor = try input.tensor(of: GoldenScene(7, 30, 40, seed: 2, shift: -6, noise: 6).frame(0))
        let expected = try reference("saliency/expected.safetensors", "input")
        #expect(tensor.shape == [1] + expected.shape)
        expectClose(tensor.floats, expected.values, 1e-6)
    }

    @Test(arguments: [
        (1280, 704, 938, 518), (640, 480, 686, 518), (480, 640, 518, 686), (518, 518, 518, 518), (320, 192, 868, 518),
    ])
    func `the shorter side meets its length and both are multiples`(w: Int, h: Int, width: Int, height: Int) {
        let rule = SizeRule.shortSide(length: 518, multipleOf: 14)
        #expect(rule.target(of: FrameSize(width: w, height: h)) == FrameSize(width: width, height: height))
    }
}
