internal import CosmosTransfer
public import Experiment
internal import Tensors
internal import Video

extension EmbeddedGenerator {
    public func make(
        _ tasks: [VideoTask], onProgress: (Double) -> Void,
        onResult: (Int, Result<String, any Error>) throws -> Bool
    ) throws {
        try make(tasks, onProgress: onProgress, onDiffusion: { _ in }, onResult: onResult)
    }

    /// - Parameter onDiffusion: called with the seconds of every run of the sampler.
    func make(
        _ tasks: [VideoTask], onProgress: (Double) -> Void, onDiffusion: (Double) -> Void,
        onResult: (Int, Result<String, any Error>) throws -> Bool
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
        var goesOn = true
        func finish(_ place: Int, _ result: Result<String, any Error>) throws {
            advance(place, 1)
            if try !onResult(place, result) { goesOn = false }
        }

        /// Makes a batch; where it fails as a whole, each of its videos alone, so that the one at fault is found.
        func run(_ members: [(place: Int, sample: ClipBatch.Sample)], _ batch: ClipBatch, rate: Double) throws {
            let outputs = members.map {
                VideoOutput(
                    task: tasks[$0.place], size: batch.settings.size, rate: rate, frames: batch.settings.frames)
            }
            var failure: (any Error)?
            do {
                try batch.run(members.map(\.sample)) { share in
                    for member in members { advance(member.place, share) }
                } sampled: {
                    onDiffusion($0)
                } emit: { index, frame in
                    outputs[index].take(frame)
                }
            } catch { failure = error }
            for (member, output) in zip(members, outputs) {
                if let result = output.result {
                    try finish(member.place, result)
                } else if members.count > 1 {
                    if goesOn { try run([member], batch, rate: rate) }
                } else {
                    let cut = BenchError(.bug, "\(tasks[member.place].output) was cut short")
                    try finish(member.place, .failure(failure ?? cut))
                }
            }
        }

        var plans: [(place: Int, plan: TaskPlan)] = []
        for (place, task) in tasks.enumerated() where goesOn {
            do { plans.append((place, try planner.plan(task))) } catch { try finish(place, .failure(error)) }
        }
        while goesOn, let first = plans.first?.plan {
            let alike = plans.filter { $0.plan.sharesWork(with: first) }
            plans.removeAll { $0.plan.sharesWork(with: first) }
            let batch = planner.batch(alike.map(\.plan), pool: pool)
            let limit = min(
                options.batch,
                ClipBatch.samples(of: batch.settings, model: parts.model, bytes: options.batchBytes))
            let controls = alike.map { Set($0.plan.controls.map(\.kind.rawValue)) }
            for group in ClipBatch.batches(controls, limit: limit) where goesOn {
                var members: [(place: Int, sample: ClipBatch.Sample)] = []
                for (place, plan) in group.map({ alike[$0] }) {
                    do { members.append((place, try planner.sample(plan, parts))) } catch {
                        try finish(place, .failure(error))
                    }
                }
                if !members.isEmpty { try run(members, batch, rate: first.rate) }
            }
        }
    }
}

/// A video being written; what goes wrong is kept for the end.
private final class VideoOutput {
    private let task: VideoTask
    private let size: FrameSize
    private let rate: Double
    private var left: Int
    private var writing: (work: WorkFolder, name: String, writer: VideoWriter)?
    /// The finished video's path, or what went wrong; nil while frames are missing.
    private(set) var result: Result<String, any Error>?

    init(task: VideoTask, size: FrameSize, rate: Double, frames: Int) {
        (self.task, self.size, self.rate, left) = (task, size, rate, frames)
    }

    func take(_ frame: Frame) {
        guard result == nil else { return }
        do {
            let (work, name, writer) = try opened()
            try writer.append(frame)
            left -= 1
            guard left == 0 else { return }
            try writer.finish()
            result = .success(try work.place(name, for: task))
        } catch let error as FileError where error.file == writing?.writer.path {
            result = .failure(FileError(error.code, file: task.output, error.reason))
        } catch { result = .failure(error) }
        writing = nil
    }

    private func opened() throws -> (work: WorkFolder, name: String, writer: VideoWriter) {
        if let writing { return writing }
        let work = try WorkFolder(beside: task.output)
        let name = task.output.split(separator: "/").last.map(String.init) ?? ""
        let opened = (work, name, try VideoWriter(path: work.file(name), size: size, rate: rate))
        writing = opened
        return opened
    }
}
