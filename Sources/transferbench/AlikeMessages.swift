import Experiment
import Synchronization

/// Messages about videos, of which the first of each kind is told at once and the others are counted. From any thread.
final class AlikeMessages: Sendable {
    private struct Kind {
        let first: String
        var count: Int
    }

    private let kinds = Mutex<[(key: String, value: Kind)]>([])

    /// - Parameter subject: the video's path, or another subject.
    /// - Returns: whether it is the first of its kind.
    func isFirst(_ message: String, of subject: String) -> Bool {
        let key = VideoFailure.kind(message, of: subject)
        return kinds.withLock { kinds in
            if let place = kinds.firstIndex(where: { $0.key == key }) {
                kinds[place].value.count += 1
                return false
            }
            kinds.append((key, Kind(first: message, count: 1)))
            return true
        }
    }

    /// A line for each kind that came more than once, in the order in which they first came.
    var more: [String] {
        kinds.withLock { kinds in
            kinds.filter { $0.value.count > 1 }.map { "the same of \($0.value.count - 1) more: \($0.value.first)" }
        }
    }
}
