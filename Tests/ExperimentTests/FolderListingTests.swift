import Experiment
import Foundation
import TestSupport
import Testing

/// Files are found by the ids of clips, however a disk writes them.
@Suite struct FolderListingTests {
    private let folder = TemporaryFolder()
    private static let composed = "caf\u{e9} 1"
    private static let decomposed = "cafe\u{301} 1"

    private func found(_ id: String, _ suffixes: [String]) -> [String] {
        FolderListing(folder.path).paths(id, suffixes).map { String($0.dropFirst(folder.path.count + 1)) }
    }

    @Test(arguments: [(composed, decomposed), (decomposed, composed), (composed, composed)])
    func `accents may be one character or two`(_ onDisk: String, _ asked: String) throws {
        try folder.write("x", to: onDisk + ".json")
        try folder.write("x", to: onDisk + "/0.png")
        #expect(found(asked, ["json"]).map { Array($0.utf8) } == [Array((onDisk + ".json").utf8)])
        #expect(found(asked, [""]).map { Array($0.utf8) } == [Array(onDisk.utf8)])
        #expect(Array(Clip.name(asked).utf8) == Array(Self.composed.utf8))
    }

    @Test func `capitals count in an id and not in a suffix`() throws {
        for name in ["A.MP4", "a.mkv", "b.Json", "c.d.NPZ", ".hidden.mp4", "._a.mkv"] {
            try folder.write("x", to: name)
        }
        #expect(found("A", videoSuffixes) == ["A.MP4"] && found("a", videoSuffixes) == ["a.mkv"])
        #expect(found("b", ["json"]) == ["b.Json"] && found("c.d", ["npz", "npy"]) == ["c.d.NPZ"])
        #expect(found("c", ["npz"]).isEmpty && found("B", ["json"]).isEmpty && found(".hidden", videoSuffixes).isEmpty)
        #expect(FolderListing(folder.file("nowhere")).paths("a", videoSuffixes).isEmpty)
    }

    @Test func `of several files the exact name comes first, then the first suffix`() throws {
        for name in ["a.avi", "a.MP4", "a.mp4"] { try folder.write("x", to: name) }
        #expect(found("a", videoSuffixes) == ["a.mp4", "a.MP4", "a.avi"])
    }

    @Test func `an id names files in its folder alone`() {
        for id in ["../a", "a/../b", "", ".hidden", "a\u{0}b", "a\\b", "a/b"] { #expect(!Clip.isName(id)) }
        for id in ["task_0001", "caf\u{e9} 1", "a__b", "a b", "0001"] { #expect(Clip.isName(id)) }
    }
}
