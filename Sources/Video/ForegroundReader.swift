public import Tensors

/// A foreground mask: a map file, or a video or PNG folder. Scoring, generation and perception all read masks here, so that
/// what is foreground to one is foreground to all:
///
/// - A pixel is foreground when its brightest channel is above half of the file's range, 127 of 255 or 32767 of 65535; so red
///   is as good as white, and the greys of edges are parted in the middle.
/// - A file of more than 8 bits whose brightest value is 128 to 255 has the range of 8 bits.
/// - In a file whose brightest value is 1, the pixels of 1 are foreground.
/// - Where the colours part nothing, being all bright or all dark, and the file has transparency, opaque is foreground.
/// - Any other file without a bright pixel is refused: nobody can say what it means.
/// - A file that is black in all frames selects nothing, which is for the caller to tell.
/// - Where the numbers of pictures in a folder have gaps, and after a file's last mask (`nextHeld`), the one before holds on.
public final class ForegroundReader {
    /// The brightest value that is still background.
    public static let threshold: UInt8 = 127

    /// How the pixels of a file are understood.
    public enum Reading: String, Sendable {
        /// Of a map file, or by brightness.
        case usual
        /// By brightness of colours, which are darker on the mean of their channels.
        case colours
        /// 1 is foreground.
        case zeroAndOne = "0 and 1"
        /// By brightness of 8 bits, in a file of more.
        case eightBits = "8 bits"
        /// Opaque is foreground.
        case opacity
        /// All black.
        case nothing
    }

    public let path: String
    public let size: FrameSize
    public let reading: Reading
    /// Masks that were given, the held ones too; and of these, masks without foreground, and held ones.
    public private(set) var given = 0
    public private(set) var empty = 0
    private var full = 0
    public private(set) var held = 0
    private let source: Source
    private var last: Plane?
    /// Pixels above the threshold, and those below it that are clearly not black.
    private var (bright, dim) = (0, 0)
    /// The brightest value of the background.
    private var darkest = Int(threshold)

    private enum Source {
        case frames(any NumberedPixels)
        case maps(MapFileReader)
    }

    /// - Parameter clip: the clip that the masks are laid over, where it is known: the numbers of its pictures, if it is a
    ///   folder, say which mask is whose.
    /// - Throws: `FileError`, also for a file without black and white.
    public init(path: String, of clip: String? = nil) throws(FileError) {
        self.path = path
        if MapFileReader.isNamed(path) {
            let maps = try MapFileReader(path: path)
            try maps.expect([.foreground])
            (source, size, reading) = (.maps(maps), maps.header.size, .usual)
        } else {
            reading = try MaskSurvey(path: path).reading(file: path)
            let frames = try openMasks(path, of: clip)
            (source, size) = (.frames(frames), frames.size)
        }
    }

    /// 1 in the foreground, 0 elsewhere; nil after the file's last mask.
    public func next() throws(FileError) -> Plane? {
        let mask: Plane?
        switch source {
        case .maps(let maps): mask = try maps.nextPlane()
        case .frames(let reader):
            if let frame = try reader.next() {
                mask = parted(MaskPicture(frame, try reader.numbers()))
            } else {
                mask = nil
            }
        }
        guard let mask else { return nil }
        last = mask
        return counted(mask)
    }

    /// The next mask, and after the file's last that one again; nil for a file without any.
    public func nextHeld() throws(FileError) -> Plane? {
        if held == 0, let mask = try next() { return mask }
        guard let last else { return nil }
        held += 1
        return counted(last)
    }

    /// Whether no mask that was given has foreground.
    public var isEmpty: Bool { empty == given }

