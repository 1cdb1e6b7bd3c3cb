/// What was found wrong in one file whose rest is used: sentences for a person, and how many records were left out.
public struct Findings: Sendable, Equatable {
    /// More sentences than this help nobody.
    static let mostSentences = 20

    public let file: String
    /// Records that are not used.
    public private(set) var leftOut = 0
    private var shown: [String] = []
    private var total = 0

    public init(file: String) { self.file = file }

    /// Something that is worth a sentence; everything is used.
    mutating func note(_ sentence: @autoclosure () -> String) {
        total += 1
        if shown.count < Self.mostSentences { shown.append("\(file): \(sentence())") }
    }

    /// Something that is not used.
    mutating func leaveOut(records: Int = 1, _ sentence: @autoclosure () -> String) {
        leftOut += records
        note(sentence())
    }

    /// The sentences, and how many more there were.
    public var sentences: [String] {
        total > shown.count ? shown + ["\(file): and \(total - shown.count) more of the kind"] : shown
    }
}

/// What was found wrong in the two files of a comparison.
public struct DetectionFindings: Sendable, Equatable {
    public internal(set) var reference: Findings
    public internal(set) var detections: Findings

    public var sentences: [String] { reference.sentences + detections.sentences }
    public var leftOut: Int { reference.leftOut + detections.leftOut }
}
