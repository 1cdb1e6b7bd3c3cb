public import Tensors

/// Embeddings that were made elsewhere.
public enum PrecomputedEmbedding {
    /// The name looked for where a file has several tensors.
    public static let name = "text"

    /// The embedding in a `.safetensors`, `.npy` or torch file: [M, width] or [1, M, width], with rows of zeros added up to
    /// `tokens`.
    /// - Parameters:
    ///   - tokens: rows that the transformer takes.
    ///   - width: numbers in a row.
    /// - Throws: `FileError` when it is of another shape or holds a number that is not finite.
    public static func read(path: String, tokens: Int, width: Int) throws(FileError) -> Tensor {
        let tensors = try TensorFile.read(path: path)
        guard let tensor = tensors.count == 1 ? tensors.values.first : tensors[name] else {
            let names = tensors.keys.sorted().prefix(8).joined(separator: ", ")
            throw FileError(
                .malformed, file: path,
                "holds \(tensors.count) tensors (\(names)\(tensors.count > 8 ? ", …" : "")); name the prompt's "
                    + "embedding '\(name)' or save it alone")
        }
        return try padded(tensor, file: path, tokens: tokens, width: width)
    }

    /// The same for a tensor of a file that is open already.
    public static func padded(
        _ stored: StoredTensor, file: String, tokens: Int, width: Int
    ) throws(FileError) -> Tensor {
        let shape = stored.shape.count == 3 && stored.shape[0] == 1 ? Array(stored.shape.dropFirst()) : stored.shape
        guard shape.count == 2, shape[1] == width, shape[0] <= tokens else {
            throw FileError(
                .malformed, file: file,
                "holds an embedding of shape \(stored.shape); the model takes [M, \(width)] or [1, M, \(width)] with M at "
                    + "most \(tokens): use the text encoder that it was trained with")
        }
        var values = stored.floats()
        if let place = values.firstIndex(where: { !$0.isFinite }) {
            throw FileError(
                .malformed, file: file,
                "holds \(values[place]) at row \(place / width), column \(place % width) of the embedding; make it again"
            )
        }
        values += [Float](repeating: 0, count: tokens * width - values.count)
        return Tensor(shape: [1, tokens, width], values: values)
    }
}
