/// The element types that networks take and give.
public enum NetworkElement: String, Sendable {
    case float32, float16, int64, int32, uint8, bool
}

/// An array that goes into a network or comes out of it, last dimension fastest.
public struct NetworkTensor: Sendable, Equatable {
    public enum Values: Sendable, Equatable {
        case float32([Float])
        case int64([Int64])
        case int32([Int32])
        case uint8([UInt8])
        /// 0 or 1.
        case bool([UInt8])
    }

    public let shape: [Int]
    public let values: Values

    public init(shape: [Int], _ values: Values) {
        self.shape = shape
        self.values = values
    }

    public init(shape: [Int], _ floats: [Float]) { self.init(shape: shape, .float32(floats)) }

    public var element: NetworkElement {
        switch values {
        case .float32: .float32
        case .int64: .int64
        case .int32: .int32
        case .uint8: .uint8
        case .bool: .bool
        }
    }

    public var count: Int {
        switch values {
        case .float32(let values): values.count
        case .int64(let values): values.count
        case .int32(let values): values.count
        case .uint8(let values), .bool(let values): values.count
        }
    }

    /// The numbers as floats, whatever their type.
    public var floats: [Float] {
        switch values {
        case .float32(let values): values
        case .int64(let values): values.map(Float.init)
        case .int32(let values): values.map(Float.init)
        case .uint8(let values), .bool(let values): values.map(Float.init)
        }
    }

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        switch values {
        case .float32(let values): values.withUnsafeBytes(body)
        case .int64(let values): values.withUnsafeBytes(body)
        case .int32(let values): values.withUnsafeBytes(body)
        case .uint8(let values), .bool(let values): values.withUnsafeBytes(body)
        }
    }
}

/// An output of float numbers, seen where the network left it.
public struct NetworkOutput {
    public let name: String
    public let shape: [Int]
    /// Valid while the closure that was given it runs.
    public let floats: UnsafeBufferPointer<Float>
}
