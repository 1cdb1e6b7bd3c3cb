extension DrivingScene {
    func look(_ s: inout SeededStream) -> Look {
        var materials = [Material](repeating: .plain(Vector(repeating: 0.3)), count: slotKinds.count)
        let weather = Weather(&s)
        let (road, surface) = Self.roadPaint(&s)
        materials[slots.ground].pattern = .ground
        materials[slots.kerb] = .plain(screenLight(0.68, 0.67, 0.65), gloss: 0)
        materials[slots.post] = .plain(screenLight(0.42, 0.43, 0.45), gloss: 0.3)
        materials[slots.lamp] = .plain(screenLight(0.5, 0.5, 0.5), gloss: 0.2)
        for slot in roadside.signs {
            let colour = s.pick([Colour.blue, .yellow, .red, .green, .white]).light(&s)
            materials[slot] = Material(
                pattern: .label, colour: colour, second: Vector(0.8, 0.8, 0.8), scale: 0.3, gloss: 0.2, salt: 1)
        }
        let town = Self.buildings(&s)
        for slot in roadside.buildings {
            materials[slot] = town.material
            let shade = s.uniform(0.75, 1.15)
            materials[slot].colour = materials[slot].colour * shade
            materials[slot].salt = s.salt()
            materials[slot].glow = weather.isNight ? 1.1 : 0
        }
        let leaves = s.pick([
            ("green", Vector(0.07, 0.22, 0.05), Vector(0.16, 0.36, 0.08)),
            ("green", Vector(0.05, 0.16, 0.05), Vector(0.12, 0.27, 0.08)),
            ("orange", Vector(0.55, 0.20, 0.03), Vector(0.75, 0.38, 0.06)),
            ("pink", Vector(0.72, 0.35, 0.46), Vector(0.85, 0.55, 0.62)),
        ])
        for slot in roadside.trunks { materials[slot] = .plain(screenLight(0.36, 0.26, 0.18), gloss: 0) }
        for slot in roadside.crowns {
            materials[slot] = Material(
                pattern: .grass, colour: leaves.1, second: leaves.2, scale: 0.5, gloss: 0, salt: s.salt())
        }
        var names = [String](repeating: "", count: travellers.count)
        for (i, traveller) in travellers.enumerated() {
            let word =
                traveller.kind == .person
                ? Self.dress(traveller, &materials, &s)
                : Self.spray(traveller, &materials, isNight: weather.isNight, &s)
            names[i] = "\(word == "orange" ? "an" : "a") \(word) \(place(of: traveller))"
        }
        let traffic = seen.isEmpty ? "an empty road" : listed(seen.prefix(5).map { names[$0] })
        let beside = [
            showsBuildings ? "\(town.words) buildings" : nil, showsTrees ? "\(leaves.0) trees" : nil,
        ].compactMap { $0 }
        let turn = abs(self.road.bend) < 0.0015 ? "straight" : self.road.bend > 0 ? "right bending" : "left bending"
        let caption =
            "driving along a \(turn) \(surface) road \(weather.words), \(traffic)"
            + (beside.isEmpty ? "" : ", with \(listed(beside))")
        return Look(materials: materials, light: weather.light, sky: weather.sky, road: road, caption: caption)
    }

    /// What a caption says of a traveller: what it is and where it goes, which no look changes.
    private func place(of traveller: Traveller) -> String {
        switch traveller.kind {
        case .person: traveller.drift != 0 ? "person crossing" : "person walking"
        default: traveller.facesAhead ? "\(traveller.kind) ahead" : "\(traveller.kind) oncoming"
        }
    }

    private static func spray(
        _ traveller: Traveller, _ materials: inout [Material], isNight: Bool, _ s: inout SeededStream
    ) -> String {
        let colour = s.pick([
            Colour.white, .white, .gray, .black, .red, .blue, .green, .yellow, .orange, .brown, .teal, .beige,
        ])
        let paint = colour.light(&s)
        let glass = screenLight(0.16, 0.2, 0.25)
        materials[traveller.bodySlot] = Material(
            pattern: .carBody, colour: paint, second: glass, scale: 1, gloss: 0.6, salt: 1, glow: isNight ? 1.6 : 0.12)
        materials[traveller.cabinSlot] = Material(
            pattern: .carCabin, colour: paint, second: glass, scale: 1, gloss: 0.6, salt: 1)
        materials[traveller.wheelSlot] = .plain(Vector(0.018, 0.018, 0.02), gloss: 0.1)
        return colour.rawValue
    }

    private static func dress(
        _ traveller: Traveller, _ materials: inout [Material], _ s: inout SeededStream
    ) -> String {
        let colour = s.pick(Colour.allCases)
        materials[traveller.bodySlot] = .plain(colour.light(&s), gloss: 0)
        materials[traveller.cabinSlot] = .plain(
            s.pick([screenLight(0.88, 0.68, 0.55), screenLight(0.55, 0.37, 0.26), screenLight(0.30, 0.2, 0.13)]),
            gloss: 0)
        materials[traveller.wheelSlot] = .plain(s.pick([Colour.black, .blue, .gray, .brown]).light(&s), gloss: 0)
        return colour.rawValue
    }

    private static func roadPaint(_ s: inout SeededStream) -> (RoadPaint, String) {
        let isConcrete = s.chance(0.3)
        let shade = s.uniform(0.85, 1.15)
        let asphalt = Material(
            pattern: .concrete,
            colour: (isConcrete ? screenLight(0.66, 0.64, 0.60) : screenLight(0.36, 0.36, 0.38)) * shade,
            second: (isConcrete ? screenLight(0.54, 0.52, 0.49) : screenLight(0.26, 0.26, 0.28)) * shade, scale: 0.7,
            gloss: 0.05, salt: s.salt())
        let pavement = Material(
            pattern: .tiles, colour: screenLight(0.66, 0.64, 0.62) * s.uniform(0.8, 1.1),
            second: screenLight(0.45, 0.44, 0.42),
            scale: s.uniform(0.7, 1.2), gloss: 0, salt: s.salt())
        let grounds = [
            (screenLight(0.30, 0.48, 0.18), screenLight(0.46, 0.62, 0.26)),
            (screenLight(0.70, 0.58, 0.40), screenLight(0.80, 0.70, 0.50)),
            (screenLight(0.46, 0.42, 0.36), screenLight(0.58, 0.54, 0.48)),
        ]
        let ground = s.pick(grounds)
        let verge = Material(pattern: .grass, colour: ground.0, second: ground.1, scale: 0.8, gloss: 0, salt: s.salt())
        let yellow = screenLight(0.95, 0.76, 0.18)
        let white = screenLight(0.95, 0.95, 0.93)
        let isYellow = s.chance(0.5)
        return (
            RoadPaint(
                asphalt: asphalt, pavement: pavement, verge: verge, centreLine: isYellow ? yellow : white,
                sideLine: white),
            isConcrete ? "concrete" : "asphalt"
        )
    }

    private static func buildings(_ s: inout SeededStream) -> (words: String, material: Material) {
        let glass = screenLight(0.22, 0.28, 0.34)
        let (words, colour) = s.pick([
            ("brick", screenLight(0.60, 0.32, 0.25)), ("white", screenLight(0.86, 0.85, 0.82)),
            ("gray", screenLight(0.56, 0.57, 0.58)), ("beige", screenLight(0.80, 0.70, 0.54)),
            ("blue", screenLight(0.42, 0.55, 0.68)),
        ])
        return (words, Material(pattern: .facade, colour: colour, second: glass, scale: 2.6, gloss: 0, salt: 1))
    }
}
