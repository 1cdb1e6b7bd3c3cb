internal import Foundation
internal import Tensors

/// The pictures of a folder in the order of their numbers: `frame_2.png` comes before `frame_10.png`.
struct ImageSequence {
    /// Paths; at least one.
    let files: [String]
    /// Which frame each picture is of, from the first one's on, by the numbers; nil where they count no frames: there are
    /// none, they go in even steps, or most are left out, as in times.
    let frames: [Int]?
    /// Numbers that are left out, and what else a person should know about the names, a clause each.
    private let gap: String?
    private let remarks: [String]

    /// Suffixes of the kinds of pictures that are read.
    private static let kinds = [
        "png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "bmp": "BMP", "tif": "TIFF", "tiff": "TIFF", "webp": "WebP",
    ]

    /// - Throws: `FileError`, when the folder has no pictures, or their names do not say which comes after which.
    init(folder: String) throws(FileError) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw FileError(.unreadable, file: folder, "cannot be listed; check its permissions")
        }
        let pictures = names.filter { Self.kind(of: $0) != nil && !Self.isByTheWay($0) }.sorted()
        guard let first = pictures.first else {
            throw FileError(
                .malformed, file: folder,
                "is a folder without pictures; name a video, or a folder of 0000.png, 0001.png, …")
        }
        if let other = pictures.first(where: { Self.kind(of: $0) != Self.kind(of: first) }) {
            throw FileError(
                .malformed, file: folder,
                "holds pictures of different kinds (\(first), \(other)); keep those of one kind in it")
        }
        let numbered = try Self.ordered(pictures, in: folder)
        guard let start = numbered.first else {
            (files, frames, gap) = (pictures.map { folder + "/" + $0 }, nil, nil)
            remarks =
                pictures.count > 1 ? ["its pictures have no numbers: they are taken in the order of their names"] : []
            return
        }
        files = numbered.map { folder + "/" + $0.name }
        (frames, gap) = (Self.frames(numbered), Self.gap(numbered))
        remarks =
            numbered.first { $0.stem != start.stem }.map {
                ["its pictures differ in more than their number (\(start.name), \($0.name)): all are taken, by number"]
            } ?? []
    }

    /// What a person should know about the numbers, a clause each.
    /// - Parameter holds: whether the picture before a gap stands for those that are left out.
    func warnings(holds: Bool = false) -> [String] {
        let meaning = holds ? "the one before holds on" : "the pictures are taken one after another"
        return (gap.map { ["\($0): \(meaning)"] } ?? []) + remarks
    }

    /// Which picture stands for each frame of a clip: the one of the frame's number, or else the last before it.
    /// - Parameter clip: the clip's own pictures, where it is a folder too, whose numbers may have gaps.
    func pictures(for clip: ImageSequence?) -> [Int] {
        let own = frames ?? Array(files.indices)
        // Pictures without a gap that are as many as the clip's belong to these one after another.
        let isPaired = frames == nil && clip.map { $0.files.count >= files.count } ?? true
        let wanted = isPaired ? own : clip?.frames ?? Array(0...own[own.count - 1])
        var picture = 0
        return wanted.prefix { $0 <= own[own.count - 1] }.map { frame in
            while picture + 1 < own.count, own[picture + 1] <= frame { picture += 1 }
            return picture
        }
    }

    private static func kind(of name: String) -> String? { kinds[(name as NSString).pathExtension.lowercased()] }

    /// What systems and viewers leave beside pictures: hidden files (macOS writes `._0001.png`) and thumbnails.
    private static func isByTheWay(_ name: String) -> Bool {
        let words = (name as NSString).deletingPathExtension.lowercased().split { !$0.isLetter }
        return name.hasPrefix(".") || words.contains { ["thumb", "thumbs", "thumbnail", "thumbnails"].contains($0) }
    }

    /// Those with numbers, by number; all or none.
    private static func ordered(_ names: [String], in folder: String) throws(FileError) -> [NumberedName] {
        let numbered = names.compactMap { NumberedName($0) }.sorted()
        guard !numbered.isEmpty else { return [] }
        if let name = names.first(where: { NumberedName($0) == nil }) {
            throw FileError(
                .malformed, file: folder,
                "holds \(name), which has no number, beside numbered pictures; give it one or move it away")
        }
        for (a, b) in zip(numbered, numbered.dropFirst()) where a.digits == b.digits {
            throw FileError(
                .malformed, file: folder,
                "holds two pictures of number \(a.digits) (\(a.name), \(b.name)); keep one sequence in the folder")
        }
        return numbered
    }

    /// nil when numbers of dozens of digits count nothing.
    private static func values(_ names: [NumberedName]) -> [Int]? {
        let values = names.compactMap { Int($0.digits) }
        return values.count == names.count ? values : nil
    }

    private static func frames(_ names: [NumberedName]) -> [Int]? {
        guard let values = values(names) else { return nil }
        let frames = values.map { $0 - values[0] }
        let isEven = zip(frames, frames.dropFirst()).allSatisfy { $1 - $0 == frames[1] }
        return isEven || frames[frames.count - 1] >= 2 * frames.count ? nil : frames
    }

    /// Numbers that are left out between the first and the last.
    private static func gap(_ names: [NumberedName]) -> String? {
        guard let values = values(names) else { return nil }
        let steps = zip(values, values.dropFirst()).map { $1 - $0 }
        guard let step = steps.first(where: { $0 != 1 }) else { return nil }
        if steps.allSatisfy({ $0 == step }) { return "its numbers go in steps of \(step)" }
        let missing = zip(values, steps).filter { $1 > 1 }.map { value, step in
            step == 2 ? "\(value + 1)" : "\(value + 1)-\(value + step - 1)"
        }
        let more = missing.count > 8 ? " and at \(missing.count - 8) places more" : ""
        return "there is no picture of number \(missing.prefix(8).joined(separator: ", "))\(more)"
    }
}

/// A name with the last number in it.
private struct NumberedName: Comparable {
    let name: String
    /// The number without zeros in front; any length.
    let digits: String
    /// The name without it.
    let stem: String

    /// nil when there is no number in the name.
    init?(_ name: String) {
        let whole = Array((name as NSString).deletingPathExtension.unicodeScalars)
        func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
        guard let last = whole.lastIndex(where: isDigit) else { return nil }
        let first = whole[...last].lastIndex { !isDigit($0) }.map { $0 + 1 } ?? 0
        let significant = whole[first...last].drop { $0 == "0" }
        self.name = name
        digits = significant.isEmpty ? "0" : String(String.UnicodeScalarView(significant))
        stem =
            String(String.UnicodeScalarView(whole[..<first])) + "\u{0}"
            + String(String.UnicodeScalarView(whole[(last + 1)...]))
    }

    static func < (a: NumberedName, b: NumberedName) -> Bool {
        (a.digits.utf8.count, a.digits, a.name) < (b.digits.utf8.count, b.digits, b.name)
    }
}
