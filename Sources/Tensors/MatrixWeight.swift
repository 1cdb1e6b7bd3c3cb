internal import Synchronization

/// A weight [n, k] of a layer, as products use it.
///
/// Of a small network it is packed once, at its first product. Of a large one it stays as it is stored, so that it costs no
/// memory but the file's pages, and each tile of a product packs the part that it needs: 4 % of the product's time
/// over 704 rows, against twice the memory of stored half precision.
public final class MatrixWeight: Sendable {
    public let stored: StoredTensor
    public let isPackedOnce: Bool
    private let packed = Mutex<PackedMatrix?>(nil)

    /// Bytes that all weights of a network may take when each is packed once.
    public static let mostPackedBytes = 1 << 30

    public init(_ stored: StoredTensor, packedOnce: Bool) {
        precondition(stored.shape.count == 2)
        self.stored = stored
        isPackedOnce = packedOnce
    }

    public var shape: [Int] { stored.shape }

    /// The whole weight; nil when its tiles are packed as they are needed.
    func whole() -> PackedMatrix? {
        guard isPackedOnce else { return nil }
        return packed.withLock { packed in
            if let packed { return packed }
            let new = PackedMatrix(stored, columns: 0..<shape[0], depth: 0..<shape[1])
            stored.dropPages()
            packed = new
            return new
        }
    }
}
