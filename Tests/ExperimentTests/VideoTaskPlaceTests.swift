import Experiment
import Testing

@Suite struct VideoTaskPlaceTests {
    private func task(_ output: String) -> VideoTask {
        VideoTask(
            configuration: WeightedConfiguration(name: "Vis", weights: []),
            clip: ClipInputs(name: "a", video: "a.mkv", controls: [:], foreground: nil),
            prompt: Prompt(label: "", text: "a cup"), seed: 1, output: output, recipe: "3f0a12c4")
    }

    @Test func `places are the task's own, then folders named by the recipe`() {
        let task = task("made/Vis/a.mkv")
        #expect(
            (0...2).map(task.place) == ["made/Vis/a.mkv", "made/Vis~3f0a12c4/a.mkv", "made/Vis~3f0a12c4-2/a.mkv"])
    }

    @Test(arguments: ["/made/Vis/a.mkv", "made/vis/1/caf\u{e9} \u{1F600}/a~b.mkv", "Vis/a__1-seed2.mp4"])
    func `all places of a task have one slot`(output: String) {
        let task = task(output)
        let slots = Set((0...3).map { VideoTask.slot(of: task.place($0)) })
        #expect(slots == [output.split(separator: "/").suffix(2).joined(separator: "/")])
    }

    @Test func `a name without a folder is its own slot`() {
        #expect(VideoTask.slot(of: "a~b.mkv") == "a~b.mkv" && VideoTask.slot(of: "") == "")
    }
}
