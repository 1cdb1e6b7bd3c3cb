extension PickledTensor {
    /// Bytes that copies of a file's tensors may take: views of the same numbers could ask for any.
    static func copyBudget(of storage: ByteStorage) -> Int { storage.count + 1 << 28 }

    /// A view of the file's bytes, or a copy where the tensor does not lie there aligned, in order and without gaps.
    /// - Parameters:
    ///   - extent: where the tensor's storage lies in the file.
    ///   - budget: bytes that copies may still take.
    func stored(
        name: String, in storage: ByteStorage, at extent: Range<Int>, file: String, budget: inout Int
    ) throws(FileError) -> StoredTensor {
        let element = self.storage.element
        let available = min(self.storage.count, extent.count / element.size)
        guard let size = byteCount(shape, element), let last = lastIndex, offset >= 0,
            last < available || (size == 0 && offset <= available)
        else {
            throw FileError(
                .malformed, file: file,
                "has tensor '\(name)' of shape \(shape) that reaches outside its storage of \(available) numbers")
        }
        let isView = isDense || size == 0
        let position = size == 0 ? extent.lowerBound : extent.lowerBound + offset * element.size
        // Numbers that are not aligned are copied too.
        if !isView || !position.isMultiple(of: element.size) { budget -= size }
        guard budget >= 0 else {
            throw FileError(
                .unsupported, file: file,
                "has tensors that repeat their numbers beyond the file's size ('\(name)'); save them with .contiguous()"
            )
        }
        if isView {
            return StoredTensor(name: name, element: element, shape: shape, storage: storage, offset: position)
        }
        return StoredTensor(name: name, element: element, shape: shape) { copy in
            storage.withBytes { gather(from: UnsafeRawBufferPointer(rebasing: $0[extent]), into: copy) }
        }
    }

    /// Position of the last number in the storage; nil for strides or sizes that are negative or overflow.
    private var lastIndex: Int? {
        var last = offset
        for (size, stride) in zip(shape, strides) {
            guard size >= 0, stride >= 0 else { return nil }
            let (span, overflows) = max(0, size - 1).multipliedReportingOverflow(by: stride)
            let (sum, overflowsToo) = last.addingReportingOverflow(span)
            guard !overflows, !overflowsToo else { return nil }
            last = sum
        }
        return last
    }

    /// Whether the numbers follow each other in row-major order.
    private var isDense: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 {
            guard stride == expected else { return false }
            expected *= size
        }
        return true
    }

    /// Copies the numbers into row-major order. All positions were checked.
    private func gather(from source: UnsafeRawBufferPointer, into copy: UnsafeMutableRawBufferPointer) {
        let size = storage.element.size
        var index = [Int](repeating: 0, count: shape.count)
        var position = offset
        for target in stride(from: 0, to: copy.count, by: size) {
            for byte in 0..<size { copy[target + byte] = source[position * size + byte] }
            for axis in shape.indices.reversed() {
                index[axis] += 1
                position &+= strides[axis]  // a dimension of 1 may have any stride
                guard index[axis] == shape[axis] else { break }
                position &-= strides[axis] &* shape[axis]
                index[axis] = 0
            }
        }
    }
}
