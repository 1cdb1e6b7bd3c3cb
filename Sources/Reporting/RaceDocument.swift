internal import Experiment
internal import Results

/// A race in the JSON of a report: each look with its decisions and their evidence.
struct RaceDocument: Encodable {
    let look: Int
    let clips: Int
    let inPlay: Int
    let hypotheses: Int
    let budget: Double
    let decisions: [Decision]

    struct Decision: Encodable {
        let dropped: String
        let by: String
        let evidence: [Evidence]
    }

    struct Evidence: Encodable {
        let metric: String
        let region: String
        let difference: Double
        let bound: Double
        let level: Double
        let p: Double
        let clips: Int
    }

    init(_ look: RaceLook) {
        self.look = look.number
        clips = look.clips
        inPlay = look.inPlay
        hypotheses = look.hypotheses
        budget = look.budget
        decisions = look.decisions.map { decision in
            Decision(
                dropped: decision.dropped, by: decision.by,
                evidence: decision.evidence.map { one in
                    Evidence(
                        metric: one.objective.metric, region: one.objective.region.rawValue,
                        difference: one.difference, bound: one.bound, level: one.level, p: one.p, clips: one.clips)
                })
        }
    }
}

/// What was measured of a video's making, in the JSON of a report.
struct TimingDocument: Encodable {
    let configuration: String
    let clip: String
    let prompt: String
    let seed: UInt32
    let `repeat`: Int
    let position: Int
    let devices: Int
    let metric: String
    let value: Double?
    let reason: String?
    let environment: [String: String]

    init(_ timing: Timing) {
        configuration = timing.configuration
        clip = timing.clip
        prompt = timing.prompt
        seed = timing.seed
        `repeat` = timing.repeat
        position = timing.position
        devices = timing.devices
        metric = timing.metric
        value = timing.outcome.value
        reason = timing.outcome.reason
        environment = timing.environment
    }
}
