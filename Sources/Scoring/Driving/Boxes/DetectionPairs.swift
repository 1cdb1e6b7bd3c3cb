internal import Synchronization
public import Tensors

/// Reference boxes and detections of the same samples, all in the world.
public struct DetectionPairs: Sendable {
    public struct Pair: Sendable {
        /// Place in the reference's file; frames are counted from 0.
        public let index: Int
        public let token: String?
        public let references: [LabelledBox]
        public let detections: [LabelledBox]
        /// Where the vehicle, or its camera, is.
        public let ego: SIMD3<Double>?
        public let racks: [TurnedBox]
        /// The reference camera; nil where the file has no poses.
        public let pose: CameraPose?
    }

    /// The samples that are scored, in the order of the detections' file, then those that it lacks.
    public let pairs: [Pair]
    /// Whether the reference is a clip's scene.
    public let isScene: Bool
    public let referenceNames: [String]
    public let detectionNames: [String]
    /// By the detections' attribute, the same of the reference.
    let attributes: [Int?]
    public let camera: BoxFile.Camera
    public let findings: DetectionFindings

    /// Samples are paired by token, frames by number; frames against tokens in the reference's order (driving.md §3.5).
    public init(reference: BoxFile, detections: BoxFile) {
        var (reference, detections) = (reference, detections)
        let partners = Self.partners(reference, &detections)
        camera = reference.camera
        isScene = reference.form == .scene
        referenceNames = reference.names
        detectionNames = detections.names
        let known = Dictionary(uniqueKeysWithValues: reference.attributes.enumerated().map { ($1, $0) })
        attributes = detections.attributes.map { known[$0] }
        var pairs: [Pair] = []
        var unplaced: [Int] = []
        var isSeen = [Bool](repeating: false, count: reference.samples.count)
        func pair(_ index: Int, _ boxes: [LabelledBox]) {
            let sample = reference.samples[index]
            isSeen[index] = true
            guard sample.isScored else { return }
            let pose = reference.camera.pose(of: index)
            guard let references = Self.placed(sample.boxes, by: pose, isInCamera: reference.isInCamera),
                let detected = Self.placed(boxes, by: pose, isInCamera: detections.isInCamera)
            else {
                unplaced.append(index)
                return
            }
            pairs.append(
                Pair(
                    index: index, token: sample.token, references: references, detections: detected, ego: sample.ego,
                    racks: sample.racks, pose: reference.camera.poses == nil ? nil : pose))
        }
        for (place, partner) in partners.enumerated() {
            if let partner { pair(partner, detections.samples[place].boxes) }
        }
        let missing = isSeen.indices.filter { !isSeen[$0] && reference.samples[$0].isScored }
        if let first = missing.first {
            let name = reference.samples[first].token.map { "sample \($0.prefix(80))" } ?? "frame \(first)"
            detections.findings.note(
                "has no entry for \(missing.count) of \(reference.samples.count) samples of the reference, first \(name); they count as without detections"
            )
        }
        for index in missing { pair(index, []) }
        if let first = unplaced.min() {
            reference.findings.note(
                "\(unplaced.count) of \(reference.samples.count) frames have no usable pose for boxes in camera coordinates, first frame \(first); they are not scored"
            )
        }
        self.pairs = pairs
        findings = DetectionFindings(reference: reference.findings, detections: detections.findings)
    }

    /// The pairs of two files, which are read at once: that is most of the work.
    /// - Throws: `FileError`, when a file as a whole cannot be used; the reference's first.
    public init(reference: String, detections: String, negativeScores: Bool) throws(FileError) {
        let files = [(reference, BoxFile.Role.reference), (detections, .detections(negativeScores: negativeScores))]
        let read = Mutex<[Int: Result<BoxFile, FileError>]>([:])
        WorkerPool(threads: files.count).run(files.count) { index in
            let file = Result { () throws(FileError) in try BoxFile(path: files[index].0, role: files[index].1) }
            read.withLock { $0[index] = file }
        }
        let results = read.withLock { $0 }
        guard let first = results[0], let second = results[1] else {
            preconditionFailure("a worker pool runs every task")
        }
        self.init(reference: try first.get(), detections: try second.get())
    }

    /// By sample of the detections, the reference's; a sentence for each that the reference lacks.
    private static func partners(_ reference: BoxFile, _ detections: inout BoxFile) -> [Int?] {
        let byToken: [String: Int]? =
            reference.form == .nuScenes && detections.form == .nuScenes
            ? Dictionary(uniqueKeysWithValues: reference.samples.enumerated().map { ($1.token ?? "", $0) }) : nil
        return detections.samples.indices.map { place in
            let sample = detections.samples[place]
            let partner =
                byToken.map { $0[sample.token ?? ""] } ?? (place < reference.samples.count ? place : nil)
            if partner == nil {
                let name = sample.token.map { "sample \($0.prefix(80))" } ?? "frame \(place)"
                detections.findings.leaveOut(
                    records: sample.boxes.count,
                    "\(name) is not in the reference; its \(sample.boxes.count) detections are left out")
            }
            return partner
        }
    }

    private static func placed(_ boxes: [LabelledBox], by pose: CameraPose?, isInCamera: Bool) -> [LabelledBox]? {
        guard isInCamera, !boxes.isEmpty else { return boxes }
        guard let pose else { return nil }
        var placed: [LabelledBox] = []
        for box in boxes {
            guard let box = box.placed(by: pose) else { return nil }
            placed.append(box)
        }
        return placed
    }
}
