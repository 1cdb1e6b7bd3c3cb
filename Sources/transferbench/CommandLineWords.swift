import ArgumentParser
import Experiment
import Foundation

extension TransferBench {
    /// The command that some words ask for. Misspelt commands and options are answered with the nearest one before the parser
    /// complains of what follows from them, and a negative number is a value, not an option.
    static func parsed(_ words: [String]) throws -> any ParsableCommand {
        let words = joiningNegatives(words)
        let (command, path) = try meant(words)
        do { return try parseAsRoot(words) } catch {
            guard exitCode(for: error) == .validationFailure else { throw error }
            try checkOptions(words, of: command, called: path)
            throw error
        }
    }

    /// `--guidance -1` as `--guidance=-1`: the option itself then says which numbers it takes.
    static func joiningNegatives(_ words: [String]) -> [String] {
        var joined: [String] = []
        for word in words {
            if let last = joined.last, last.hasPrefix("--"), last.count > 2, !last.contains("="), word.hasPrefix("-"),
                Double(word) != nil
            {
                joined[joined.count - 1] = last + "=" + word
            } else {
                joined.append(word)
            }
        }
        return joined
    }

    /// The subcommand that the first words name, with those words.
    /// - Throws: `BenchError` 64 for a word that is no command's name where one has to be.
    private static func meant(_ words: [String]) throws(BenchError) -> (any ParsableCommand.Type, [String]) {
        var command: any ParsableCommand.Type = TransferBench.self
        var path = ["transferbench"]
        var rest = words[...]
        if rest.first == "help" { rest = rest.dropFirst() }
        while let word = rest.first, !word.hasPrefix("-") {
            let subcommands = command.configuration.subcommands
            guard !subcommands.isEmpty else { break }
            let names = subcommands.map { $0._commandName }
            guard let next = subcommands.first(where: { $0._commandName == word }) else {
                let near = hint(word, names)
                throw BenchError(
                    .usage,
                    "'\(path.joined(separator: " "))' has no command '\(word)'"
                        + (near.isEmpty ? "; its commands are \(names.joined(separator: ", "))" : near))
            }
            command = next
            path.append(word)
            rest = rest.dropFirst()
        }
        return (command, path)
    }

    /// - Throws: `BenchError` 64 for an option that the command has not.
    private static func checkOptions(
        _ words: [String], of command: any ParsableCommand.Type, called path: [String]
    ) throws(BenchError) {
        let known = options(of: command)
        for word in words.prefix(while: { $0 != "--" }) where word.hasPrefix("--") {
            let name = String(word.prefix { $0 != "=" })
            guard !known.contains(name) else { continue }
            let called = path.joined(separator: " ")
            let near = hint(name, known)
            throw BenchError(
                .usage,
                "'\(called)' has no option '\(name)'"
                    + (near.isEmpty ? "; '\(called) --help' shows its options" : near))
        }
    }

    /// The long options that a command's help shows.
    private static func options(of command: any ParsableCommand.Type) -> [String] {
        helpMessage(for: command, includeHidden: true, columns: 1000).split(separator: "\n").compactMap { line in
            let text = line.drop { $0 == " " }
            let isNamed = text.hasPrefix("--") || text.prefix(5).hasSuffix(", --")
            guard line.hasPrefix("  "), isNamed, let start = text.firstRange(of: "--")?.lowerBound else { return nil }
            return String(text[start...].prefix { $0 == "-" || $0.isLetter || $0.isNumber })
        }
    }
}
