internal import Experiment
internal import Tensors

/// The `regional_prompts` of a specification.
struct RegionReader {
    let paths: SpecPaths

    func regions(_ value: JSON) throws -> [GenerationSpec.Region] {
        guard case .array(let entries) = value else {
            throw BenchError(
                .unusableInput,
                "\(paths.file): 'regional_prompts' must be a list of objects, but is \(value.described)")
        }
        return try entries.enumerated().map { i, entry in
            try region(try SpecFields(entry, place: "\(paths.file), regional prompt \(i + 1)"))
        }
    }

    private func region(_ fields: SpecFields) throws -> GenerationSpec.Region {
        guard let prompt = try fields.string("prompt"), !prompt.isEmpty else { throw fields.failure("has no 'prompt'") }
        guard fields["mask_prompt"] == nil else {
            throw fields.failure(
                "'mask_prompt' needs a segmentation network, which there is none of here; give 'region_definitions_path' with a mask video instead"
            )
        }
        guard var value = fields["region_definitions_path"] else {
            throw fields.failure(
                "has no 'region_definitions_path': a box [x1, y1, x2, y2], a .json file or a mask video")
        }
        var paths = paths
        if case .string(let path) = value {
            let found = try paths.existing(path, as: "'region_definitions_path'")
            value = .string(found)
            if found.lowercased().hasSuffix(".json") {
                paths = SpecPaths(workingFolder: paths.workingFolder, file: found)
            }
        }
        do {
            let definitions = try RegionDefinition.parse(value, file: fields.place).map { definition in
                guard case .video(let path) = definition else { return definition }
                return RegionDefinition.video(try paths.existing(path, as: "the region"))
            }
            return GenerationSpec.Region(prompt: prompt, definitions: definitions)
        } catch let error as FileError {
            throw BenchError(.unusableInput, error.description)
        }
    }
}
