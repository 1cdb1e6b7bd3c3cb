/// Detections given to reference boxes by the distance of their centres, within one sample and class (driving.md §3.2).
struct NuScenesMatching {
    /// Half a turn makes no difference for barriers.
    let period: Double
    /// By the detections' attribute, the same of the reference.
    let attributes: [Int?]

    func entries(_ references: [LabelledBox], _ detections: [LabelledBox]) -> NuScenesEntries {
        var entries = NuScenesEntries()
        entries.references = references.count
        let tree = DiscTree(
            centres: references.map(\.shape.centre.onGround), radii: [Double](repeating: 0, count: references.count))
        let thresholds = NuScenesEntries.thresholds
        let farthest = thresholds.max() ?? 0
        var isTaken = [[Bool]](
            repeating: [Bool](repeating: false, count: references.count), count: thresholds.count)
        var found = [NuScenesEntries.Detection?](repeating: nil, count: detections.count)
        var near: [Int] = []
        // Of equal scores the later goes first, as in the devkit.
        for index in detections.indices.sorted(by: { (detections[$0].score, $0) > (detections[$1].score, $1) }) {
            let detection = detections[index]
            let centre = detection.shape.centre.onGround
            tree.near(centre, within: farthest, into: &near)
            let distances = near.map { (references[$0].shape.centre.onGround - centre).length }
            var (hits, errors) = (UInt8(0), NuScenesEntries.Errors?.none)
            for (level, threshold) in thresholds.enumerated() {
                var nearest: (box: Int, distance: Double)?
                for (box, distance) in zip(near, distances)
                where distance < threshold && !isTaken[level][box] && distance < nearest?.distance ?? .infinity {
                    nearest = (box, distance)
                }
                guard let nearest else { continue }
                isTaken[level][nearest.box] = true
                hits |= 1 << level
                if level == NuScenesEntries.measured {
                    errors = self.errors(references[nearest.box], detection, distance: nearest.distance)
                }
            }
            found[index] = NuScenesEntries.Detection(score: detection.score, hits: hits, errors: errors)
        }
        entries.detections = found.compactMap { $0 }
        return entries
    }

    /// The errors of a hit (driving.md §3.4).
    private func errors(
        _ reference: LabelledBox, _ detection: LabelledBox, distance: Double
    ) -> NuScenesEntries.Errors {
        let (a, b) = (reference.shape.size, detection.shape.size)
        let smaller = pointwiseMin(a, b)
        let common = smaller.x * smaller.y * smaller.z
        let share = common / (a.x * a.y * a.z + b.x * b.y * b.z - common)
        let turn = reference.shape.yaw - detection.shape.yaw + period / 2
        var folded = turn.truncatingRemainder(dividingBy: period)
        if folded < 0 { folded += period }
        let velocity = reference.velocity.flatMap { known in detection.velocity.map { ($0 - known).length } }
        let attribute = reference.attribute.map { known in
            detection.attribute.flatMap { attributes[$0] } == known ? 0.0 : 1.0
        }
        return NuScenesEntries.Errors(
            translation: distance, scale: 1 - (share.isFinite ? share : 0), orientation: abs(folded - period / 2),
            velocity: velocity, attribute: attribute)
    }
}
