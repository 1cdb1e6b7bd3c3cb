import TestSupport
import Testing
import Video

@testable import CosmosTransfer

/// What is cut, stretched or filled up is told.
@Suite struct VideoOutlineTests {
    private func source(_ name: String, _ width: Int, _ height: Int, frames: Int) -> VideoOutline.Source {
        .init(name, .init(size: FrameSize(width: width, height: height), frames: frames))
    }

    private func outline(_ sources: [VideoOutline.Source], frames: Int? = nil, clip: Int = 9) -> VideoOutline {
        var model = ModelConfiguration()
        (model.clip.width, model.clip.height, model.clip.frames) = (96, 64, clip)
        return VideoOutline(of: sources, model: model, frames: frames)
    }

    @Test func `a video that fits has no notes`() {
        let outline = outline([source("the input video", 64, 96, frames: 17)])
        #expect(outline.size == FrameSize(width: 64, height: 96))
        #expect(outline.frames == 17 && outline.sourceFrames == 17 && outline.notes.isEmpty)
        #expect(self.outline([source("the input video", 96, 64, frames: 1)], clip: 1).notes.isEmpty)
    }

    @Test func `the first control leads, and what it stretches is told`() {
        let outline = outline([
            source("the control 'depth'", 128, 96, frames: 9), source("the input video", 96, 64, frames: 9),
        ])
        #expect(outline.size == FrameSize(width: 128, height: 96))
        #expect(
            outline.notes == ["the input video is 96x64 and is stretched to 128x96, the shape of the control 'depth'"])
        #expect(
            self.outline([source("the clip", 100, 70, frames: 9)]).notes == [
                "the clip is 100x70 and is stretched to 96x64, another shape"
            ])
    }

    @Test func `the shortest video sets the length, and what is left out is told`() {
        let sources = [source("the control 'depth'", 96, 64, frames: 9), source("the input video", 96, 64, frames: 12)]
        #expect(
            outline(sources).notes == [
                "the control 'depth' ends after 9 frames, and the input video has 12: the rest is left out"
            ])
        #expect(outline(sources, frames: 9).notes.isEmpty, "as long as was asked for")
        #expect(outline(sources, frames: 20).frames == 9 && outline(sources, frames: 20).notes.count == 2)
    }

    @Test func `frames that were asked for and are not there are told`() {
        let sources = [source("the input video", 96, 64, frames: 9)]
        #expect(
            outline(sources, frames: 25).notes == [
                "25 frames were asked for, and the input video has 9: the result has 9"
            ])
        #expect(outline(sources, frames: 9).notes.isEmpty)
    }

    @Test func `what is beyond 5000 frames is left out`() {
        let long = outline([source("the input video", 96, 64, frames: 5001)], clip: 5000)
        #expect(long.frames == 5000)
        #expect(long.notes == ["the input video has more than 5000 frames: the rest is left out"])
    }

    @Test func `a clip that is not filled is filled up`() {
        let notes = outline([source("the input video", 96, 64, frames: 12)]).notes
        #expect(notes.count == 1 && notes[0].hasPrefix("12 frames do not fill 2 clips of 9"), "\(notes)")
    }
}
