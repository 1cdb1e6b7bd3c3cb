/// Plain data as Python would hold it, for pickles that a test makes.
public indirect enum PlainData: Sendable {
    case integer(Int)
    case string(String)
    case bytes([UInt8])
    case list([PlainData])
    case dictionary([(key: String, value: PlainData)])

    /// A whole pickle of protocol 4.
    public var pickled: [UInt8] { [0x80, 4] + opcodes + Array(".".utf8) }

    private var opcodes: [UInt8] {
        switch self {
        case .integer(let value): [0x8a, 8] + littleEndian(Int64(value))
        case .string(let text): Array("X".utf8) + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
        case .bytes(let bytes): Array("B".utf8) + littleEndian(UInt32(bytes.count)) + bytes
        case .list(let values): Array("](".utf8) + values.flatMap(\.opcodes) + Array("e".utf8)
        case .dictionary(let pairs):
            Array("}(".utf8) + pairs.flatMap { PlainData.string($0.key).opcodes + $0.value.opcodes } + Array("u".utf8)
        }
    }

    /// One entry of a `sam2_pkls` list.
    public static func mask(_ phrase: String, shape: [Int], counts: [UInt8]) -> PlainData {
        .dictionary([
            ("phrase", .string(phrase)),
            (
                "segmentation_mask_rle",
                .dictionary([
                    (
                        "data",
                        .dictionary([
                            ("size", .list([.integer(shape.reduce(1, *)), .integer(1)])), ("counts", .bytes(counts)),
                        ])
                    ),
                    ("mask_shape", .list(shape.map { .integer($0) })),
                ])
            ),
        ])
    }
}

/// COCO's compressed string of run lengths (metrics.md §6): what `RunLengthMask` reads.
public func runLengthCode(runs: [Int]) -> [UInt8] {
    var code: [UInt8] = []
    for (i, run) in runs.enumerated() {
        var value = i > 2 ? run - runs[i - 2] : run
        var isLast = false
        while !isLast {
            let chunk = value & 31
            value >>= 5
            isLast = chunk & 16 == 0 ? value == 0 : value == -1
            code.append(UInt8(48 + chunk + (isLast ? 0 : 32)))
        }
    }
    return code
}

/// The same of a mask's pixels, zeros first.
public func runLengthCode(of mask: [Bool]) -> [UInt8] {
    var runs = [0]
    var current = false
    for pixel in mask {
        if pixel != current {
            runs.append(0)
            current = pixel
        }
        runs[runs.count - 1] += 1
    }
    return runLengthCode(runs: runs)
}
