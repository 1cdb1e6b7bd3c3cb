internal import CosmosTransfer
internal import Experiment
internal import Tensors
internal import Video

/// What a task asks the engine for.
struct TaskPlan {
    let task: VideoTask
    let controls: [ControlChoice]
    let settings: ClipBatch.Settings
    /// Frames a second of the file.
    let rate: Double

    /// Whether both can be made from the same encoded controls.
    func sharesWork(with other: TaskPlan) -> Bool {
        task.clip == other.task.clip && settings.frames == other.settings.frames && settings.size == other.settings.size
    }
}

/// Looks at the videos of a clip, once for all tasks, and says what the engine is to do.
final class TaskPlanner {
    private let generator: EmbeddedGenerator
    private let model: TransferModel
    private var lastMask: (path: String?, limit: Int, mask: ForegroundMask)?

    init(generator: EmbeddedGenerator, model: TransferModel) {
        self.generator = generator
        self.model = model
    }

    /// - Throws: `BenchError` or `FileError` naming what the task lacks.
    func plan(_ task: VideoTask) throws -> TaskPlan {
        let controls = try ControlChoice.all(of: task)
        for control in controls { try generator.checkBranch(control.kind.rawValue) }
        guard task.prompt.text.contains(where: { !$0.isWhitespace }) else {
            throw BenchError(.unusableInput, "clip \(task.clip.name) has an empty prompt; write what the video shows")
        }
        let reader = try openFrames(task.clip.video)
        let outline = try generator.outline(of: task, controls)
        let clip = model.configuration.clip
        let rate = reader.rate > 0 && reader.rate <= 1000 ? reader.rate : clip.fps
        return TaskPlan(
            task: task, controls: controls,
            settings: ClipBatch.Settings(
                size: outline.size, frames: outline.frames, clipFrames: clip.frames, fps: clip.fps,
                sampler: generator.sampler),
            rate: rate)
    }

    /// A batch for plans that share their work.
    func batch(_ plans: [TaskPlan], pool: WorkerPool) -> ClipBatch {
        let (settings, clip) = (plans[0].settings, plans[0].task.clip)
        let controls = ControlKind.allCases.compactMap { kind in
            plans.lazy.compactMap { $0.controls.first { $0.kind == kind } }.first
        }
        return ClipBatch(
            settings,
            controls: controls.map { ($0.kind.rawValue, $0.video(clip: clip.video, size: settings.size)) },
            model: model, pool: pool)
    }

    /// - Throws: `BenchError` or `FileError` when the text or the clip's foreground cannot be used.
    func sample(_ plan: TaskPlan, _ parts: EmbeddedGenerator.Parts) throws -> ClipBatch.Sample {
        var negative: Tensor?
        if let text = generator.options.negativePrompt, generator.sampler.guidance != 0 {
            negative = try generator.embedding(of: text, parts)
        }
        var weights: [String: ControlWeight] = [:]
        for control in plan.controls {
            switch control.amount {
            case .uniform(let amount): weights[control.kind.rawValue] = .scalar(amount)
            case .regional(let fg, let bg):
                let mask = try mask(of: plan.task.clip, limit: plan.settings.frames)
                weights[control.kind.rawValue] = .map(mask.weights(foreground: fg, background: bg))
            }
        }
        return ClipBatch.Sample(
            prompt: try generator.embedding(of: plan.task.prompt.text, parts), negativePrompt: negative,
            seed: Int(plan.task.seed), weights: weights)
    }

    private func mask(of clip: ClipInputs, limit: Int) throws -> ForegroundMask {
        if let last = lastMask, last.path == clip.foreground, last.limit == limit { return last.mask }
        let mask = try clip.foregroundMask(limit: limit)
        lastMask = (clip.foreground, limit, mask)
        return mask
    }
}
