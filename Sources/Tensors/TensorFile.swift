/// One way to read tensors from any kind of file that holds them.
public enum TensorFile {
    /// The name of a tensor in a file that holds just one and gives it no name.
    public static let soleName = "data"

    /// The tensors of a safetensors file, a sharded set's `.index.json`, an archive of torch.save or TorchScript, or a `.npy`
    /// file. What a file is, its first bytes say; its name does not matter, except for an index.
    /// - Throws: `FileError`, with the remedy for kinds that are not read.
    public static func read(path: String) throws(FileError) -> [String: StoredTensor] {
        if path.lowercased().hasSuffix(".json") { return try ShardedSafetensors(path: path).tensors }
        let file = try RandomAccessFile(path: path)
        let start = try file.read(min(512, file.size), at: 0)
        if start.starts(with: [0x50, 0x4b, 0x03, 0x04]) || LegacyTorchFile.isLegacy(start) {
            return try TorchArchive(path: path).tensors
        }
        if start.starts(with: [0x93] + Array("NUMPY".utf8)) { return [soleName: try NpyFile.read(path: path)] }
        if start.count > 8, start[8] == UInt8(ascii: "{") { return try SafetensorsFile(path: path).tensors }
        let isTar = start.count >= 262 && start[257..<262].elementsEqual("ustar".utf8)
        if isTar || (start.first == 0x80 && start.count > 1 && start[1] <= 5) {
            throw FileError(
                .unsupported, file: path,
                "is a pickle or tar archive that is not read (torch.save of before 2017, or no torch file); load it in "
                    + "Python and save it again with torch.save, or convert it to safetensors")
        }
        if path.lowercased().hasSuffix(".safetensors") { return try SafetensorsFile(path: path).tensors }
        throw FileError(
            .malformed, file: path,
            "is no file of tensors (.safetensors, .pt, .jit or .npy), or is damaged; copy or make it again")
    }
}
