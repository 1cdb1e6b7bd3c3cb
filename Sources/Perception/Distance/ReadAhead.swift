internal import Dispatch
internal import Synchronization
internal import Tensors

/// Reads the next element on another thread while the last one is in use. `next` is called from one thread.
final class ReadAhead<Element: Sendable>: Sendable {
    private let produce: @Sendable () throws(FileError) -> Element?
    private let queue = DispatchQueue(label: "read ahead")
    private let ready = DispatchSemaphore(value: 0)
    private let read = Mutex<Result<Element?, FileError>?>(nil)
    /// What every call gives after the end.
    private let end = Mutex<Result<Element?, FileError>?>(nil)

    /// Starts to read.
    init(_ produce: @escaping @Sendable () throws(FileError) -> Element?) {
        self.produce = produce
        start()
    }

    private func start() {
        queue.async { [self] in
            let result = Result { () throws(FileError) in try produce() }
            read.withLock { $0 = result }
            ready.signal()
        }
    }

    /// The next element, or nil after the last.
    /// - Throws: what reading threw, from then on.
    func next() throws(FileError) -> Element? {
        if let end = end.withLock({ $0 }) { return try end.get() }
        ready.wait()
        guard let result = read.withLock({ $0 }) else { return nil }
        if case .success(.some) = result { start() } else { end.withLock { $0 = result } }
        return try result.get()
    }
}
