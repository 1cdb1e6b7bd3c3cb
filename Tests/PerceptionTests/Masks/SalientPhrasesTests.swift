import Experiment
import Tensors
import TestSupport
import Testing
import Video

@testable import Perception

@Suite struct SalientPhrasesTests {
    private let names = ["robot arm", "table", "Robot  arm", "the cup", "lamp"]

    @Test func `phrases match in any case, spacing and with or without an article`() {
        let found = SalientPhrases(list: " ROBOT arm. ,cup , a spoon,, Cup").labels(among: names)
        #expect(found.labels == [1, 3, 4])
        #expect(found.unmatched == ["a spoon"])
        #expect(SalientPhrases(list: "robot").labels(among: names).labels.isEmpty)
        #expect(SalientPhrases(list: "").phrases.isEmpty)
    }

    @Test func `the foreground is the union of the labels that are called so`() throws {
        let labels = Plane(width: 6, height: 1, pixels: [0, 1, 2, 3, 4, 5])
        let phrases = SalientPhrases(["robot arm", "cup", "nothing"])
        let mask = Plane(width: 6, height: 1, pixels: [0, 1, 0, 1, 1, 0])
        let reader = PhraseForeground(LabelFrames([labels, labels], names), phrases: phrases)
        #expect(reader.unmatched == ["nothing"] && !reader.isEmpty && reader.size == labels.size)
        #expect(try reader.next() == mask)
        #expect(try reader.next() == mask)
        #expect(try reader.next() == nil)
        #expect(PhraseForeground(LabelFrames([], names), phrases: SalientPhrases([])).isEmpty)
    }

    @Test func `lists are read from one file for all clips, one for each, and a file that is a list`() throws {
        let folder = TemporaryFolder()
        let all = try folder.write(#"{"task_0000": ["robot arm", "cup"], "task_0001": []}"#, to: "all.json")
        #expect(try SalientPhrases(path: all, clip: "task_0000").phrases == ["robot arm", "cup"])
        #expect(try SalientPhrases(path: all, clip: "task_0001").phrases.isEmpty)
        try folder.write(#"["cup"]"#, to: "clips/a.json")
        try folder.write(#"{"phrases": ["cup", "arm"]}"#, to: "clips/b.json")
        try folder.write(#"{"c": ["arm"]}"#, to: "clips/c.json")
        #expect(try SalientPhrases(path: folder.file("clips"), clip: "a").phrases == ["cup"])
        #expect(try SalientPhrases(path: folder.file("clips"), clip: "b").phrases == ["cup", "arm"])
        #expect(try SalientPhrases(path: folder.file("clips"), clip: "c").phrases == ["arm"])
        #expect(try SalientPhrases(path: folder.file("clips/a.json"), clip: "whatever").phrases == ["cup"])
    }

    @Test(arguments: [
        (#"{"other": []}"#, "no list of phrases for the clip 'x'"), (#"{"x": "arm"}"#, "is a string"),
        (#"{"x": [1]}"#, "holds an integer"), ("[", "not valid JSON"), ("3", "no list of phrases"),
    ])
    func `a file that is no such list is refused in one sentence`(text: String, words: String) throws {
        let folder = TemporaryFolder()
        let path = try folder.write(text, to: "phrases.json")
        let error = #expect(throws: BenchError.self) { try SalientPhrases(path: path, clip: "x") }
        #expect(error?.code == .unusableInput && error?.sentence.contains(words) == true, "\(error?.sentence ?? "")")
        #expect(throws: BenchError.self) { try SalientPhrases(path: folder.file("absent.json"), clip: "x") }
        #expect(throws: BenchError.self) { try SalientPhrases(path: folder.path, clip: "../x") }
    }

    @Test func `an identity follows what is chosen, not how it is written`() {
        #expect(SalientPhrases(list: "cup, the arm").identity == SalientPhrases(list: "ARM, a cup").identity)
        #expect(SalientPhrases(list: "cup").identity != SalientPhrases(list: "arm").identity)
    }

    @Test func `the prompt names the clip and its phrases`() {
        let prompt = SalientPhrases.prompt(clip: "task_0007", phrases: ["cup", "arm", "cup"])
        #expect(prompt.contains(#"{"task_0007": ["#) && prompt.hasSuffix("cup\narm"))
        #expect(!prompt.contains("{clip}") && !prompt.contains("{phrases}"))
    }
}

/// Label maps from memory.
private final class LabelFrames: LabelReader {
    let path = "labels"
    let size: FrameSize
    let phrases: [String]
    private var maps: [Plane]
    var frames: Int { maps.count }

    init(_ maps: [Plane], _ phrases: [String]) {
        self.maps = maps
        self.phrases = phrases
        size = maps.first?.size ?? FrameSize(width: 1, height: 1)
    }

    func next() throws(FileError) -> Plane? { maps.isEmpty ? nil : maps.removeFirst() }
}
