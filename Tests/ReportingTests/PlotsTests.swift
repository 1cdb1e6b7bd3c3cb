import Testing

@testable import Reporting

/// What the axes of plots show.
@Suite struct PlotsTests {
    @Test func `values that are all alike get a range around them`() {
        #expect(plotRange([1, 1, 1]) == "[0.95:1.05]")
        #expect(plotRange([0]) == "[-0.001:0.001]")
        #expect(plotRange([-2, -2]) == "[-2.1:-1.9]")
    }

    @Test func `other values set the range themselves`() {
        #expect(plotRange([1, 1.5]) == "[*:*]")
        #expect(plotRange([]) == "[*:*]")
    }
}
