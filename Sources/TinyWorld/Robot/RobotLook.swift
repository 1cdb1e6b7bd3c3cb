extension RobotScene {
    func look(_ s: inout SeededStream) -> Look {
        var materials = [Material](repeating: .plain(Vector(repeating: 0.3)), count: slotKinds.count)
        let table = Finish.tableTop(&s)
        let wall = Finish.wall(&s)
        materials[slots.table] = table.material.muted
        materials[slots.wall] = wall.material.muted
        materials[slots.floor] = Finish.floor(&s).material.muted
        materials[slots.decor] =
            s.chance(0.4)
            ? Finish.wood(scale: 0.2, &s).material : Finish.painted(s.pick(Colour.allCases), gloss: 0.1, &s).material
        materials[slots.mat] = Finish.object(size: 0.2, &s).material.muted
        let armColour = s.pick([Colour.white, .white, .gray, .orange, .yellow, .blue, .black, .red, .green])
        materials[arm.bodySlot] = Finish.painted(armColour, gloss: 0.5, &s).material
        materials[arm.jointSlot] =
            Finish.painted(armColour == .black ? .gray : s.pick([.black, .gray]), gloss: 0.4, &s).material
        materials[arm.gripperSlot] = Finish.painted(s.pick([.black, .gray]), gloss: 0.3, &s).material
        var named: [String] = []
        for object in objects {
            // Some things have the colours of what is behind them.
            let preferred: Colour? = s.chance(0.12) ? table.colour : s.chance(0.08) ? wall.colour : nil
            let finish = Finish.object(size: max(object.half.x, object.half.z), preferred: preferred, &s)
            materials[object.slot] = finish.material
            materials[object.trim] = finish.material
            named.append("\(finish.withArticle) \(object.name)")
        }
        let room = RoomLight(&s)
        let others = named.indices.filter { $0 != targetIndex && seen[$0] }.map { named[$0] }
        let subject = "\(armColour == .orange ? "an" : "a") \(armColour.rawValue) robot arm"
        let verb =
            switch motion.task {
            case .lift: "lifts \(named[targetIndex])"
            case .place: "puts down \(named[targetIndex])"
            case .push: "pushes \(named[targetIndex])"
            case .reach: "reaches for \(named[targetIndex])"
            case .wave: "moves above \(named[targetIndex])"
            }
        let beside = others.isEmpty ? "" : " beside \(listed(others))"
        let caption =
            "\(subject) \(verb)\(beside) on \(table.withArticle) table, \(wall.words) wall, in \(room.words)"
        return Look(materials: materials, light: room.light, caption: caption)
    }
}

/// "a, b and c".
func listed(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
}
