import Experiment
import Foundation
import Results
import Scoring
import TestSupport
import Testing

@testable import Execution

/// Finding the files of a dataset and of the videos scored against it.
@Suite struct ScoringPlannerTests {
    private let folder = TemporaryFolder()
    private let options = ScoringOptions(profile: .paibench2025, workers: 1)

    /// Planning reads no pixels, so any bytes do for a video.
    private func layOut(_ files: [String]) throws {
        for file in files { try folder.write("bytes of \(file)", to: file) }
    }

    private func plan(_ videos: [String], foreground: String? = nil) throws -> ScoringJob {
        var planner = ScoringPlanner(options: options, store: nil)
        return try planner.plan(
            ScoringRequest(
                dataset: folder.file("data"), videos: videos.map { .folder(folder.file($0)) }, foreground: foreground,
                options: options))
    }

    private func code(_ body: () throws -> Void) -> BenchError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? BenchError)?.code
        }
    }

    @Test func `all three ways of naming a video find its clip and prompt`() throws {
        try layOut([
            "data/videos/task_0001.mp4", "data/videos/a_caption9.mp4", "run/videos/task_0001.mp4",
            "run/videos/task_0001_caption2.mp4", "run/videos/task_0001__x_caption3.mp4", "run/videos/a_caption9.mp4",
        ])
        let trials = try plan(["run"]).plan.trials.map(\.trial)
        #expect(
            trials.map { "\($0.clip.name)/\($0.prompt)" } == [
                "a_caption9/", "task_0001/", "task_0001/caption2", "task_0001/x_caption3",
            ])
        #expect(Set(trials.map(\.configuration.name)) == ["run"])
    }

    @Test func `a folder may hold the videos itself, be the videos folder, or be given a name`() throws {
        try layOut([
            "data/videos/a.mp4", "one/a.mp4", "two/videos/a.mp4", "two/depth_npzs/a.npz", "data/depth_npzs/a.npz",
        ])
        #expect(try plan(["one"]).plan.trials.count == 1)
        let inner = try plan(["two/videos"])
        #expect(inner.plan.trials[0].trial.configuration.name == "two")
        #expect(inner.sources[0].depth != nil)
        var planner = ScoringPlanner(options: options, store: nil)
        let named = try planner.plan(
            ScoringRequest(
                dataset: folder.file("data"), videos: [.folder("setting A=" + folder.file("two"))], options: options))
        #expect(named.plan.trials[0].trial.configuration.name == "setting A")
    }

    @Test func `videos of no clip and clips of no video are reported, the others planned`() throws {
        try layOut(["data/videos/a.mp4", "data/videos/b.mp4", "run/a.mp4", "run/stranger.mp4"])
        let job = try plan(["run"])
        #expect(job.plan.trials.count == 1)
        #expect(job.issues.contains { !$0.isWarning && $0.message.contains("stranger.mp4 belongs to no clip") })
        #expect(job.issues.contains { $0.isWarning && $0.message.contains("1 of 2 clips have no video in 'run': b") })
    }

    @Test func `an id that leads out of the dataset is refused`() throws {
        try layOut(["data/videos/a.mp4", "run/a.mp4", "run/..__1.mp4"])
        let job = try plan(["run"])
        #expect(job.issues.contains { !$0.isWarning && $0.message.contains("is no plain file name") })
        #expect(!Clip.isName("../a") && !Clip.isName("a/../b") && !Clip.isName("") && !Clip.isName(".hidden"))
        #expect(!Clip.isName("a\u{0}b") && Clip.isName("task_0001"))
    }

    @Test func `a caption file that is no caption is a warning, as one that is missing`() throws {
        try layOut(["data/videos/a.mp4", "data/videos/b.mp4", "run/a.mp4", "run/b.mp4"])
        try folder.write("{\"caption\": \"a robot\"}", to: "data/captions/b.json")
        for bad in ["not JSON", "[]", "{}", "{\"a\": 1}", "{\"a\": \"x\", \"b\": \"y\"}"] {
            try folder.write(bad, to: "data/captions/a.json")
            let job = try plan(["run"])
            #expect(job.plan.trials.map(\.trial.clip.caption) == ["", "a robot"])
            #expect(job.issues.contains { $0.isWarning && $0.message.contains("captions/a.json") })
        }
    }

    @Test func `unusable folders are one-sentence errors with their codes`() throws {
        try layOut(["data/videos/a.mp4", "strangers/z.mp4", "run/a.mp4", "other/run/a.mp4", "file"])
        try FileManager.default.createDirectory(atPath: folder.file("empty"), withIntermediateDirectories: true)
        #expect(code { _ = try plan(["nowhere"]) } == .unusableInput)
        #expect(code { _ = try plan(["empty"]) } == .unusableInput)
        #expect(code { _ = try plan(["strangers"]) } == .nothingSelected)
        #expect(code { _ = try plan(["run", "other/run"]) } == .usage)
        #expect(code { _ = try plan(["run"], foreground: folder.file("nowhere")) } == .unusableInput)
        var planner = ScoringPlanner(options: options, store: nil)
        #expect(
            code {
                _ = try planner.plan(
                    ScoringRequest(dataset: folder.file("run"), videos: [.folder(folder.file("run"))], options: options)
                )
            } == .unusableInput)
    }

    @Test func `two videos of one clip and prompt in one folder are refused`() throws {
        try layOut(["data/videos/a.mp4", "run/a.mp4", "run/a.mkv"])
        let job = try plan(["run"])
        #expect(job.plan.trials.count == 1)
        #expect(job.issues.contains { !$0.isWarning && $0.message.contains("second video of clip a") })
    }

    @Test func `two reference videos of one clip are refused with both names`() throws {
        try layOut(["data/videos/a.mp4", "data/videos/a.AVI", "data/videos/b.mp4", "run/a.mp4", "run/b.mp4"])
        let job = try plan(["run"])
        #expect(job.plan.trials.map(\.trial.clip.name) == ["b"])
        let told = job.issues.filter { !$0.isWarning }.map(\.message)
        #expect(told.count == 1 && told[0].contains("videos/a.AVI and "), "\(told)")
        #expect(told[0].contains("videos/a.mp4 are both the reference video of clip a"), "\(told)")
    }

    @Test func `clips and companions are found in both forms of accents and with suffixes in capitals`() throws {
        let (one, two) = ("caf\u{e9} 1", "cafe\u{301} 1")
        try layOut([
            "data/videos/\(two).MP4", "data/depth_npzs/\(one).NPZ", "data/sam2_pkls/\(one).PKL",
            "data/foreground/\(one)/0.PNG", "run/videos/\(one).MP4", "run/videos/\(two)_caption1.mp4",
            "run/depth_npzs/\(two).npz", "run/depth_npzs/\(one)_caption1.NPY", "run/masks/\(two).MKV",
            "run/masks/\(two)_caption1/0.png",
        ])
        try folder.write("{\"caption\": \"a cup\"}", to: "data/captions/\(one).JSON")
        let job = try plan(["run"])
        #expect(job.issues.isEmpty, "\(job.issues.map(\.message))")
        #expect(job.plan.trials.map(\.trial.prompt) == ["", "caption1"])
        for (trial, source) in zip(job.plan.trials, job.sources) {
            #expect(trial.trial.clip.caption == "a cup")
            #expect(Array(trial.trial.clip.name.utf8) == Array(one.utf8), "names have one form")
            #expect(source.depth?.absence == nil && source.masks?.absence == nil)
            guard case .file = source.foreground else {
                Issue.record("there is no foreground")
                continue
            }
        }
    }

    @Test func `capitals tell clips apart, and a near miss is named`() throws {
        try layOut(["data/videos/A.mp4", "data/videos/b.mp4", "run/a.mp4", "run/b.mp4"])
        let job = try plan(["run"])
        #expect(job.plan.trials.map(\.trial.clip.name) == ["b"])
        #expect(job.issues.contains { $0.message.contains("has no a.mp4, but A: capitals count") })
    }

    @Test func `of several readings of a name the one with the longest clip counts`() {
        let clips: Set = ["a", "a__b", "a__b__1", "c_caption2", "c", "d_", "e__"]
        for (name, clip, prompt) in [
            ("a", "a", ""), ("a__1", "a", "1"), ("a__b", "a__b", ""), ("a__b__2", "a__b", "2"),
            ("a__b__1", "a__b__1", ""),
            ("a__b__1__1", "a__b__1", "1"), ("a__c__1", "a", "c__1"), ("a__b_caption3", "a__b", "caption3"),
            ("c_caption2", "c_caption2", ""), ("c_caption2_caption1", "c_caption2", "caption1"),
            ("c_caption2__1", "c_caption2", "1"), ("c_caption1", "c", "caption1"), ("d___1", "d_", "1"),
            ("e____1", "e__", "1"), ("x__1", "x", "1"), ("x_caption1", "x", "caption1"), ("x", "x", ""),
        ] {
            let read = clipAndPrompt(name, clips: clips)
            #expect(read.clip == clip && read.prompt == prompt, "\(name) was read as \(read)")
        }
    }

    @Test func `a companion that is passed over is told once`() throws {
        try layOut([
            "data/videos/a.mp4", "data/depth_npzs/a.npz", "data/depth_npzs/a.NPY", "run/a.mp4", "run/a__1.mp4",
            "run/depth_npzs/a.npz", "run/depth_npzs/a__1.npz",
        ])
        let told = try plan(["run"]).issues.filter { $0.message.contains("is passed over, because") }
        #expect(told.count == 1 && told[0].subject.hasSuffix("a.NPY") && told[0].isWarning)
    }

    @Test func `missing depth, masks and foreground of a video are named`() throws {
        try layOut([
            "data/videos/a.mp4", "data/depth_npzs/b.npz", "data/sam2_pkls/a.pkl", "data/foreground/b.mp4", "run/a.mp4",
            "run/depth_npzs/a.npz", "run/sam2_pkls/b.pkl",
        ])
        let sources = try plan(["run"]).sources[0]
        #expect(sources.depth?.absence == "the dataset has no depth of clip a")
        #expect(sources.masks?.absence == "'run' has no masks of a")
        guard case .missing(let why) = sources.foreground else {
            Issue.record("the foreground is not missing")
            return
        }
        #expect(why.hasSuffix("has no mask of clip a"))
    }

    @Test func `a fingerprint changes with everything that scores depend on, and with nothing else`() throws {
        try layOut([
            "data/videos/a.mp4", "data/depth_npzs/a.npz", "data/sam2_pkls/a.pkl", "data/foreground/a.mp4", "run/a.mp4",
            "run/depth_npzs/a.npz", "run/sam2_pkls/a.pkl",
        ])
        func fingerprint(_ options: ScoringOptions) throws -> Identity {
            var planner = ScoringPlanner(options: options, store: nil)
            return try planner.plan(
                ScoringRequest(
                    dataset: folder.file("data"), videos: [.folder(folder.file("run"))], options: options)
            ).plan.trials[0].fingerprint
        }
        var seen = [try fingerprint(options)]
        #expect(try fingerprint(ScoringOptions(profile: .paibench2025, workers: 7)) == seen[0])
        seen.append(try fingerprint(ScoringOptions(profile: .aligned2026, workers: 1)))
        seen.append(try fingerprint(ScoringOptions(profile: .paibench2025, matching: .max, workers: 1)))
        for file in [
            "data/videos/a.mp4", "data/depth_npzs/a.npz", "data/sam2_pkls/a.pkl", "data/foreground/a.mp4", "run/a.mp4",
            "run/depth_npzs/a.npz", "run/sam2_pkls/a.pkl",
        ] {
            try folder.write("other bytes", to: file)
            seen.append(try fingerprint(options))
        }
        #expect(Set(seen).count == seen.count)
    }
}
