import Foundation
import TestSupport
import Testing

/// What a beginner gets wrong on a command line, and what the program answers.
@Suite struct MistakeTests {
    private let folder = TemporaryFolder()

    private func run(_ arguments: [String]) throws -> Program.Result { try program.run(arguments, in: folder) }

    @Test(arguments: [
        ("scor --dataset x", "'transferbench' has no command 'scor'; did you mean 'score'?"),
        ("help scor", "'transferbench' has no command 'scor'; did you mean 'score'?"),
        ("models inspct x", "'transferbench models' has no command 'inspct'; did you mean 'inspect'?"),
        ("runs remov 1", "'transferbench runs' has no command 'remov'; did you mean 'remove'?"),
        ("paint", "'transferbench' has no command 'paint'; its commands are run, score, "),
        ("score --datset x --videos y", "has no option '--datset'; did you mean '--dataset'?"),
        ("generate x.json --guidence 3", "has no option '--guidence'; did you mean '--guidance'?"),
        ("score --xyz", "has no option '--xyz'; 'transferbench score --help' shows its options"),
        ("generate x.json --weights w --guidance -1", "--guidance is -1.0: give a number from 0 (no guidance)"),
        ("run x.yaml --limit -3", "--limit takes 1 or more."), ("report --digits -1", "--digits takes 0 to 15."),
        ("generate s.json --weights w --seed -1", "Seed of the noise, 0 to 4294967295"),
        ("generate s.json --weights w --size 100", "Working size, as 1280x704"),
        ("models inspect x --frames -5", "--frames is -5: give a number from 1"),
    ]) func `a slip on the command line is named, with what was meant`(_ line: String, _ words: String) throws {
        let result = try run(line.split(separator: " ").map(String.init))
        #expect(result.status == 64 && result.errors.contains(words), "\(result.errors)")
    }

    @Test func `right commands are not taken for slips`() throws {
        for line in [["--version"], ["help", "score"], ["models", "--help"], ["runs", "--help"], ["help"]] {
            #expect(try run(line).status == 0, "\(line)")
        }
    }

    @Test func `a folder that is not the generator's weights is told apart`() throws {
        try folder.write("{}", to: "judge/network.json")
        let judge = try run(["models", "inspect", "judge"])
        #expect(judge.status == 65 && judge.errors.contains("models verify"), "\(judge.errors)")
        let file = try run(["models", "inspect", "judge/network.json"])
        #expect(file.status == 65 && file.errors.contains("is a file; name the folder"), "\(file.errors)")
    }

    @Test func `a swapped dataset is refused, by captions or by names`() throws {
        try layOutSmallBenchmark(in: folder)
        let captions = try run(["score", "--dataset", "vis", "--videos", "data"])
        #expect(captions.status == 64 && captions.errors.contains("look swapped"), "\(captions.errors)")
        try FileManager.default.removeItem(atPath: folder.file("data/captions"))
        try FileManager.default.removeItem(atPath: folder.file("vis/videos/task_0000.mp4"))
        let names = try run(["score", "--dataset", "vis", "--videos", "data"])
        #expect(
            names.status == 64 && names.errors.contains("as task_0000_caption1 after task_0000"), "\(names.errors)")
        #expect(try run(["score", "--dataset", "data", "--videos", "vis"]).status == 0)
    }

    @Test func `a reference that is scored against itself is said to be perfect for that reason`() throws {
        try layOutSmallBenchmark(in: folder)
        let words = "the generated video is its reference, byte for byte"
        let scored = try run(["score", "--dataset", "data", "--videos", "self=data"])
        #expect(scored.status == 0 && scored.output.contains(words), "\(scored.output)")
        let video = "data/videos/task_0000.mp4"
        let pair = try run(["score", "--reference", video, "--generated", video])
        #expect(pair.status == 0 && pair.errors.contains("warning: " + words), "\(pair.errors)")
        #expect(try run(["score", "--reference", video, "--generated", video, "--json"]).output.contains(words))
        #expect(!(try run(["score", "--dataset", "data", "--videos", "vis"]).output.contains(words)))
    }

    @Test func `a specification's slip has its line and column`() throws {
        try folder.write("{\n \"prompt\": \"x\",\n \"edge\": {\"control_weight\": 1,}\n}", to: "spec.json")
        let result = try run(["generate", "spec.json", "--weights", "."])
        #expect(
            result.status == 65
                && result.errors.contains(
                    "spec.json: is not valid JSON: it has a comma before its closing '}' at line 3, column 31"),
            "\(result.errors)")
    }
}
