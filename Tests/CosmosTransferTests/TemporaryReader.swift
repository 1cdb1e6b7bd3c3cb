import Foundation
import Tensors

enum TensorFile {
    static func read(_ path: String) throws -> [String: StoredTensor] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let n = Int(data[0..<8].enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) })
        let json = try JSONSerialization.jsonObject(with: data[8..<8 + n]) as! [String: Any]
        var out: [String: StoredTensor] = [:]
        for (k, v) in json where k != "__metadata__" {
            let d = v as! [String: Any]
            let shape = (d["shape"] as! [NSNumber]).map(\.intValue)
            let o = (d["data_offsets"] as! [NSNumber]).map(\.intValue)
            let e: ElementType = [
                "F32": .float32, "BF16": .bfloat16, "F16": .float16, "I64": .int64, "U8": .uint8, "F64": .float64,
                "BOOL": .bool,
            ][d["dtype"] as! String]!
            out[k] = StoredTensor(name: k, element: e, shape: shape) { b in
                data[(8 + n + o[0])..<(8 + n + o[1])].copyBytes(to: b)
            }
        }
        return out
    }
}
