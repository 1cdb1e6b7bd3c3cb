/// What stands before the numbers in numpy's array format: element type, shape, order.
public struct NpyHeader: Sendable, Equatable {
    /// The element types that are read.
    public enum Element: String, Sendable, Equatable {
        case float32 = "<f4"
        case float64 = "<f8"
        case float16 = "<f2"

        /// The same as tensors name it.
        var type: ElementType {
            switch self {
            case .float32: .float32
            case .float64: .float64
            case .float16: .float16
            }
        }

        public var size: Int { type.size }
    }

    public let element: Element
    public let shape: [Int]
    /// Bytes before the first number.
    let length: Int

    /// Parses the header at the start of `read`, a function that gives the next `n` bytes.
    /// - Parameter elements: the types that the caller reads.
    init(file: String, elements: [Element] = [.float32, .float64], read: (Int) throws(FileError) -> [UInt8])
        throws(FileError)
    {
        let malformed = FileError(
            .malformed, file: file, "does not hold an array in numpy's format; save it with numpy.savez or numpy.save")
        let start = try read(8)
        guard start.starts(with: [0x93] + Array("NUMPY".utf8)), (1...3).contains(start[6]) else { throw malformed }
        let wide = start[6] > 1
        let field = try read(wide ? 4 : 2)
        let size =
            Int(field.littleEndian(UInt16.self, at: 0) ?? 0)
            + (wide ? Int(field.littleEndian(UInt16.self, at: 2) ?? 0) << 16 : 0)
        guard size <= 65_536 else { throw malformed }
        let text = String(decoding: try read(size), as: UTF8.self)
        guard let descriptor = text.firstMatch(of: /["']descr["']\s*:\s*["']([^"']*)["']/)?.1,
            let order = text.firstMatch(of: /["']fortran_order["']\s*:\s*(\w+)/)?.1,
            let dimensions = text.firstMatch(of: /["']shape["']\s*:\s*\(([0-9, L]*)\)/)?.1
        else { throw malformed }
        guard let element = Element(rawValue: String(descriptor)), elements.contains(element) else {
            throw FileError(
                .unsupported, file: file, "holds elements of type '\(descriptor)'; save float64 or float32 instead")
        }
        guard order == "False" else {
            throw FileError(.unsupported, file: file, "is in Fortran order; save it in C order")
        }
        let shape = dimensions.split(separator: ",").map { $0.filter(\.isNumber) }.filter { !$0.isEmpty }.map {
            Int($0)
        }
        guard !shape.contains(nil) else { throw malformed }
        self.element = element
        self.shape = shape.compactMap { $0 }
        self.length = start.count + field.count + size
    }

    /// Number of elements; nil when it does not fit an Int.
    var count: Int? {
        shape.reduce(1 as Int?) { total, n in
            guard let (value, overflow) = total?.multipliedReportingOverflow(by: n), !overflow else { return nil }
            return value
        }
    }
}
