internal import Foundation
public import Tensors

/// Writes a map file frame by frame. It has a hidden temporary name until `finish`, so that the final name never shows a
/// part of it, however the process ends.
public final class MapFileWriter {
    public let path: String
    /// Frames written so far.
    public private(set) var count = 0
    private let kind: MapKind
    private let size: FrameSize
    private let phrases: [String]
    private let depthKind: DepthKind?
    private let origin: MapOrigin
    private let target: UnfinishedFile
    private var position: Int
    private var isFinished = false

    /// - Parameters:
    ///   - phrases: what each label is called; labels alone have them.
    ///   - depthKind: what the numbers of depth are, where that is known.
    /// - Throws: `FileError`, when a file of that name cannot be written or hold such maps.
    public init(
        path: String, kind: MapKind, size: FrameSize, phrases: [String] = [], depthKind: DepthKind? = nil,
        origin: MapOrigin
    ) throws(FileError) {
        precondition((kind == .labels || phrases.isEmpty) && (kind == .depth || depthKind == nil))
        guard size.isReadable, phrases.count <= 255 else {
            throw FileError(
                .unsupported, file: path,
                "cannot hold maps of \(size) with \(phrases.count) phrases; 8K and 255 are the most")
        }
        let start = MapFile.start(
            MapHeader(kind: kind, size: size, frames: 0, phrases: phrases, depthKind: depthKind, origin: origin))
        guard start.count <= MapFile.mostHeader else {
            throw FileError(.unsupported, file: path, "cannot hold phrases and settings of \(start.count) bytes")
        }
        (self.path, self.kind, self.size) = (path, kind, size)
        (self.phrases, self.depthKind, self.origin) = (phrases, depthKind, origin)
        target = try UnfinishedFile(path: path, isFolder: false)
        position = 0
        try write(start)
    }

    /// - Throws: `FileError.unreadable`, when the system refuses the bytes; the file is lost then.
    public func append(_ map: PackedMap) throws(FileError) {
        precondition(map.kind == kind && map.size == size && !isFinished)
        precondition(kind != .labels || Int(map.highest) <= phrases.count)
        try write(MapFile.bytes(UInt32(map.bytes.count)) + MapFile.bytes(Zlib.checksum(map.bytes)))
        try write(map.bytes)
        count += 1
    }

    /// Completes the file and gives it its name; one that was there is replaced. Nothing can be added after that.
    /// - Throws: `FileError.unreadable`; then the name is what it was before.
    public func finish() throws(FileError) {
        precondition(!isFinished)
        guard count > 0 else { throw FileError(.unreadable, file: path, "would be a map file without frames") }
        position = 0
        try write(
            MapFile.start(
                MapHeader(kind: kind, size: size, frames: count, phrases: phrases, depthKind: depthKind, origin: origin)
            ))
        try target.commit()
        isFinished = true
    }

    private func write(_ bytes: [UInt8]) throws(FileError) {
        let code = bytes.withUnsafeBytes { writeFully($0, to: target.descriptor, at: position) }
        guard code == 0 else { throw refusal("cannot be written", code, file: path) }
        position += bytes.count
    }
}
