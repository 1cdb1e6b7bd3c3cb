import Testing

@testable import CosmosTransfer

/// The network against diffusers and a PyTorch module of its own: Fixtures/references/network.
@Suite struct NetworkReferenceTests {
    @Test(arguments: [
        "plain", "odd_sizes", "one_frame", "batch_2", "fps_12", "fps_30", "padding", "no_zero_rows", "all_zero_rows",
        "faint_text",
    ])
    func `the base network agrees with diffusers`(evaluation: String) throws {
        try Reference(model: "base", evaluation: evaluation).compare()
    }

    @Test(arguments: ["base_head_32", "base_diffusers_names", "base_pt"])
    func `other widths, names and files agree with diffusers`(model: String) throws {
        try Reference(model: model, evaluation: "plain").compare()
    }

    @Test(arguments: [
        "one_number", "three_numbers", "token_maps", "batch_2", "one_frame_map", "pixel_maps", "pixel_maps_above_one",
        "regional",
    ])
    func `control branches agree with PyTorch`(evaluation: String) throws {
        try Reference(model: "controls", evaluation: evaluation).compare()
    }

    @Test func `a model without a condition mask agrees with PyTorch`() throws {
        try Reference(model: "sample_av", evaluation: "two_controls").compare()
    }

    @Test func `hints with more channels than the latent agree with PyTorch`() throws {
        try Reference(model: "wide_hint", evaluation: "one_control").compare()
    }
}
