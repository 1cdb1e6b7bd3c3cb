internal import Experiment

/// One thing that a grid varies.
struct GridAxis {
    enum Target {
        /// Moved together.
        case weights([WeightAddress])
        /// A setting of the generator, or which generator it is.
        case setting(String)
    }

    /// A value as it was written.
    struct Value {
        let text: String
        /// nil for words.
        let number: Fraction?
        /// Where it is written.
        let source: YAMLValue

        /// The value as that of a setting.
        var setting: YAMLValue { source.with(text: text) }

        var place: Sweep.Value { Sweep.Value(text: text, number: number?.value) }
    }

    enum Values {
        case list([Value])
        /// Nothing of it is laid out before somebody asks.
        case steps(from: Fraction, step: Fraction, count: Int, isDecimal: Bool)
        /// Anything between two numbers.
        case range(from: Fraction, to: Fraction)
    }

    let target: Target
    let values: Values
    let source: YAMLValue

    /// As tables show it.
    var name: String {
        switch target {
        case .weights(let addresses): addresses.map(\.text).joined(separator: " + ")
        case .setting(let name): name
        }
    }

    var addresses: [WeightAddress] { if case .weights(let addresses) = target { addresses } else { [] } }

    /// How many values there are; nil for a range.
    var count: Int? {
        switch values {
        case .list(let values): values.count
        case .steps(_, _, let count, _): count
        case .range: nil
        }
    }

    /// One of `count` values.
    /// - Throws: `BenchError` 65 where the number needs more digits than are kept.
    func value(_ place: Int) throws(BenchError) -> Value {
        switch values {
        case .list(let values): return values[place]
        case .steps(let from, let step, _, let isDecimal):
            guard let number = step.times(place).flatMap(from.adding) else {
                throw source.wrong("has steps with more digits than are kept; write rounder numbers")
            }
            return Value(text: isDecimal ? number.decimalText : number.text, number: number, source: source)
        case .range(let from, _): return Value(text: from.text, number: from, source: source)
        }
    }

    func all() throws(BenchError) -> [Value] {
        var all: [Value] = []
        for place in 0..<(count ?? 0) { all.append(try value(place)) }
        return all
    }

    /// Where a share of the way from the least to the greatest value lies: a range's number with as many decimals as tell
    /// enough places of it apart.
    /// - Parameters:
    ///   - share: so many parts of 2^32.
    ///   - places: how many are enough.
    func value(share: UInt32, places: Int) throws(BenchError) -> Value {
        guard case .range(let from, let to) = values, let width = to.subtracting(from) else {
            return try value(Int((UInt64(share) * UInt64(count ?? 1)) >> 32))
        }
        var scale = 1
        while scale < 1_000_000_000_000, width.times(scale).map({ $0.value < Double(places) }) ?? false { scale *= 10 }
        let unit = Fraction(1, Int128(scale)) ?? .zero
        let (low, high) = (-from.negated.steps(of: unit), to.steps(of: unit))
        let place = low + (Int128(share) * max(1, high - low + 1)) >> 32
        guard let number = Fraction(place, Int128(scale)) else {
            throw source.wrong("has a range with more digits than are kept; write rounder numbers")
        }
        return Value(text: number.decimalText, number: number, source: source)
    }
}

extension Fraction {
    fileprivate var negated: Fraction { Fraction(-Int128(numerator), Int128(denominator)) ?? .zero }
}
