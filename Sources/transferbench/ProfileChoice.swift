import ArgumentParser
import Experiment

/// The published evaluators to follow: one, or all of them at once.
struct ProfileChoice: ExpressibleByArgument {
    let profiles: [Profile]

    init(_ profiles: [Profile]) { self.profiles = profiles }

    init?(argument: String) {
        if argument == "all" {
            self.init(Profile.allCases)
        } else {
            guard let profile = Profile(rawValue: argument) else { return nil }
            self.init([profile])
        }
    }

    static var allValueStrings: [String] { Profile.allCases.map(\.rawValue) + ["all"] }
    var defaultValueDescription: String { profiles.count == 1 ? profiles[0].rawValue : "all" }
}
