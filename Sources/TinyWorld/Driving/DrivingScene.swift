/// A drive along a road with traffic, people, trees, posts and buildings.
struct DrivingScene: ClipScene {
    let instances: [Instance]
    let slotKinds: [ObjectClass]
    let far: Float = 100
    let shadowDepth: Float = 6
    let travellers: [Traveller]
    let road: RoadPlan
    let slots: Slots
    let roadside: Roadside
    private let still: [Solid]
    private let rows: Int
    private let columns: Int
    private let ego: Ego
    /// The travellers on the picture, near ones first, and what else there is, for the caption.
    let seen: [Int]
    let showsBuildings: Bool
    let showsTrees: Bool

    struct Slots: Sendable {
        let ground: Int
        let kerb: Int
        let post: Int
        let lamp: Int
    }

    /// Labels of the ground's parts in the instance map.
    static let roadLabel: UInt8 = 1
    static let sidewalkLabel: UInt8 = 2

    var plan: RoadPlan? { road }

    init(_ s: inout SeededStream, rows: Int, columns: Int, frames: Int) {
        self.rows = rows
        self.columns = columns
        var parts = SceneParts()
        _ = parts.instance(.road, "road")
        _ = parts.instance(.sidewalk, "sidewalk")
        slots = Slots(
            ground: parts.slot(.verge), kerb: parts.slot(.kerb), post: parts.slot(.post), lamp: parts.slot(.post))
        let width = s.uniform(3.2, 3.7)
        let lanesAhead = s.integer(1...2)
        let isOneWay = s.chance(0.2)
        let lanesBack = isOneWay ? 0 : s.integer(1...2)
        let shoulder = s.uniform(0.3, 1.6)
        let (left, right) = (Float(lanesBack) * width + shoulder, Float(lanesAhead) * width + shoulder)
        var lines: [RoadPlan.Line] = [
            RoadPlan.Line(
                offset: 0, kind: isOneWay ? .solid : s.pick([.double, .dashed, .solid]), isCentre: true)
        ]
        for k in 1...2 where k < lanesAhead {
            lines.append(.init(offset: Float(k) * width, kind: .dashed, isCentre: false))
        }
        for k in 1...2 where k < lanesBack {
            lines.append(.init(offset: -Float(k) * width, kind: .dashed, isCentre: false))
        }
        lines.append(.init(offset: right - shoulder, kind: .solid, isCentre: false))
        if !isOneWay { lines.append(.init(offset: shoulder - left, kind: .solid, isCentre: false)) }
        road = RoadPlan(
            bend: s.chance(0.4) ? 0 : s.spread(0.0075), lines: lines.sorted { $0.offset < $1.offset }, left: left,
            right: right, sidewalk: s.uniform(1.6, 3.2), period: s.uniform(5, 9), painted: s.uniform(0.4, 0.6))
        let lane = s.integer(0...lanesAhead - 1)
        ego = (
            (Float(lane) + 0.5) * width + s.spread(0.3), s.uniform(1.25, 1.8), s.uniform(0.35, 1.4),
            s.uniform(0.03, 0.13),
            s.uniform(0.95, 1.25), s.uniform(0, 0.012)
        )
        travellers = Self.traffic(
            road, width: width, ahead: lanesAhead, back: lanesBack, egoLane: lane, egoSpeed: ego.speed, frames: frames,
            parts: &parts, &s)
        roadside = Roadside(road, slots, &parts, &s)
        still = [.plane(.zero, slot: slots.ground, instance: 0)] + roadside.solids
        instances = parts.instances
        slotKinds = parts.slotKinds
        let camera = Self.camera(ego, road, Float(frames / 2), rows: rows, columns: columns)
        let (travellers, road, middle) = (self.travellers, self.road, Float(frames / 2))
        let distances = travellers.map { camera.inCamera($0.box(road, middle).centre).z }
        seen = travellers.indices.filter { distances[$0] < 60 && camera.sees(travellers[$0].box(road, middle).centre) }
            .sorted { (distances[$0], $0) < (distances[$1], $1) }
        let kinds = parts.slotKinds
        let kindsSeen = Set(roadside.solids.filter { camera.sees($0.centre) }.map { kinds[$0.slot] })
        showsBuildings = kindsSeen.contains(.building)
        showsTrees = kindsSeen.contains(.tree)
    }

