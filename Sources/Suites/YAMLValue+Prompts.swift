internal import Experiment

extension YAMLValue {
    /// Which captions videos are made from: "own", "all", labels, or texts by label.
    func prompts() throws(BenchError) -> PromptChoice {
        if isMapping { return .texts(try texts()) }
        guard isList else {
            switch scalar {
            case "own": return .own
            case "all": return .all
            default:
                throw wrong("is \(shown); write own, all, a list of labels as [own, \"1\"], or {label: \"a text\"}")
            }
        }
        var labels: [String] = []
        for item in try list("labels, as [own, \"1\"]") {
            let text = try item.plainName("a prompt's label")
            guard text != "all" else { throw item.wrong("is 'all', which stands alone; write 'prompts: all'") }
            let label = text == "own" ? "" : text
            guard !labels.contains(label) else { throw item.wrong("is the label '\(text)' again; keep one of them") }
            labels.append(label)
        }
        return .labels(labels)
    }

    private func texts() throws(BenchError) -> [Prompt] {
        guard !items.isEmpty else { throw wrong("has no text; write at least one, as {night: \"a kitchen at night\"}") }
        var prompts: [Prompt] = []
        for (_, place, value) in items {
            let label = try place.plainName("a prompt's label")
            guard !["own", "all"].contains(label) else {
                throw value.wrong("has the label '\(label)', which stands for the clips' captions; choose another one")
            }
            prompts.append(Prompt(label: label, text: try value.text("the prompt's text")))
        }
        return prompts
    }
}
