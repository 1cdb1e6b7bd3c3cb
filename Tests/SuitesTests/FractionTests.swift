import TestSupport
import Testing

@testable import Suites

@Suite struct FractionTests {
    @Test(arguments: [
        ("1/3", 1, 3), ("0.25", 1, 4), (" 2 / 4 ", 1, 2), ("1e-2", 1, 100), (".5", 1, 2), ("5.", 5, 1), ("-1.5", -3, 2),
        ("0", 0, 1), ("0.0e5", 0, 1), ("1.5/2", 3, 4), ("2e3", 2000, 1), ("+7", 7, 1),
        ("0000000000000000000000.1", 1, 10),
    ])
    func `what is written is kept exactly`(text: String, numerator: Int, denominator: Int) throws {
        let fraction = try #require(Fraction(text))
        #expect(fraction.numerator == numerator && fraction.denominator == denominator)
    }

    @Test(arguments: [
        "", " ", ".", "1/0", "1/", "/3", "1/2/3", "a", "0x10", "inf", "nan", "1e999", "1e-999", "1 2", "--1", "1e", "٣",
        "99999999999999999999", "0.123456789012345678901",
    ])
    func `what is no number, or one with too many digits, is none`(text: String) {
        #expect(Fraction(text) == nil)
    }

    @Test func `a decimal number has the value that the processor reads`() throws {
        var random = SeededRandom(1)
        for _ in 0..<2000 {
            let text = "\(random.next() % 1000).\(random.next() % 1_000_000_000)"
            #expect(try #require(Fraction(text)).value == Double(text))
        }
        #expect(Fraction("1/3")?.value == 1.0 / 3)
    }

    @Test func `steps add up without error`() throws {
        let (third, tenth) = (try #require(Fraction("1/3")), try #require(Fraction("0.1")))
        #expect(third.times(3) == Fraction("1"))
        #expect(try #require(tenth.times(3)).adding(third) == Fraction("19/30"))
        #expect(Fraction("1")?.steps(of: third) == 3 && Fraction("0.99")?.steps(of: third) == 2)
        #expect(Fraction("-0.5")?.steps(of: third) == -2)
        #expect(third > tenth && !(third < third))
    }

    @Test(arguments: [
        ("1/4", "1/4", "0.25"), ("1/3", "1/3", "1/3"), ("2", "2", "2"), ("-0.05", "-1/20", "-0.05"),
        ("0.1000", "1/10", "0.1"), ("12.5", "25/2", "12.5"),
    ])
    func `a number is shown as a fraction or in decimals`(text: String, fraction: String, decimal: String) throws {
        let number = try #require(Fraction(text))
        #expect(number.text == fraction && number.decimalText == decimal)
    }
}
