/// A caption as GroundingDINO reads it: pieces, and which of them see each other.
///
/// The caption's phrases are the runs of pieces that end with `.` or `?`. Pieces see their own phrase only, and their
/// positions count from its beginning; what follows the last mark stands alone, each piece by itself.
struct GroundingText: Sendable {
    /// With `[CLS]` and `[SEP]`.
    let pieces: [Int]
    let positions: [Int]
    /// pieces x pieces, 1 where the row's piece sees the column's.
    let sees: [UInt8]

    init(pieces: [Int], separators: Set<Int>) {
        self.pieces = pieces
        let count = pieces.count
        var positions = [Int](repeating: 0, count: count)
        var sees = [UInt8](repeating: 0, count: count * count)
        var first = 0
        for (index, piece) in pieces.enumerated() {
            sees[index * count + index] = 1
            guard separators.contains(piece) else { continue }
            if index > 0, index < count - 1 {
                for row in first...index {
                    positions[row] = row - first
                    for column in first...index { sees[row * count + column] = 1 }
                }
            }
            first = index + 1
        }
        self.positions = positions
        self.sees = sees
    }

    /// The inputs that a network has of these, by name; zeros follow the pieces where its text has a fixed length.
    func inputs(of session: NetworkSession) -> [String: NetworkTensor] {
        let fixed = session.inputs.first { $0.name == "input_ids" }?.shape.last ?? nil
        let (count, length) = (pieces.count, max(fixed ?? 0, pieces.count))
        func line(_ values: [Int], _ port: NetworkSession.Port) -> NetworkTensor {
            let padded = values + Array(repeating: 0, count: length - values.count)
            return NetworkTensor(shape: [1, length], integers: padded, as: port.element)
        }
        func square(_ port: NetworkSession.Port) -> NetworkTensor {
            var values = [Int](repeating: 0, count: length * length)
            for row in 0..<length {
                values[row * length + row] = 1
                guard row < count else { continue }
                for column in 0..<count { values[row * length + column] = Int(sees[row * count + column]) }
            }
            return NetworkTensor(shape: [1, length, length], integers: values, as: port.element)
        }
        var tensors: [String: NetworkTensor] = [:]
        for port in session.inputs {
            switch port.name {
            case "input_ids": tensors[port.name] = line(pieces, port)
            case "token_type_ids": tensors[port.name] = line([], port)
            case "position_ids": tensors[port.name] = line(positions, port)
            case "attention_mask" where port.shape.count == 2:
                tensors[port.name] = line(Array(repeating: 1, count: count), port)
            case "attention_mask", "text_token_mask", "text_self_attention_masks": tensors[port.name] = square(port)
            default: break
            }
        }
        return tensors
    }
}

extension NetworkTensor {
    /// Integers in whatever type an input has.
    init(shape: [Int], integers: [Int], as element: NetworkElement?) {
        let values: Values =
            switch element {
            case .float32, .float16, nil: .float32(integers.map(Float.init))
            case .int64: .int64(integers.map(Int64.init))
            case .int32: .int32(integers.map(Int32.init))
            case .uint8: .uint8(integers.map { UInt8(clamping: $0) })
            case .bool: .bool(integers.map { $0 == 0 ? 0 : 1 })
            }
        self.init(shape: shape, values)
    }
}
