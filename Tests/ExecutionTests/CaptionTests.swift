import Experiment
import Results
import Scoring
import TestSupport
import Testing

@testable import Execution

/// Caption files as people have them.
@Suite struct CaptionTests {
    private let folder = TemporaryFolder()

    private func job(caption: String) throws -> ScoringJob {
        for file in ["data/videos/a.mp4", "run/a.mp4"] { try folder.write("bytes of \(file)", to: file) }
        try folder.write(caption, to: "data/captions/a.json")
        let options = ScoringOptions(profile: .paibench2025, workers: 1)
        var planner = ScoringPlanner(options: options, store: nil)
        return try planner.plan(
            ScoringRequest(dataset: folder.file("data"), videos: [.folder(folder.file("run"))], options: options))
    }

    @Test(arguments: [
        #"{"caption": "a robot", "source": "me", "n": 3}"#, #"{"n": 3, "caption": "a robot"}"#,
        #"{"prompt": "a robot"}"#,
    ])
    func `the caption is found among other keys, and a single key may have any name`(_ text: String) throws {
        let job = try job(caption: text)
        #expect(job.plan.trials.map(\.trial.clip.caption) == ["a robot"])
        #expect(!job.issues.contains { $0.message.contains("captions") }, "\(job.issues.map(\.message))")
    }

    @Test(arguments: [#"{"english": "a robot", "german": "ein Roboter"}"#, #"{"caption": 3}"#, "{", #"["a robot"]"#])
    func `a file that is no caption is a warning, and its video is scored`(_ text: String) throws {
        let job = try job(caption: text)
        #expect(job.plan.trials.map(\.trial.clip.caption) == [""])
        #expect(
            job.issues.contains {
                $0.isWarning && $0.message.contains("captions/a.json is") || $0.message.contains("captions/a.json: is")
            }, "\(job.issues.map(\.message))")
    }
}
