import CosmosTransfer
import Testing
import Video

@Suite struct WorkingSizeTests {
    @Test(arguments: [
        (640, 480, 960, 704), (1920, 1080, 1280, 704), (1280, 704, 1280, 704), (1080, 1920, 704, 1280),
        (480, 640, 704, 960), (500, 500, 960, 960), (10_000, 1, 1280, 704), (1, 10_000, 704, 1280),
        (1550, 1000, 960, 704),
        (1560, 1000, 1280, 704), (112, 100, 960, 960),
    ]) func `a video is worked on at the published size of the nearest shape`(
        _ width: Int, _ height: Int, _ toWidth: Int, _ toHeight: Int
    ) {
        let size = FrameSize(width: width, height: height)
        let expected = FrameSize(width: toWidth, height: toHeight)
        #expect(WorkingSize.nearest(to: size) == expected)
        #expect(WorkingSize.of(size, model: ModelConfiguration()) == expected)
    }

    @Test(arguments: [
        (96, 64, 96, 64), (64, 96, 64, 96), (128, 96, 128, 96), (16, 16, 16, 16), (100, 70, 64, 48), (144, 96, 64, 48),
        (1280, 704, 64, 48), (128, 128, 128, 128),
    ]) func `a model of another size works at a video's own where it can, else at its own`(
        _ width: Int, _ height: Int, _ toWidth: Int, _ toHeight: Int
    ) {
        var model = ModelConfiguration()
        (model.clip.width, model.clip.height) = (64, 48)
        model.dit = TransformerConfiguration()
        model.dit?.maxSize = [16, 16]  // of 8 pixels each
        #expect(
            WorkingSize.of(FrameSize(width: width, height: height), model: model)
                == FrameSize(width: toWidth, height: toHeight))
    }

    @Test func `labels are not mixed when they are resized`() {
        for kind in ControlKind.allCases {
            #expect(kind.interpolation == (kind == .seg ? .nearest : .bilinear))
            #expect(kind.hasPreset == [.vis, .edge].contains(kind))
        }
        let frame = Frame(width: 4, height: 1, pixels: [0, 0, 0, 10, 10, 10, 200, 200, 200, 255, 255, 255])
        #expect(
            frame.resized(to: FrameSize(width: 2, height: 1), .nearest).pixels == [0, 0, 0, 200, 200, 200])
    }
}
