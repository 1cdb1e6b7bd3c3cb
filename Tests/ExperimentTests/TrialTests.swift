import Experiment
import Testing

@Suite struct TrialTests {
    private func video(_ hash: String, path: String = "a.mp4", bytes: Int = 1) -> Artifact {
        Artifact(path: path, bytes: bytes, sha256: hash)
    }

    private func clip(_ name: String = "task_0001", caption: String = "a cup", video hash: String = "11") -> Clip {
        Clip(name: name, caption: caption, video: video(hash))
    }

    private func trial(
        _ configuration: String = "edge", clip: Clip? = nil, prompt: String = "", video: Artifact? = nil
    ) -> Trial {
        Trial(
            configuration: Configuration(name: configuration), clip: clip ?? self.clip(), prompt: prompt,
            video: video ?? self.video("22"))
    }

    @Test func `a clip is another with another caption or another video`() {
        let identities = [clip(), clip(caption: "a mug"), clip(video: "12"), clip(caption: "")].map(\.identity)
        #expect(Set(identities).count == identities.count)
        #expect(clip().identity == clip().identity)
    }

    @Test func `a clip's name makes it another, its place does not`() {
        #expect(clip("renamed").identity != clip().identity)
        let moved = Clip(name: "task_0001", caption: "a cup", video: video("11", path: "elsewhere/a.mp4"))
        #expect(moved.identity == clip().identity)
    }

    @Test func `a trial is another when any part is`() {
        let identities = [
            trial(), trial("vis"), trial(clip: clip(caption: "a mug")), trial(clip: clip(video: "12")),
            trial(prompt: "caption1"), trial(video: video("23")),
        ].map(\.identity)
        #expect(Set(identities).count == identities.count)
        #expect(trial().identity == trial().identity)
        #expect(trial(video: video("22", path: "b.mp4")).identity == trial().identity)
    }

    @Test func `clip and trial identities do not meet`() {
        #expect(clip().identity != trial().identity)
    }
}
