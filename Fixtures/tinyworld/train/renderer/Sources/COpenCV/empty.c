// The renderer calls nothing of OpenCV; the linker leaves its names unresolved.
