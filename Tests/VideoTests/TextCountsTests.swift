import Tensors
import TestSupport
import Testing
import Video

/// SAM2 masks whose run lengths are text, as JSON has them, and objects without a pixel.
@Suite struct TextCountsTests {
    private let folder = TemporaryFolder()

    private func entry(_ phrase: String, counts: PlainData) -> PlainData {
        .dictionary([
            (key: "phrase", value: .string(phrase)),
            (
                key: "segmentation_mask_rle",
                value: .dictionary([
                    (key: "data", value: .dictionary([(key: "counts", value: counts)])),
                    (key: "mask_shape", value: .list([.integer(2), .integer(2), .integer(3)])),
                ])
            ),
        ])
    }

    private func reader(_ entries: [PlainData]) throws -> any LabelReader {
        try openLabels(try folder.write(PlainData.list(entries).pickled, to: "s.pkl"))
    }

    @Test func `counts as text give the pixels of counts as bytes`() throws {
        let code = runLengthCode(runs: [1, 3, 4, 2, 2])
        let text = try reader([entry("cup", counts: .string(String(decoding: code, as: UTF8.self)))])
        let first = try text.next()?.pixels
        #expect(first == [0, 1, 1, 1, 0, 0])
        let bytes = try reader([entry("cup", counts: .bytes(code))])
        #expect(try bytes.next()?.pixels == first)
        #expect(try text.next()?.pixels == bytes.next()?.pixels)
    }

    @Test func `text that is no code is damaged`() throws {
        let error = #expect(throws: FileError.self) { _ = try reader([entry("cup", counts: .string("é!"))]) }
        #expect(error?.reason.contains("damaged run-length mask") == true, "\(String(describing: error))")
    }

    @Test func `a phrase without a pixel is dropped, and the labels of the others close up`() throws {
        let empty = entry("ghost", counts: .bytes(runLengthCode(runs: [12])))
        let reader = try reader([empty, entry("cup", counts: .bytes(runLengthCode(runs: [0, 12])))])
        #expect(reader.phrases == ["cup"])
        #expect(try reader.next()?.pixels == [1, 1, 1, 1, 1, 1])
    }
}
