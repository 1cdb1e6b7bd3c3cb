/// Why there is no video of a trial, or no scores of a video.
public struct VideoFailure: Sendable, Equatable {
    /// The video's path.
    public let video: String
    /// A clause, as "make.sh ended with exit code 3; it said: out of memory".
    public let cause: String
    /// The file with all that the program said; nil where there is none.
    public let log: String?
    /// Equal for failures that are alike: their causes differ in nothing but paths, numbers and the names of their videos.
    public let kind: String

    public init(video: String, cause: String, log: String?) {
        self.video = video
        self.cause = cause
        self.log = log
        kind = Self.kind(cause, of: video)
    }

    /// What the store keeps of it.
    public var sentence: String { "not made: \(statement)" }

    /// The cause with its video and its log.
    private var statement: String {
        (cause.contains(video) ? "" : "\(video): ") + cause + (log.map { "; its whole log is \($0)" } ?? "")
    }

    /// What messages about videos that are alike have in common.
    public static func kind(_ cause: String, of video: String) -> String {
        let name = video.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
        let clip = name.firstRange(of: "__").map { name[..<$0.lowerBound] } ?? name
        let words = cause.replacing(video, with: "…").replacing(/\/[^\s'",;:|]*/, with: "/…").split(separator: " ").map
        {
            let word = $0.trimmingPrefix(/['"(]*/).prefix { !"'\",;:)".contains($0) }
            return word == name || word == clip ? "…" : String($0)
        }
        return words.joined(separator: " ").replacing(/(exit code |signal )?[0-9]+/) { $0.1 == nil ? "#" : $0.0 }
    }

    /// One line for failures that are alike, in the order in which the first of each kind occurred.
    /// - Parameters:
    ///   - one: what happened to a video, as "not made".
    ///   - many: what happened to several, as "failed alike".
    public static func lines(_ failures: [VideoFailure], one: String, many: String) -> [String] {
        var kinds: [String] = []
        var alike: [String: [VideoFailure]] = [:]
        for failure in failures {
            if alike[failure.kind] == nil { kinds.append(failure.kind) }
            alike[failure.kind, default: []].append(failure)
        }
        return kinds.compactMap { alike[$0] }.map { alike in
            let first = alike[0]
            guard alike.count > 1 else { return "\(one): \(first.statement)" }
            return "\(alike.count) videos \(many): \(first.cause); first: \(first.video)"
                + (first.log.map { ", log \($0)" } ?? "")
        }
    }
}
