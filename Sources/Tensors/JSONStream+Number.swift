extension JSONStream {
    /// The number that comes next; NaN and infinities only where they are taken for numbers.
    public mutating func number() throws(FileError) -> Double {
        skipSpace()
        if readsNaN, let value = try bareWord() { return value }
        return try numeral().value(self)
    }

    /// The number that comes next, an integer where it is written as one and fits.
    mutating func numberTree() throws(FileError) -> JSON {
        skipSpace()
        let numeral = try numeral()
        if let value = numeral.integer { return .integer(value) }
        return .number(try numeral.value(self))
    }

    /// A number as it is written.
    private struct Numeral {
        let place: Range<Int>
        let isNegative: Bool
        let isWhole: Bool
        /// The digits as one number; nil when there are more than fit.
        let digits: UInt64?
        /// The power of ten that the digits are multiplied with.
        let exponent: Int

        /// Nil for what has a fraction or an exponent, or does not fit.
        var integer: Int? {
            guard isWhole, let digits else { return nil }
            guard isNegative else { return Int(exactly: digits) }
            return digits == UInt64(Int.max) + 1 ? Int.min : Int(exactly: digits).map { -$0 }
        }

        private static let powers: [Double] = [
            1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
            1e20, 1e21, 1e22,
        ]

        func value(_ stream: JSONStream) throws(FileError) -> Double {
            // Digits and power are exact doubles, so that one operation rounds once: the nearest double.
            if let digits, digits <= 1 << 53, abs(exponent) <= 22 {
                let size = Double(digits)
                let value = exponent < 0 ? size / Self.powers[-exponent] : size * Self.powers[exponent]
                return isNegative ? -value : value
            }
            guard let value = Double(String(decoding: stream.bytes[place], as: UTF8.self)), value.isFinite else {
                throw stream.malformed("has a number out of range")
            }
            return value
        }
    }

    private mutating func numeral() throws(FileError) -> Numeral {
        let start = position
        let isNegative = accept("-")
        let leadsWithZero = next == UInt8(ascii: "0")
        var (digits, fits) = (UInt64(0), true)
        let whole = try readDigits(into: &digits, &fits)
        guard whole == 1 || !leadsWithZero else { throw malformed("has a number that starts with 0") }
        var (exponent, isWhole) = (0, true)
        if accept(".") {
            isWhole = false
            exponent = -(try readDigits(into: &digits, &fits))
        }
        if accept("e") || accept("E") {
            isWhole = false
            let isSmall = accept("-")
            if !isSmall { _ = accept("+") }
            var (power, powerFits) = (UInt64(0), true)
            _ = try readDigits(into: &power, &powerFits)
            let bounded = powerFits ? Int(min(power, 1 << 20)) : 1 << 20
            exponent += isSmall ? -bounded : bounded
        }
        return Numeral(
            place: start..<position, isNegative: isNegative, isWhole: isWhole, digits: fits ? digits : nil,
            exponent: exponent)
    }

    /// How many digits were read; at least one.
    private mutating func readDigits(into number: inout UInt64, _ fits: inout Bool) throws(FileError) -> Int {
        let start = position
        while let byte = next, byte &- 0x30 <= 9 {
            let (product, isLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = product.addingReportingOverflow(UInt64(byte &- 0x30))
            if isLarge || isLarger { fits = false }
            number = sum
            position += 1
        }
        guard position > start else { throw malformed("has no value") }
        return position - start
    }

    private mutating func bareWord() throws(FileError) -> Double? {
        switch next {
        case UInt8(ascii: "N"):
            try word("NaN")
            return .nan
        case UInt8(ascii: "I"):
            try word("Infinity")
            return .infinity
        case UInt8(ascii: "-") where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "I"):
            try word("-Infinity")
            return -.infinity
        default: return nil
        }
    }
}
