extension HouseholdScene {
    func look(_ s: inout SeededStream) -> Look {
        var materials = [Material](repeating: .plain(Vector(repeating: 0.3)), count: slotKinds.count)
        let counter = Finish.tableTop(&s)
        let wall = Finish.wall(&s)
        materials[slots.counter] = counter.material.muted
        materials[slots.wall] = wall.material.muted
        materials[slots.floor] = Finish.floor(&s).material.muted
        materials[slots.cupboard] =
            s.chance(0.5)
            ? Finish.wood(scale: 0.16, &s).material
            : Finish.painted(s.pick([.white, .gray, .beige, .teal, .blue]), gloss: 0.2, &s).material
        let hand = Self.hand(&s)
        materials[slots.skin] = hand.material
        let sleeve = Finish.cloth(size: 0.09, &s)
        materials[slots.sleeve] = sleeve.material
        var named: [String] = []
        for object in objects {
            let preferred: Colour? = s.chance(0.12) ? counter.colour : s.chance(0.08) ? wall.colour : nil
            let finish = Self.finish(of: object, preferred, &s)
            materials[object.slot] = finish.main.material
            materials[object.trim] = finish.trim
            named.append("\(finish.main.withArticle) \(object.name)")
        }
        let room = RoomLight(&s)
        let verb =
            switch motion.task {
            case .take: "picks up"
            case .reach: "reaches for"
            case .slide: "slides"
            case .hold: "holds"
            }
        let others = named.indices.filter { $0 != targetIndex && seen[$0] }.map { named[$0] }
        let beside = others.isEmpty ? "" : " beside \(listed(others))"
        let side = hands[0].side > 0 ? "right hand" : "left hand"
        let subject =
            hands.count > 1
            ? "two \(hand.words) hands with \(sleeve.words) sleeves, the \(side)"
            : "a \(hand.words) \(side) with \(sleeve.words) sleeves"
        let caption =
            "\(subject) \(verb) \(named[targetIndex])\(beside) on \(counter.withArticle) counter, \(wall.words) wall, "
            + "in \(room.words)"
        return Look(materials: materials, light: room.light, caption: caption)
    }

    private static func hand(_ s: inout SeededStream) -> (words: String, material: Material) {
        let skins = [
            ("pale", screenLight(0.93, 0.76, 0.66)), ("tan", screenLight(0.80, 0.60, 0.45)),
            ("brown", screenLight(0.55, 0.37, 0.26)), ("dark", screenLight(0.33, 0.22, 0.16)),
        ]
        if s.chance(0.2) {
            let colour = s.pick([Colour.blue, .yellow, .white, .black, .pink, .green])
            return ("\(colour.rawValue) gloved", .plain(colour.light(&s), gloss: 0.3))
        }
        let skin = s.pick(skins)
        return (skin.0, .plain(skin.1 * s.uniform(0.92, 1.06), gloss: 0.12))
    }

    /// The looks of a thing, and of its cap, its inside or its label.
    private static func finish(
        of object: TableObject, _ preferred: Colour?, _ s: inout SeededStream
    ) -> (main: Finish, trim: Material) {
        let size = max(object.half.x, object.half.z)
        switch object.form {
        case .bottle:
            var finish = Finish.painted(preferred ?? s.pick(Colour.allCases), gloss: 0.9, &s)
            let cap = Finish.painted(s.pick(Colour.allCases), gloss: 0.4, &s)
            if s.chance(0.5) {
                var labelled = finish.material
                labelled.pattern = .label
                labelled.second = finish.colour.contrast(&s).light(&s)
                finish = Finish(words: finish.words, material: labelled, colour: finish.colour)
            }
            return (finish, cap.material)
        case .cup:
            let finish = Finish.object(size: size, preferred: preferred, &s)
            return (
                finish, .plain(s.chance(0.6) ? screenLight(0.30, 0.18, 0.10) : screenLight(0.85, 0.84, 0.8), gloss: 0.5)
            )
        case .plate:
            let finish = Finish.painted(
                preferred ?? s.pick([.white, .white, .blue, .beige, .teal, .yellow, .gray]), gloss: 0.6, &s)
            return (finish, .plain(finish.material.colour * s.uniform(0.8, 1.02), gloss: 0.6))
        case .board:
            let finish = Finish.wood(scale: 0.12, &s)
            return (finish, finish.material)
        default:
            let finish = Finish.object(size: size, preferred: preferred, &s)
            return (finish, finish.material)
        }
    }
}
