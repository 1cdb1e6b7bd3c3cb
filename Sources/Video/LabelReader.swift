import Foundation
public import Tensors

/// Object labels of a clip, frame by frame: 0 is nothing, label k is object k - 1.
public protocol LabelReader: AnyObject {
    var path: String { get }
    var size: FrameSize { get }
    /// Frames in the file.
    var frames: Int { get }
    /// What each label is called, in label order. Labels of one phrase are one object class.
    var phrases: [String] { get }
    /// Whether objects may lie over each other: then one of them may be there and never be seen.
    var hasLayers: Bool { get }
    /// What a person should know of how the file was understood.
    var notes: [String] { get }
    func next() throws(FileError) -> Plane?
}

extension LabelReader {
    public var hasLayers: Bool { false }
    public var notes: [String] { [] }
}

/// Opens what a path holds: a map file, a SAM2 pickle, or else a video or PNG folder whose colours are objects.
/// - Throws: `FileError`.
public func openLabels(_ path: String) throws(FileError) -> any LabelReader {
    if MapFileReader.isNamed(path) { return try MapLabelReader(path: path) }
    return path.lowercased().hasSuffix(".pkl") ? try InstanceMaskReader(path: path) : try ColourLabelReader(path: path)
}

/// Instance masks of PAI-Bench's `sam2_pkls`: a pickled list of phrases with run-length masks (metrics.md §6), whose counts are
/// bytes or, as JSON has them, text. Entries without a single pixel are no objects.
public final class InstanceMaskReader: LabelReader {
    public let path: String
    public let size: FrameSize
    public let frames: Int
    public let phrases: [String]
    public let hasLayers = true
    private var masks: [RunLengthMask]
    private var index = 0

    /// - Throws: `FileError`, when the pickle holds anything but such a list; a forbidden opcode is never run.
    public init(path: String) throws(FileError) {
        let file = try RandomAccessFile(path: path)
        let pickle = try Pickle(try file.readAll(limit: 128 << 20), file: path)
        func malformed(_ what: String) -> FileError {
            FileError(.malformed, file: path, "is not a list of SAM2 masks: \(what); write the file again")
        }
        guard let entries = pickle.elements(pickle.root) else { throw malformed("its outermost value is no list") }
        guard entries.count <= 255 else {
            throw FileError(.unsupported, file: path, "has \(entries.count) objects; at most 255 fit a label map")
        }
        var phrases: [String] = []
        var masks: [RunLengthMask] = []
        var shape: [Int]?
        for (i, entry) in entries.enumerated() {
            guard case .string(let phrase) = pickle.value("phrase", of: entry),
                let rle = pickle.value("segmentation_mask_rle", of: entry),
                let dimensions = pickle.elements(pickle.value("mask_shape", of: rle)),
                let counts = pickle.value("counts", of: pickle.value("data", of: rle))?.characters
            else { throw malformed("entry \(i) lacks phrase, mask_shape or counts") }
            let numbers = dimensions.compactMap { if case .integer(let n) = $0, n > 0 { n } else { nil } }
            guard numbers.count == 3, dimensions.count == 3, numbers.allSatisfy({ $0 <= 1 << 20 }) else {
                throw malformed("entry \(i) has no frames x rows x columns shape")
            }
            guard FrameSize(width: numbers[2], height: numbers[1]).isReadable else {
                throw FileError(
                    .unsupported, file: path,
                    "has masks of \(numbers[2])x\(numbers[1]) pixels, which is no picture's size; write the file again")
            }
            guard shape == nil || shape == numbers else {
                throw malformed("entry \(i) is \(numbers), the first \(shape ?? [])")
            }
            shape = numbers
            let mask = try RunLengthMask(
                counts: counts, pixels: numbers.reduce(1, *), file: "\(path) (entry \(i))")
            guard !mask.isEmpty else { continue }
            phrases.append(phrase)
            masks.append(mask)
        }
        self.path = path
        self.phrases = phrases
        self.masks = masks
        frames = shape?[0] ?? 0
        size = FrameSize(width: shape?[2] ?? 0, height: shape?[1] ?? 0)
    }

    /// Later objects cover earlier ones, as the reference paints them.
    public func next() throws(FileError) -> Plane? {
        guard index < frames else { return nil }
        index += 1
        var pixels = [UInt8](repeating: 0, count: size.pixels)
        for i in masks.indices { masks[i].paint(UInt8(i + 1), over: &pixels) }
        return Plane(width: size.width, height: size.height, pixels: pixels)
    }
}

extension Pickle.Value {
    /// The characters of a run-length code, which Python keeps as bytes or as text.
    fileprivate var characters: [UInt8]? {
        switch self {
        case .bytes(let bytes): bytes
        case .string(let text): Array(text.utf8)
        default: nil
        }
    }
}