    /// What a person should know of the masks that were given.
    public var notes: [String] {
        var notes: [String] = []
        if case .frames(let reader) = source { notes += reader.warnings }
        if reading == .zeroAndOne { notes.append("\(path) holds 0 and 1 alone: pixels of 1 are foreground") }
        if reading == .eightBits {
            notes.append("\(path) has more than 8 bits but no value above 255: above \(Self.threshold) is foreground")
        }
        if reading == .opacity {
            notes.append("\(path) has colours that part nothing: what is opaque is foreground")
        }
        if 2 * dim > bright, bright > 0 {
            notes.append(
                "\(path) has \(dim) grey pixels of at most \(darkest), which are background, beside \(bright) of foreground"
            )
        }
        if hasGap { notes.append("\(path) has \(given - held) masks for \(given) frames: its last holds on") }
        if full == given, given > 0 { notes.append("\(path) selects every pixel of every frame") }
        if empty > 0 { notes.append("\(path) selects nothing in \(empty) of \(given) frames") }
        return notes
    }

    /// Whether the file ends early; a single picture is meant for all frames.
    public var hasGap: Bool { held > 0 && given - held > 1 }

    private func counted(_ mask: Plane) -> Plane {
        given += 1
        if !mask.pixels.contains(1) { empty += 1 }
        if !mask.pixels.contains(0) { full += 1 }
        return mask
    }

    private func parted(_ picture: MaskPicture) -> Plane {
        let numbers = reading == .opacity ? picture.opacity : picture.brightest
        let least = reading.least(bits: numbers?.bits ?? 8)
        darkest = Int(least) - 1
        let pixels = [UInt8](unsafeUninitializedCapacity: picture.size.pixels) { buffer, filled in
            for i in 0..<buffer.count {
                // A picture without transparency, among others with it, is opaque.
                let value = numbers?.values[i] ?? least
                buffer[i] = value >= least ? 1 : 0
                if value >= least { bright += 1 } else if value >= least / 4, value > 0 { dim += 1 }
            }
            filled = buffer.count
        }
        return Plane(width: picture.size.width, height: picture.size.height, pixels: pixels)
    }
}

extension ForegroundReader.Reading {
    /// The least value of the foreground in a picture of some bits.
    fileprivate func least(bits: Int) -> UInt16 {
        switch self {
        case .zeroAndOne: 1
        case .eightBits: 128
        case .usual, .colours, .opacity, .nothing: 1 << UInt16(bits - 1)
        }
    }
}

/// What the pictures of a mask hold, looked at until their meaning is clear, mostly in the first.
private struct MaskSurvey {
    private var bits = 8
    private var (lowest, highest) = (UInt16.max, UInt16(0))
    private var (hasClear, hasOpaque) = (false, false)
    /// Of the first picture with a bright pixel.
    private var isColoured: Bool?

    init(path: String) throws(FileError) {
        let frames = try openMasks(path)
        while let frame = try frames.next() {
            let picture = MaskPicture(frame, try frames.numbers())
            add(picture)
            if isBright, picture.opacity == nil || lowest < half { return }
        }
    }

    private var half: UInt16 { 1 << UInt16(bits - 1) }
    private var isBright: Bool { highest >= half }

    private mutating func add(_ picture: MaskPicture) {
        bits = max(bits, picture.brightest.bits)
        for value in picture.brightest.values { (lowest, highest) = (min(lowest, value), max(highest, value)) }
        if isBright, isColoured == nil { isColoured = picture.isColoured }
        guard let opacity = picture.opacity else { return }
        let half = UInt16(1) << UInt16(opacity.bits - 1)
        for value in opacity.values {
            if value >= half { hasOpaque = true } else { hasClear = true }
        }
    }

    func reading(file: String) throws(FileError) -> ForegroundReader.Reading {
        let partsNothing = lowest == highest || lowest >= half
        if partsNothing, hasClear, hasOpaque { return .opacity }
        if isBright { return isColoured == true ? .colours : .usual }
        switch highest {
        case 0: return .nothing
        case 1: return .zeroAndOne
        case 128...255: return .eightBits  // of 8 bits they would be bright
        default:
            throw FileError(
                .unsupported, file: file,
                "is no mask of black and white: its brightest value is \(highest) of \((1 << bits) - 1); make the foreground \((1 << bits) - 1), or 1 in a mask of 0 and 1"
            )
        }
    }
}
