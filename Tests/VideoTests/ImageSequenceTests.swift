import Foundation
import Tensors
import TestSupport
import Testing

@testable import Video

/// The order of pictures follows from their names alone.
@Suite struct ImageSequenceTests {
    private let folder = TemporaryFolder()

    private func sequence(_ names: [String]) throws -> (names: [String], warnings: [String]) {
        for name in names { try folder.write([], to: name) }
        let sequence = try ImageSequence(folder: folder.path)
        return (sequence.files.map { String($0.dropFirst(folder.path.count + 1)) }, sequence.warnings())
    }

    private func reason(_ names: [String]) throws -> String {
        let error = #expect(throws: FileError.self) { try sequence(names) }
        #expect(error?.file == folder.path && error?.code == .malformed)
        return try #require(error).reason
    }

    @Test(arguments: [
        ["9.png", "10.png", "11.png"], ["frame_7.png", "frame_8.png", "frame_9.png", "frame_10.png"],
        ["take2-000.jpg", "take2-001.jpg"], ["v1_3_x.png", "v1_4_x.png", "v1_5_x.png"],
        ["bild.00099.PNG", "bild.00100.PNG"],
        ["99999999999999999999998.png", "99999999999999999999999.png"], ["only.png"],
    ]) func `pictures come by the last number in their names`(_ names: [String]) throws {
        let found = try sequence(names.shuffled())
        #expect(found.names == names)
        #expect(found.warnings == [])
    }

    @Test func `a gap is named`() throws {
        #expect(
            try sequence(["f1.png", "f2.png", "f5.png", "f6.png", "f8.png"]).warnings == [
                "there is no picture of number 3-4, 7: the pictures are taken one after another"
            ])
    }

    @Test func `even steps are told once`() throws {
        let found = try sequence(["0.png", "10.png", "20.png", "5.txt"])
        #expect(found.names == ["0.png", "10.png", "20.png"])
        #expect(found.warnings == ["its numbers go in steps of 10: the pictures are taken one after another"])
    }

    @Test func `numbers whose frames cannot be counted are no crash`() throws {
        let found = try sequence(["1.png", "99999999999999999999999.png", "123456789012345678901234567.png"])
        #expect(found.names.first == "1.png" && found.warnings == [])
    }

    @Test func `two pictures of one number are an error`() throws {
        #expect(
            try reason(["f_1.png", "f_01.png", "f_2.png"])
                == "holds two pictures of number 1 (f_01.png, f_1.png); keep one sequence in the folder")
    }

    @Test func `a picture without a number beside numbered ones is an error`() throws {
        #expect(
            try reason(["f_1.png", "f_2.png", "poster.png"])
                == "holds poster.png, which has no number, beside numbered pictures; give it one or move it away")
    }

    @Test func `names without any number are taken in their order, with a warning`() throws {
        let found = try sequence(["b.png", "a.png"])
        #expect(found.names == ["a.png", "b.png"])
        #expect(found.warnings == ["its pictures have no numbers: they are taken in the order of their names"])
    }

    @Test func `kinds are not mixed`() throws {
        #expect(
            try reason(["1.png", "2.jpg"])
                == "holds pictures of different kinds (1.png, 2.jpg); keep those of one kind in it")
    }

    @Test func `two sequences whose numbers do not meet are told`() throws {
        let found = try sequence(["left_1.png", "right_2.png"])
        #expect(
            found.warnings == [
                "its pictures differ in more than their number (left_1.png, right_2.png): all are taken, by number"
            ])
    }

    @Test func `a folder without pictures says so`() throws {
        #expect(try reason(["notes.txt", "._1.png", "Thumbs.db"]).contains("is a folder without pictures"))
    }
}
