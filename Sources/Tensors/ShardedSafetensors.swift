internal import Foundation

/// The tensors of a set of safetensors files that a `*.safetensors.index.json` lists.
public struct ShardedSafetensors: Sendable {
    public let path: String
    public let tensors: [String: StoredTensor]

    /// - Parameter path: the index; its shards lie in the same folder.
    /// - Throws: `FileError`, when a shard's name is no plain file name, or a shard lacks a tensor that the index places in it.
    public init(path: String) throws(FileError) {
        guard case .object(let places) = try JSON(path: path)["weight_map"] else {
            throw FileError(.malformed, file: path, "has no 'weight_map'; save the model in shards again")
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var shards: [String: SafetensorsFile] = [:]
        var tensors: [String: StoredTensor] = [:]
        for place in places {
            guard case .string(let shard) = place.value, Self.isPlain(shard) else {
                throw FileError(
                    .malformed, file: path,
                    "places '\(place.key.prefix(200))' in a shard that is no file name; shards lie beside the index")
            }
            if shards[shard] == nil { shards[shard] = try SafetensorsFile(path: folder + "/" + shard) }
            guard let tensor = shards[shard]?.tensors[place.key] else {
                throw FileError(
                    .malformed, file: path,
                    "places '\(place.key.prefix(200))' in \(shard), which does not hold it; copy the shards again")
            }
            tensors[place.key] = tensor
        }
        self.path = path
        self.tensors = tensors
    }

    /// Whether a shard's name is one of a file in the index's own folder.
    private static func isPlain(_ name: String) -> Bool {
        name.hasSuffix(".safetensors") && !name.hasPrefix(".") && name.utf8.count <= 255
            && !name.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value < 32 }
    }
}
