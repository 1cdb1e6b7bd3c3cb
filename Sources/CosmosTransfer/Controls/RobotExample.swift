internal import Experiment
internal import Foundation
internal import Tensors
internal import Video

/// The segmentation of one example: labels, and pictures as PNG images or as a video (spec §6.9).
struct RobotExample {
    /// One picture to make weights of, and its number in the names of the files.
    struct Picture {
        let number: String
        let frame: Frame
    }

    /// All label files, by rising number.
    let labels: [String]
    private let source: Source

    private enum Source {
        case images([(number: String, path: String)])
        case video(String, most: Int)
    }

    /// - Throws: `BenchError` naming the example's folder.
    init(folder: String) throws(BenchError) {
        func missing(_ what: String) -> BenchError { BenchError(.unusableInput, "\(folder): \(what)") }
        let labelled = try Self.numbered(folder + "/segmentation_label", suffix: ".json")
        guard !labelled.isEmpty else {
            throw missing("has no segmentation_label/*.json, one file of colours and classes a frame")
        }
        labels = labelled.map(\.path)
        let images = try Self.numbered(folder + "/segmentation", suffix: ".png")
        if images.isEmpty {
            let video = folder + "/segmentation.mp4"
            guard FileManager.default.fileExists(atPath: video) else {
                throw missing("has neither segmentation/*.png nor segmentation.mp4")
            }
            source = .video(video, most: labels.count)
        } else {
            let numbers = Set(labelled.map(\.number))
            let common = images.filter { numbers.contains($0.number) }
            guard !common.isEmpty else {
                throw missing(
                    "no frame number is common to segmentation_label (\(labelled[0].number), …) and segmentation (\(images[0].number), …)"
                )
            }
            source = .images(common)
        }
    }

    /// Calls `body` with every picture in order; all are of one size.
    /// - Returns: how many there were.
    func forEachPicture(_ body: (Picture) throws -> Void) throws -> Int {
        var first: FrameSize?
        func give(_ frame: Frame, _ number: String, _ path: String) throws {
            if let first, frame.size != first {
                throw BenchError(.unusableInput, "\(path): is \(frame.size), but the first picture is \(first)")
            }
            first = frame.size
            try body(Picture(number: number, frame: frame))
        }
        switch source {
        case .images(let images):
            for (number, path) in images { try give(try Frame(path: path), number, path) }
            return images.count
        case .video(let path, let most):
            let reader = try openFrames(path)
            var count = 0
            while count < most, let frame = try reader.next() {
                try give(frame, String(count), path)
                count += 1
            }
            return count
        }
    }

    /// The folder's files of a suffix by the number after the last `_` of their names, rising; numbers may have any length.
    private static func numbered(
        _ folder: String, suffix: String
    ) throws(BenchError) -> [(number: String, path: String)] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        var result: [(number: String, path: String)] = []
        for name in names where name.hasSuffix(suffix) && !name.hasPrefix(".") {
            let digits = name.dropLast(suffix.count).split(separator: "_", omittingEmptySubsequences: false).last ?? ""
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw BenchError(
                    .unusableInput,
                    "\(folder)/\(name): has no frame number after its last '_', as in frame_0001\(suffix)")
            }
            let number = digits.drop { $0 == "0" }
            result.append((number.isEmpty ? "0" : String(number), folder + "/" + name))
        }
        result.sort { ($0.number.count, $0.number, $0.path) < ($1.number.count, $1.number, $1.path) }
        for (a, b) in zip(result, result.dropFirst()) where a.number == b.number {
            throw BenchError(.unusableInput, "\(a.path) and \(b.path): have the same frame number; remove one")
        }
        return result
    }
}
