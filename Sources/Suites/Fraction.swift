/// An exact number in lowest terms: what a suite writes as 1/3 stays so until a network needs it.
///
/// Numerator and denominator are below 2^53 in size, so that `value` is rounded once and "0.1" gives the nearest number to it.
struct Fraction: Sendable, Hashable, Comparable {
    let numerator: Int
    let denominator: Int

    static let zero = Fraction(0, 1)!

    /// nil where the denominator is 0 or the number needs more digits than there are.
    init?(_ numerator: Int128, _ denominator: Int128) {
        guard denominator != 0 else { return nil }
        var (a, b) = (numerator.magnitude, denominator.magnitude)
        while b != 0 { (a, b) = (b, a % b) }
        let divisor = Int128(a) * denominator.signum()
        let (over, under) = (numerator / divisor, denominator / divisor)
        guard over.magnitude < 1 << 53, under < 1 << 53 else { return nil }
        (self.numerator, self.denominator) = (Int(over), Int(under))
    }

    /// Reads a decimal number, or two of them with "/" between; nil for other texts and for more digits than are kept.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Fraction(decimal: $0) }
        guard parts.count <= 2, let first = parts.first, let over = first else { return nil }
        guard parts.count == 2 else {
            self = over
            return
        }
        guard let under = parts[1], under.numerator != 0 else { return nil }
        self.init(
            Int128(over.numerator) * Int128(under.denominator), Int128(over.denominator) * Int128(under.numerator))
    }

    private init?(decimal text: some StringProtocol) {
        let spaceless = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        guard let match = String(spaceless).wholeMatch(of: /([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?/)
        else { return nil }
        let fraction = match.3.map(String.init) ?? ""
        let digits = (String(match.2) + fraction).drop { $0 == "0" }
        guard !(match.2.isEmpty && fraction.isEmpty), digits.count <= 20 else { return nil }
        let mantissa = (match.1 == "-" ? -1 : 1) * (digits.isEmpty ? 0 : Int128(digits) ?? 0)
        let power = (match.4.flatMap { Int($0) } ?? 0) - fraction.count
        guard mantissa != 0 else {
            self.init(0, 1)
            return
        }
        guard (-36...16).contains(power) else { return nil }
        self.init(power > 0 ? mantissa * Self.tenTo(power) : mantissa, power < 0 ? Self.tenTo(-power) : 1)
    }

    private static func tenTo(_ power: Int) -> Int128 { (0..<power).reduce(1) { ten, _ in ten * 10 } }

    /// The nearest number that the processor has.
    var value: Double { Double(numerator) / Double(denominator) }

    /// As "1/3" or "2".
    var text: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

    /// As "0.25" where that is exact in 15 digits, else as `text`.
    var decimalText: String {
        var (digits, scale) = (0, Int128(1))
        while scale % Int128(denominator) != 0, digits < 15 { (digits, scale) = (digits + 1, scale * 10) }
        guard scale % Int128(denominator) == 0, digits > 0 else { return text }
        let whole = Int128(numerator).magnitude * (scale / Int128(denominator)).magnitude
        let (units, rest) = whole.quotientAndRemainder(dividingBy: scale.magnitude)
        let decimals = String(repeating: "0", count: digits - "\(rest)".count) + "\(rest)"
        return (numerator < 0 ? "-" : "") + "\(units).\(decimals)"
    }

    /// nil where the sum needs more digits than are kept; so the others.
    func adding(_ other: Fraction) -> Fraction? {
        let (a, b) = (Int128(denominator), Int128(other.denominator))
        return Fraction(Int128(numerator) * b + Int128(other.numerator) * a, a * b)
    }

    func subtracting(_ other: Fraction) -> Fraction? {
        Fraction(-Int128(other.numerator), Int128(other.denominator)).flatMap(adding)
    }

    func times(_ factor: Int) -> Fraction? { Fraction(Int128(numerator) * Int128(factor), Int128(denominator)) }

    /// How many whole steps fit into it, rounded down. The step is above 0.
    func steps(of step: Fraction) -> Int128 {
        let (over, under) = (
            Int128(numerator) * Int128(step.denominator), Int128(denominator) * Int128(step.numerator)
        )
        return over >= 0 ? over / under : -((-over + under - 1) / under)
    }

    static func < (a: Fraction, b: Fraction) -> Bool {
        Int128(a.numerator) * Int128(b.denominator) < Int128(b.numerator) * Int128(a.denominator)
    }
}
