internal import Experiment
internal import GRDB

/// The origins of videos, by the videos' bytes.
struct OriginShelf {
    fileprivate struct Record {
        let configuration: String
        let clip: String
        let path: String
        let isBeforeEnd: Bool
        let origin: VideoOrigin

        /// Whether a video's name says this prompt, with the seed where a suite has several.
        func isCalled(_ prompt: String) -> Bool {
            let label = origin.promptLabel
            return prompt == label || prompt == (label.isEmpty ? "own" : label) + "-seed\(origin.seed)"
        }
    }

    /// What may be of one video: its bytes and its clip.
    private struct Key: Hashable {
        let sha256: String
        let clip: String
        /// nil for any.
        let configuration: String?
    }

    private var records: [Key: [Record]] = [:]

    fileprivate mutating func add(_ record: Record, sha256: String) {
        records[Key(sha256: sha256, clip: record.clip, configuration: nil), default: []].append(record)
        records[Key(sha256: sha256, clip: record.clip, configuration: record.configuration), default: []].append(record)
    }

    /// What is known of a video of these bytes. A generator may make the same bytes of several prompts and seeds, and one video
    /// may count under several recipes: of all records, those that fit best in configuration, prompt, place and time, and of
    /// these the newest. A folder's name may be another than the configuration's.
    func origin(sha256: String, path: String, configuration: String, clip: String, prompt: String) -> VideoOrigin? {
        var fitting =
            records[Key(sha256: sha256, clip: clip, configuration: configuration)]
            ?? records[Key(sha256: sha256, clip: clip, configuration: nil)] ?? []
        let wishes: [(Record) -> Bool] = [{ $0.isCalled(prompt) }, { $0.path == path }, \.isBeforeEnd]
        for wish in wishes {
            let better = fitting.filter(wish)
            if !better.isEmpty { fitting = better }
        }
        return fitting.last?.origin
    }
}

extension Store {
    /// The origins of a run's videos. What an older program did not record is nil.
    func origins(of run: RunSummary, _ db: Database) throws -> OriginShelf {
        var shelf = OriginShelf()
        // Many videos have the same weights and settings.
        var weights: [String: WeightedConfiguration] = [:]
        var settings: [String: [String: String]] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT configuration, weights, settings, identity, generator, prompt, prompt_text, seed, adopted,
                    created_at, sha256, clip, path
                FROM generation
                WHERE sha256 IN (SELECT sha256 FROM run_trial JOIN trial ON trial.id = trial_id WHERE run_id = ?)
                ORDER BY id
                """, arguments: [run.number])
        while let row = try rows.next() {
            let configuration: String = try row.decode(atIndex: 0)
            let weightsText: String = try row.decode(atIndex: 1)
            let settingsText: String? = try row.decode(atIndex: 2)
            let key = configuration + "\n" + weightsText
            if weights[key] == nil {
                weights[key] = self.weights(
                    configuration, try JSON.value([String: WeightColumn].self, weightsText))
            }
            if let settingsText, settings[settingsText] == nil {
                settings[settingsText] = try JSON.value([String: String].self, settingsText)
            }
            let origin = VideoOrigin(
                identity: Identity(hex: try row.decode(atIndex: 3)), generator: try row.decode(atIndex: 4),
                settings: settingsText.flatMap { settings[$0] }, weights: weights[key]!,
                promptLabel: try row.decode(atIndex: 5), promptText: try row.decode(atIndex: 6),
                seed: try row.decode(atIndex: 7), arrival: arrival(try row.decode(atIndex: 8)))
            let time: String = try row.decode(atIndex: 9)
            shelf.add(
                OriginShelf.Record(
                    configuration: configuration, clip: try row.decode(atIndex: 11),
                    path: place.shown(try row.decode(atIndex: 12)),
                    isBeforeEnd: run.finishedAt.map { time <= $0 } ?? true, origin: origin),
                sha256: try row.decode(atIndex: 10))
        }
        return shelf
    }

    /// - Parameter adopted: the identity under which a video was made that counts under another, "" where that is not known.
    private func arrival(_ adopted: String?) -> VideoOrigin.Arrival {
        adopted.map { $0.isEmpty ? .found : .adopted } ?? .made
    }

    private func weights(_ name: String, _ columns: [String: WeightColumn]) -> WeightedConfiguration {
        let order = ["vis", "edge", "depth", "seg"]
        func place(_ control: String) -> (Int, String) { (order.firstIndex(of: control) ?? order.count, control) }
        return WeightedConfiguration(
            name: name,
            weights: columns.sorted { place($0.key) < place($1.key) }.map { ($0.key, $0.value.amount) })
    }
}
