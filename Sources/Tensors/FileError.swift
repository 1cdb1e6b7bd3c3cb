/// Why a file could not be read: a sentence with the remedy, the file, and what kind of trouble it is.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, for code that has to decide.
    public enum Code: Sendable, Equatable {
        /// The file is absent or the system refused it.
        case unreadable
        /// The bytes are not what the format says.
        case malformed
        /// A valid file of a kind that is not read here.
        case unsupported
        /// The file asks for something that is never done, such as running code.
        case forbidden
    }

    public let code: Code
    public let file: String
    /// One clause, without the file's name: what was wrong and what to do.
    public let reason: String

    public init(_ code: Code, file: String, _ reason: String) {
        self.code = code
        self.file = file
        self.reason = reason
    }

    public var description: String { "\(file): \(reason)" }
}
