internal import Experiment
internal import Tensors

/// The control videos of a clip, encoded when they are first asked for.
final class ControlClips {
    private let videos: [(name: String, video: SourceVideo)]
    private let codec: ClipCodec
    /// Whether latents and encoded hints are asked for again, for other samples of the same clip. Latents are small, a
    /// twentieth of the video's bytes; hints are large, and only those of the last clip are kept.
    private let keeps: Bool
    private var readers: [String: (clips: SourceVideo.Clips, next: Int)] = [:]
    private var latents: [String: [Int: Tensor]] = [:]
    private var prepared: (clip: Int, all: [TransferNetwork.Prepared]) = (-1, [])

    init(_ videos: [(name: String, video: SourceVideo)], codec: ClipCodec, keeps: Bool) {
        (self.videos, self.codec, self.keeps) = (videos, codec, keeps)
    }

    /// Opens a control's video where it is not open yet: what cannot be read is known before hours of work.
    @discardableResult func open(_ name: String) throws -> (clips: SourceVideo.Clips, next: Int) {
        if let reader = readers[name] { return reader }
        guard let video = videos.first(where: { $0.name == name })?.video else {
            throw BenchError(.unusableInput, "there is no video of the control '\(name)'; give one, or its weight 0")
        }
        let reader = (try video.open(), 0)
        readers[name] = reader
        return reader
    }

    /// A clip of a control as a scaled latent.
    func latent(_ name: String, clip: Int) throws -> Tensor {
        if let known = latents[name]?[clip] { return known }
        if let reader = readers[name], reader.next > clip { readers[name] = nil }
        let (clips, next) = try open(name)
        // Where reading fails on the way, the next try begins anew.
        readers[name] = nil
        for _ in next..<clip { try clips.skip(codec.clipFrames) }
        let latent = try codec.encode(clips)
        readers[name] = (clips, clip + 1)
        if keeps { latents[name, default: [:]][clip] = latent }
        return latent
    }

    /// What was prepared for a clip with hints that the next sample may take over.
    func prepared(clip: Int) -> [TransferNetwork.Prepared] {
        if prepared.clip != clip { prepared = (clip, []) }
        return prepared.all
    }

    /// Keeps what holds a hint that nothing kept before does.
    func keep(_ one: TransferNetwork.Prepared, clip: Int) {
        let known = Set(prepared(clip: clip).flatMap(\.controls).map(\.name))
        guard keeps, !one.controls.allSatisfy({ known.contains($0.name) }) else { return }
        prepared.all.append(one)
    }
}
