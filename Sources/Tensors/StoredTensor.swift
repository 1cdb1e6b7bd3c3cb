internal import CKernels

/// A named tensor as a file holds it: a view of bytes, in the file's own element type.
public struct StoredTensor: Sendable {
    public let name: String
    public let element: ElementType
    /// Sizes of the dimensions, slowest first; row-major and without gaps.
    public let shape: [Int]
    private let storage: ByteStorage
    private let offset: Int

    /// The file's own checks come first: the view must lie inside the storage.
    init(name: String, element: ElementType, shape: [Int], storage: ByteStorage, offset: Int) {
        let bytes = shape.reduce(1, *) * element.size
        precondition(offset >= 0 && bytes <= storage.count - offset)
        self.name = name
        self.element = element
        self.shape = shape
        if storage.withBytes({ Int(bitPattern: $0.baseAddress! + offset) % element.size == 0 }) {
            self.storage = storage
            self.offset = offset
        } else {  // a number must not straddle its natural boundary
            self.storage = ByteStorage(count: bytes) { copy in
                storage.withBytes {
                    copy.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + bytes]))
                }
            }
            self.offset = 0
        }
    }

    /// A float32 tensor held in memory.
    public init(name: String, _ tensor: Tensor) {
        self.init(
            name: name, element: .float32, shape: tensor.shape,
            storage: ByteStorage(count: tensor.count * 4) { copy in
                tensor.values.withUnsafeBytes { copy.copyMemory(from: $0) }
            }, offset: 0)
    }

    /// A tensor in memory whose bytes `fill` writes, in the element type's own form.
    public init(
        name: String, element: ElementType, shape: [Int], fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows {
        self.init(
            name: name, element: element, shape: shape,
            storage: try ByteStorage(count: shape.reduce(1, *) * element.size, fill: fill), offset: 0)
    }

    /// The same tensor under another name.
    public func renamed(_ name: String) -> StoredTensor {
        StoredTensor(name: name, element: element, shape: shape, storage: storage, offset: offset)
    }

    /// The same numbers under other dimensions.
    public func reshaped(_ shape: [Int]) -> StoredTensor {
        precondition(shape.reduce(1, *) == count)
        return StoredTensor(name: name, element: element, shape: shape, storage: storage, offset: offset)
    }

    public var count: Int { shape.reduce(1, *) }
    public var byteCount: Int { count * element.size }

    /// The bytes, for as long as `body` runs; aligned to the element's size.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try storage.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + byteCount])) }
    }

    /// Gives back the memory of the file's pages, where there is a file; they are read again when they are needed.
    func dropPages() { storage.dropPages(offset..<offset + byteCount) }

    /// Writes numbers `range` as float32; integers and doubles are rounded to the nearest.
    public func widen(_ range: Range<Int>, into out: UnsafeMutablePointer<Float>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        withBytes { bytes in
            guard let base = bytes.baseAddress, !range.isEmpty else { return }
            func convert<T: BinaryInteger>(_: T.Type) {
                let source = base.assumingMemoryBound(to: T.self) + range.lowerBound
                for i in 0..<range.count { out[i] = Float(source[i]) }
            }
            switch element {
            case .float32:
                out.update(from: base.assumingMemoryBound(to: Float.self) + range.lowerBound, count: range.count)
            case .bfloat16:
                tb_widen_bf16(
                    tb_isa_best(), base.assumingMemoryBound(to: UInt16.self) + range.lowerBound, out, range.count)
            case .float16:
                tb_widen_f16(
                    tb_isa_best(), base.assumingMemoryBound(to: UInt16.self) + range.lowerBound, out, range.count)
            case .float64:
                let source = base.assumingMemoryBound(to: Double.self) + range.lowerBound
                for i in 0..<range.count { out[i] = Float(source[i]) }
            case .int64: convert(Int64.self)
            case .int32: convert(Int32.self)
            case .int16: convert(Int16.self)
            case .int8: convert(Int8.self)
            case .uint8, .bool: convert(UInt8.self)
            }
        }
    }

    /// All numbers as float32.
    public func floats() -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            if let base = buffer.baseAddress { widen(0..<count, into: base) }
            filled = count
        }
    }

    /// The tensor in float32.
    public func tensor() -> Tensor { Tensor(shape: shape, values: floats()) }
}
