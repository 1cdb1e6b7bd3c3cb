internal import Tensors
internal import Video

/// Reads the depth and the masks of a pair in step with its frames. Damage to one of the two ends only that one.
final class MapFeed {
    /// Of one frame.
    struct Maps {
        let depth: (reference: DepthFrame, generated: DepthFrame)?
        let labels: (reference: Plane, generated: Plane)?
    }

    private let limit: Int
    private var depth: DepthPair?
    private var labels: (reference: any LabelReader, generated: any LabelReader)?

    /// Why there is none, or no more.
    private(set) var depthFailure: String?
    private(set) var maskFailure: String?
    private(set) var depthWarnings: [String] = []
    private(set) var maskWarnings: [String] = []
    /// What the metrics have to know of the files before the first frame.
    private(set) var facts = MapFacts()

    init(_ inputs: PairInputs, limit: Int) {
        self.limit = limit
        openDepth(inputs)
        openMasks(inputs.masks)
    }

    private func openDepth(_ inputs: PairInputs) {
        switch inputs.depth {
        case nil: break
        case .missing(let why): depthFailure = why
        case .files(let reference, let generated):
            do throws(FileError) {
                let pair = try DepthPair(
                    reference: reference, generated: generated,
                    kinds: (inputs.depthKinds.reference, inputs.depthKinds.generated))
                let frames = (pair.reference.frames, pair.generated.frames)
                if frames.0 != frames.1 {
                    depthWarnings.append(
                        "the depth files have \(frames.0) and \(frames.1) frames: the first \(min(frames.0, frames.1)) count"
                    )
                }
                depthWarnings += pair.notes
                facts.depth = MapFacts.Depth(kind: pair.kind?.rawValue, isKnown: pair.isKnown)
                depth = pair
            } catch {
                depthFailure = error.description
            }
        }
    }

    private func openMasks(_ part: PairInputs.Part?) {
        switch part {
        case nil: break
        case .missing(let why): maskFailure = why
        case .files(let reference, let generated):
            do throws(FileError) {
                let x = try openLabels(reference)
                let y = try openLabels(generated)
                facts.masks = (MaskIoU.Side(x), MaskIoU.Side(y))
                maskWarnings += x.notes + y.notes.filter { !x.notes.contains($0) }
                // A side without objects has no frames to compare.
                guard !x.phrases.isEmpty, !y.phrases.isEmpty else { return }
                if y.frames < x.frames {
                    maskWarnings.append(
                        "the generated masks have \(y.frames) frames, the reference's \(x.frames): "
                            + "\(Self.firstFrames(min(y.frames, limit))), where the public evaluator stops with an error"
                    )
                }
                labels = (x, y)
            } catch {
                maskFailure = error.description
            }
        }
    }

    static func firstFrames(_ n: Int) -> String { n == 1 ? "only the first counts" : "the first \(n) count" }

    /// The maps of the next frame, called for one after another.
    func next(_ index: Int) -> Maps { Maps(depth: nextDepth(index), labels: nextLabels(index)) }

    private func nextDepth(_ index: Int) -> (reference: DepthFrame, generated: DepthFrame)? {
        guard let pair = depth else { return nil }
        do throws(FileError) {
            if let a = try pair.reference.next(), let b = try pair.generated.next() { return (a, b) }
            depthWarnings.append("the depth maps end after \(index) frames, before the video does")
        } catch {
            depthFailure = error.description
        }
        depth = nil
        return nil
    }

    private func nextLabels(_ index: Int) -> (reference: Plane, generated: Plane)? {
        guard let (x, y) = labels else { return nil }
        do throws(FileError) {
            if let a = try x.next(), let b = try y.next() { return (a, b) }
            maskWarnings.append("the masks end after \(index) frames, before the video does")
        } catch {
            maskFailure = error.description
        }
        labels = nil
        return nil
    }
}

/// What is known of a pair's maps before they are measured.
struct MapFacts: Sendable {
    /// What depth is compared.
    struct Depth: Sendable {
        /// The kind of its numbers; nil where nobody says it.
        var kind: String?
        /// Whether both sides say it.
        var isKnown = false
    }

    var depth = Depth()
    var masks = (reference: MaskIoU.Side(), generated: MaskIoU.Side())
}

extension MaskIoU.Side {
    fileprivate init(_ labels: any LabelReader) { self.init(phrases: labels.phrases, hasLayers: labels.hasLayers) }
}
