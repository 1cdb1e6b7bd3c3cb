internal import Experiment
internal import Tensors

/// What a file reader throws, as a person sees it.
func readable<R>(_ body: () throws(FileError) -> R) throws(BenchError) -> R {
    do throws(FileError) { return try body() } catch { throw BenchError(.unusableInput, error.description) }
}

extension BenchError {
    /// Something that could not be written.
    static func unwritable(_ path: String, _ reason: String) -> BenchError {
        BenchError(
            .missing, "\(path) cannot be written (\(reason)); check the folder, its permissions and free space")
    }
}
