internal import Experiment
internal import GRDB

/// The origins of videos, by the videos' bytes.
struct OriginShelf {
    fileprivate var origins: [String: [(configuration: String, clip: String, origin: VideoOrigin)]] = [:]

    /// The newest of a video in a configuration, or of the same bytes in another one: a folder's name may be another than the
    /// configuration's.
    func origin(sha256: String, configuration: String, clip: String) -> VideoOrigin? {
        let known = origins[sha256] ?? []
        return
            (known.last { $0.configuration == configuration && $0.clip == clip }
            ?? known.last { $0.clip == clip })?.origin
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
            shelf.origins[try row.decode(forColumn: "sha256"), default: []].append(
                (configuration, try row.decode(forColumn: "clip"), origin))
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
