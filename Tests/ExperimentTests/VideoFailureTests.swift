import Experiment
import Testing

@Suite struct VideoFailureTests {
    private func failure(_ name: String, _ cause: String, log: String? = nil) -> VideoFailure {
        VideoFailure(video: "/out/Vis/\(name).mp4", cause: cause, log: log)
    }

    @Test func `failures are alike that differ in paths, numbers and names alone`() {
        let one = failure(
            "task_1", "make.sh ended with exit code 3; it said: [pid 17] cannot open '/tmp/a b' of task_1")
        let other = failure(
            "task_2__night", "make.sh ended with exit code 3; it said: [pid 9] cannot open '/x/y b' of task_2")
        #expect(one.kind == other.kind)
        #expect(
            one.kind
                != failure("task_1", "make.sh ended with exit code 4; it said: [pid 17] cannot open '/tmp/a b'").kind)
        #expect(
            failure("a", "make.sh was ended by signal 9").kind != failure("a", "make.sh was ended by signal 11").kind)
    }

    @Test func `alike failures are one line with the first of them and its log`() {
        let failures =
            (1...7).map {
                failure("task_\($0)", "make.sh ended with exit code 3", log: "/out/Vis/task_\($0).failed.log")
            }
            + [failure("b", "make.sh ended well but wrote no video to {out}")]
        #expect(
            VideoFailure.lines(failures, one: "not made", many: "failed alike") == [
                "7 videos failed alike: make.sh ended with exit code 3; first: /out/Vis/task_1.mp4, log "
                    + "/out/Vis/task_1.failed.log",
                "not made: /out/Vis/b.mp4: make.sh ended well but wrote no video to {out}",
            ])
        #expect(
            failures[0].sentence
                == "not made: /out/Vis/task_1.mp4: make.sh ended with exit code 3; its whole log is /out/Vis/task_1.failed.log"
        )
    }
}
