internal import CZlib
internal import Foundation

/// Writes `.npz` files of one array, as `numpy.savez(path, data=array)` does; `ArrayStream` reads them.
public enum NpzWriter {
    /// - Parameters:
    ///   - values: row-major, as many as the shape says.
    ///   - name: the array's name in the file.
    /// - Throws: `FileError.unreadable`, when the system refuses; then there is no file of that name, or the old one.
    public static func write(_ values: [Float], shape: [Int], to path: String, name: String = "data") throws(FileError)
    {
        precondition(shape.reduce(1, *) == values.count)
        let array = header(shape) + values.withUnsafeBytes { Array($0) }
        guard array.count < 0xffff_ffff else {
            throw FileError(.unsupported, file: path, "would be larger than 4 GB; write fewer frames")
        }
        let member = Array("\(name).npy".utf8)
        let checksum = array.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
        // Version 2.0, no flags, stored, 1980-01-01: the same bytes every time.
        let common =
            bytes(20 as UInt16) + bytes(0 as UInt16) + bytes(0 as UInt16) + bytes(0 as UInt16) + bytes(33 as UInt16)
            + bytes(UInt32(truncatingIfNeeded: checksum)) + bytes(UInt32(array.count)) + bytes(UInt32(array.count))
            + bytes(UInt16(member.count)) + bytes(0 as UInt16)
        let local = bytes(0x0403_4b50 as UInt32) + common + member
        let entry =
            bytes(0x0201_4b50 as UInt32) + bytes(20 as UInt16) + common + bytes(0 as UInt16) + bytes(0 as UInt16)
            + bytes(0 as UInt16) + bytes(0 as UInt32) + bytes(0 as UInt32) + member
        let end =
            bytes(0x0605_4b50 as UInt32) + bytes(0 as UInt32) + bytes(1 as UInt16) + bytes(1 as UInt16)
            + bytes(UInt32(entry.count)) + bytes(UInt32(local.count + array.count)) + bytes(0 as UInt16)
        do {
            try Data(local + array + entry + end).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw FileError(
                .unreadable, file: path,
                "cannot be written (\(error.localizedDescription)); check the folder, its permissions and free space")
        }
    }

    private static func header(_ shape: [Int]) -> [UInt8] {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
        // Numbers begin at a multiple of 64 bytes.
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0] + bytes(UInt16(text.utf8.count)) + Array(text.utf8)
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
