#!/usr/bin/env python3
"""Makes the recorded benchmark beside this file: three clips with their controls, and three sets of scored videos.

    python3 render.py [--out DIR] [--jobs N]

Everything is drawn from fixed seeds; running it twice with the versions of requirements.txt and one build of ffmpeg
gives the same bytes.
"""

import argparse
import os
from multiprocessing import Pool
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from maker import files, variants
from maker.scenes import CLIPS
from maker.tracer import render

WIDTH, HEIGHT, FRAMES = 320, 192, 25
SMALL_DEPTH = "task_0002"    # stored as float32 at half the size


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to write (default: here)")
    parser.add_argument("--jobs", type=int, default=1, help="frames drawn at once (default: 1)")
    options = parser.parse_args()
    for number, clip in enumerate(CLIPS):
        with Pool(options.jobs) as pool:
            pictures = pool.starmap(picture, [(number, t) for t in range(FRAMES)], chunksize=1)
        rgb, labels, nearness = (np.stack([getattr(p, a) for p in pictures]) for a in ("rgb", "labels", "nearness"))
        nearness *= clip.depth_scale
        write_reference(options.out / "dataset", clip, rgb, labels, nearness)
        write_foreground(options.out / "dataset" / "foreground", clip, labels)
        for variant in variants.VARIANTS:
            write_variant(options.out / variant.name, variant, number, clip, rgb, labels, nearness)
        print(clip.name)


def picture(number, t):
    with np.errstate(all="ignore"):
        return render(CLIPS[number].scene(t, FRAMES), WIDTH, HEIGHT)


def write_reference(folder, clip, rgb, labels, nearness):
    files.write_video(folder / "videos" / f"{clip.name}.mp4", rgb)
    for suffix, text in zip(("", "_caption1"), clip.captions):
        files.write_caption(folder / "captions" / f"{clip.name}{suffix}.json", text)
    objects = [(phrase, labels == label) for label, phrase in clip.objects]
    files.write_masks(folder / "sam2_pkls" / f"{clip.name}.pkl", objects)
    files.write_depth(folder / "depth_npzs" / f"{clip.name}.npz", reference_depth(clip, nearness))


def reference_depth(clip, nearness):
    """The true map in steps of 1/32, with two patches that the sensor could not see."""
    depth = variants.quantised(nearness, 32)
    depth[:, 60:66, 250:262] = 0
    depth[:, 150:158, 20:26] = 0
    return depth[:, ::2, ::2].astype(np.float32) if clip.name == SMALL_DEPTH else depth


def write_foreground(folder, clip, labels):
    white = np.isin(labels, list(clip.foreground)).astype(np.uint8) * 255
    files.write_video(folder / f"{clip.name}.mp4", np.repeat(white[..., None], 3, 3), crf=12)


def write_variant(folder, variant, number, clip, rgb, labels, nearness):
    for wording, pattern in enumerate(variant.names):
        name = pattern.format(id=clip.name)
        frames = variants.repainted(variant, number, wording, rgb)
        files.write_video(folder / "videos" / f"{name}.mp4", frames, variant.crf)
        found = variants.instances(variant, clip, number, wording, labels)
        files.write_masks(folder / "sam2_pkls" / f"{name}.pkl", found)
        depth = variants.depth(variant, number, wording, nearness, labels)
        files.write_depth(folder / "depth_npzs" / f"{name}.npz", depth)


if __name__ == "__main__":
    main()
