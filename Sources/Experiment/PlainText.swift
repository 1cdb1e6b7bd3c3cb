/// Text of another program or file as a line that may be shown on a terminal, kept in the store and printed on a page.
///
/// Escape sequences (colours, cursor movements, window titles) vanish, line ends and tabs become a space, and other control
/// characters, among them those that turn the direction of text, become "�". What is left reads as it was written.
/// Pages have to escape `<` and `&` all the same.
public func plainText(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var plain = String.UnicodeScalarView()
    var at = 0
    while at < scalars.count {
        if let end = endOfEscape(scalars, at) {
            at = end
            continue
        }
        plain.append(shown(scalars[at]))
        at += 1
    }
    return String(plain)
}

private func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x09...0x0D, 0x85, 0x2028, 0x2029: " "
    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
    default: scalar
    }
}

/// Where an escape sequence that begins at a place ends (ECMA-48, section 5.4 and 8.3); nil where none begins.
private func endOfEscape(_ scalars: [Unicode.Scalar], _ start: Int) -> Int? {
    let isEscape = scalars[start].value == 0x1B
    guard isEscape || [0x90, 0x98, 0x9B, 0x9D, 0x9E, 0x9F].contains(scalars[start].value) else { return nil }
    var at = start + 1
    guard isEscape else { return endOfSequence(scalars, at, kind: scalars[start].value - 0x40) }
    // Two characters, with further ones between where they choose character sets.
    while at < scalars.count, (0x20...0x2F).contains(scalars[at].value) { at += 1 }
    guard at < scalars.count, (0x30...0x7E).contains(scalars[at].value) else { return at }
    return at == start + 1 ? endOfSequence(scalars, at + 1, kind: scalars[at].value) : at + 1
}

/// - Parameter kind: the character after ESC.
private func endOfSequence(_ scalars: [Unicode.Scalar], _ start: Int, kind: UInt32) -> Int {
    var at = start
    switch Character(Unicode.Scalar(kind) ?? " ") {
    case "[":
        while at < scalars.count, (0x20...0x3F).contains(scalars[at].value) { at += 1 }
        return at < scalars.count && (0x40...0x7E).contains(scalars[at].value) ? at + 1 : at
    case "]", "P", "X", "^", "_":
        // A string, up to BEL or ST, and at most to the end of the line: an open one does not swallow the rest.
        while at < scalars.count {
            switch scalars[at].value {
            case 0x07, 0x9C: return at + 1
            case 0x1B where at + 1 < scalars.count && scalars[at + 1] == "\\": return at + 2
            case 0x0A, 0x0D, 0x1B: return at
            default: at += 1
            }
        }
        return at
    default: return at
    }
}
