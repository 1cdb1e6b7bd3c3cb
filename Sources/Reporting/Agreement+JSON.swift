internal import Experiment
internal import Results

/// Agreement with a published table in a report's JSON: for rankings `columns`, for contrasts `contrasts`.
struct AgreementDocument: Encodable {
    let source: String
    let comparison: String
    let run: Int64
    let partial: Bool
    let level: Double
    let columns: [Column]
    let contrasts: [Contrast]

    init(_ agreement: Agreement) {
        source = agreement.source
        comparison = agreement.comparison.rawValue
        run = agreement.run
        partial = agreement.isPartial
        level = agreement.level
        columns = agreement.rankings.map { Column($0) }
        contrasts = agreement.contrasts.map { Contrast($0) }
    }

    struct Column: Encodable {
        let metric: String
        let region: String
        /// The published metric and which way is better in it.
        let published: String
        let direction: String?
        let tau: Double?
        let interval: [Double]?
        /// Why there is no interval.
        let intervalReason: String?
        /// Why there is no tau.
        let reason: String?
        /// Rows that have our mean beside a published value, and clips.
        let n: Int
        let clips: Int
        let rows: [Row]

        init(_ ranking: Agreement.Ranking) {
            metric = ranking.column.column.metric
            region = ranking.column.column.region.rawValue
            published = ranking.column.published
            direction = ranking.column.direction?.rawValue
            tau = ranking.result?.tau.value
            interval = ranking.result?.interval.bounds.map { [$0.lowerBound, $0.upperBound] }
            intervalReason = ranking.result?.interval.reason
            reason = ranking.result == nil ? "not measured" : ranking.result?.tau.reason
            n = ranking.result?.rows ?? 0
            clips = ranking.result?.clips ?? 0
            rows = ranking.rows.map { Row(configuration: $0.configuration, published: $0.published, mean: $0.ours) }
        }
    }

    struct Row: Encodable {
        let configuration: String
        let published: Double
        let mean: Double?
    }

    struct Contrast: Encodable {
        let metric: String
        let region: String
        let published: String
        let direction: String?
        let first: String
        let second: String
        /// First less second.
        let publishedDifference: Double
        let difference: Double?
        let interval: [Double]?
        /// Why there is no interval.
        let intervalReason: String?
        let clips: Int
        let verdict: String

        init(_ contrast: Agreement.Contrast) {
            metric = contrast.column.column.metric
            region = contrast.column.column.region.rawValue
            published = contrast.column.published
            direction = contrast.column.direction?.rawValue
            first = contrast.first
            second = contrast.second
            publishedDifference = contrast.published
            difference = contrast.ours?.value
            interval = contrast.ours?.interval.bounds.map { [$0.lowerBound, $0.upperBound] }
            intervalReason = contrast.ours?.interval.reason
            clips = contrast.ours?.clips ?? 0
            verdict = contrast.verdict.rawValue
        }
    }
}
