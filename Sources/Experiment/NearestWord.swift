/// "; did you mean 'vis'?" where one of some words is near, else nothing.
public func hint(_ word: String, _ words: [String]) -> String {
    let lower = word.lowercased().prefix(40)
    let near = words.map { (word: $0, distance: edits(lower, $0)) }.min { $0.distance < $1.distance }
    guard let near, near.distance <= max(1, (near.word.count + 1) / 3) else { return "" }
    return "; did you mean '\(near.word)'?"
}

/// How many letters are to be added, removed or changed to get from one word to another.
private func edits(_ a: some StringProtocol, _ b: some StringProtocol) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let change = diagonal + (letter == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(change, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
