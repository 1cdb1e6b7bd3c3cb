// tinyworld-shards FOLDER SEED ROUNDS CLIPS LOOKS THREADS: shards NNN-DOMAIN of CLIPS clips, as `tinyworld shard` writes them.
import Experiment
import Tensors
import TinyWorld

let words = Array(CommandLine.arguments.dropFirst())
guard words.count == 6, let seed = UInt64(words[1]), case let numbers = words[2...].compactMap({ Int($0) }),
    numbers.count == 4, numbers.allSatisfy({ $0 > 0 })
else {
    print("tinyworld-shards FOLDER SEED ROUNDS CLIPS LOOKS THREADS")
    throw BenchError(.usage, "six arguments are needed")
}
let (rounds, clips, looks) = (numbers[0], numbers[1], numbers[2])
let pool = WorkerPool(threads: numbers[3])
for round in 0..<rounds {
    for domain in Domain.allCases {
        let requests = (0..<clips).map { ClipRequest(domain: domain, seed: seed, index: round * clips + $0) }
        let digits = String(round)
        let name = String(repeating: "0", count: max(0, 3 - digits.count)) + digits + "-\(domain.rawValue)"
        try TrainingShard(requests, looks: looks).write(to: "\(words[0])/\(name).safetensors", pool: pool)
        print(name)
    }
}
