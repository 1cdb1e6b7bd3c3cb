// The renderer calls nothing of FFmpeg; the linker leaves its names unresolved.