    private typealias Ego = (offset: Float, height: Float, speed: Float, pitch: Float, focal: Float, wobble: Float)

    private static func camera(_ ego: Ego, _ road: RoadPlan, _ t: Float, rows: Int, columns: Int) -> Camera {
        let along = ego.speed * t
        let (wave, _) = sineAndCosine(t * 0.7 + ego.offset)
        return Camera(
            position: road.place(along, ego.offset, ego.height + ego.wobble * wave),
            forward: road.heading(along) + Vector(0, 0, ego.wobble * wave - ego.pitch), focal: ego.focal, rows: rows,
            columns: columns)
    }

    private static func traffic(
        _ road: RoadPlan, width: Float, ahead: Int, back: Int, egoLane: Int, egoSpeed: Float, frames: Int,
        parts: inout SceneParts, _ s: inout SeededStream
    ) -> [Traveller] {
        var result: [Traveller] = []
        func add(
            _ kind: ObjectClass, _ along: Float, _ offset: Float, _ speed: Float, _ facesAhead: Bool, drift: Float = 0
        ) {
            let size =
                switch kind {
                case .truck: Vector(s.uniform(6, 8), s.uniform(2.2, 2.5), s.uniform(2.7, 3.4))
                case .person: Vector(0.6, 0.6, s.uniform(1.5, 1.9))
                default: Vector(s.uniform(3.8, 4.8), s.uniform(1.7, 1.95), s.uniform(1.4, 1.75))
                }
            result.append(
                Traveller(
                    kind: kind, size: size, along: along, offset: offset, speed: speed, drift: drift,
                    facesAhead: facesAhead, bodySlot: parts.slot(kind), cabinSlot: parts.slot(kind),
                    wheelSlot: parts.slot(kind),
                    instance: parts.instance(kind, kind == .person ? "person" : "\(kind)", isForeground: true)))
        }
        func vehicle() -> ObjectClass { s.chance(0.2) ? .truck : .car }
        // Lane by lane, with gaps that last for the clip.
        for lane in 0..<ahead {
            var y = lane == egoLane ? s.uniform(7, 15) : s.uniform(4, 14)
            let pace = egoSpeed * s.uniform(0.55, 1.25)
            if lane == egoLane { y += max(0, (egoSpeed - pace) * Float(frames)) }
            for _ in 0..<2 where y < 36 && s.chance(0.75) {
                add(vehicle(), y, (Float(lane) + 0.5) * width + s.spread(0.25), pace, true)
                y += s.uniform(12, 30)
            }
        }
        for lane in 0..<back {
            var y = s.uniform(9, 24)
            let pace = -s.uniform(0.4, 1.3)
            for _ in 0..<2 where y < 40 && s.chance(0.65) {
                add(vehicle(), y, -(Float(lane) + 0.5) * width + s.spread(0.25), pace, false)
                y += s.uniform(12, 30)
            }
        }
        for _ in 0..<s.integer(0...3) {
            let side = s.sign()
            let edge = side > 0 ? road.right + road.sidewalk * 0.5 : road.left + road.sidewalk * 0.5
            let isAhead = s.chance(0.5)
            let crosses = s.chance(0.15)
            add(
                .person, s.uniform(7, 20), side * (crosses ? edge * 0.7 : edge),
                (isAhead ? 1 : -1) * s.uniform(0.04, 0.15),
                isAhead, drift: crosses ? -side * 0.14 : 0)
        }
        return result
    }

    func frame(_ index: Int) -> FrameScene {
        let t = Float(index)
        var solids = still
        for traveller in travellers { solids += traveller.solids(road, t) }
        return FrameScene(camera: Self.camera(ego, road, t, rows: rows, columns: columns), solids: solids)
    }

    func boxes(_ index: Int) -> [WorldBox] { travellers.map { $0.box(road, Float(index)) } }
}
