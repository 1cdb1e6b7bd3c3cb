import Experiment
import Testing

@Suite struct RecipeTests {
    private func recipe(_ generator: [Recipe.Part], _ trial: [Recipe.Part] = []) -> Recipe {
        Recipe(generator: generator, trial: trial)
    }

    @Test func `what was added, removed or changed is said by its name`() {
        let old = recipe(
            [.contents("tools/make.sh", "a1"), .contents("tools/old.sh", "b1"), .setting("the number of steps", "35")],
            [.contents("the clip's depth", "c1"), .setting("the prompt", "a red arm")])
        let new = recipe(
            [
                .contents("tools/make.sh", "a2"), .contents("tools/keep.sh", "d1"),
                .setting("the number of steps", "50"),
            ],
            [.contents("the clip's depth", "c2"), .setting("the prompt", "")])
        #expect(
            new.changes(since: old) == [
                "tools/make.sh was changed", "tools/old.sh was removed", "the number of steps was 35 and is 50",
                "the clip's depth was changed", "the prompt was 'a red arm' and is nothing", "tools/keep.sh was added",
            ])
        #expect(new.changes(since: new).isEmpty)
    }

    @Test func `a file of another name with the same contents is the same, and one may be named twice`() {
        let old = recipe([.contents("tools/make.sh", "a1"), .contents("a/weights.pt", "b1")])
        let new = recipe([
            .contents("tools/make.sh", "a1"), .contents("tools/make.sh", "a1"), .contents("b/weights.pt", "b1"),
        ])
        #expect(new.changes(since: old).isEmpty && old.changes(since: new).isEmpty)
    }

    @Test func `long texts are cut and escape sequences do not get out`() {
        let old = recipe([], [.setting("the prompt", "a \u{1B}[31mred arm")])
        let new = recipe([], [.setting("the prompt", String(repeating: "very ", count: 100) + "red arm")])
        let changes = new.changes(since: old)
        #expect(changes.count == 1 && changes[0].hasPrefix("the prompt was 'a red arm' and is 'very very"))
        #expect(changes[0].count < 120 && changes[0].hasSuffix("…'"))
    }
}
