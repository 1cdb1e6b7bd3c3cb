import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite struct CornerAlignedResizeTests {
    @Test(arguments: [(16, 11), (7, 5), (3, 2), (1, 1), (14, 5)])
    func `maps are resized as PyTorch does`(width: Int, height: Int) throws {
        let source = try reference("depth/stretched.safetensors", "source")
        let expected = try reference("depth/stretched.safetensors", "\(width)x\(height)")
        let resize = CornerAlignedResize(
            from: FrameSize(width: 7, height: 5), to: FrameSize(width: width, height: height))
        let map = source.values.withUnsafeBufferPointer { resize($0) }
        #expect(map.size == FrameSize(width: width, height: height))
        expectClose(map.values, expected.values, 2e-6)
    }

    @Test func `corners stay what they were`() {
        let resize = CornerAlignedResize(from: FrameSize(width: 3, height: 2), to: FrameSize(width: 50, height: 31))
        let map = ([1, 2, 3, 4, 5, 6] as [Float]).withUnsafeBufferPointer { resize($0) }
        #expect([map.values[0], map.values[49], map.values[30 * 50], map.values[31 * 50 - 1]] == [1, 3, 4, 6])
    }
}
