/// A dense array of float32 in row-major order.
public struct Tensor: Sendable, Equatable {
    /// Sizes of the dimensions, slowest first; empty for a single number.
    public let shape: [Int]
    public var values: [Float]

    public init(shape: [Int], values: [Float]) {
        precondition(values.count == shape.reduce(1, *))
        self.shape = shape
        self.values = values
    }

    public init(shape: [Int], repeating value: Float = 0) {
        self.init(shape: shape, values: [Float](repeating: value, count: shape.reduce(1, *)))
    }

    public var count: Int { values.count }

    /// The same numbers under other dimensions.
    public func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, values: values) }

    /// Position of the first number that is NaN or infinite; nil when there is none.
    public var firstNonFinite: Int? { values.firstIndex { !$0.isFinite } }
}
