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
    public let video: Artifact
    /// How long it took; nil where nobody measured.
    public let seconds: Double?

    public init(identity: Identity, task: VideoTask, generator: String, video: Artifact, seconds: Double?) {
        self.identity = identity
        self.task = task
        self.generator = generator
        self.video = video
        self.seconds = seconds
    }
}

extension Store {
    /// Those of the trials whose videos were made before, with the video as it was then: whether the file is still there and
    /// still the same is for the caller to see.
    public func generated(_ identities: [Identity]) throws(BenchError) -> [Identity: Artifact] {
        try read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT path, bytes, sha256 FROM generation WHERE identity = ?")
            var videos: [Identity: Artifact] = [:]
            for identity in identities {
                guard let row = try Row.fetchOne(statement, arguments: [identity.hex]) else { continue }
                videos[identity] = Artifact(
                    path: try row.decode(forColumn: "path"), bytes: try row.decode(forColumn: "bytes"),
                    sha256: try row.decode(forColumn: "sha256"))
            }
            return videos
        }
    }

    /// Writes one made video in one transaction; a video of the same identity gives way to it.
    /// - Parameter environment: what made it.
    public func record(
        _ video: GeneratedVideo, environment: [String: String], at now: Date
    ) throws(BenchError) {
        try write { db in
            let details = try JSON.text(environment)
            try db.execute(sql: "INSERT OR IGNORE INTO environment (details) VALUES (?)", arguments: [details])
            let task = video.task
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO generation (identity, configuration, clip, prompt, seed, weights, generator,
                        path, bytes, sha256, seconds, environment_id, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM environment WHERE details = ?), ?)
                    """,
                arguments: [
                    video.identity.hex, task.configuration.name, task.clip.name, task.prompt.label,
                    Int64(task.seed), try JSON.text(WeightColumn.all(of: task.configuration)), video.generator,
                    video.video.path, video.video.bytes, video.video.sha256, video.seconds, details,
                    now.ISO8601Format(),
                ])
        }
    }
}
