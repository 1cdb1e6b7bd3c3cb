/// Velocities that a scene's file does not say, from where the thing is in the frames before and after (driving.md §3.4).
struct SceneVelocities {
    private let framesPerSecond: Double?
    /// By frame, where each labelled thing is.
    private var places: [Int: [Int: SIMD2<Double>]] = [:]

    init(_ pairs: DetectionPairs) {
        framesPerSecond = pairs.camera.framesPerSecond
        guard framesPerSecond != nil else { return }
        for pair in pairs.pairs {
            for box in pair.references {
                if let label = box.label { places[pair.index, default: [:]][label] = box.shape.centre.onGround }
            }
        }
    }

    /// The pair's references; unknown velocities as centred differences, one-sided at the ends, where the thing has a label.
    func filled(_ pair: DetectionPairs.Pair) -> [LabelledBox] {
        guard let framesPerSecond else { return pair.references }
        return pair.references.map { box in
            guard box.velocity == nil, let label = box.label else { return box }
            let here = box.shape.centre.onGround
            let (before, after) = (places[pair.index - 1]?[label], places[pair.index + 1]?[label])
            let frames = (before == nil ? 0.0 : 1) + (after == nil ? 0 : 1)
            guard frames > 0 else { return box }
            var moved = box
            moved.velocity = ((after ?? here) - (before ?? here)) * (framesPerSecond / frames)
            return moved
        }
    }
}
