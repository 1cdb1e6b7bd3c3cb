import Testing

@testable import Reporting

/// What a terminal gets to see.
@Suite struct ScreenTextTests {
    @Test func `lines and the tables' own marks pass, other sequences do not`() {
        let table = "\u{1b}[1m0.81\u{1b}[0m  \u{1b}[4m0.80\u{1b}[0m\nnext\r\n"
        #expect(screenText(table, hasStyles: true) == table)
        #expect(screenText(table, hasStyles: false) == "0.81  0.80\nnext\r\n")
        #expect(screenText("a\u{1b}]0;title\u{7}b\u{1b}[2J\u{9b}31mc\n", hasStyles: true) == "abc\n")
        #expect(screenText("a\u{1b}[31m\u{1b}[1mb", hasStyles: true) == "a\u{1b}[1mb")
        #expect(screenText("\n\n", hasStyles: true) == "\n\n" && screenText("", hasStyles: true) == "")
    }

    @Test func `cells of tables are plain`() {
        var table = TextTable(["\u{1b}[31mhead", "b"], hasStyles: false)
        table.add([.init("a\u{1b}[2Jb"), .init("c\nd")])
        #expect(table.rendered() == "head    b\n────  ───\nab    c d\n")
    }
}
