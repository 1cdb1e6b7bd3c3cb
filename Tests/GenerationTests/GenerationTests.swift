import Experiment
import Testing

@Suite struct GenerationTests {
    @Test func `controls that are off are no part of a configuration`() {
        let one = WeightedConfiguration(
            name: "Vis", weights: [("vis", .uniform(1)), ("edge", .uniform(0)), ("seg", .regional(fg: 0, bg: 0))])
        #expect(one.weights.map(\.control) == ["vis"])
    }
}
