import Testing
import Video

@testable import Perception

@Suite struct WithinRuleTests {
    /// From transformers' `get_size_with_aspect_ratio`, 800 and at most 1333.
    @Test(arguments: [
        ((1280, 704), (1333, 733)), ((704, 1280), (733, 1333)), ((640, 480), (1066, 800)), ((1000, 800), (1000, 800)),
        ((1280, 720), (1333, 750)), ((1, 1), (800, 800)), ((640, 352), (1333, 733)), ((3840, 2160), (1333, 750)),
        ((1333, 801), (1331, 800)), ((1000, 100), (1333, 133)), ((500, 333), (1201, 800)),
    ])
    func `the short side is reached unless the long one would be too long`(from: (Int, Int), to: (Int, Int)) {
        let rule = SizeRule.within(shortSide: 800, longSide: 1333)
        #expect(
            rule.target(of: FrameSize(width: from.0, height: from.1)) == FrameSize(width: to.0, height: to.1))
    }
}
