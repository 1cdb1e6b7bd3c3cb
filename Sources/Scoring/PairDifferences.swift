internal import Video

/// What differs in how the two videos of a pair are to be shown. Nothing of it is evened out: frames are compared by number
/// and pixels by place, so a person should know.
func differences(reference: VideoFacts, generated: VideoFacts) -> [String] {
    var lines: [String] = []
    if reference.rate > 0, generated.rate > 0, abs(reference.rate / generated.rate - 1) > 1e-3 {
        lines.append(
            "the generated video has \(rate(generated)) frames a second, the reference \(rate(reference)): frames are "
                + "compared by number, not by time")
    }
    guard let x = reference.tags, let y = generated.tags else { return lines }
    let square = PictureTags.PixelAspect(width: 1, height: 1)
    let aspects = (x.pixelAspect ?? square, y.pixelAspect ?? square)
    if aspects.0.width * aspects.1.height != aspects.1.width * aspects.0.height {
        lines.append(
            "the generated video's pixels are \(aspects.1) in shape, the reference's \(aspects.0): pictures are compared "
                + "as they are stored, not stretched")
    }
    if (x.rotation, x.isMirrored) != (y.rotation, y.isMirrored) {
        lines.append("the generated video was \(turn(y)), the reference \(turn(x)), as their files ask")
    }
    guard !x.isRGB, !y.isRGB else { return lines }
    if isFullRange(x) != isFullRange(y) {
        lines.append("the generated video has \(range(y)), the reference \(range(x)): each was read by its own")
    }
    if matrixClass(x) != matrixClass(y) {
        lines.append(
            "the generated video has the colour matrix \(matrix(y)), the reference \(matrix(x)): each was read by its own"
        )
    }
    return lines
}

private func rate(_ facts: VideoFacts) -> String {
    let thousandths = (facts.rate * 1000).rounded() / 1000
    return thousandths == thousandths.rounded() ? "\(Int(thousandths))" : "\(thousandths)"
}

private func turn(_ tags: PictureTags) -> String {
    let mirrored = tags.isMirrored ? "mirrored" : ""
    guard tags.rotation > 0 else { return tags.isMirrored ? mirrored : "not turned" }
    return (tags.isMirrored ? "mirrored and " : "") + "turned clockwise by \(tags.rotation) degrees"
}

private func isFullRange(_ tags: PictureTags) -> Bool { tags.isFullRange ?? false }

private func range(_ tags: PictureTags) -> String {
    switch tags.isFullRange {
    case true?: "full-range colours"
    case false?: "limited-range colours"
    case nil: "colours of no stated range (limited)"
    }
}

private func matrix(_ tags: PictureTags) -> String { tags.matrix ?? "unstated (bt470bg)" }

/// Matrices that give the same pictures have one name.
private func matrixClass(_ tags: PictureTags) -> String {
    switch tags.matrix {
    case nil, "bt470bg", "smpte170m": "bt601"
    case let name?: name
    }
}
