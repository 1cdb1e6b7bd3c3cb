internal import Tensors

/// Reads one file of boxes from front to back; a damaged record is left out with a sentence, a damaged file refused.
struct BoxFileReader {
    static let schema = "transferbench.boxes/1"

    private let file: String
    private let role: BoxFile.Role
    private(set) var findings: Findings
    private(set) var names = NameList()
    private(set) var attributes = NameList()
    private var labels = NameList()
    private var tokens: Set<String> = []

    private var samples: [BoxFile.Sample] = []
    private var hasBoxes = false
    private var camera = SceneCameraFields()
    private var isInCamera: Bool?
    /// Boxes of a scene that wait for the poses: frame and place in the frame.
    private var unplaced: [(frame: Int, box: Int)] = []
    private var egoByFrame: [SIMD3<Double>?] = []
    private var egoByToken: [String: SIMD3<Double>] = [:]
    private var racksByFrame: [[TurnedBox]] = []
    private var racksByToken: [String: [TurnedBox]] = [:]

    init(file: String, role: BoxFile.Role) {
        self.file = file
        self.role = role
        findings = Findings(file: file)
    }

    private var isReference: Bool { role == .reference }

    private func refused(_ reason: String) -> FileError { FileError(.malformed, file: file, reason) }

    consuming func read(_ bytes: [UInt8]) throws(FileError) -> BoxFile {
        var stream = JSONStream(bytes, file: file, readsNaN: true)
        guard try stream.kind() == .object else {
            throw refused("holds \(try stream.kind().name); a file of boxes holds an object with 'schema' or 'results'")
        }
        let form = try form(of: stream)
        guard form != .scene || isReference else {
            throw refused("has neither 'schema' nor 'results': a scene has no scores, so it serves as reference only")
        }
        try stream.object { stream, key throws(FileError) in try member(&stream, key, form) }
        try stream.end()
        return try finished(form)
    }

    /// Which form the object that comes next has: its keys say so, in any order.
    private func form(of stream: JSONStream) throws(FileError) -> BoxFile.Form {
        guard let found = try stream.first({ $0 == "schema" || $0 == "results" }) else {
            guard try stream.first({ $0 == "boxes" }) != nil else {
                throw refused(
                    "has neither 'schema' nor 'results' nor a scene's 'boxes'; name boxes, nuScenes results, or a scene"
                )
            }
            return .scene
        }
        guard found.key == "schema" else { return .nuScenes }
        var value = found.value
        guard case .value(Self.schema) = try value.text() else {
            throw FileError(
                .unsupported, file: file, "has a 'schema' other than \"\(Self.schema)\", which is what is read")
        }
        return .boxes
    }

    // MARK: The file's members

    private mutating func member(_ stream: inout JSONStream, _ key: String, _ form: BoxFile.Form) throws(FileError) {
        switch (form, key) {
        case (.nuScenes, "results"): try readSamples(&stream)
        case (.nuScenes, "ego") where isReference:
            try byToken(&stream, key) { reader, stream, token throws(FileError) in
                if let place = try reader.place(&stream, "sample \(token.prefix(80))") {
                    reader.egoByToken[token] = place
                }
            }
        case (.nuScenes, "bike_racks") where isReference:
            try byToken(&stream, key) { reader, stream, token throws(FileError) in
                reader.racksByToken[token] = try reader.racks(&stream, form, "sample \(token.prefix(80))")
            }
        case (.boxes, "boxes"), (.scene, "boxes"): try readFrames(&stream, form)
        case (.boxes, "coordinates"):
            switch try stream.text() {
            case .value("world"): isInCamera = false
            case .value("camera"): isInCamera = true
            default: throw refused("has 'coordinates' other than \"world\" and \"camera\"")
            }
        case (.boxes, "ego") where isReference:
            try byFrame(&stream, key) { reader, stream, frame throws(FileError) in
                reader.egoByFrame.append(try reader.place(&stream, "frame \(frame)"))
            }
        case (.boxes, "bike_racks") where isReference:
            try byFrame(&stream, key) { reader, stream, frame throws(FileError) in
                reader.racksByFrame.append(try reader.racks(&stream, form, "frame \(frame)"))
            }
        case (.scene, _):
            if try !camera.read(&stream, key, &findings) { try stream.skip() }
        default: try stream.skip()
        }
    }

    private mutating func byToken(
        _ stream: inout JSONStream, _ key: String,
        _ body: (inout BoxFileReader, inout JSONStream, String) throws(FileError) -> Void
    ) throws(FileError) {
        guard try stream.kind() == .object else {
            throw refused("has '\(key)' that is \(try stream.kind().name), not an object by sample")
        }
        try stream.object { stream, token throws(FileError) in try body(&self, &stream, token) }
    }

    private mutating func byFrame(
        _ stream: inout JSONStream, _ key: String,
        _ body: (inout BoxFileReader, inout JSONStream, Int) throws(FileError) -> Void
    ) throws(FileError) {
        guard try stream.kind() == .array else {
            throw refused("has '\(key)' that is \(try stream.kind().name), not a list by frame")
        }
        try stream.array { stream, frame throws(FileError) in try body(&self, &stream, frame) }
    }

    private mutating func place(_ stream: inout JSONStream, _ where: String) throws(FileError) -> SIMD3<Double>? {
        let field = try stream.vector()
        if let clause = field.flaw { findings.note("\(`where`): 'ego' \(clause); its place is unknown") }
        return field.value
    }

    private mutating func racks(
        _ stream: inout JSONStream, _ form: BoxFile.Form, _ where: String
    ) throws(FileError) -> [TurnedBox] {
        var racks: [TurnedBox] = []
        try eachRecord(&stream, "bike_racks", `where`) { reader, stream, index throws(FileError) in
            var record = try BoxRecord(&stream, form: form, isReference: true)
            do throws(BoxRecord.Flaw) { racks.append(try record.rack(form)) } catch {
                reader.findings.leaveOut("\(`where`), rack \(index): \(error.sentence); the rack is left out")
            }
        }
        return racks
    }

