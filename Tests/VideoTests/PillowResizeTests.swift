import Tensors
import TestSupport
import Testing

@testable import Video

@Suite struct PillowResizeTests {
    private static let expected = try? SafetensorsFile(
        path: Places.references + "/perception/saliency/pillow.safetensors"
    ).tensors
    private let picture = GoldenScene(1, 13, 22, seed: 9, shift: 0, noise: 60).frame(0)

    @Test(arguments: PillowFilter.allCases, [(9, 5), (22, 13), (31, 26), (22, 20), (7, 13), (1, 1)])
    func `frames are resized byte for byte as Pillow does`(filter: PillowFilter, size: (Int, Int)) throws {
        let tensor = try #require(Self.expected?["\(filter.rawValue).\(size.0)x\(size.1)"])
        let resized = picture.resized(to: FrameSize(width: size.0, height: size.1), like: filter)
        expectEqual(resized.pixels, tensor.withBytes { Array($0) })
    }

    @Test(arguments: PillowFilter.allCases) func `maps are resized like images of one channel`(
        filter: PillowFilter
    ) throws {
        let tensor = try #require(Self.expected?["grey.\(filter.rawValue)"])
        let plane = Plane(width: 22, height: 13, pixels: (0..<22 * 13).map { picture.pixels[3 * $0 + 1] })
        let resized = plane.resized(to: FrameSize(width: 17, height: 29), like: filter)
        expectEqual(resized.pixels, tensor.withBytes { Array($0) })
    }
}
