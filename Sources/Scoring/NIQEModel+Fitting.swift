public import Experiment
import Foundation
internal import Synchronization
internal import Tensors
internal import Video

/// How a NIQE model is fitted.
public struct NIQEFit: Sendable {
    /// The side of the blocks: 96 as published, less for small videos.
    public let block: Int
    /// Blocks count whose mean deviation is above this part of their frame's largest.
    public let sharpness: Double
    /// One frame of this many is looked at, from the first on.
    public let every: Int
    /// Frames read from the start of each clip.
    public let frameLimit: Int
    public let threads: Int

    public init(
        block: Int = NIQEModel.publishedBlock, sharpness: Double = 0.75, every: Int = 1, frameLimit: Int = 121,
        threads: Int
    ) {
        self.block = block
        self.sharpness = sharpness
        self.every = max(1, every)
        self.frameLimit = max(1, frameLimit)
        self.threads = max(1, threads)
    }
}

extension NIQEModel {
    /// Fits a model on clips (videos or folders of PNG images). Memory holds a few frames, whatever the number of clips;
    /// the result does not depend on the number of threads.
    ///
    /// - Parameters:
    ///   - onClip: called after every clip.
    ///   - onUnusable: called for a clip that cannot be read or is smaller than a block, which is left out then; nil lets
    ///     such a clip be an error.
    /// - Throws: `BenchError` 64 for a block size that is impossible, 65 when a clip is unusable, or when all of them have
    ///   too few sharp blocks.
    public init(
        fittedOn clips: [String], _ fit: NIQEFit, onClip: (Clip) -> Void = { _ in },
        onUnusable: ((_ clip: String, _ reason: String) -> Void)? = nil
    ) throws(BenchError) {
        if let objection = Self.objection(toBlock: fit.block) {
            throw BenchError(.usage, "the NIQE block size \(objection)")
        }
        guard (0..<1).contains(fit.sharpness) else {
            throw BenchError(.usage, "the NIQE sharpness \(fit.sharpness) is not between 0 and 1")
        }
        var total = NIQEDistribution()
        var known: [Clip] = []
        for path in clips {
            let distribution: NIQEDistribution
            let frames: Int
            do throws(BenchError) { (distribution, frames) = try Self.distribution(of: path, fit) } catch {
                guard let onUnusable else { throw error }
                onUnusable(path, error.sentence)
                continue
            }
            let clip = Clip(
                name: URL(fileURLWithPath: path).lastPathComponent, sha256: try Self.hash(path), frames: frames,
                blocks: distribution.complete)
            total.merge(distribution)
            known.append(clip)
            onClip(clip)
        }
        guard total.complete >= Self.fewestBlocks, let gaussian = total.gaussian else {
            throw BenchError(
                .unusableInput,
                "a NIQE model needs \(Self.fewestBlocks) sharp blocks of \(fit.block) pixels, and "
                    + "\(known.count == 1 ? "the clip gives" : "the \(known.count) clips give") \(total.complete): fit it on more frames or clips, or with a smaller block"
            )
        }
        block = fit.block
        sharpness = fit.sharpness
        every = fit.every
        self.clips = known
        source = "fitted on the sharp blocks of \(known.count) clip\(known.count == 1 ? "" : "s")"
        self.gaussian = gaussian
    }

    /// The sharp blocks of one clip, merged in the order of frames, and how many frames were looked at.
    private static func distribution(
        of path: String, _ fit: NIQEFit
    ) throws(BenchError) -> (NIQEDistribution, frames: Int) {
        do {
            let reader = try openFrames(path)
            guard min(reader.size.width, reader.size.height) >= fit.block else {
                throw BenchError(
                    .unusableInput,
                    "\(path) has frames of \(reader.size), smaller than NIQE's block of \(fit.block) pixels: "
                        + "choose a smaller block (--niqe-block)")
            }
            var distribution = NIQEDistribution()
            var (read, used) = (0, 0)
            let pool = WorkerPool(threads: fit.threads)
            var isAtEnd = false
            while !isAtEnd {
                var batch: [Frame] = []
                while batch.count < 2 * fit.threads, !isAtEnd {
                    guard read < fit.frameLimit, let frame = try reader.next() else {
                        isAtEnd = true
                        break
                    }
                    if read % fit.every == 0 { batch.append(frame) }
                    read += 1
                }
                let parts = Mutex<[Int: NIQEDistribution]>([:])
                let frames = batch
                pool.run(frames.count) { index in
                    let part = sharpBlocks(of: frames[index], fit)
                    parts.withLock { $0[index] = part }
                }
                for (_, part) in parts.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { distribution.merge(part) }
                used += frames.count
            }
            return (distribution, used)
        } catch let error as BenchError {
            throw error
        } catch {
            throw BenchError(.unusableInput, "\(error)")
        }
    }

    private static func sharpBlocks(of frame: Frame, _ fit: NIQEFit) -> NIQEDistribution {
        guard let features = NIQEFeatures(of: frame, block: fit.block) else { return NIQEDistribution() }
        let least = fit.sharpness * (features.sharpness.max() ?? 0)
        return NIQEDistribution(features) { features.sharpness[$0] > least }
    }

    /// A file's hash; a folder's is that of the PNG images in it.
    private static func hash(_ path: String) throws(BenchError) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return try Artifact(hashing: path).sha256
        }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { $0.lowercased().hasSuffix(".png") }.sorted()
        var parts: [String] = []
        for name in names { parts += [name, try Artifact(hashing: path + "/" + name).sha256] }
        return Identity(of: parts).hex
    }
}
