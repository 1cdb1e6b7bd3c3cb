import Experiment
import Foundation
import Tensors
import Testing

@testable import CosmosTransfer

@Suite struct SamplerTests {
    private struct Levels: Decodable {
        let sigmaMax, sigmaMin, rho: Double
        let n: Int
        let values: [Double]
    }

    private struct Coefficients: Decodable {
        let sigma, cSkip, cOut, cIn, cNoise: Double
    }

    private struct Step: Decodable {
        let previous: Double?
        let from, to, keep, prediction, before: Double
    }

    private func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-13) -> Bool {
        abs(a - b) <= tolerance * abs(b)
    }

    @Test func `the noise levels are those of the reference`() throws {
        for reference: Levels in try ReferenceNumbers.json("diffusion/noise_levels.json", as: [Levels].self) {
            let schedule = try SigmaSchedule(
                steps: reference.n, sigmaMin: reference.sigmaMin, sigmaMax: reference.sigmaMax, rho: reference.rho)
            #expect(schedule.sigmas.count == reference.n + 1)
            #expect(zip(schedule.sigmas, reference.values).allSatisfy { near($0, $1) })
        }
        #expect(try SigmaSchedule(SamplerConfiguration()).sigmas.count == 36)
        #expect(
            try SigmaSchedule(SamplerConfiguration(), steps: 4, sigmaMax: 80).sigmas.first.map { near($0, 80) } == true)
    }

    @Test func `settings that give no schedule are refused by name`() {
        let cases: [(Int, Double, Double, Double, String)] = [
            (0, 0.002, 70, 7, "steps"), (1_000_000, 0.002, 70, 7, "steps"), (35, 0, 70, 7, "sigma_min"),
            (35, .nan, 70, 7, "sigma_min"), (35, 0.002, 0.002, 7, "sigma_max"), (35, 0.002, .infinity, 7, "sigma_max"),
            (35, 0.002, .nan, 7, "sigma_max"), (35, 0.002, 70, 0, "rho"), (35, 0.002, 70, .nan, "rho"),
            (35, 1, 1.000_000_1, 7, "too close"),
        ]
        for (steps, low, high, rho, word) in cases {
            let error = #expect(throws: BenchError.self) {
                try SigmaSchedule(steps: steps, sigmaMin: low, sigmaMax: high, rho: rho)
            }
            #expect(error?.code == .usage && error!.sentence.contains(word))
        }
    }

    @Test func `the preconditioning is that of the reference`() throws {
        let rule = Preconditioning()
        for r: Coefficients in try ReferenceNumbers.json("diffusion/preconditioning.json", as: [Coefficients].self) {
            #expect(near(rule.skip(r.sigma), r.cSkip) && near(rule.out(r.sigma), r.cOut))
            #expect(near(rule.input(r.sigma), r.cIn) && near(rule.noise(r.sigma), r.cNoise))
        }
        let x = randomTensor([1, 2, 1, 2, 2], seed: 4)
        let clean = rule.denoise(x, sigma: 2) { scaled, noise in
            #expect(noise == log(2) / 4)
            #expect(scaled.values == x.values.map { $0 * Float(rule.input(2)) })
            return Tensor(shape: x.shape, repeating: 1)
        }
        #expect(
            zip(clean.values, x.values).allSatisfy { abs($0 - (Float(rule.skip(2)) * $1 + Float(rule.out(2)))) < 1e-6 })
    }

    @Test func `a step's factors are those of the reference`() throws {
        for r: Step in try ReferenceNumbers.json("diffusion/steps.json", as: [Step].self) {
            let step = Sampler.Step(from: r.from, to: r.to, previous: r.previous)
            #expect(near(step.keep, r.keep, 1e-12) && near(step.now, r.prediction, 1e-12))
            #expect(step.before == r.before || near(step.before, r.before, 1e-11))
        }
    }

    /// The reference's denoiser without a network.
    private func analytic(_ mean: Tensor) -> (Tensor, Double) -> Tensor {
        { x, sigma in
            var result = x
            for i in 0..<x.count {
                let v = Double(x.values[i])
                result.values[i] = Float(
                    (Double(mean.values[i]) * sigma * sigma + 0.25 * v) / (sigma * sigma + 0.25)
                        + 0.2 * sin(3 * v / (1 + sigma)))
            }
            return result
        }
    }

    @Test func `a trajectory of 35 steps stays with the reference`() throws {
        let inputs = try ReferenceNumbers("diffusion/sampler_analytic/inputs.safetensors")
        let expected = try ReferenceNumbers("diffusion/sampler_analytic/expected.safetensors")
        let rule = analytic(try inputs["mean"])
        var states: [Tensor] = []
        var told: [Sampler.Progress] = []
        let sampler = Sampler(schedule: try SigmaSchedule(SamplerConfiguration()))
        let final = try sampler.sample(
            from: try inputs["x"], progress: { told.append($0) },
            denoise: { x, sigma in
                states.append(x)
                return rule(x, sigma)
            })
        var worst = relativeError(final, try expected["final"])
        for name in expected.all.keys where name.hasPrefix("state.") {
            worst = max(worst, relativeError(states[try #require(Int(name.dropFirst(6)))], try expected[name]))
        }
        print("sampler, 35 steps: \(worst) from float64")
        #expect(worst < 4e-6)
        #expect(told.map(\.done) == Array(1...36) && told.allSatisfy { $0.total == 36 })
        #expect(told.last?.sigma == sampler.schedule.sigmas.last)
    }

    @Test func `a denoiser that knows the answer is followed to it`() throws {
        let answer = randomTensor([2, 3], seed: 9)
        for steps in [1, 2, 10] {
            let schedule = try SigmaSchedule(SamplerConfiguration(), steps: steps)
            let result = try Sampler(schedule: schedule).sample(from: randomTensor([2, 3], seed: 2, in: -70...70)) {
                _, _ in
                answer
            }
            #expect(result == answer)
        }
    }

    @Test func `a number that is not finite ends the run and names the step`() throws {
        let sampler = Sampler(schedule: try SigmaSchedule(SamplerConfiguration(), steps: 5))
        for bad in [Float.nan, .infinity] {
            var calls = 0
            let error = #expect(throws: BenchError.self) {
                _ = try sampler.sample(from: randomTensor([4], seed: 1)) { x, _ in
                    calls += 1
                    return Tensor(shape: [4], values: [0, 0, calls == 3 ? bad : 0, 0])
                }
            }
            #expect(calls == 3)
            #expect(error?.code == .unusableInput && error!.sentence.contains("step 3 of 6"))
        }
    }

    @Test func `what the denoiser throws ends the run`() throws {
        let sampler = Sampler(schedule: try SigmaSchedule(SamplerConfiguration(), steps: 5))
        #expect(throws: CancellationError.self) {
            _ = try sampler.sample(from: Tensor(shape: [1])) { _, _ in throw CancellationError() }
        }
    }

    @Test func `guidance goes beyond the prompt, away from the negative prompt`() {
        let (c, u) = (Tensor(shape: [2], values: [1, -2]), Tensor(shape: [2], values: [0.5, 1]))
        #expect(Guidance(strength: 5).combine(c, u).values == [3.5, -17])
        #expect(Guidance(strength: 0).combine(c, u) == c)
        #expect(!Guidance(strength: 0).needsUnconditional && Guidance(strength: 1).needsUnconditional)
    }
}