    /// Calls `body` for each object of the list that comes next; what is no object is left out.
    private mutating func eachRecord(
        _ stream: inout JSONStream, _ key: String, _ where: @autoclosure () -> String,
        _ body: (inout BoxFileReader, inout JSONStream, Int) throws(FileError) -> Void
    ) throws(FileError) {
        guard try stream.kind() == .array else {
            throw refused("has '\(key)' that is \(try stream.kind().name), not a list, in \(`where`())")
        }
        try stream.array { stream, index throws(FileError) in
            let kind = try stream.kind()
            guard kind == .object else {
                findings.leaveOut(
                    "\(`where`()), record \(index) of '\(key)' is \(kind.name), not an object; it is left out")
                return try stream.skip()
            }
            try body(&self, &stream, index)
        }
    }

    // MARK: Boxes

    private mutating func readSamples(_ stream: inout JSONStream) throws(FileError) {
        hasBoxes = true
        try byToken(&stream, "results") { reader, stream, token throws(FileError) in
            let sample = try reader.sample(&stream, .nuScenes, key: "results", frame: nil, token: token)
            reader.samples.append(sample)
        }
    }

    private mutating func readFrames(_ stream: inout JSONStream, _ form: BoxFile.Form) throws(FileError) {
        hasBoxes = true
        try byFrame(&stream, "boxes") { reader, stream, frame throws(FileError) in
            reader.samples.append(try reader.sample(&stream, form, key: "boxes", frame: frame, token: nil))
        }
    }

    private mutating func sample(
        _ stream: inout JSONStream, _ form: BoxFile.Form, key: String, frame: Int?, token: String?
    ) throws(FileError) -> BoxFile.Sample {
        var sample = BoxFile.Sample(token: token)
        func place() -> String { frame.map { "frame \($0)" } ?? "sample \(token?.prefix(80) ?? "")" }
        var seen: Set<Int> = []
        try eachRecord(&stream, key, place()) { reader, stream, index throws(FileError) in
            var record = try BoxRecord(&stream, form: form, isReference: reader.isReference)
            do throws(BoxRecord.Flaw) {
                let (box, isInCamera) = try reader.box(&record, form, &seen)
                if isInCamera, let frame { reader.unplaced.append((frame, sample.boxes.count)) }
                sample.boxes.append(box)
                for remark in record.remarks { reader.findings.note("\(place()), box \(index): \(remark)") }
            } catch {
                reader.findings.leaveOut("\(place()), box \(index): \(error.sentence); the box is left out")
            }
        }
        return sample
    }

    /// - Parameter seen: the labels of the frame so far.
    private mutating func box(
        _ record: inout BoxRecord, _ form: BoxFile.Form, _ seen: inout Set<Int>
    ) throws(BoxRecord.Flaw) -> (LabelledBox, isInCamera: Bool) {
        let (shape, isInCamera) = try record.shape(form)
        var box = try record.box(shape, &names, &attributes, &labels, form: form)
        if case .detections(let negativeScores) = role {
            box.score = try record.score(form, negativeScores: negativeScores)
        }
        if let clause = record.token.flaw { throw BoxRecord.Flaw("token", clause) }
        if let token = record.token.value, !tokens.insert(token).inserted {
            throw BoxRecord.Flaw("token", "is '\(token.prefix(80))', as of a box before")
        }
        if let label = box.label, !seen.insert(label).inserted {
            throw BoxRecord.Flaw("label", "is that of another box of the frame")
        }
        return (box, isInCamera)
    }

    // MARK: The end of the file

    private consuming func finished(_ form: BoxFile.Form) throws(FileError) -> BoxFile {
        guard hasBoxes else { throw refused("has no '\(form == .nuScenes ? "results" : "boxes")'") }
        if form == .boxes && isInCamera == nil {
            throw refused("has no 'coordinates'; they are \"world\" or \"camera\"")
        }
        let camera = camera.camera(&findings)
        for index in samples.indices {
            if let token = samples[index].token {
                samples[index].ego = egoByToken[token]
                samples[index].racks = racksByToken[token] ?? []
            } else {
                samples[index].ego = index < egoByFrame.count ? egoByFrame[index] : nil
                samples[index].racks = index < racksByFrame.count ? racksByFrame[index] : []
            }
        }
        if form == .scene { placeInWorld(camera) }
        return BoxFile(self, form: form, samples: samples, camera: camera, isInCamera: isInCamera ?? false)
    }

    /// Frames of a scene get their camera's place, boxes that it names in camera coordinates are placed by the poses.
    private mutating func placeInWorld(_ camera: BoxFile.Camera) {
        for (frame, index) in unplaced {
            let pose = camera.pose(of: frame)
            if let placed = pose.flatMap({ samples[frame].boxes[index].placed(by: $0) }) {
                samples[frame].boxes[index] = placed
            } else {
                samples[frame].isScored = false
            }
        }
        guard let poses = camera.poses else { return }
        let frames = max(poses.count, samples.count)
        if poses.count != samples.count {
            let (key, count) = poses.count < samples.count ? ("poses", poses.count) : ("boxes", samples.count)
            findings.note("'\(key)' has \(count) of \(frames) frames; the frames from \(count) on are not scored")
        }
        for frame in 0..<frames {
            if frame >= samples.count { samples.append(BoxFile.Sample(isScored: false)) }
            if frame >= poses.count { samples[frame].isScored = false }
            samples[frame].ego = camera.pose(of: frame)?.place
        }
    }
}
