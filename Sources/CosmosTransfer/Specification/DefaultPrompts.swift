/// The prompts that the official tool takes where none is given: part of its interface, because they change the result.
enum DefaultPrompts {
    static let positive =
        "The video captures a stunning, photorealistic scene with remarkable attention to detail, giving it a lifelike "
        + "appearance that is almost indistinguishable from reality. It appears to be from a high-budget 4K movie, "
        + "showcasing ultra-high-definition quality with impeccable resolution."

    static let negative =
        "The video captures a game playing, with bad crappy graphics and cartoonish frames. It represents a recording of "
        + "old outdated games. The lighting looks very fake. The textures are very raw and basic. The geometries are very "
        + "primitive. The images are very pixelated and of poor CG quality. There are many subtitles in the footage. "
        + "Overall, the video is unrealistic at all."
}
