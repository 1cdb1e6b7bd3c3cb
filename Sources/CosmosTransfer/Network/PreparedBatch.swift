internal import Tensors

extension TransferNetwork.Prepared {
    /// Whether all can be samples of one batch: videos of one clip, or passes of one video, with the same encoded hints.
    static func areJoinable(_ parts: [Self]) -> Bool {
        parts.allSatisfy { part in
            part.grid.samples == 1 && part.grid == parts[0].grid && part.paddingMask == nil
                && part.controls.elementsEqual(parts[0].controls) { $0.name == $1.name && $0.hint === $1.hint }
        }
    }

    /// Videos of one clip, or passes, as the samples of a batch: each keeps its text and its weights; encoded hints, which
    /// they share, stay one. A sample's bits do not depend on the others'.
    init(joining parts: [Self]) {
        precondition(Self.areJoinable(parts), "samples of one batch have the same hints")
        let first = parts[0]
        let grid = first.grid
        self.init(
            grid: grid.with(samples: parts.count), paddingMask: nil, rotary: first.rotary,
            controlRotary: first.controlRotary,
            text: Self.joined(parts.map(\.text)),
            controls: first.controls.enumerated().map { place, control in
                Control(
                    name: control.name, branch: control.branch, hint: control.hint,
                    text: Self.joined(parts.map { $0.controls[place].text }),
                    weight: FloatBuffer(parts.flatMap { $0.controls[place].weight.array() }))
            })
    }

    /// For every block the samples' keys, in their order.
    private static func joined(_ texts: [[[CrossKeys]]]) -> [[CrossKeys]] {
        texts[0].indices.map { block in texts.flatMap { $0[block] } }
    }
}
