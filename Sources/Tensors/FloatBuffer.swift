/// Working memory for kernels: float32, 64-byte aligned, not initialised, freed with its last owner.
///
/// The owner hands out disjoint parts to threads; the buffer itself does not watch who writes where.
public final class FloatBuffer: @unchecked Sendable {
    public let count: Int
    public let pointer: UnsafeMutablePointer<Float>

    public init(count: Int) {
        self.count = count
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(64, count * 4), alignment: 64)
        pointer = memory.bindMemory(to: Float.self, capacity: max(16, count))
    }

    public convenience init(_ values: [Float]) {
        self.init(count: values.count)
        pointer.update(from: values, count: values.count)
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }

    public func fill(_ value: Float) { pointer.update(repeating: value, count: count) }

    /// The first `n` numbers, or all.
    public func array(_ n: Int? = nil) -> [Float] {
        Array(UnsafeBufferPointer(start: pointer, count: n ?? count))
    }
}
