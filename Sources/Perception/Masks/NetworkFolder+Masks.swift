internal import Experiment
internal import Foundation

extension NetworkFolder {
    /// - Throws: `BenchError` 65, when the folder's network is for something else.
    func expect(_ task: NetworkTask) throws(BenchError) {
        guard card.task == task else {
            throw BenchError(
                .unusableInput,
                "\(path) is a network for \(card.task.rawValue), where one for \(task.rawValue) is needed")
        }
    }

    /// What is wrong with this folder.
    func wrong(_ what: String) -> BenchError {
        BenchError(.unusableInput, "\(path)/\(NetworkFolder.cardName): \(what)")
    }
}

func exponential(_ x: Float) -> Float { expf(x) }
