internal import Tensors

/// One box as a file writes it, in any of the three forms.
struct BoxRecord {
    private var kind: RecordField<String> = .absent
    private var score: RecordField<Double> = .absent
    private var size: RecordField<SIMD3<Double>> = .absent
    /// Of transferbench.boxes/1.
    private var centre: RecordField<SIMD3<Double>> = .absent
    private var yaw: RecordField<Double> = .absent
    /// Of a scene.
    private var worldCentre: RecordField<SIMD3<Double>> = .absent
    private var worldYaw: RecordField<Double> = .absent
    private var cameraCentre: RecordField<SIMD3<Double>> = .absent
    private var cameraYaw: RecordField<Double> = .absent
    /// Of nuScenes.
    private var rotation: RecordField<SIMD4<Double>> = .absent

    private var velocity: RecordField<SIMD2<Double>> = .absent
    private var attribute: RecordField<String> = .absent
    private(set) var label: RecordField<String> = .absent
    private(set) var token: RecordField<String> = .absent
    private var pixels: RecordField<Double> = .absent
    private var visibility: RecordField<Double> = .absent
    private var points: RecordField<Double> = .absent
    private var isIgnored: RecordField<Bool> = .absent

    /// Why a record is not used: the key and a clause.
    struct Flaw: Error {
        let sentence: String

        init(_ key: String, _ clause: String) { sentence = "'\(key)' \(clause)" }
    }

    /// Something worth a sentence in a record that is used.
    private(set) var remarks: [String] = []

    /// - Parameter isReference: whether what only references have is read.
    init(_ stream: inout JSONStream, form: BoxFile.Form, isReference: Bool) throws(FileError) {
        try stream.object { stream, key throws(FileError) in
            switch (form, key) {
            case (.nuScenes, "translation"): centre = try stream.vector()
            case (.nuScenes, "rotation"): rotation = try stream.rotation()
            case (.nuScenes, "detection_name"): kind = try stream.text()
            case (.nuScenes, "detection_score") where !isReference: score = try stream.amount()
            case (.nuScenes, "attribute_name"): attribute = try stream.name()
            case (.boxes, "centre"): centre = try stream.vector()
            case (.boxes, "yaw"): yaw = try stream.amount()
            case (.boxes, "score") where !isReference: score = try stream.amount()
            case (.boxes, "class"), (.scene, "class"): kind = try stream.text()
            case (.boxes, "attribute"), (.scene, "attribute"): attribute = try stream.name()
            case (.scene, "world_centre"): worldCentre = try stream.vector()
            case (.scene, "world_yaw"): worldYaw = try stream.amount()
            case (.scene, "camera_centre"): cameraCentre = try stream.vector()
            case (.scene, "camera_yaw"): cameraYaw = try stream.amount()
            case (_, "size"): size = try stream.size()
            case (_, "velocity"): velocity = try stream.velocity()
            case (_, "token") where isReference: token = try stream.name()
            case (_, "label") where isReference: label = try stream.name()
            case (_, "pixels") where isReference: pixels = try stream.optionalAmount()
            case (_, "visibility") where isReference: visibility = try stream.optionalAmount()
            case (_, "num_pts") where isReference: points = try stream.optionalAmount()
            case (_, "ignore") where isReference: isIgnored = try stream.flag()
            default: try stream.skip()
            }
        }
    }

    private func needed<Value>(_ field: RecordField<Value>, _ key: String) throws(Flaw) -> Value {
        switch field {
        case .value(let value): return value
        case .unusable(let clause): throw Flaw(key, clause)
        case .absent: throw Flaw(key, "is missing")
        }
    }

    private func optional<Value>(_ field: RecordField<Value>, _ key: String) throws(Flaw) -> Value? {
        if let clause = field.flaw { throw Flaw(key, clause) }
        return field.value
    }

    /// Where the record puts its box, and whether that is in the camera's coordinates (of a scene).
    mutating func shape(_ form: BoxFile.Form) throws(Flaw) -> (shape: UprightBox, isInCamera: Bool) {
        var size = try needed(size, "size")
        switch form {
        case .boxes:
            let shape = UprightBox(centre: try needed(centre, "centre"), size: size, yaw: try needed(yaw, "yaw"))
            return (shape, false)
        case .nuScenes:
            let centre = try needed(centre, "translation")
            size = [size.y, size.x, size.z]
            return (UprightBox(centre: centre, size: size, yaw: try quaternion().yaw), false)
        case .scene:
            if worldCentre.isAbsent && worldYaw.isAbsent && !(cameraCentre.isAbsent && cameraYaw.isAbsent) {
                let centre = try needed(cameraCentre, "camera_centre")
                return (UprightBox(centre: centre, size: size, yaw: try needed(cameraYaw, "camera_yaw")), true)
            }
            let centre = try needed(worldCentre, "world_centre")
            return (UprightBox(centre: centre, size: size, yaw: try needed(worldYaw, "world_yaw")), false)
        }
    }

    /// A bicycle rack, which keeps its whole rotation.
    mutating func rack(_ form: BoxFile.Form) throws(Flaw) -> TurnedBox {
        let (shape, _) = try shape(form)
        guard form == .nuScenes else { return TurnedBox(shape) }
        return TurnedBox(centre: shape.centre, size: shape.size, rotation: try quaternion())
    }

    private mutating func quaternion() throws(Flaw) -> Quaternion {
        let numbers = try needed(rotation, "rotation")
        let list = (0..<4).map { numbers[$0] }
        guard let quaternion = Quaternion(list) else { throw Flaw("rotation", "is four zeros, which turn nothing") }
        let length = list.reduce(0) { $0 + $1 * $1 }.squareRoot()
        if abs(length - 1) > 1e-3 { remarks.append("'rotation' has length \(length); it is scaled to 1") }
        return quaternion
    }

    /// The class as it is written.
    func className(_ form: BoxFile.Form) throws(Flaw) -> String {
        try needed(kind, form == .nuScenes ? "detection_name" : "class")
    }

    /// Of a detection.
    func score(_ form: BoxFile.Form, negativeScores: Bool) throws(Flaw) -> Double {
        let key = form == .nuScenes ? "detection_score" : "score"
        let score = try needed(score, key)
        guard score >= 0 || negativeScores else { throw Flaw(key, "is below 0") }
        return score
    }

    /// The box with all that is known of it.
    mutating func box(
        _ shape: UprightBox, _ names: inout NameList, _ attributes: inout NameList, _ labels: inout NameList,
        form: BoxFile.Form
    ) throws(Flaw) -> LabelledBox {
        var box = LabelledBox(shape: shape, kind: names.number(of: try className(form)))
        if let clause = velocity.flaw { remarks.append("'velocity' \(clause); it counts as unknown") }
        if let clause = attribute.flaw { remarks.append("its attribute \(clause); it counts as unknown") }
        box.velocity = velocity.value
        box.attribute = attribute.value.flatMap { $0.isEmpty ? nil : attributes.number(of: $0) }
        box.label = try optional(label, "label").map { labels.number(of: $0) }
        box.pixels = try optional(pixels, "pixels")
        box.visibility = try optional(visibility, "visibility")
        box.points = try optional(points, "num_pts")
        box.isIgnored = try optional(isIgnored, "ignore") ?? false
        return box
    }
}
