/// A failure as a person sees it: one sentence that says what was wrong, where, and what to do, with the exit code.
public struct BenchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The process's exit codes; README lists them.
    public enum Code: Int32, Sendable {
        case incomplete = 2
        case nothingSelected = 5
        case usage = 64
        case unusableInput = 65
        case missing = 69
        case bug = 70
        case tryAgain = 75
        case interrupted = 130
    }

    public let code: Code
    public let sentence: String

    public init(_ code: Code, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }

    public var description: String { sentence }
}
