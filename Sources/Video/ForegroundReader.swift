public import Tensors

/// A foreground mask: a map file, or a video or PNG folder. Scoring, generation and perception all read masks here, so that
/// what is foreground to one is foreground to all:
///
/// - A pixel is foreground when its brightest channel is above 127; so red is as good as white, and the greys of edges are
///   parted in the middle.
/// - In a file whose brightest value is 1, the pixels of 1 are foreground.
/// - A file whose brightest value is 2 to 127 is refused: nobody can say what it means.
/// - A file that is black in all frames selects nothing, which is for the caller to tell.
/// - After a file's last mask that one holds on (`nextHeld`).
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

    private enum Source {
        case frames(any FrameReader)
        case maps(MapFileReader)
    }

    /// - Throws: `FileError`, also for a file without black and white.
    public init(path: String) throws(FileError) {
        self.path = path
        if MapFileReader.isNamed(path) {
            let maps = try MapFileReader(path: path)
            try maps.expect([.foreground])
            (source, size, reading) = (.maps(maps), maps.header.size, .usual)
        } else {
            reading = try Self.reading(of: path)
            let frames = try openFrames(path)
            (source, size) = (.frames(frames), frames.size)
        }
    }

    /// 1 in the foreground, 0 elsewhere; nil after the file's last mask.
    public func next() throws(FileError) -> Plane? {
        let mask: Plane?
        switch source {
        case .maps(let maps): mask = try maps.nextPlane()
        case .frames(let reader): mask = try reader.next().map(parted)
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
        if 2 * dim > bright, bright > 0 {
            notes.append(
                "\(path) has \(dim) grey pixels of at most \(Self.threshold), which are background, beside \(bright) of foreground"
            )
        }
        if hasGap { notes.append("\(path) has \(given - held) masks for \(given) frames: its last holds on") }
        if full == given, given > 0 {
            notes.append("\(path) selects every pixel of every frame; transparency is not read")
        }
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

    private func parted(_ frame: Frame) -> Plane {
        let least = reading == .zeroAndOne ? 1 : Self.threshold + 1
        let pixels = [UInt8](unsafeUninitializedCapacity: frame.size.pixels) { buffer, filled in
            for i in 0..<buffer.count {
                let value = frame.brightest(i)
                buffer[i] = value >= least ? 1 : 0
                if value >= least { bright += 1 } else if value > 31 { dim += 1 }
            }
            filled = buffer.count
        }
        return Plane(width: frame.width, height: frame.height, pixels: pixels)
    }

    /// Looks at the file until something is bright, mostly in its first frame.
    private static func reading(of path: String) throws(FileError) -> Reading {
        let frames = try openFrames(path)
        var brightest: UInt8 = 0
        while let frame = try frames.next() {
            brightest = max(brightest, frame.pixels.max() ?? 0)
            guard brightest > threshold else { continue }
            let isColoured = (0..<frame.size.pixels).contains { i in
                let sum = frame.pixels[3 * i..<3 * i + 3].reduce(0) { $0 + Int($1) }
                return frame.brightest(i) > threshold && sum <= 3 * Int(threshold)
            }
            return isColoured ? .colours : .usual
        }
        switch brightest {
        case 0: return .nothing
        case 1: return .zeroAndOne
        default:
            throw FileError(
                .unsupported, file: path,
                "is no mask of black and white: its brightest value is \(brightest) of 255; make the foreground 255, or 1 in a mask of 0 and 1"
            )
        }
    }
}

extension Frame {
    fileprivate func brightest(_ pixel: Int) -> UInt8 {
        max(pixels[3 * pixel], pixels[3 * pixel + 1], pixels[3 * pixel + 2])
    }
}
