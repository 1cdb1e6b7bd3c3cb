public import Tensors

/// A video or PNG folder in which every object has its own flat colour and black is nothing, as the "seg" control shows it.
///
/// The colours are found in a first pass over the frames: see `ColourSurvey`.
public final class ColourLabelReader: LabelReader {
    public var path: String { frameReader.path }
    public var size: FrameSize { frameReader.size }
    public let frames: Int
    public let phrases: [String]
    private let frameReader: any FrameReader
    private var palette: ColourPalette
    /// Of damage and the like, seen in the first pass.
    private let warnings: [String]
    private var given = 0

    /// - Parameter limit: frames to look at and to give; the metrics read 121.
    /// - Throws: `FileError`.
    public init(path: String, limit: Int = 121) throws(FileError) {
        let frames = try openMasks(path)
        var survey = ColourSurvey()
        var count = 0
        while count < limit, let frame = try frames.next() {
            survey.add(frame)
            count += 1
        }
        self.frames = count
        warnings = frames.warnings
        palette = try survey.palette(isPictures: frames is ImageFolderReader, file: path)
        phrases = palette.colours.map { "#" + String(String($0 | 1 << 24, radix: 16).dropFirst()) }
        frameReader = try openMasks(path)
    }

    public var notes: [String] {
        var notes = warnings
        if !palette.isExact {
            let shown = phrases.prefix(16).joined(separator: ", ") + (phrases.count > 16 ? ", …" : "")
            let found =
                phrases.isEmpty
                ? "no object's colour was found"
                : "\(phrases.count) object\(phrases.count == 1 ? "" : "s") found (\(shown)), every pixel counts to one of them or to black"
            notes.append("\(path) has blended or noisy colours: \(found)")
        }
        if phrases.count == 1 {
            notes.append(
                "\(path) looks like a mask of two values: all that is not black counts as one object")
        }
        return notes
    }

    public func next() throws(FileError) -> Plane? {
        guard given < frames, let frame = try frameReader.next() else { return nil }
        given += 1
        return palette.labels(of: frame)
    }
}
