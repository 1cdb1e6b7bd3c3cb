internal import CosmosTransfer
public import Experiment
internal import Tensors
internal import Video

extension EmbeddedGenerator {
    public func make(
        _ tasks: [VideoTask], onProgress: (Double) -> Void, onResult: (Int, (any Error)?) throws -> Void
    ) throws {
        guard !tasks.isEmpty else { return }
        let parts = try parts()
        let planner = TaskPlanner(generator: self, model: parts.model)
        var left = [Double](repeating: 1 / Double(tasks.count), count: tasks.count)
        func advance(_ place: Int, _ share: Double) {
            let step = min(share / Double(tasks.count), left[place])
            left[place] -= step
            onProgress(step)
        }
        func finish(_ place: Int, _ error: (any Error)?) throws {
            advance(place, 1)
            try onResult(place, error)
        }

        /// Makes a batch; where it fails as a whole, each of its videos alone, so that the one at fault is found.
        func run(_ members: [(place: Int, sample: ClipBatch.Sample)], _ batch: ClipBatch, rate: Double) throws {
            let outputs = members.map {
                VideoOutput(
                    path: tasks[$0.place].output, size: batch.settings.size, rate: rate, frames: batch.settings.frames)
            }
            var failure: (any Error)?
            do {
                try batch.run(members.map(\.sample)) { share in
                    for member in members { advance(member.place, share) }
                } emit: { index, frame in
                    outputs[index].take(frame)
                }
            } catch { failure = error }
            for (member, output) in zip(members, outputs) {
                if output.isComplete || output.failure != nil {
                    try finish(member.place, output.failure)
                } else if members.count > 1 {
                    try run([member], batch, rate: rate)
                } else {
                    try finish(member.place, failure ?? BenchError(.bug, "\(tasks[member.place].output) was cut short"))
                }
            }
        }

        var plans: [(place: Int, plan: TaskPlan)] = []
        for (place, task) in tasks.enumerated() {
            do { plans.append((place, try planner.plan(task))) } catch { try finish(place, error) }
        }
        while let first = plans.first?.plan {
            let alike = plans.filter { $0.plan.sharesWork(with: first) }
            plans.removeAll { $0.plan.sharesWork(with: first) }
            let batch = planner.batch(alike.map(\.plan), pool: pool)
            let limit = min(
                options.batch,
                ClipBatch.samples(of: batch.settings, model: parts.model, bytes: options.batchBytes))
            let controls = alike.map { Set($0.plan.controls.map(\.kind.rawValue)) }
            for group in ClipBatch.batches(controls, limit: limit) {
                var members: [(place: Int, sample: ClipBatch.Sample)] = []
                for (place, plan) in group.map({ alike[$0] }) {
                    do { members.append((place, try planner.sample(plan, parts))) } catch { try finish(place, error) }
                }
                if !members.isEmpty { try run(members, batch, rate: first.rate) }
            }
        }
    }
}

/// A video being written; what goes wrong is kept for the end.
private final class VideoOutput {
    private let path: String
    private let size: FrameSize
    private let rate: Double
    private var left: Int
    private var writer: VideoWriter?
    private(set) var failure: (any Error)?

    init(path: String, size: FrameSize, rate: Double, frames: Int) {
        (self.path, self.size, self.rate, left) = (path, size, rate, frames)
    }

    var isComplete: Bool { left == 0 && failure == nil }

    func take(_ frame: Frame) {
        guard failure == nil else { return }
        do throws(FileError) {
            let writer = try opened()
            try writer.append(frame)
            left -= 1
            guard left == 0 else { return }
            try writer.finish()
            self.writer = nil
        } catch {
            failure = error
            writer = nil
        }
    }
    private func opened() throws(FileError) -> VideoWriter {
        if let writer { return writer }
        let writer = try VideoWriter(path: path, size: size, rate: rate)
        self.writer = writer
        return writer
    }
}
