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

    fileprivate var records: [String: [Record]] = [:]

    /// What is known of a video of these bytes. A generator may make the same bytes of several prompts and seeds, and one video
    /// may count under several recipes: of all records, those that fit best in configuration, prompt, place and time, and of
    /// these the newest. A folder's name may be another than the configuration's.
    func origin(sha256: String, path: String, configuration: String, clip: String, prompt: String) -> VideoOrigin? {
        var fitting = (records[sha256] ?? []).filter { $0.clip == clip }
        let wishes: [(Record) -> Bool] = [
            { $0.configuration == configuration }, { $0.isCalled(prompt) }, { $0.path == path }, \.isBeforeEnd,
        ]
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
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM generation
                WHERE sha256 IN (SELECT sha256 FROM run_trial JOIN trial ON trial.id = trial_id WHERE run_id = ?)
                ORDER BY id
                """, arguments: [run.number])
        while let row = try rows.next() {
            let configuration: String = try row.decode(forColumn: "configuration")
            let settings: String? = try row.decode(forColumn: "settings")
            let origin = VideoOrigin(
                identity: Identity(hex: try row.decode(forColumn: "identity")),
                generator: try row.decode(forColumn: "generator"),
                settings: try settings.map { try JSON.value([String: String].self, $0) },
                weights: weights(
                    configuration, try JSON.value([String: WeightColumn].self, row.decode(forColumn: "weights"))),
                promptLabel: try row.decode(forColumn: "prompt"), promptText: try row.decode(forColumn: "prompt_text"),
                seed: try row.decode(forColumn: "seed"), arrival: arrival(try row.decode(forColumn: "adopted")))
            let time: String = try row.decode(forColumn: "created_at")
            shelf.records[try row.decode(forColumn: "sha256"), default: []].append(
                OriginShelf.Record(
                    configuration: configuration, clip: try row.decode(forColumn: "clip"),
                    path: place.shown(try row.decode(forColumn: "path")),
                    isBeforeEnd: run.finishedAt.map { time <= $0 } ?? true, origin: origin))
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
