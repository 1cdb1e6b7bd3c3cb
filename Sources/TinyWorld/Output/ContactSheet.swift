public import Video

extension ContactSheet {
    /// The middle frame of a clip in all its looks.
    public static func looks(_ clip: RenderedClip) -> [Frame] {
        clip.looks.map { $0.frames[$0.frames.count / 2] }
    }

    /// The middle frame of a clip's first look with its controls: vis, edge, depth, seg, foreground, and hdmap and lidar
    /// where there is a road.
    public static func controls(
        _ clip: RenderedClip, blur: ControlStrength = .medium, canny: ControlStrength = .medium
    ) -> [Frame] {
        let middle = clip.request.frames / 2
        let frame = clip.looks[0].frames[middle]
        let made = [VisControl(blur)(frame), EdgeControl(canny)(frame)]
        let drawn = [clip.depthPictures(), clip.segmentPictures(), clip.foregroundPictures()].map {
            $0[middle]
        }
        let road = clip.request.domain == .driving ? [clip.hdmap()[middle], clip.lidar()[middle]] : []
        return [frame] + made + drawn + road
    }
}
