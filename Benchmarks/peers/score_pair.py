#!/usr/bin/env python3
"""Scores one pair of videos the way the public Python evaluator does: everything in memory, OpenCV and scikit-image.

    python3 score_pair.py --reference A.mp4 --generated B.mp4 [--frames N] [--profile aligned-2026]

Prints JSON: the values, seconds a stage, peak memory, versions. OpenCV keeps its default threads and IPP.
"""

import argparse
import json
import os
import platform
import resource
import time

import cv2
import numpy as np
import skimage
from skimage.metrics import structural_similarity

MOST_FRAMES = 121


class Stopwatch:
    """Seconds a named stage."""

    def __init__(self):
        self.seconds = {}

    def time(self, stage, work, *arguments):
        start = time.perf_counter()
        result = work(*arguments)
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
        return result


def read(path, most):
    capture, frames = cv2.VideoCapture(path), []
    while len(frames) < most:
        more, frame = capture.read()
        if not more:
            break
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    if not frames:
        raise SystemExit(f"{path}: no frame could be read")
    return np.stack(frames)


def fitted(generated, reference):
    generated = generated[:len(reference)]
    if generated.shape == reference.shape:
        return generated
    height, width = reference.shape[1:3]
    how = cv2.INTER_LINEAR if height > generated.shape[1] else cv2.INTER_AREA
    return np.stack([cv2.resize(f, (width, height), interpolation=how) for f in generated])


def blurred(frames):
    return np.stack([cv2.bilateralFilter(f, 30, 150, 100) for f in frames])


def ssim(reference, generated):
    maps = []
    for x, y in zip(reference, generated):
        span = int(x.max()) - int(x.min())
        full = structural_similarity(x, y, channel_axis=2, data_range=span, full=True)[1]
        maps.append(full.mean(axis=2))
    return float(np.stack(maps).mean())


def edges(frames, profile):
    if profile == "aligned-2026":
        frames = [cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in frames]
    return np.stack([cv2.Canny(f, 100, 200) for f in frames]) > 0


def edge_values(x, y):
    tp, fp, fn = int((x & y).sum()), int((y & ~x).sum()), int((x & ~y).sum())
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"f1": f1, "precision": precision, "recall": recall, "tp": tp, "fp": fp, "fn": fn}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reference", required=True)
    parser.add_argument("--generated", required=True)
    parser.add_argument("--frames", type=int, default=MOST_FRAMES, help="score at most the first N frames")
    parser.add_argument("--profile", choices=["paibench-2025", "aligned-2026"], default="paibench-2025",
                        help="which published evaluator's edges (default: paibench-2025)")
    options = parser.parse_args()
    start, watch = time.perf_counter(), Stopwatch()
    most = min(options.frames, MOST_FRAMES)
    reference = watch.time("decode", read, options.reference, most)
    generated = watch.time("decode", read, options.generated, most)
    generated = watch.time("resize", fitted, generated, reference)
    reference = reference[:len(generated)]
    x, y = (watch.time("blur", blurred, frames) for frames in (reference, generated))
    blur_ssim = watch.time("ssim", ssim, x, y)
    x, y = (watch.time("canny", edges, frames, options.profile) for frames in (reference, generated))
    edge = watch.time("counts", edge_values, x, y)
    print(json.dumps({
        "profile": options.profile,
        "frames": len(generated), "width": reference.shape[2], "height": reference.shape[1],
        "values": {"blur_ssim": blur_ssim, "edge": edge},
        "seconds": {**watch.seconds, "total": time.perf_counter() - start},
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "versions": {"python": platform.python_version(), "opencv": cv2.__version__, "scikit-image": skimage.__version__,
                     "numpy": np.__version__, "opencv_threads": cv2.getNumThreads(),
                     "opencv_ipp": bool(cv2.ipp.useIPP()), "cores": os.cpu_count()}}, indent=1))


if __name__ == "__main__":
    main()
