import Experiment
import TinyWorld
import Video

/// The first clips of a seed, rendered in one look.
func clip(_ domain: Domain, seed: UInt64 = 11, _ index: Int, looks: [Int] = [0], frames: Int = 3) throws -> RenderedClip
{
    try ClipRenderer(ClipRequest(domain: domain, seed: seed, index: index, frames: frames)).render(looks: looks)
}

/// FNV-1a of everything that a clip holds.
func fingerprint(_ clip: RenderedClip) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ bytes: some Sequence<UInt8>) { for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 } }
    for look in clip.looks {
        add(look.caption.utf8)
        for frame in look.frames { add(frame.pixels) }
    }
    for value in clip.depth { withUnsafeBytes(of: value.bitPattern.littleEndian) { add($0) } }
    for map in [clip.instance, clip.kind, clip.foreground, clip.lane] { add(map) }
    for box in clip.boxes.joined() {
        for value in box.size + box.worldCentre + box.cameraCentre + [box.worldYaw, box.cameraYaw, box.visibility] {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { add($0) }
        }
    }
    for frame in clip.hdmap() + clip.lidar() + clip.depthPictures() + clip.segmentPictures() { add(frame.pixels) }
    return String(hash, radix: 16)
}

/// A pixel's centre at a depth, in the world.
func unprojected(_ camera: Camera, row: Int, column: Int, depth: Float) -> [Float] {
    let p = [
        (Float(column) + 0.5 - camera.centreX) / camera.focal * depth,
        (Float(row) + 0.5 - camera.centreY) / camera.focal * depth, depth, 1,
    ]
    return camera.pose.prefix(3).map { line in zip(line, p).reduce(0) { $0 + $1.0 * $1.1 } }
}

/// A world point in camera coordinates.
func inCamera(_ camera: Camera, _ point: [Float]) -> [Float] {
    let pose = camera.pose
    let v = (0..<3).map { point[$0] - pose[$0][3] }
    return (0..<3).map { axis in (0..<3).reduce(0) { $0 + pose[$1][axis] * v[$1] } }
}

/// Row and column of the pixel that a point in camera coordinates falls in; nil beside the picture.
func pixel(_ camera: Camera, _ p: [Float], rows: Int = 64, columns: Int = 96) -> (row: Int, column: Int)? {
    guard p[2] > 0.1 else { return nil }
    let x = camera.centreX + camera.focal * p[0] / p[2]
    let y = camera.centreY + camera.focal * p[1] / p[2]
    guard x >= 0, y >= 0, x < Float(columns), y < Float(rows) else { return nil }
    return (Int(y), Int(x))
}
