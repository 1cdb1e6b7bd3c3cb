import Experiment
import Foundation
import TestSupport
import Testing

@Suite struct IdentityTests {
    private let folder = TemporaryFolder()

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]) func `a file's hash is its SHA-256, as the standard's examples give it`(_ text: String, _ hash: String) throws {
        let path = try folder.write(text, to: "file")
        #expect(try Artifact(hashing: path) == Artifact(path: path, bytes: text.utf8.count, sha256: hash))
    }

    @Test func `what cannot be read says so`() {
        let missing = #expect(throws: BenchError.self) { try Artifact(hashing: folder.file("missing")) }
        #expect(missing?.code == .unusableInput)
        #expect(missing?.sentence == "\(folder.file("missing")) cannot be read (No such file or directory)")
        let directory = #expect(throws: BenchError.self) { try Artifact(hashing: folder.path) }
        #expect(directory?.code == .unusableInput)
        #expect(directory?.sentence.contains("Is a directory") == true)
    }

    @Test func `an identity is the hash of its parts with their lengths`() throws {
        #expect(
            Identity(of: ["abc", ""]).hex == (try Artifact(hashing: folder.write("3:abc0:", to: "parts")).sha256))
        #expect(Identity(of: []).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        // Lengths are in bytes, so that no text can imitate a boundary.
        #expect(Identity(of: ["ä"]).hex == (try Artifact(hashing: folder.write("2:ä", to: "umlaut")).sha256))
    }

    @Test func `order and boundaries of the parts matter`() {
        let lists = [
            ["ab", "c"], ["a", "bc"], ["abc"], ["c", "ab"], ["", "ab", "c"], ["ab", "", "c"], ["ab", "c", ""],
            ["2:ab1:c"], ["ab1:c"], ["AB", "c"], ["ab", "c "],
        ]
        #expect(Set(lists.map(Identity.init(of:))).count == lists.count)
        #expect(Identity(of: ["ab", "c"]) == Identity(of: ["ab", "c"]))
    }

    @Test func `an identity is 64 hexadecimal digits`() {
        let identity = Identity(of: ["x"])
        #expect(identity.hex.count == 64 && identity.hex.allSatisfy { "0123456789abcdef".contains($0) })
        #expect(identity.description == identity.hex)
        #expect(Identity(hex: identity.hex) == identity)
    }
}
