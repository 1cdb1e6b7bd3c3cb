internal import Experiment

extension YAMLValue {
    /// What is measured, and with what.
    func metrics() throws(BenchError) -> MetricChoice {
        let fields = try YAMLFields(
            self, known: ["profile", "blur-ssim", "edge-f1", "regions", "networks", "niqe"], of: "the choice of metrics"
        )
        let profile = try fields["profile"]?.word(Profile.allCases.map(\.rawValue), "a profile")
        var choice = MetricChoice(profile: profile.flatMap(Profile.init) ?? .paibench2025)
        choice.blur = try fields["blur-ssim"]?.blur()
        choice.canny = try fields["edge-f1"]?.canny()
        choice.hasRegions = try fields["regions"]?.flag() ?? false
        choice.niqeBlock = try fields["niqe"]?.niqeBlock()
        try fields["networks"]?.networks(into: &choice)
        return choice
    }

    private func blur() throws(BenchError) -> MetricChoice.BlurParameters {
        let fields = try YAMLFields(self, known: ["diameter", "sigma-color", "sigma-space"], of: "the blur")
        return MetricChoice.BlurParameters(
            diameter: try fields["diameter"]?.integer(2...63, "the diameter in pixels") ?? 30,
            sigmaColor: try fields["sigma-color"]?.number("sigma-color is a number from 50 to 10000") {
                (50...10_000).contains($0)
            } ?? 150,
            sigmaSpace: try fields["sigma-space"]?.number("sigma-space is a number from 0.1 to 10000") {
                (0.1...10_000).contains($0)
            } ?? 100)
    }

    private func canny() throws(BenchError) -> MetricChoice.CannyThresholds {
        let fields = try YAMLFields(self, known: ["low", "high"], of: "the edge detector")
        let meaning = "a threshold is a number from 0 to 2040, the greatest magnitude of a gradient"
        let low = try fields["low"]?.number(meaning) { (0...2040).contains($0) } ?? 100
        let high = try fields["high"]?.number(meaning) { (0...2040).contains($0) } ?? 200
        guard low <= high else { throw wrong("has low \(low) above high \(high); swap them") }
        return MetricChoice.CannyThresholds(low: low, high: high)
    }

    private func niqeBlock() throws(BenchError) -> Int {
        let fields = try YAMLFields(self, known: ["block"], of: "niqe")
        let value = try fields.required("block", "96")
        let block = try value.integer(16...512, "the side of a block in pixels")
        guard block % 2 == 0 else { throw value.wrong("is \(block); the side of a block is an even number of pixels") }
        return block
    }

    private func networks(into choice: inout MetricChoice) throws(BenchError) {
        let tasks = ["depth", "masks", "phrases", "perceptual", "quality", "saliency"]
        let fields = try YAMLFields(self, known: tasks, of: "the networks")
        choice.depthNetwork = try fields["depth"]?.network()
        choice.maskNetwork = try fields["masks"]?.network()
        choice.phraseNetwork = try fields["phrases"]?.network()
        choice.perceptualNetwork = try fields["perceptual"]?.network()
        choice.qualityNetwork = try fields["quality"]?.network()
        choice.saliencyNetwork = try fields["saliency"]?.network()
        if let phrases = fields["phrases"], choice.maskNetwork == nil {
            throw phrases.wrong("finds what the network for masks segments; name that one as 'masks' too")
        }
        if let saliency = fields["saliency"], !choice.hasRegions {
            throw saliency.wrong("finds the foreground, which is not asked for; add 'regions: true' to the metrics")
        }
    }
}
