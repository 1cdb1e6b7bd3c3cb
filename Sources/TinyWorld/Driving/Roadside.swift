/// What stands beside a road: kerbs, buildings, trees, lamp posts and signs.
struct Roadside: Sendable {
    let solids: [Solid]
    let buildings: [Int]
    /// Slots of trunks and of crowns.
    let trunks: [Int]
    let crowns: [Int]
    let signs: [Int]

    init(_ road: RoadPlan, _ slots: DrivingScene.Slots, _ parts: inout SceneParts, _ s: inout SeededStream) {
        var solids: [Solid] = []
        let kerb = parts.instance(.kerb, "kerb")
        for side: Float in [-1, 1] {
            let edge = side > 0 ? road.right : -road.left
            for k in 0..<16 {
                let (a, b) = (Float(k) * 6 - 6, Float(k) * 6)
                let (from, to) = (road.place(a, edge + side * 0.12, 0), road.place(b, edge + side * 0.12, 0))
                let way = (to - from).normalised
                let axes = Axes(x: way.cross(.up), y: way, z: .up)
                solids.append(
                    .box(
                        (from + to) * 0.5 + Vector(0, 0, 0.07), Vector(0.13, (to - from).length * 0.5 + 0.02, 0.07),
                        axes,
                        slot: slots.kerb, instance: kerb
                    ).withoutShadow())
            }
        }
        var buildings: [Int] = []
        var trunks: [Int] = []
        var crowns: [Int] = []
        var signs: [Int] = []
        let town = s.uniform(0, 1)
        let green = s.uniform(0.2, 1)
        for side: Float in [-1, 1] {
            let pavementEdge = (side > 0 ? road.right : road.left) + road.sidewalk
            var y = s.uniform(-2, 14)
            let setBack = s.uniform(1.5, 7)
            while y < 85, town > 0.25 {
                let half = Vector(s.uniform(3, 6), s.uniform(4, 9), s.uniform(2.5, 8.5))
                y += half.y
                if s.chance(town) {
                    let slot = parts.slot(.building)
                    buildings.append(slot)
                    solids.append(
                        .box(
                            road.place(y, side * (pavementEdge + setBack + half.x), half.z), half, Self.along(road, y),
                            slot: slot, instance: parts.instance(.building, "building")))
                }
                y += half.y + s.uniform(0.5, 12)
            }
            y = s.uniform(4, 14)
            while y < 42 {
                if s.chance(green * 0.75) {
                    let foot = road.place(y, side * (pavementEdge + s.uniform(0.5, max(0.6, setBack - 0.4))))
                    let (trunk, crown) = (parts.slot(.tree), parts.slot(.tree))
                    trunks.append(trunk)
                    crowns.append(crown)
                    solids += Self.tree(foot, trunk, crown, parts.instance(.tree, "tree"), &s)
                }
                y += s.uniform(9, 18)
            }
            y = s.uniform(6, 18)
            let isLamp = s.chance(0.6)
            while y < 70, s.chance(0.8) {
                let foot = road.place(y, side * (pavementEdge - road.sidewalk + 0.5))
                let label = parts.instance(.post, isLamp ? "lamp post" : "sign")
                let height: Float = isLamp ? 5.5 : s.uniform(2.0, 2.6)
                solids.append(.cone(foot, foot + Vector(0, 0, height), 0.08, 0.06, slot: slots.post, instance: label))
                if isLamp {
                    let top = foot + Vector(-side * 0.7, 0, height)
                    solids.append(.box(top, Vector(0.75, 0.1, 0.06), slot: slots.lamp, instance: label).withoutShadow())
                } else {
                    let slot = parts.slot(.post)
                    signs.append(slot)
                    solids.append(
                        .box(
                            foot + Vector(0, -0.06, height + 0.25), Vector(0.38, 0.03, 0.38), slot: slot,
                            instance: label))
                }
                y += isLamp ? 18 : s.uniform(16, 34)
            }
        }
        self.solids = solids
        self.buildings = buildings
        self.trunks = trunks
        self.crowns = crowns
        self.signs = signs
    }

    private static func along(_ road: RoadPlan, _ y: Float) -> Axes {
        let ahead = road.heading(y)
        return Axes(x: ahead.cross(.up), y: ahead, z: .up)
    }

    private static func tree(
        _ foot: Vector, _ trunk: Int, _ crown: Int, _ instance: UInt8, _ s: inout SeededStream
    ) -> [Solid] {
        let height = s.uniform(1.7, 2.6)
        let radius = s.uniform(1.6, 2.5)
        let top = foot + Vector(0, 0, height)
        let stem = Solid.cone(foot, top, 0.2, 0.14, slot: trunk, instance: instance)
        if s.chance(0.3) {  // a conifer
            return [
                stem,
                .cone(
                    top - Vector(0, 0, 0.8), top + Vector(0, 0, radius * 2.4), radius, 0.05, slot: crown,
                    instance: instance),
            ]
        }
        return [
            stem,
            .ellipsoid(
                top + Vector(0, 0, radius * 0.6), Vector(radius, radius, radius * s.uniform(0.8, 1.15)), slot: crown,
                instance: instance),
            .ball(
                top + Vector(s.spread(0.8), s.spread(0.8), radius * 1.1), radius * 0.7, slot: crown, instance: instance),
        ]
    }
}
