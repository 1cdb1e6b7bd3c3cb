internal import Tensors

/// What a key of a record holds.
enum RecordField<Value> {
    case absent
    case value(Value)
    /// A clause that says what is wrong with it.
    case unusable(String)

    /// Nil when absent.
    var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
    var flaw: String? {
        if case .unusable(let flaw) = self { flaw } else { nil }
    }
    var isAbsent: Bool {
        if case .absent = self { true } else { false }
    }
}

extension JSONStream {
    /// The numbers of the list that comes next, null as NaN; whatever comes is read to its end.
    private mutating func list(of count: Int) throws(FileError) -> RecordField<SIMD4<Double>> {
        let kind = try kind()
        guard kind == .array else {
            try skip()
            return .unusable("is \(kind.name), not a list of \(count) numbers")
        }
        var values = SIMD4<Double>.zero
        var (length, isNumbers) = (0, true)
        try array { stream, index throws(FileError) in
            length = index + 1
            var value = Double.nan
            switch try stream.kind() {
            case .number: value = try stream.number()
            case .null: try stream.null()
            default:
                isNumbers = false
                try stream.skip()
            }
            if index < count { values[index] = value }
        }
        guard isNumbers, length == count else { return .unusable("is not a list of \(count) numbers") }
        return .value(values)
    }

    /// As `list`, all finite.
    private mutating func finiteList(of count: Int) throws(FileError) -> RecordField<SIMD4<Double>> {
        let list = try list(of: count)
        guard let values = list.value, (0..<count).contains(where: { !values[$0].isFinite }) else { return list }
        return .unusable("holds a number that is not finite")
    }

    mutating func vector() throws(FileError) -> RecordField<SIMD3<Double>> {
        switch try finiteList(of: 3) {
        case .value(let v): .value([v.x, v.y, v.z])
        case .unusable(let flaw): .unusable(flaw)
        case .absent: .absent
        }
    }

    /// Three numbers above 0.
    mutating func size() throws(FileError) -> RecordField<SIMD3<Double>> {
        let size = try vector()
        guard let value = size.value, value.x <= 0 || value.y <= 0 || value.z <= 0 else { return size }
        return .unusable("has a side that is not above 0")
    }

    mutating func planeVector() throws(FileError) -> RecordField<SIMD2<Double>> {
        switch try finiteList(of: 2) {
        case .value(let v): .value([v.x, v.y])
        case .unusable(let flaw): .unusable(flaw)
        case .absent: .absent
        }
    }

    mutating func rotation() throws(FileError) -> RecordField<SIMD4<Double>> { try finiteList(of: 4) }

    /// A velocity; absent where it is written as unknown: null, NaN, or either in the list.
    mutating func velocity() throws(FileError) -> RecordField<SIMD2<Double>> {
        switch try kind() {
        case .null:
            try null()
            return .absent
        case .number:
            return try number().isNaN ? .absent : .unusable("is a number, not a list of 2 numbers")
        default:
            switch try list(of: 2) {
            case .value(let v) where v.x.isNaN || v.y.isNaN: return .absent
            case .value(let v) where v.x.isFinite && v.y.isFinite: return .value([v.x, v.y])
            case .value: return .unusable("holds a number that is not finite")
            case .unusable(let flaw): return .unusable(flaw)
            case .absent: return .absent
            }
        }
    }

    /// A finite number.
    mutating func amount() throws(FileError) -> RecordField<Double> {
        let kind = try kind()
        guard kind == .number else {
            try skip()
            return .unusable("is \(kind.name), not a number")
        }
        let value = try number()
        return value.isFinite ? .value(value) : .unusable("is not finite")
    }

    /// As `amount`; absent where it is null.
    mutating func optionalAmount() throws(FileError) -> RecordField<Double> {
        guard try kind() == .null else { return try amount() }
        try null()
        return .absent
    }

    mutating func text() throws(FileError) -> RecordField<String> {
        let kind = try kind()
        guard kind == .string else {
            try skip()
            return .unusable("is \(kind.name), not a text")
        }
        return .value(try string())
    }

    /// A text or a number, which names something; absent where it is null.
    mutating func name() throws(FileError) -> RecordField<String> {
        switch try kind() {
        case .null:
            try null()
            return .absent
        case .string: return .value(try string())
        case .number: return .value("\(try number())")
        case let kind:
            try skip()
            return .unusable("is \(kind.name), not a number or a text")
        }
    }

    mutating func flag() throws(FileError) -> RecordField<Bool> {
        let kind = try kind()
        guard kind == .bool else {
            try skip()
            return kind == .null ? .absent : .unusable("is \(kind.name), not true or false")
        }
        return .value(try bool())
    }
}
