internal import Experiment

/// Lines as a terminal may get them: without what it would obey, except line ends and the marks that tables make.
/// - Parameter hasStyles: whether those marks may pass.
public func screenText(_ text: String, hasStyles: Bool) -> String {
    let styles = hasStyles ? TextTable.styles.map { Array($0.unicodeScalars) } : []
    let scalars = Array(text.unicodeScalars)
    var result = ""
    var plain = String.UnicodeScalarView()
    var at = 0
    func isEnd(_ place: Int) -> Bool { place < scalars.count && scalars[place] == "\n" }
    func pass(_ text: String, _ count: Int) {
        result += plainText(String(plain)) + text
        plain = String.UnicodeScalarView()
        at += count
    }
    while at < scalars.count {
        if isEnd(at) {
            pass("\n", 1)
        } else if scalars[at] == "\r", isEnd(at + 1) {
            pass("\r\n", 2)
        } else if let style = styles.first(where: { scalars[at...].starts(with: $0) }) {
            pass(String(String.UnicodeScalarView(style)), style.count)
        } else {
            plain.append(scalars[at])
            at += 1
        }
    }
    pass("", 0)
    return result
}
