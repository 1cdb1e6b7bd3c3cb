internal import Experiment
internal import Results

/// What made the rows of a group: weights, generator, its settings, seeds and prompts, as far as the store knows.
struct OriginsTable {
    /// What rows differ in; empty where they differ in nothing.
    let header: [String]
    /// A row's label, then as many cells as the header has besides.
    let rows: [[String]]
    /// What all rows have in common, and the texts of prompts, one sentence a line without the full stop.
    let notes: [String]
    let title = "What made the rows"
    /// Most rows of which the table tells one by one.
    private static let mostRows = 100

    init(_ rows: [ReportRow]) {
        let made = rows.filter { !$0.trials.isEmpty }
        guard made.contains(where: { $0.trials.contains { $0.origin != nil } }) else {
            (header, self.rows) = ([], [])
            notes =
                made.isEmpty
                ? [] : ["what made these videos is not recorded: they were not made by this program's runs"]
            return
        }
        let fields = OriginField.all(of: made)
        let cells = fields.map { field in made.map { field.text($0.trials) } }
        // A single row has all it is made of in the table, so that one looks at one place.
        let differing = fields.indices.filter { made.count == 1 || Set(cells[$0]).count > 1 }
        let common = fields.indices.filter { !differing.contains($0) }
        // Names of a grid's cells say what they differ in.
        let isLong = made.count > Self.mostRows
        header = isLong ? [] : [""] + differing.map { fields[$0].title }
        self.rows = isLong ? [] : made.indices.map { row in [made[row].label] + differing.map { cells[$0][row] } }
        notes =
            (common.isEmpty
                ? [] : ["in all rows: " + common.map { "\(fields[$0].title) \(cells[$0][0])" }.joined(separator: "; ")])
            + promptTexts(made.flatMap(\.trials)) + made.compactMap(\.unrecorded)
    }
}

extension ReportRow {
    /// "not recorded: 1 of 2 videos of seg"; nil where something is known of all, or of none.
    fileprivate var unrecorded: String? {
        let unknown = trials.count { $0.origin == nil }
        return unknown == 0 || unknown == trials.count
            ? nil : "not recorded: \(unknown) of \(counted(trials.count, "video")) of \(label)"
    }
}

/// One thing that videos are made from.
private struct OriginField {
    let title: String
    /// Of one video; nil where it is not recorded.
    let value: (TrialResults) -> String?

    static func all(of rows: [ReportRow]) -> [OriginField] {
        let origins = rows.flatMap(\.trials).compactMap(\.origin)
        let keys = Set(origins.flatMap { $0.settings.map { Array($0.keys) } ?? [] })
        let first = ["steps", "guidance"].filter(keys.contains)
        let settings = (first + keys.subtracting(first).sorted()).map { key in
            OriginField(title: key) { trial in trial.origin?.settings.map { $0[key] ?? "–" } }
        }
        return [
            OriginField(title: "weights") { $0.origin?.weights.text },
            OriginField(title: "generator") { $0.origin?.generator },
        ] + (settings.isEmpty ? [OriginField(title: "settings") { _ in nil }] : settings) + [
            OriginField(title: "seed") { ($0.origin?.seed).map { "\($0)" } },
            OriginField(title: "prompts") { promptName($0.origin?.promptLabel ?? $0.prompt) },
            OriginField(title: "adopted") { trial in
                switch trial.origin?.arrival {
                case nil: nil
                case .made: "no"
                case .adopted: "yes, made from something else"
                case .found: "yes, made from what is not known"
                }
            },
        ]
    }

    /// The values of a row's videos, each once; of videos of which something is known, where there are any.
    func text(_ trials: [TrialResults]) -> String {
        let known = trials.filter { $0.origin != nil }
        return (known.isEmpty ? trials : known).reduce(into: [String]()) { values, trial in
            let value = value(trial) ?? "not recorded"
            if !values.contains(value) { values.append(value) }
        }.joined(separator: ", ")
    }
}

private func promptName(_ label: String) -> String { label.isEmpty ? "own" : label }

/// The prompts' texts: one where all clips have the same, else the first as an example.
private func promptTexts(_ trials: [TrialResults]) -> [String] {
    var texts: [(label: String, texts: [(clip: String, text: String)])] = []
    var unknown = 0
    for trial in trials {
        guard let origin = trial.origin else { continue }
        guard let text = origin.promptText else {
            unknown += 1
            continue
        }
        let place = texts.firstIndex { $0.label == origin.promptLabel } ?? texts.count
        if place == texts.count { texts.append((origin.promptLabel, [])) }
        if !texts[place].texts.contains(where: { $0.text == text }) { texts[place].texts.append((trial.clip, text)) }
    }
    let lines = texts.map { label, texts -> String in
        let first = "\"\(texts[0].text)\""
        return texts.count == 1
            ? "prompt \(promptName(label)): \(first)"
            : "prompt \(promptName(label)): \(texts.count) texts by clip, as for \(texts[0].clip): \(first); the JSON has all"
    }
    return lines + (unknown > 0 ? ["prompt texts of \(counted(unknown, "video")) are not recorded"] : [])
}

extension WeightedConfiguration {
    /// "vis 1, seg fg 0 bg 0.5"; "no control".
    var text: String {
        let texts = weights.map { control, amount in
            switch amount {
            case .uniform(let value): "\(control) \(short(value))"
            case .regional(let fg, let bg): "\(control) fg \(short(fg)) bg \(short(bg))"
            }
        }
        return texts.isEmpty ? "no control" : texts.joined(separator: ", ")
    }
}

/// A weight without digits that say nothing: "1", "0.25", "0.3333".
private func short(_ value: Double) -> String {
    let text = number(value, 4)
    return text.contains(".") ? String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()) : text
}

extension Report.Group {
    /// What made the rows.
    var origins: OriginsTable { OriginsTable(rows) }

    /// The tables under those of means, and of agreement with what was published.
    var further: [NotedTable] { races + timings + [origins.table] }
}

extension OriginsTable {
    var table: NotedTable { NotedTable(title: title, header: header, rows: rows, notes: notes) }
}
