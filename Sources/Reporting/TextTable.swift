internal import Experiment

/// A table of text columns for a terminal: the first column to the left, the others to the right or to the left too.
public struct TextTable: Sendable {
    /// A cell, with a mark that takes no room where styles are shown.
    public struct Cell: Sendable {
        let text: String
        let mark: Mark?

        public init(_ text: String, mark: Mark? = nil) {
            self.text = plainText(text)
            self.mark = mark
        }
    }

    /// Bold, underlined, and neither.
    static let styles = ["\u{1b}[1m", "\u{1b}[4m", "\u{1b}[0m"]

    private let header: [String]
    private var rows: [[Cell]] = []
    private let hasStyles: Bool
    private let isLeft: Bool

    /// - Parameters:
    ///   - hasStyles: marks by bold and underline; otherwise by `*` and `_` after the number.
    ///   - isLeft: columns of words, not of numbers.
    public init(_ header: [String], hasStyles: Bool, isLeft: Bool = false) {
        self.header = header.map(plainText)
        self.hasStyles = hasStyles
        self.isLeft = isLeft
    }

    public mutating func add(_ cells: [Cell]) { rows.append(cells) }

    public func rendered() -> String {
        let isMarked = !hasStyles && rows.contains { $0.contains { $0.mark != nil } }
        let widths = header.indices.map { c in
            max(header[c].count, rows.map { $0[c].text.count + (isMarked && c > 0 ? 1 : 0) }.max() ?? 0)
        }
        func padded(_ text: String, _ visible: Int, _ c: Int) -> String {
            let space = String(repeating: " ", count: max(0, widths[c] - visible))
            return c == 0 || isLeft ? text + space : space + text
        }
        let head = header.indices.map { padded(header[$0], header[$0].count, $0) }.joined(separator: "  ")
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        let body = rows.map { row in
            row.indices.map { c -> String in
                let cell = row[c]
                if hasStyles {
                    let styled =
                        switch cell.mark {
                        case .best: TextTable.styles[0] + cell.text + TextTable.styles[2]
                        case .second: TextTable.styles[1] + cell.text + TextTable.styles[2]
                        case nil: cell.text
                        }
                    return padded(styled, cell.text.count, c)
                }
                let sign = cell.mark == .best ? "*" : cell.mark == .second ? "_" : isMarked && c > 0 ? " " : ""
                return padded(cell.text + sign, cell.text.count + sign.count, c)
            }.joined(separator: "  ")
        }
        return ([head, rule] + body).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n") + "\n"
    }
}
