/// Words as a shell reads them back.
enum ShellWords {
    static func text(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    /// In single quotes where the word has anything that a shell would not leave alone.
    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.unicodeScalars.allSatisfy { scalar in
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                    || "-_./:=@%+,".unicodeScalars.contains(scalar)
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
