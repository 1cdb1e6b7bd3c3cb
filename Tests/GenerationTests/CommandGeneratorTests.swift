import CosmosTransfer
import Experiment
import Foundation
import Generation
import Tensors
import TestSupport
import Testing
import Video

@Suite struct CommandGeneratorTests {
    private let tiny: TinySet
    private let clip: ClipInputs

    init() throws {
        tiny = try TinySet()
        clip = tiny.clip(foreground: try tiny.mask("mask.mkv", until: 24))
    }

    private func script(_ lines: String, _ name: String = "make.sh") throws -> String {
        try program("#!/bin/sh\n\(lines)\n", name)
    }

    private func program(_ text: String, _ name: String) throws -> String {
        // Copied by another process: one that is started beside this test would keep a file that is written here open, and a
        // program that is open for writing cannot run.
        let draft = try tiny.folder.write(text, to: name + ".draft")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: draft)
        let path = tiny.folder.file(name)
        let copy = try Process.run(URL(fileURLWithPath: "/bin/cp"), arguments: ["-p", draft, path])
        copy.waitUntilExit()
        try #require(copy.terminationStatus == 0)
        return path
    }

    private func task(_ name: String = "Vis") throws -> VideoTask {
        try tiny.task(name, [("vis", .uniform(1))], clip: clip)
    }

    @Test(arguments: [1, 3]) func `a program's videos are moved to their places`(jobs: Int) throws {
        let tasks = try (0..<4).map { try task("C\($0)") }
        let generator = try CommandGenerator(words: ["cp", "{clip}", "{out}"], jobs: jobs)
        #expect(try generator.results(tasks) == [nil, nil, nil, nil])
        for task in tasks { #expect(FileManager.default.contentsEqual(atPath: task.output, andPath: clip.video)) }
        #expect(try tiny.leftovers().isEmpty)
        #expect(generator.label.hasPrefix("command cp "))
    }

    @Test func `what a program does wrong is said with its last lines, and nothing is left`() throws {
        let cases: [(lines: String, says: [String])] = [
            ("echo starting >&2; echo out of memory >&2; exit 3", ["exit code 3", "starting | out of memory"]),
            ("exit 0", ["wrote no video"]), ("echo text > \"$1\"", ["cannot be read"]),
            ("kill -9 $$", ["signal 9"]), ("head -c 900 '\(clip.video)' > \"$1\"", ["cannot be read"]),
            ("mkdir \"$1\"", ["cannot be read"]),
            ("i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1", ["line 2998 | line 2999"]),
        ]
        for (index, one) in cases.enumerated() {
            let generator = try CommandGenerator(words: [try script(one.lines, "s\(index).sh"), "{out}"])
            let result = try #require(try generator.results([task()])[0])
            #expect(one.says.allSatisfy(result.contains), "\(result)")
            #expect(!FileManager.default.fileExists(atPath: try task().output))
        }
        #expect(try tiny.leftovers().isEmpty)
    }

    @Test func `a failure keeps the video that was there, and does not stop the others`() throws {
        let tasks = [try task("A"), try task("B"), try tiny.task("C", [("depth", .uniform(1))], clip: clip)]
        try FileManager.default.copyItem(atPath: clip.video, toPath: tasks[0].output)
        let program = try script("case \"$2\" in *\"/A/\"*) exit 1;; esac; cp \"$1\" \"$2\"")
        let results = try CommandGenerator(words: [program, "{clip}", "{out}"], jobs: 2).results(tasks)
        #expect(results[0]?.contains("exit code 1") == true && results[1] == nil)
        #expect(results[2]?.contains("no control 'depth'") == true)
        #expect(FileManager.default.fileExists(atPath: tasks[0].output))
    }

    @Test func `a program that takes too long is ended with what it started, and the others go on`() throws {
        let tasks = [try task("A"), try task("B")]
        let child = tiny.folder.file("child")
        let program = try script(
            "case \"$2\" in *\"/A/\"*) echo loading >&2; sleep 3600 & echo $! > '\(child)'; wait;; esac; cp \"$1\" \"$2\""
        )
        let results = try CommandGenerator(words: [program, "{clip}", "{out}"], minutes: 0.05, jobs: 2).results(tasks)
        #expect(results[0]?.contains("took longer than 0.05 min and was ended; it said: loading") == true, "\(results)")
        #expect(results[1] == nil)
        #expect(try tiny.leftovers().isEmpty)
        let number = try String(contentsOfFile: child, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(isGone(try #require(pid_t(number))))
    }

    @Test func `what a program leaves running neither hangs the run nor costs the video, and is ended`() throws {
        let list = tiny.folder.file("children")
        let program = try script(
            """
            sleep 3600 & echo $! >> '\(list)'
            setsid sleep 3601 & echo $! >> '\(list)'
            setsid sh -c 'setsid sleep 3602 & echo $! >> "\(list)"' &
            sleep 0.3; cp "$1" "$2"
            """)
        let task = try task()
        #expect(try CommandGenerator(words: [program, "{clip}", "{out}"], minutes: 5).results([task]) == [nil])
        #expect(FileManager.default.contentsEqual(atPath: task.output, andPath: clip.video))
        try expectGone(list, count: 3)
    }

    @Test func `the time limit and a stop hold for daemons too`() throws {
        for isStopped in [false, true] {
            let list = tiny.folder.file("daemons\(isStopped)")
            let program = try script(
                """
                trap '' TERM INT HUP
                (setsid sh -c 'trap "" TERM; echo $$ >> "\(list)"; sleep 3603; sleep 3604' &)
                while [ ! -s '\(list)' ]; do sleep 0.05; done
                echo $$ >> '\(list)'; touch '\(list).ready'; sleep 3605
                """, "make\(isStopped).sh")
            let generator = try CommandGenerator(
                words: [program, "{clip}", "{out}"], minutes: isStopped ? nil : 0.05)
            if isStopped {
                let stopping = Thread { [list] in
                    while !FileManager.default.fileExists(atPath: list + ".ready") { usleep(20_000) }
                    generator.stop()
                }
                stopping.start()
                let error = try #require(throws: BenchError.self) { try generator.results([task("A"), task("B")]) }
                #expect(error.code == .interrupted)
            } else {
                #expect(try generator.results([task()])[0]?.contains("took longer than 0.05 min") == true)
            }
            try expectGone(list, count: 2)
        }
        #expect(try tiny.leftovers().isEmpty)
    }

    private func expectGone(_ list: String, count: Int) throws {
        let numbers = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n").compactMap { pid_t($0) }
        #expect(numbers.count == count)
        for number in numbers { #expect(isGone(number), "\(number) still runs") }
    }

    @Test func `no file of this process is open in a program`() throws {
        let open = FileHandle(forReadingAtPath: clip.video)
        let inherited = Foundation.open(clip.video, O_RDONLY)
        defer { close(inherited) }
        let said = tiny.folder.file("open")
        let program = try script("ls /proc/self/fd | tr '\\n' ' ' > '\(said)'; cp \"$1\" \"$2\"")
        #expect(try CommandGenerator(words: [program, "{clip}", "{out}"]).results([task()]) == [nil])
        // The last one is that of the folder which ls reads; the shell has put its file in place of standard output.
        #expect(try String(contentsOfFile: said, encoding: .utf8) == "0 1 2 3 ")
        #expect(open != nil)
    }

    @Test func `the whole log of a failure is kept and named, without escape sequences where it is quoted`() throws {
        let program = try script(
            "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; printf '\\033[31mno \\033]0;t\\007GPU\\033[0m\\n' >&2; exit 3"
        )
        let task = try task()
        let result = try #require(try CommandGenerator(words: [program, "{out}"]).results([task])[0])
        let log = URL(fileURLWithPath: task.output).deletingPathExtension().path + ".failed.log"
        #expect(result == "make.sh ended with exit code 3; it said: no GPU; its whole log is \(log)")
        let text = try String(contentsOfFile: log, encoding: .utf8)
        #expect(text.hasPrefix(program) && text.contains("\nline 0\n") && text.contains("\nline 4999\n"))
        #expect(text.contains("--- standard error\n\u{1B}[31mno"))
        // It goes when the video is made after all.
        #expect(try CommandGenerator(words: ["cp", clip.video, "{out}"]).results([task]) == [nil])
        #expect(!FileManager.default.fileExists(atPath: log))
    }

    @Test func `a place that is taken stays as it is, and the video goes beside it`() throws {
        let tasks = try (0..<4).map { _ in try task() }
        let other = try tiny.folder.write("another run's", to: "out/Vis/clip.mkv")
        let generator = try CommandGenerator(words: ["cp", "{clip}", "{out}"], jobs: 2)
        #expect(try generator.results(tasks) == [nil, nil, nil, nil])
        #expect(try String(contentsOfFile: other, encoding: .utf8) == "another run's")
        let folders = try FileManager.default.contentsOfDirectory(atPath: tiny.folder.file("out")).sorted()
        #expect(folders == ["Vis", "Vis~0a1b2c3d", "Vis~0a1b2c3d-2", "Vis~0a1b2c3d-3", "Vis~0a1b2c3d-4"])
        for folder in folders.dropFirst() {
            let path = tiny.folder.file("out/\(folder)/clip.mkv")
            #expect(FileManager.default.contentsEqual(atPath: path, andPath: clip.video))
        }
    }

    @Test func `work folders of other machines stay, and those of processes that are gone go with what works there`()
        throws
    {
        let first = try task()
        let told = tiny.folder.file("told")
        let program = try script("echo $TRANSFERBENCH_WORK > '\(told)'; cp \"$1\" \"$2\"")
        #expect(try CommandGenerator(words: [program, "{clip}", "{out}"]).results([first]) == [nil])
        let name = try String(contentsOfFile: told, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let parts = URL(fileURLWithPath: name).lastPathComponent.split(separator: "-", omittingEmptySubsequences: false)
        try #require(parts.count == 5 && parts[3] == "\(getpid())")
        let ended = try Process.run(URL(fileURLWithPath: "/bin/true"), arguments: [])
        ended.waitUntilExit()
        let folder = URL(fileURLWithPath: first.output).deletingLastPathComponent().path
        let gone = "\(folder)/.transferbench-work-\(parts[2])-\(ended.processIdentifier)-1"
        let foreign = "\(folder)/.transferbench-work-0123456789ab-\(ended.processIdentifier)-1"
        for path in [gone, foreign] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
        let orphan = Process()
        orphan.executableURL = URL(fileURLWithPath: "/bin/sleep")
        orphan.arguments = ["3606"]
        orphan.environment = ["TRANSFERBENCH_WORK": gone]
        try orphan.run()
        #expect(try CommandGenerator(words: ["cp", "{clip}", "{out}"]).results([task("Vis")]) == [nil])
        #expect(!FileManager.default.fileExists(atPath: gone) && FileManager.default.fileExists(atPath: foreign))
        orphan.waitUntilExit()
        #expect(orphan.terminationReason == .uncaughtSignal)
    }

    @Test func `a script that is not there is missed before anything runs`() throws {
        let error = try #require(throws: BenchError.self) {
            try CommandGenerator(words: ["sh", "no/such/script.sh", "{out}"])
        }
        #expect(
            error.code == .unusableInput && error.sentence.contains("no file 'no/such/script.sh', which sh is to run"))
        #expect(throws: Never.self) { try CommandGenerator(words: ["sh", "-c", "no/such/script.sh", "{out}"]) }
    }

    /// Whether a process ends within seconds: whoever inherits it may take a moment to notice, or never.
    private func isGone(_ process: pid_t) -> Bool {
        (0..<100).contains { _ in
            guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                state.split(separator: ")").last?.hasPrefix(" Z") != true
            else { return true }
            usleep(50_000)
            return false
        }
    }

    @Test func `a command that cannot work is refused before anything runs`() throws {
        func sentence(_ words: [String], files: [String] = [], path: String? = nil) -> String {
            do {
                _ = try CommandGenerator(words: words, files: files, searchPath: path)
                return "accepted"
            } catch { return "\(error)" }
        }
        #expect(sentence([]).contains("no words"))
        #expect(sentence(["cp", "{clip}"]).contains("{out}"))
        #expect(sentence(["cp", "{clp}", "{out}"]).contains("{clp}"))
        #expect(sentence(["no-such-program", "{out}"]).contains("'no-such-program' in PATH"))
        #expect(sentence(["cp", "{out}"], path: "/nowhere").contains("PATH"))
        #expect(sentence([clip.video, "{out}"]).contains("may not be run; allow it with: chmod +x \(clip.video)"))
        #expect(sentence(["cp", "{out}"], files: ["/nowhere/weights.pt"]).contains("/nowhere/weights.pt"))
    }

    @Test func `the identity has the contents of scripts and of all files of a folder, and not where the program lies`()
        throws
    {
        let script = tiny.folder.file("make.sh")
        let data = tiny.folder.file("weights/part/a.bin")
        func write(_ text: String, _ path: String) throws {
            let url = URL(fileURLWithPath: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        func fingerprint() throws -> [String] {
            try CommandGenerator(words: ["sh", script, "{out}"], files: [tiny.folder.file("weights")]).fingerprint
        }
        try write("exit 0", script)
        try write("1", data)
        let first = try fingerprint()
        #expect(try fingerprint() == first)
        try write("exit 1", script)
        let second = try fingerprint()
        try write("2", data)
        #expect(try Set([first, second, fingerprint()]).count == 3)
    }

    @Test func `a program that is no program ends the work`() throws {
        let path = try program("\u{7f}ELF nonsense", "broken")
        let error = try #require(throws: BenchError.self) {
            try CommandGenerator(words: [path, "{out}"]).results([task()])
        }
        #expect(error.code == .missing && error.sentence.contains("cannot be started"))
        #expect(try tiny.leftovers().isEmpty)
    }

    @Test func `no shell looks at words, and what is filled in is not filled again`() throws {
        let text = "a \"robot\" {seed} $(touch \(tiny.folder.file("hacked"))); 'x' \\ *"
        let program = try script("printf '%s' \"$3\" > '\(tiny.folder.file("said"))'; cp \"$1\" \"$2\"")
        let task = try tiny.task(
            "Vis", [("vis", .uniform(1))], clip: clip, prompt: Prompt(label: "x", text: text), seed: .max)
        let generator = try CommandGenerator(words: [program, "{clip}", "{out}", "<{prompt}|{seed}>", "$HOME"])
        #expect(try generator.results([task]) == [nil])
        #expect(try String(contentsOfFile: tiny.folder.file("said"), encoding: .utf8) == "<\(text)|4294967295>")
        #expect(!FileManager.default.fileExists(atPath: tiny.folder.file("hacked")))
    }

    @Test func `the specification says what the task says, maps and presets included`() throws {
        let depth = try tiny.video("depth.mkv", level: 40)
        let clip = ClipInputs(
            name: "clip", video: clip.video,
            controls: [
                "edge": .preset("very_low"), "vis": .preset("none"), "depth": .video(path: depth),
                "seg": .video(path: depth),
            ],
            foreground: clip.foreground)
        let kept = tiny.folder.file("kept")
        let task = try tiny.task(
            "All",
            [
                ("depth", .uniform(0.25)), ("edge", .uniform(1)), ("vis", .regional(fg: 0.75, bg: 0.5)),
                // Left out: beside a map, the official tool would take it for a weight of 1.
                ("seg", .uniform(0)),
            ],
            clip: clip, seed: 12)
        let program = try script("cp -r \"$(dirname \"$1\")\" '\(kept)'; cp '\(clip.video)' \"$2\"")
        #expect(try CommandGenerator(words: [program, "{spec}", "{out}"]).results([task]) == [nil])
        // The map has moved with the copy.
        let path = kept + "/spec.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let moved = text.replacing(/"[^"]*\/(vis_weight\.pt)"/) { "\"\(kept)/\($0.1)\"" }
        try Data(moved.utf8).write(to: URL(fileURLWithPath: path))
        let spec = try #require(try GenerationSpec.read(path: path).first)
        #expect(spec.prompt == "a robot" && spec.seed == 12 && spec.inputVideo == clip.video)
        #expect(spec.saveName == "video")
        #expect(spec.warnings.isEmpty, "\(spec.warnings)")
        #expect(
            spec.controls == [
                .init(kind: .vis, weight: .file(kept + "/vis_weight.pt"), source: .video(clip.video)),
                .init(kind: .edge, weight: .number(1, quoted: false), source: .preset(.veryLow)),
                .init(kind: .depth, weight: .number(0.25, quoted: false), source: .video(depth)),
            ])
        let map = try #require(try TensorFile.read(path: kept + "/vis_weight.pt")["data"])
        #expect(map.shape == [9, 32, 48])
        #expect(map.floats()[0..<48].elementsEqual((0..<48).map { $0 < 24 ? 0.75 : 0.5 }))
    }

    @Test func `the fingerprint has the words, the program and the files that are named`() throws {
        let program = try script("exit 0")
        let file = try tiny.folder.write("weights", to: "weights.pt")
        func fingerprint(_ words: String...) throws -> [String] {
            try CommandGenerator(words: [program, "{out}"] + words, files: [file]).fingerprint
        }
        let one = try fingerprint("a")
        #expect(try fingerprint("a") == one)
        #expect(try fingerprint("b") != one)
        try tiny.folder.write("others", to: "weights.pt")
        let two = try fingerprint("a")
        #expect(two != one)
        _ = try script("exit 1")
        #expect(try fingerprint("a") != two)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: Program().path)))
    func `our own generate is a command, and takes regional weights`() throws {
        let words = [
            Program().path, "generate", "{spec}", "--weights", tiny.weights, "--out", "{out}", "--threads", "1",
        ]
        let task = try tiny.task("Regional", [("vis", .regional(fg: 1, bg: 0)), ("edge", .uniform(0.5))], clip: clip)
        #expect(try CommandGenerator(words: words).results([task]) == [nil])
        #expect(try TinySet.frames(task.output).map(\.size) == [FrameSize](repeating: TinySet.size, count: 9))
    }
}
