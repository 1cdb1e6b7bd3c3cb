public import Tensors

/// Reads a map file from front to back, one frame in memory at a time. Damage is found by checksums, truncation on opening.
public final class MapFileReader {
    public let path: String
    public let header: MapHeader
    private let file: RandomAccessFile
    /// Where each frame begins, and where the last ends.
    private let places: [Int]
    private var next = 0

    /// The suffix of map files.
    public static let suffix = ".maps"

    /// Whether a path has the suffix.
    public static func isNamed(_ path: String) -> Bool { path.lowercased().hasSuffix(suffix) }

    /// - Throws: `FileError`, when this is no map file, it is of a later version, or ends before its last frame.
    public init(path: String) throws(FileError) {
        file = try RandomAccessFile(path: path)
        self.path = path
        func damaged(_ what: String) -> FileError {
            FileError(.malformed, file: path, "is a damaged map file: \(what); copy or make it again")
        }
        guard file.size >= MapFile.preface, try file.read(MapFile.magic.count, at: 0) == MapFile.magic else {
            throw FileError(.malformed, file: path, "is not a map file; name a .maps file that transferbench wrote")
        }
        let preface = try file.read(MapFile.preface, at: 0)
        let version = MapFile.number(preface[8..<12])
        guard version == MapFile.version else {
            throw FileError(
                .unsupported, file: path,
                "is a map file of version \(version), not \(MapFile.version); use the version that made it, or make it again"
            )
        }
        let length = Int(MapFile.number(preface[12..<16]))
        guard length <= MapFile.mostHeader, MapFile.preface + length + 4 <= file.size else {
            throw damaged("its header is longer than the file")
        }
        let start = try file.read(MapFile.preface + length + 4, at: 0)
        guard Zlib.checksum(start[8..<start.count - 4]) == MapFile.number(start.suffix(4)) else {
            throw damaged("its header's checksum differs")
        }
        header = try MapHeader(JSON(Array(start[MapFile.preface..<start.count - 4]), file: path), file: path)
        guard header.frames <= file.size / MapFile.framePreface else { throw damaged("it ends early") }
        // A frame that says more than zlib can unpack is not allocated for.
        let most = Zlib.bound(header.frameBytes)
        var (places, place) = ([start.count], start.count)
        places.reserveCapacity(header.frames + 1)
        for frame in 0..<header.frames {
            guard file.size - place >= MapFile.framePreface else { throw damaged("it ends before frame \(frame)") }
            let packed = Int(MapFile.number(try file.read(4, at: place)))
            guard packed <= most, header.frameBytes / Zlib.mostExpansion <= packed else {
                throw damaged("frame \(frame) has a length that no such frame has")
            }
            place += MapFile.framePreface + packed
            guard place <= file.size else { throw damaged("it ends within frame \(frame)") }
            places.append(place)
        }
        guard place == file.size else { throw damaged("it goes on after its last frame") }
        self.places = places
    }

    /// Reads a file to its end and checks every frame's checksum, without unpacking.
    /// - Throws: `FileError`, when anything is wrong with it.
    public static func check(path: String) throws(FileError) -> MapHeader {
        let reader = try MapFileReader(path: path)
        while try reader.nextPacked() != nil {}
        return reader.header
    }

    /// The next frame of depth, row by row; nil after the last.
    /// - Throws: `FileError`, when the file holds something else, or the frame is damaged.
    public func nextDepth() throws(FileError) -> [Float]? {
        try expect([.depth])
        guard let bytes = try nextBytes() else { return nil }
        return BytePlanes.join(bytes, width: header.size.width)
    }

    /// The next frame of labels or foreground; nil after the last.
    /// - Throws: `FileError`, when the file holds something else, or the frame is damaged.
    public func nextPlane() throws(FileError) -> Plane? {
        try expect([.labels, .foreground])
        guard let bytes = try nextBytes() else { return nil }
        let most = header.kind == .foreground ? 1 : header.phrases.count
        guard bytes.allSatisfy({ Int($0) <= most }) else {
            throw damaged("has a label that has no phrase")
        }
        return Plane(width: header.size.width, height: header.size.height, pixels: bytes)
    }

    /// - Throws: `FileError.unsupported`, unless the file's maps are of one of these kinds.
    func expect(_ kinds: [MapKind]) throws(FileError) {
        guard kinds.contains(header.kind) else {
            let names = kinds.map(\.rawValue).joined(separator: " or ")
            throw FileError(
                .unsupported, file: path, "holds \(header.kind.rawValue), not \(names); name the file that does")
        }
    }

    private func nextBytes() throws(FileError) -> [UInt8]? {
        guard let packed = try nextPacked() else { return nil }
        guard let bytes = Zlib.unpacked(packed, count: header.frameBytes) else { throw damaged("does not unpack") }
        return bytes
    }

    private func nextPacked() throws(FileError) -> [UInt8]? {
        guard next < header.frames else { return nil }
        next += 1
        let bytes = try file.read(places[next] - places[next - 1], at: places[next - 1])
        let packed = Array(bytes[MapFile.framePreface...])
        guard MapFile.number(bytes[4..<8]) == Zlib.checksum(packed) else { throw damaged("has another checksum") }
        return packed
    }

    private func damaged(_ what: String) -> FileError {
        FileError(.malformed, file: path, "is damaged: frame \(next - 1) \(what); copy or make it again")
    }
}
