internal import CGnuplot
internal import Experiment
import Foundation

/// A picture format that gnuplot writes.
public enum PlotFormat: String, Sendable, CaseIterable {
    case png, svg
}

/// Runs one gnuplot script.
/// - Throws: `BenchError` 69, when gnuplot is missing or fails.
func runGnuplot(_ script: String, program: String = "gnuplot") throws(BenchError) {
    guard let plot = gp_open(program) else {
        throw BenchError(
            .missing,
            "gnuplot cannot be started (\(String(cString: strerror(errno)))), so there are no plots; install it with: apt-get install gnuplot-nox"
        )
    }
    let sent = gp_send(plot, script)
    let status = gp_close(plot)
    guard sent == 0, status == 0 else {
        throw BenchError(
            .missing, "gnuplot failed with status \(status), so there are no plots; `gnuplot --version` should work")
    }
}

/// A text inside gnuplot's single quotes; enhanced-mode signs lose their meaning by a preceding `noenhanced`.
func quoted(_ text: String) -> String {
    "'" + plainText(text).map { $0 == "'" ? "''" : "\($0)" }.joined() + "'"
}

/// Okabe and Ito's colours, told apart by people with any kind of colour vision.
let plotColours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442"]

/// Gnuplot's numbers of point shapes that are told apart at a glance; one less than there are colours, so that no shape in a
/// colour comes back before 56 others.
let plotShapes = [7, 5, 9, 13, 11, 15, 6]
