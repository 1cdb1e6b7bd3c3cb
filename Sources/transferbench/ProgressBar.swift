import Foundation
import Synchronization

/// A bar with rate and time left on a terminal; a plain line now and then in a log.
final class ProgressBar: Sendable {
    private struct State {
        var done = 0
        var total = 0
        var lastDrawn: ContinuousClock.Instant?
    }

    private let unit: String
    /// So many counts are one unit: work that is told in shares of a unit.
    private let scale: Int
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(total: Int, unit: String, scale: Int = 1) {
        self.unit = unit
        self.scale = scale
        expect(total)
    }

    /// Adds to the work that there is; a negative number takes from it.
    func expect(_ more: Int) { state.withLock { $0.total += more } }

    /// Counts one unit of work; call from any thread.
    func step(_ n: Int = 1) {
        state.withLock { state in
            state.done += n
            draw(&state)
        }
    }

    /// Writes a line above the bar.
    func note(_ line: String) {
        state.withLock { state in
            if Terminal.isInteractive { Terminal.write("\r\u{1b}[K", STDERR_FILENO) }
            Terminal.note(line)
            state.lastDrawn = Terminal.isInteractive ? nil : state.lastDrawn
            draw(&state)
        }
    }

    func finish() {
        if Terminal.isInteractive { Terminal.write("\r\u{1b}[K", STDERR_FILENO) }
    }

    private func draw(_ state: inout State) {
        let now = ContinuousClock.now
        let total = max(state.total, state.done)
        let pause: Duration = Terminal.isInteractive ? .milliseconds(100) : .seconds(30)
        guard total > 0, now - (state.lastDrawn ?? (Terminal.isInteractive ? now - .seconds(1) : start)) >= pause else {
            return
        }
        state.lastDrawn = now
        let seconds = Double((now - start).components.seconds) + Double((now - start).components.attoseconds) * 1e-18
        let done = min(state.done, total)
        let rate = Double(done) / max(seconds, 1e-3)
        let left = done == 0 ? "–" : clock(Double(total - done) / rate)
        let percent = 100 * done / total
        let text = String(
            format: "%3d %%  %d of %d \(unit)s  %.\(scale == 1 ? 1 : 2)f \(unit)s/s  \(left) left", percent,
            done / scale, total / scale, rate / Double(scale))
        guard Terminal.isInteractive else {
            Terminal.note(text)
            return
        }
        let filled = 30 * done / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        Terminal.write("\r\u{1b}[K\(bar) \(text)", STDERR_FILENO)
    }

    private func clock(_ seconds: Double) -> String {
        let s = Int(seconds.rounded(.up))
        return s >= 3600
            ? String(format: "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60) : String(format: "%d:%02d", s / 60, s % 60)
    }
}

/// The bar of a job that has not begun when the callbacks are set up.
final class ProgressHolder: Sendable {
    private let bar = Mutex<ProgressBar?>(nil)

    var current: ProgressBar? { bar.withLock { $0 } }
    func start(_ new: ProgressBar) { bar.withLock { $0 = new } }

    func note(_ line: String) {
        if let current { current.note(line) } else { Terminal.note(line) }
    }
}
