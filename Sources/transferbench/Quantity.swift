import Foundation

/// Large numbers as a person reads them.
enum Quantity {
    /// `14.47 GB`: powers of a thousand.
    static func bytes(_ count: Double) -> String { scaled(count, "B") }

    /// `2.21 PFLOP`.
    static func operations(_ count: Double) -> String { scaled(count, "FLOP") }

    /// `7,236,208,640`.
    static func grouped(_ count: Int) -> String {
        let digits = Array(String(count.magnitude))
        var text = ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (count < 0 ? "-" : "") + text
    }

    private static func scaled(_ count: Double, _ unit: String) -> String {
        var value = count
        var prefixes = ["", "k", "M", "G", "T", "P", "E"][...]
        while value >= 999.5, prefixes.count > 1 {
            value /= 1000
            prefixes = prefixes.dropFirst()
        }
        let isWhole = prefixes.first == "" || value >= 99.95
        let digits = isWhole ? 0 : value >= 9.995 ? 1 : 2
        return String(format: "%.\(digits)f ", value) + (prefixes.first ?? "") + unit
    }
}
