internal import CosmosTransfer
public import Experiment
internal import Video

extension EmbeddedGenerator {
    /// Tries encoder, names, folders and space. The first clip that can be opened stands for all in size and length: to look
    /// at all of them could take longer than the first video.
    public func check(_ tasks: [VideoTask]) throws {
        guard let clip = tasks.lazy.compactMap({ try? openFrames($0.clip.video) }).first else { return }
        let own = folder.configuration.clip
        let frames = [clip.declaredFrames ?? own.frames, options.frames ?? .max, VideoOutline.mostFrames].min() ?? 1
        try VideoRehearsal(
            tasks.map(\.output), size: options.size ?? WorkingSize.of(clip.size, model: folder.configuration),
            rate: own.fps, frames: frames
        ).run()
    }

    /// What is cut, stretched or filled up, how masks are understood, and which prompts are not read to their end.
    public func notes(on tasks: [VideoTask]) throws -> [String] {
        let encoder = try parts().encoder
        var notes: [String] = []
        for task in tasks {
            notes += try outline(of: task, ControlChoice.all(of: task)).notes
            if let note = try encoder.note(on: task.prompt.text) { notes.append(note) }
        }
        notes += try maskNotes(on: tasks)
        return notes.enumerated().filter { notes.firstIndex(of: $1) == $0 }.map(\.element)
    }
}
