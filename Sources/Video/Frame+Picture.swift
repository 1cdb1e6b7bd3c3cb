internal import COpenCV
public import Tensors

extension Frame {
    /// A picture in a file: PNG, JPEG, BMP, TIFF, WebP, …
    /// - Throws: `FileError`, when it cannot be decoded whole.
    public init(path file: String) throws(FileError) {
        // The header is looked at first: a small file can declare a picture that fills the memory.
        let bytes = try RandomAccessFile(path: file)
        guard bytes.size > 0 else { throw FileError(.malformed, file: file, "is empty; make it again") }
        let header = try bytes.read(min(24, bytes.size), at: 0)
        guard header.starts(with: [0x89, 0x50, 0x4e, 0x47]) else {
            let reader = try VideoReader(path: file)
            guard let frame = try reader.next(), reader.warnings.isEmpty else {
                throw FileError(.malformed, file: file, "is a damaged picture; make it again")
            }
            self = frame
            return
        }
        func number(_ at: Int) -> Int { header[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        guard header.count == 24, FrameSize(width: number(16), height: number(20)).isReadable else {
            throw FileError(.malformed, file: file, "is not a PNG image of a readable size; make it again")
        }
        if let damage = PNGChunks.damage(try bytes.readAll(limit: bytes.size)) {
            throw FileError(.malformed, file: file, "is a damaged picture (\(damage)); make it again")
        }
        var pixels: UnsafeMutablePointer<UInt8>?
        var width: Int32 = 0
        var height: Int32 = 0
        guard ocv_read_image(file, &pixels, &width, &height) == OCV_OK, let pixels else {
            throw FileError(.malformed, file: file, "is not an image that can be decoded; make it again")
        }
        defer { ocv_free(pixels) }
        let decoded = Array(UnsafeBufferPointer(start: pixels, count: 3 * Int(width) * Int(height)))
        self.init(width: Int(width), height: Int(height), pixels: decoded)
    }
}
