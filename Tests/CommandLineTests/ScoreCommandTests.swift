import Foundation
import TestSupport
import Testing

/// `transferbench score` as a user runs it: output, errors, exit codes.
@Suite struct ScoreCommandTests {
    private let folder = TemporaryFolder()

    private func run(_ arguments: [String], environment: [String: String] = [:], shell: String? = nil) throws
        -> Program.Result
    {
        try program.run(arguments, in: folder, environment: environment, shell: shell)
    }

    /// An error is one line that begins with the program's name.
    private func isOneSentence(_ result: Program.Result, _ parts: String...) -> Bool {
        let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("transferbench: ") }
        return lines.count == 1 && parts.allSatisfy { result.errors.contains($0) } && !result.errors.contains("Fatal")
    }

    @Test func `a folder is scored into a table, and scored again computes nothing`() throws {
        try layOutSmallBenchmark(in: folder)
        let first = try run(scoreAll)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("Blur SSIM ↑  Edge F1 ↑  Depth si-RMSE ↓  Mask mIoU ↑"))
        #expect(
            first.output.contains("n = 2 of 2 videos (1 clip) for every value; marks compare the same clip in all rows")
        )
        #expect(first.errors.contains("run 1: 6 scored now, 0 known before; stored in results.sqlite"))
        let second = try run(scoreAll)
        #expect(second.status == 0)
        #expect(second.errors.contains("run 1: 0 scored now, 6 known before"))
        #expect(second.output == first.output)
    }

    @Test func `a clip that is too small for NIQE leaves NIQE without a value, and the rest stands`() throws {
        let pair = [
            "score", "--reference", Places.recorded + "/dataset/videos/task_0001.mp4", "--generated",
            Places.recorded + "/edge/videos/task_0001__0.mp4", "--niqe", "references", "--niqe-block", "512", "--json",
        ]
        let result = try run(pair)
        #expect(result.status == 0, "\(result.errors)")
        let root = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let scores = try #require(root["scores"] as? [[String: Any]])
        func score(_ metric: String) -> [String: Any]? { scores.first { $0["metric"] as? String == metric } }
        #expect(score("niqe")?["value"] is NSNull)
        #expect((score("niqe")?["reason"] as? String)?.contains("smaller than NIQE's block of 512 pixels") == true)
        #expect(score("blur-ssim")?["value"] is Double)
        #expect((root["environment"] as? [String: String])?["matrix-library"]?.contains("kernels") == true)
    }

    @Test func `one pair prints JSON of the documented form, and nothing else, on standard output`() throws {
        let clip = Places.recorded + "/dataset"
        let result = try run([
            "score", "--reference", clip + "/videos/task_0001.mp4", "--generated",
            Places.recorded + "/edge/videos/task_0001__0.mp4", "--foreground", clip + "/foreground/task_0001.mp4",
            "--depth-reference", clip + "/depth_npzs/task_0001.npz", "--depth-generated",
            Places.recorded + "/edge/depth_npzs/task_0001__0.npz", "--masks-reference",
            clip + "/sam2_pkls/task_0001.pkl", "--masks-generated",
            Places.recorded + "/edge/sam2_pkls/task_0001__0.pkl",
            "--json",
        ])
        #expect(result.status == 0, "\(result.errors)")
        let root = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(root["schema"] as? String == "transferbench.score/1")
        #expect(root["profile"] as? String == "paibench-2025")
        #expect((root["reference"] as? [String: Any])?["frames"] as? Int == 25)
        #expect(((root["generated"] as? [String: Any])?["sha256"] as? String)?.count == 64)
        let scores = try #require(root["scores"] as? [[String: Any]])
        #expect(scores.count == 13 * 3 + 1)
        for score in scores {
            #expect(score["metric"] is String && score["region"] is String && score["n"] as? Int == 25)
            #expect(score["value"] is Double && score["warnings"] is [String])
        }
        let edges = try #require(scores.first { $0["metric"] as? String == "edge-f1" })
        #expect(Set((edges["counts"] as? [String: Int])?.keys.map { $0 } ?? []) == ["tp", "fp", "fn"])
    }

    @Test func `a pair with a damaged part prints the rest and exits with 2`() throws {
        try folder.write([0x80, 4, 0x63] + Array("os\nsystem\n.".utf8), to: "evil.pkl")
        let video = Places.recorded + "/dataset/videos/task_0000.mp4"
        let result = try run([
            "score", "--reference", video, "--generated", video, "--masks-reference", "evil.pkl", "--masks-generated",
            "evil.pkl", "--json",
        ])
        #expect(result.status == 2)
        #expect(result.errors.contains("evil.pkl: has the pickle opcode GLOBAL at byte 2, which would run code"))
        #expect(result.output.contains("\"blur-ssim\""))
    }

    @Test func `usage errors exit with 64`() throws {
        for arguments in [
            ["score"], ["score", "--dataset", "data"], ["score", "--reference", "a.mp4"],
            ["score", "--no-such-option"],
            ["score", "--reference", "a", "--generated", "b", "--dataset", "c"],
            ["score", "--reference", "a", "--generated", "b", "--depth-reference", "c"],
            ["score", "--dataset", "a", "--videos", "b", "--threads", "0"],
            ["score", "--dataset", "a", "--videos", "b", "--profile", "paibench-1999"], ["no-such-command"],
        ] {
            #expect(try run(arguments).status == 64, "\(arguments)")
        }
    }

    @Test func `unusable input exits with 65 and one sentence that names it`() throws {
        try folder.write("text", to: "text.mp4")
        try folder.write([], to: "empty.mp4")
        let video = Places.recorded + "/dataset/videos/task_0000.mp4"
        let whole = try Data(contentsOf: URL(fileURLWithPath: video))
        try folder.write(Array(whole.prefix(whole.count * 6 / 10)), to: "cut.mp4")
        for name in ["absent.mp4", "text.mp4", "empty.mp4", "cut.mp4"] {
            for arguments in [
                ["--reference", name, "--generated", video], ["--reference", video, "--generated", name],
            ] {
                let result = try run(["score"] + arguments)
                #expect(result.status == 65, "\(name)")
                #expect(isOneSentence(result, name), "\(result.errors)")
                #expect(result.output.isEmpty)
            }
        }
        try layOutSmallBenchmark(in: folder)
        let absent = try run(["score", "--dataset", "nowhere", "--videos", "vis"])
        #expect(absent.status == 65 && isOneSentence(absent, "nowhere is not a folder"))
        try folder.write(
            "not a database, but long enough for someone to look at its header bytes", to: "results.sqlite")
        let store = try run(scoreAll)
        #expect(store.status == 65 && isOneSentence(store, "results.sqlite is not a transferbench store"))
    }

    @Test func `a folder with damaged items scores the others, exits with 2, and later with 0`() throws {
        try layOutSmallBenchmark(in: folder, clips: ["task_0000", "task_0002"])
        let good = try Data(contentsOf: URL(fileURLWithPath: folder.file("edge/videos/task_0000__0.mp4")))
        try folder.write(Array(good.prefix(good.count / 2)), to: "edge/videos/task_0000__0.mp4")
        try folder.write("no caption", to: "data/captions/task_0002.json")
        let broken = try run(scoreAll)
        #expect(broken.status == 2)
        #expect(broken.errors.contains("edge/videos/task_0000__0.mp4"))
        #expect(broken.output.contains("edge PARTIAL"))
        #expect(broken.errors.contains("run 1: 11 scored now"))
        #expect(broken.output.contains("captions/task_0002.json: is not valid JSON"))
        try folder.write(Array(good), to: "edge/videos/task_0000__0.mp4")
        try folder.write("{\"caption\": \"hands\"}", to: "data/captions/task_0002.json")
        let mended = try run(scoreAll)
        #expect(mended.status == 0, "\(mended.errors)")
        #expect(mended.errors.contains("run 1: 7 scored now, 5 known before"))
        #expect(!mended.output.contains("PARTIAL"))
    }

    @Test func `no video of any clip exits with 5`() throws {
        try layOutSmallBenchmark(in: folder)
        try folder.write("x", to: "strangers/nobody.mp4")
        let result = try run(["score", "--dataset", "data", "--videos", "strangers"])
        #expect(result.status == 5 && isOneSentence(result, "no video belongs to a clip"))
    }

    @Test func `a store in use exits with 75 and names the holder, or waits for it`() throws {
        try layOutSmallBenchmark(in: folder)
        // This process is the holder, so that nothing depends on how fast another one is.
        let holder = open(folder.file("results.sqlite.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        #expect(flock(holder, LOCK_EX | LOCK_NB) == 0)
        let name = "process \(getpid())"
        #expect(pwrite(holder, name, name.utf8.count, 0) == name.utf8.count)
        let refused = try run(scoreAll + ["--wait", "0"])
        #expect(refused.status == 75 && isOneSentence(refused, "is in use by \(name)"), "\(refused.errors)")
        let (_, collect) = try program.start(scoreAll + ["--wait", "600"], in: folder)
        // Long enough for most machines to find the lock taken; the result is the same where it is not.
        usleep(500_000)
        close(holder)
        let patient = collect()
        #expect(patient.status == 0, "\(patient.errors)")
        #expect(try run(scoreAll).errors.contains("6 known before"))
    }

    @Test func `an interrupt exits with 130 and keeps what was scored`() throws {
        try layOutSmallBenchmark(in: folder)
        for signal in [SIGINT, SIGTERM] {
            var (result, store) = (Program.Result?.none, "")
            // On a busy machine the run may be over before the signal is sent: then again, on a new store.
            for attempt in 1...20 where result?.status ?? 0 == 0 {
                store = "s\(signal)-\(attempt).sqlite"
                let (process, collect) = try program.start(scoreAll + ["--store", store], in: folder)
                while !FileManager.default.fileExists(atPath: folder.file(store)), process.isRunning { usleep(5000) }
                kill(process.processIdentifier, signal)
                result = collect()
            }
            let interrupted = try #require(result)
            #expect(interrupted.status == 130, "\(interrupted.errors)")
            #expect(interrupted.errors.contains("interrupted; what was scored is kept"))
            #expect(try run(scoreAll + ["--store", store]).status == 0)
        }
    }

    @Test func `a disk that fills up exits with 69, and the same command goes on when there is room`() throws {
        try layOutSmallBenchmark(in: folder)
        // A limit on file sizes is the full disk that every user can make.
        let full = try run(
            scoreAll, environment: ["TMPDIR": "/dev/shm"], shell: "ulimit -f 220; exec \"$@\"")
        #expect(full.status == 69 || full.status == 2, "\(full.errors)")
        #expect(full.errors.contains("the same command") || full.errors.contains("free space"), "\(full.errors)")
        #expect(!full.errors.contains("Fatal"))
        let after = try run(scoreAll)
        #expect(after.status == 0, "\(after.errors)")
    }

    @Test func `without room for the reference's maps the videos are scored all the same`() throws {
        try layOutSmallBenchmark(in: folder)
        let whole = try run(scoreAll)
        let slow = try run(scoreAll + ["--store", "slow.sqlite"], environment: ["TMPDIR": "/proc"])
        #expect(slow.status == 0, "\(slow.errors)")
        #expect(slow.errors.contains("slower: /proc") && slow.errors.contains("TMPDIR"))
        #expect(slow.output == whole.output)
    }

    @Test func `results that nobody receives are an error`() throws {
        try layOutSmallBenchmark(in: folder)
        let video = Places.recorded + "/dataset/videos/task_0000.mp4"
        let pair = try run(
            ["score", "--reference", video, "--generated", video, "--json"], shell: "exec \"$@\" > /dev/full")
        #expect(pair.status == 69 && isOneSentence(pair, "standard output cannot be written"))
        let table = try run(scoreAll, shell: "exec \"$@\" > /dev/full")
        #expect(table.status == 69)
        #expect(try run(scoreAll).errors.contains("6 known before"))
    }

    @Test func `a pipe in place of a video fails instead of waiting for ever`() throws {
        try layOutSmallBenchmark(in: folder)
        try FileManager.default.removeItem(atPath: folder.file("edge/videos/task_0000__0.mp4"))
        mkfifo(folder.file("edge/videos/task_0000__0.mp4"), 0o644)
        let result = try run(scoreAll)
        #expect(result.status == 2 && result.errors.contains("task_0000__0.mp4 is not a regular file"))
        #expect(result.output.contains("edge PARTIAL") && result.output.contains("(1/2, 1)"))
    }

    @Test func `a later run that shows the same scores shows what was wrong with them`() throws {
        try layOutSmallBenchmark(in: folder)
        try folder.write("no archive", to: "vis/depth_npzs/task_0000.npz")
        let first = try run(["score", "--dataset", "data", "--videos", "vis"])
        #expect(first.status == 2)
        let second = try run(["score", "--dataset", "data", "--videos", "vis", "--videos", "uniform"])
        #expect(second.status == 2)
        #expect(second.errors.contains("2 scored now, 2 known before"))
        #expect(second.output.contains("vis/depth_npzs/task_0000.npz: is not a zip archive"))
        #expect(second.output.contains("generated frames are 384x224 and were resized"))
    }

    @Test func `a video that is added before all others continues the same run`() throws {
        try layOutSmallBenchmark(in: folder, clips: ["task_0000", "task_0001"])
        let early = folder.file("vis/videos/task_0000.mp4")
        try FileManager.default.moveItem(atPath: early, toPath: folder.file("later"))
        let arguments = ["score", "--dataset", "data", "--videos", "vis"]
        #expect(try run(arguments).errors.contains("run 1: 3 scored now"))
        try FileManager.default.moveItem(atPath: folder.file("later"), toPath: early)
        #expect(try run(arguments).errors.contains("run 1: 1 scored now, 3 known before"))
    }

    @Test func `a file that was replaced keeping its size and time is noticed`() throws {
        try layOutSmallBenchmark(in: folder)
        let path = folder.file("vis/sam2_pkls/task_0000.pkl")
        #expect(try run(scoreAll).status == 0)
        let shell =
            "cp -p \(path) old && printf . | dd of=\(path) bs=1 seek=60 conv=notrunc 2>/dev/null && "
            + "touch -r old \(path); exec \"$@\""
        let again = try run(scoreAll, shell: shell)
        #expect(again.errors.contains("1 scored now, 5 known before"))
    }

    @Test func `a video trimmed by an edit list has the frames that it shows, and nothing is wrong with it`() throws {
        let video = Places.recorded + "/dataset/videos/task_0000.mp4"
        let result = try run(
            ["score", "--reference", "trimmed.mp4", "--generated", "trimmed.mp4"],
            shell: "ffmpeg -v error -ss 0.5 -i \(video) -c copy trimmed.mp4 && exec \"$@\"")
        #expect(result.status == 0, "\(result.errors)")
        #expect(!result.errors.contains("warning: trimmed.mp4"))
        #expect(result.output.contains(/blur-ssim +all +1\.000000 +13/), "\(result.output)")
    }

    @Test func `a limit stops early, is marked and goes on`() throws {
        try layOutSmallBenchmark(in: folder)
        let some = try run(scoreAll + ["--limit", "4"])
        #expect(some.status == 0)
        #expect(some.errors.contains("4 scored now, 0 known before, 2 left by --limit"))
        #expect(some.output.contains("PARTIAL"))
        #expect(try run(scoreAll).errors.contains("2 scored now, 4 known before"))
    }
}
