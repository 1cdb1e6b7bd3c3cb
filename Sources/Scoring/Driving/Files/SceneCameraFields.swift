internal import Tensors

/// The camera's part of a scene, as it is read key by key.
struct SceneCameraFields {
    private var poses: [CameraPose?]?
    private var intrinsics: [String: RecordField<Double>]?
    private var size: (rows: Int, columns: Int)?
    private var framesPerSecond: Double?
    private var isCentredOnIntegers = false

    /// Reads the value of `key`.
    /// - Returns: false, with nothing read, for a key of another part.
    mutating func read(_ stream: inout JSONStream, _ key: String, _ findings: inout Findings) throws(FileError) -> Bool
    {
        switch key {
        case "poses": try readPoses(&stream, &findings)
        case "intrinsics": try readIntrinsics(&stream, &findings)
        case "size": try readSize(&stream, &findings)
        case "fps":
            let field = try stream.optionalAmount()
            if let value = field.value, value > 0 {
                framesPerSecond = value
            } else if !field.isAbsent {
                findings.note("'fps' \(field.flaw ?? "is not above 0"); it is not used")
            }
        case "pixel_centres":
            switch try stream.text() {
            case .value("integer"): isCentredOnIntegers = true
            case .value("half"): break
            case let field:
                let clause = field.flaw ?? "is '\(field.value.map { String($0.prefix(40)) } ?? "")'"
                findings.note("'pixel_centres' \(clause), not \"half\" or \"integer\"; it counts as \"half\"")
            }
        default: return false
        }
        return true
    }

    private mutating func readPoses(_ stream: inout JSONStream, _ findings: inout Findings) throws(FileError) {
        let kind = try stream.kind()
        guard kind == .array else {
            findings.note("'poses' is \(kind.name), not a list of matrices; it is not used")
            return try stream.skip()
        }
        var poses: [CameraPose?] = []
        try stream.array { stream, frame throws(FileError) in
            let rows = try stream.matrix()
            let pose = rows.flatMap { CameraPose(rows: $0) }
            if pose == nil {
                findings.note(
                    "frame \(frame): 'poses' has no pose of a camera there, which is 3 or 4 rows of 4 numbers that turn without stretching; the frame has no boxes in camera coordinates"
                )
            }
            poses.append(pose)
        }
        self.poses = poses
    }

    private mutating func readIntrinsics(_ stream: inout JSONStream, _ findings: inout Findings) throws(FileError) {
        let kind = try stream.kind()
        guard kind == .object else {
            findings.note("'intrinsics' is \(kind.name), not an object; it is not used")
            return try stream.skip()
        }
        var fields: [String: RecordField<Double>] = [:]
        try stream.object { stream, key throws(FileError) in fields[key] = try stream.amount() }
        intrinsics = fields
    }

    private mutating func readSize(_ stream: inout JSONStream, _ findings: inout Findings) throws(FileError) {
        let field = try stream.planeVector()
        if let value = field.value, let rows = Int(exactly: value.x), let columns = Int(exactly: value.y),
            rows > 0, columns > 0
        {
            size = (rows, columns)
        } else {
            findings.note(
                "'size' \(field.flaw ?? "is not two whole numbers above 0, rows and columns"); it is not used")
        }
    }

    /// What was read, with a note where a calibration cannot be this clip's.
    func camera(_ findings: inout Findings) -> BoxFile.Camera {
        BoxFile.Camera(
            poses: poses, intrinsics: calibration(&findings), rows: size?.rows, columns: size?.columns,
            framesPerSecond: framesPerSecond)
    }

    private func calibration(_ findings: inout Findings) -> Intrinsics? {
        guard let intrinsics else { return nil }
        func rejected(_ clause: String) -> Intrinsics? {
            findings.note("'intrinsics' \(clause); boxes out of view are not told apart")
            return nil
        }
        var numbers: [Double] = []
        for key in ["fx", "fy", "cx", "cy"] {
            let field = intrinsics[key] ?? .absent
            guard let value = field.value else { return rejected("has a '\(key)' that \(field.flaw ?? "is missing")") }
            numbers.append(value)
        }
        guard numbers[0] > 0, numbers[1] > 0 else { return rejected("has a focal length that is not above 0") }
        let shift = isCentredOnIntegers ? 0.5 : 0
        let (cx, cy) = (numbers[2] + shift, numbers[3] + shift)
        if let size {
            guard (0...Double(size.columns)).contains(cx), (0...Double(size.rows)).contains(cy) else {
                return rejected(
                    "has its centre (\(cx), \(cy)) outside the picture of \(size.columns)x\(size.rows), as if of another clip"
                )
            }
        }
        return Intrinsics(fx: numbers[0], fy: numbers[1], cx: cx, cy: cy)
    }
}

extension JSONStream {
    /// The rows of the matrix that comes next, null as NaN; nil, with the value read, for what is none.
    mutating func matrix() throws(FileError) -> [[Double]]? {
        guard try kind() == .array else {
            try skip()
            return nil
        }
        var rows: [[Double]] = []
        var isMatrix = true
        try array { stream, index throws(FileError) in
            guard try stream.kind() == .array, index < 4 else {
                isMatrix = false
                return try stream.skip()
            }
            var row: [Double] = []
            try stream.array { stream, column throws(FileError) in
                guard try stream.kind() == .number, column < 4 else {
                    isMatrix = false
                    return try stream.skip()
                }
                row.append(try stream.number())
            }
            rows.append(row)
        }
        return isMatrix ? rows : nil
    }
}
