public import Experiment
public import Foundation
internal import GRDB

/// A video that a generator made, with what it was made from.
public struct GeneratedVideo: Sendable {
    /// The trial's: of everything that can change the pixels.
    public let identity: Identity
    public let task: VideoTask
    /// What reports call the generator.
    public let generator: String
    /// What of it a reader may want apart from that, as "steps": "35".
    public let settings: [String: String]
    public let video: Artifact
    /// How long it took; nil where nobody measured.
    public let seconds: Double?
    public let recipe: Recipe?
    /// nil where it was made under its identity.
    public let adoption: Adoption?

    public init(
        identity: Identity, task: VideoTask, generator: String, settings: [String: String] = [:], video: Artifact,
        seconds: Double?, recipe: Recipe? = nil, adoption: Adoption? = nil
    ) {
        self.identity = identity
        self.task = task
        self.generator = generator
        self.settings = settings
        self.video = video
        self.seconds = seconds
        self.recipe = recipe
        self.adoption = adoption
    }
}

/// Where a video comes from that counts for a trial under whose identity it was not made.
public enum Adoption: Sendable, Equatable {
    /// Made under another identity.
    case made(Identity)
    /// A file that the store knew nothing of.
    case found
}

/// A video as the store knows it: as it was when it was made. Whether the file is still there and still the same is for the
/// caller to see.
public struct KnownVideo: Sendable, Equatable {
    public let identity: Identity
    public let video: Artifact
    public let configuration: String
    public let generator: String
    public let seconds: Double?
    public let adoption: Adoption?
    /// Whether the store knows what it was made from.
    public let hasRecipe: Bool
    private let weightsColumn: String

    /// By control; empty where the store is damaged.
    public var weights: [String: ControlAmount] {
        ((try? JSON.value([String: WeightColumn].self, weightsColumn)) ?? [:]).mapValues(\.amount)
    }

    fileprivate init(_ row: Row, _ place: StorePlace) throws {
        identity = Identity(hex: try row.decode(forColumn: "identity"))
        video = Artifact(
            path: place.shown(try row.decode(forColumn: "path")), bytes: try row.decode(forColumn: "bytes"),
            sha256: try row.decode(forColumn: "sha256"))
        configuration = try row.decode(forColumn: "configuration")
        generator = try row.decode(forColumn: "generator")
        weightsColumn = try row.decode(forColumn: "weights")
        seconds = try row.decode(forColumn: "seconds")
        let adopted: String? = try row.decode(forColumn: "adopted")
        adoption = adopted.map { $0.isEmpty ? .found : .made(Identity(hex: $0)) }
        hasRecipe = try row.decode(forColumn: "has_recipe")
    }

    fileprivate static let columns = """
        identity, path, bytes, sha256, configuration, generator, weights, seconds, adopted,
        recipe_id IS NOT NULL AS has_recipe
        """
}

extension Store {
    /// Those of the trials whose videos were made or adopted before.
    public func generated(_ identities: [Identity]) throws(BenchError) -> [Identity: KnownVideo] {
        try read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT \(KnownVideo.columns) FROM generation WHERE identity = ?")
            var videos: [Identity: KnownVideo] = [:]
            for identity in identities {
                guard let row = try Row.fetchOne(statement, arguments: [identity.hex]) else { continue }
                videos[identity] = try KnownVideo(row, place)
            }
            return videos
        }
    }

    /// All videos that were made somewhere in a folder, oldest first.
    /// - Parameter folder: its absolute path.
    public func generated(in folder: String) throws(BenchError) -> [KnownVideo] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(KnownVideo.columns) FROM generation
                    WHERE substr(path, 1, length(:folder) + 1) = :folder || '/' ORDER BY id
                    """, arguments: ["folder": folder == place.folder ? "." : place.kept(folder)]
            ).map { try KnownVideo($0, place) }
        }
    }

    /// All videos whose time was measured.
    public func measured() throws(BenchError) -> [KnownVideo] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT \(KnownVideo.columns) FROM generation WHERE seconds IS NOT NULL ORDER BY id"
            ).map { try KnownVideo($0, place) }
        }
    }

    /// What the videos of some trials were made from, as far as the store knows.
    public func recipes(of identities: some Sequence<Identity>) throws(BenchError) -> [Identity: Recipe] {
        try read { db in
            var shared: [String: [Recipe.Part]] = [:]
            var recipes: [Identity: Recipe] = [:]
            let statement = try db.cachedStatement(
                sql: """
                    SELECT recipe.parts AS generator, generation.parts AS trial
                    FROM generation JOIN recipe ON recipe.id = recipe_id WHERE identity = ?
                    """)
            for identity in identities {
                guard let row = try Row.fetchOne(statement, arguments: [identity.hex]) else { continue }
                let generator: String = try row.decode(forColumn: "generator")
                if shared[generator] == nil { shared[generator] = try JSON.value([Recipe.Part].self, generator) }
                recipes[identity] = Recipe(
                    generator: shared[generator] ?? [],
                    trial: try JSON.value([Recipe.Part].self, row.decode(forColumn: "trial")))
            }
            return recipes
        }
    }

    /// Tells what videos were made from that were recorded before stores kept it.
    public func keep(_ recipes: [(identity: Identity, recipe: Recipe)]) throws(BenchError) {
        guard !recipes.isEmpty else { return }
        try write { db in
            let update = try db.cachedStatement(
                sql: "UPDATE generation SET recipe_id = ?, parts = ? WHERE identity = ? AND recipe_id IS NULL")
            for (identity, recipe) in recipes {
                try update.execute(arguments: [
                    try number(of: recipe, db), try JSON.text(recipe.trial), identity.hex,
                ])
            }
        }
    }

    private func number(of recipe: Recipe, _ db: Database) throws -> Int64? {
        let parts = try JSON.text(recipe.generator)
        try db.execute(sql: "INSERT OR IGNORE INTO recipe (parts) VALUES (?)", arguments: [parts])
        return try Int64.fetchOne(db, sql: "SELECT id FROM recipe WHERE parts = ?", arguments: [parts])
    }

    /// Writes one made or adopted video in one transaction; a video of the same identity gives way to it.
    /// - Parameter environment: what made it.
    public func record(
        _ video: GeneratedVideo, environment: [String: String], at now: Date
    ) throws(BenchError) {
        try write { db in
            let details = try JSON.text(environment)
            try db.execute(sql: "INSERT OR IGNORE INTO environment (details) VALUES (?)", arguments: [details])
            let task = video.task
            let adopted: String? =
                switch video.adoption {
                case nil: nil
                case .found: ""
                case .made(let identity): identity.hex
                }
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO generation (identity, configuration, clip, prompt, seed, weights, generator,
                        path, bytes, sha256, seconds, recipe_id, parts, adopted, environment_id, created_at,
                        prompt_text, settings)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM environment WHERE details = ?),
                        ?, ?, ?)
                    """,
                arguments: [
                    video.identity.hex, task.configuration.name, task.clip.name, task.prompt.label,
                    Int64(task.seed), try JSON.text(WeightColumn.all(of: task.configuration)), video.generator,
                    place.kept(video.video.path), video.video.bytes, video.video.sha256, video.seconds,
                    try video.recipe.flatMap { try number(of: $0, db) },
                    try video.recipe.map { try JSON.text($0.trial) }, adopted, details, now.ISO8601Format(),
                    task.prompt.text, try JSON.text(video.settings),
                ])
        }
    }
}
