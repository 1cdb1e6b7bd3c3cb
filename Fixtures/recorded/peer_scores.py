#!/usr/bin/env python3
"""Scores the recorded benchmark with other people's packages, so that ours can be held against them.

    python3 peer_scores.py [--out peer_scores.json]

Video decoding, resizing, bilateral blur and Canny are OpenCV's, SSIM is scikit-image's, the assignment is SciPy's, the
run lengths are decoded by pycocotools. Two profiles are computed: `paibench-2025` (the public evaluator) and
`aligned-2026` (its later fork). Region values pool the pixels of the region over all frames.
"""

import argparse
import hashlib
import json
import pickle
import platform
from pathlib import Path

import cv2
import numpy as np
import scipy
import skimage
from pycocotools import mask as coco
from scipy.optimize import linear_sum_assignment
from skimage.metrics import structural_similarity

HERE = Path(__file__).parent
PROFILES = ("paibench-2025", "aligned-2026")
CONFIGURATIONS = ("vis", "edge", "uniform")
MOST_FRAMES = 121


# ---- frames

def read_video(path):
    """The first 121 frames as (T, H, W, 3) uint8 RGB."""
    capture, frames = cv2.VideoCapture(str(path)), []
    while len(frames) < MOST_FRAMES:
        more, frame = capture.read()
        if not more:
            break
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    return np.stack(frames)


def fitted(generated, reference):
    """The generated frames cut and resized to the reference's size."""
    generated = generated[:len(reference)]
    if generated.shape == reference.shape:
        return generated
    height, width = reference.shape[1:3]
    how = cv2.INTER_LINEAR if height > generated.shape[1] else cv2.INTER_AREA
    return np.stack([cv2.resize(f, (width, height), interpolation=how) for f in generated])


def nearest(stack, height, width):
    """(T, h, w) resized by i = min(floor(d * s), n - 1) on each axis."""
    rows = np.minimum(np.floor(np.arange(height) * (stack.shape[1] / height)).astype(int), stack.shape[1] - 1)
    columns = np.minimum(np.floor(np.arange(width) * (stack.shape[2] / width)).astype(int), stack.shape[2] - 1)
    return stack[:, rows][:, :, columns]


def foreground(frames):
    return frames.astype(np.uint16).sum(3) > 3 * 127


def by_region(foreground_mask):
    """Region name -> (T, H, W) boolean."""
    return {"all": np.ones_like(foreground_mask), "fg": foreground_mask, "bg": ~foreground_mask}


def mean_or_none(values):
    return float(values.mean()) if values.size else None


# ---- blur

def blurred(frames):
    return np.stack([cv2.bilateralFilter(f, 30, 150, 100) for f in frames])


def ssim_map(reference, generated):
    """(T, H, W) of blurred frames; one data range a frame, from the reference alone."""
    maps = []
    for x, y in zip(reference, generated):
        span = int(x.max()) - int(x.min())
        maps.append(structural_similarity(x, y, channel_axis=2, data_range=span, full=True)[1].mean(2))
    return np.stack(maps)


def blur_scores(reference, generated, regions):
    x, y = blurred(reference)[:len(generated)], blurred(generated)
    ssim = ssim_map(x, y)
    apart = x.astype(np.int64) - y
    return {"blur-ssim": {name: mean_or_none(ssim[region[:len(ssim)]]) for name, region in regions.items()},
            "blur-mse": {"all": float((apart ** 2).mean())},
            "blur-mse-wrapped": {"all": float(((x - y) ** 2).mean())}}


# ---- edges

def edges(frames, profile):
    if profile == "aligned-2026":
        frames = [cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in frames]
    return np.stack([cv2.Canny(f, 100, 200) > 0 for f in frames])


def share(part, whole):
    return part / whole if whole else 0.0


def edge_scores(reference, generated, regions, profile):
    x, y = edges(reference, profile)[:len(generated)], edges(generated, profile)
    scores = {"edge-f1": {}, "edge-precision": {}, "edge-recall": {}, "edge-counts": {}}
    for name, region in regions.items():
        region = region[:len(x)]
        tp, fp, fn = (int((m & region).sum()) for m in (x & y, y & ~x, x & ~y))
        precision, recall = share(tp, tp + fp), share(tp, tp + fn)
        scores["edge-precision"][name], scores["edge-recall"][name] = precision, recall
        scores["edge-f1"][name] = share(2 * precision * recall, precision + recall)
        scores["edge-counts"][name] = {"tp": tp, "fp": fp, "fn": fn}
    return scores


# ---- depth

def read_depth(path):
    with np.load(path) as archive:
        return archive["data"].astype(np.float64)


def fitted_depth(generated, reference, profile):
    generated = generated[:len(reference)]
    height, width = reference.shape[1:]
    if generated.shape[1:] == (height, width):
        return generated
    if profile == "paibench-2025":
        return nearest(generated, height, width)
    how = cv2.INTER_AREA if generated.shape[1] > height else cv2.INTER_LINEAR
    return np.stack([cv2.resize(f, (width, height), interpolation=how) for f in generated])


def si_rmse(reference, generated, region, profile):
    """The mean over frames of the error after the generated map's median is brought to the reference's."""
    per_frame = []
    for x, y, inside in zip(reference, generated, region):
        valid = (x > 0) & (y > 0) & inside
        if not valid.any():
            per_frame.append(0.0)
            continue
        x, y = x[valid], y[valid]
        apart = x - np.median(x) / np.median(y) * y
        if profile == "aligned-2026":
            apart = np.clip(apart, -10, 10)
        per_frame.append(np.sqrt((apart ** 2).mean()))
    return float(np.mean(per_frame))


def si_rmse_log(reference, generated, region):
    per_frame = []
    for x, y, inside in zip(reference, generated, region):
        valid = (x > 0) & (y > 0) & inside
        if not valid.any():
            per_frame.append(0.0)
            continue
        e = np.log(y[valid]) - np.log(x[valid])
        per_frame.append(np.sqrt(max((e ** 2).mean() - e.mean() ** 2, 0)))
    return float(np.mean(per_frame))


def unscaled_depth_scores(reference, generated, region):
    """Absolute relative error and the three delta shares, in single precision; None where a frame has no valid pixel."""
    per_frame = []
    for x, y, inside in zip(reference.astype(np.float32), generated.astype(np.float32), region):
        valid = (x > 0) & (y > 0) & inside
        if not valid.any():
            return [None] * 4
        x, y = x[valid], y[valid]
        ratio = np.maximum(x / y, y / x)
        per_frame.append([(np.abs(x - y) / x).mean()] + [(ratio < 1.25 ** k).mean() for k in (1, 2, 3)])
    return [float(v) for v in np.mean(np.array(per_frame, np.float64), axis=0)]


def depth_scores(reference, generated, foreground_mask, profile):
    generated = fitted_depth(generated, reference, profile)
    regions = by_region(nearest(foreground_mask, *reference.shape[1:]))
    names = ["depth-si-rmse", "depth-si-rmse-log", "depth-absrel", "depth-delta1", "depth-delta2", "depth-delta3"]
    scores = {name: {} for name in names}
    for name, region in regions.items():
        values = [si_rmse(reference, generated, region, profile), si_rmse_log(reference, generated, region)]
        for metric, value in zip(names, values + unscaled_depth_scores(reference, generated, region)):
            scores[metric][name] = value
    return scores


# ---- masks

def read_masks(path):
    """The instances of one of our own pickles, as (phrase, (T, H, W) boolean)."""
    found = []
    for record in pickle.loads(path.read_bytes()):
        rle = record["segmentation_mask_rle"]
        found.append((record["phrase"], coco.decode(rle["data"]).reshape(rle["mask_shape"]).astype(bool)))
    return found


def painted(instances):
    """One label map of all instances, later ones over earlier ones, and the labels of each phrase."""
    labels, phrases = np.zeros(instances[0][1].shape, np.uint8), {}
    for number, (phrase, mask) in enumerate(instances, 1):
        labels[mask] = number
        phrases.setdefault(phrase, []).append(number)
    return labels, phrases


def phrase_masks(labels, phrases, region, filtered):
    """One mask a phrase, cut to the region; with the filter, none that lies mostly outside it."""
    kept = []
    for numbers in phrases.values():
        mask = np.isin(labels, numbers)
        inside = int((mask & region).sum())
        outside = int(mask.sum()) - inside
        if filtered and (inside == 0 or inside < 0.5 * outside):
            continue
        kept.append(mask & region)
    return kept


def overlaps(reference, generated):
    matrix = np.zeros((len(reference), len(generated)), np.float32)
    for i, x in enumerate(reference):
        for j, y in enumerate(generated):
            union = np.float32((x | y).sum())
            matrix[i, j] = np.float32((x & y).sum()) / union if union else 0
    return matrix


def matched(matrix, mode):
    """(mean overlap of the pairs above 0.1, their share of all pairs)."""
    if 0 in matrix.shape:
        return 0.0, 0.0
    pairs = matrix[linear_sum_assignment(1 - matrix)] if mode == "hungarian" else matrix.max(1)
    good = pairs[pairs > 0.1]
    return (float(good.mean()) if good.size else 0.0), good.size / pairs.size


def mask_scores(reference, generated, foreground_mask, profile):
    x_labels, x_phrases = painted(reference)
    y_labels, y_phrases = painted(generated)
    y_labels = nearest(y_labels[:len(x_labels)], *x_labels.shape[1:])
    scores = {name: {} for name in ("mask-miou", "mask-recall", "mask-miou-max", "mask-recall-max")}
    for name, region in by_region(nearest(foreground_mask, *x_labels.shape[1:])).items():
        filtered = name != "all" or profile == "aligned-2026"
        matrix = overlaps(phrase_masks(x_labels, x_phrases, region, filtered),
                          phrase_masks(y_labels, y_phrases, region, filtered))
        scores["mask-miou"][name], scores["mask-recall"][name] = matched(matrix, "hungarian")
        scores["mask-miou-max"][name], scores["mask-recall-max"][name] = matched(matrix, "max")
    return scores


# ---- the benchmark

def clip_of(video):
    return video.split("__")[0].split("_caption")[0]


def score_video(configuration, video):
    clip, run, data = clip_of(video), HERE / configuration, HERE / "dataset"
    reference = read_video(data / "videos" / f"{clip}.mp4")
    generated = fitted(read_video(run / "videos" / f"{video}.mp4"), reference)
    fg = foreground(read_video(HERE / "dataset" / "foreground" / f"{clip}.mp4"))
    regions = by_region(nearest(fg, *reference.shape[1:3]))
    blur = blur_scores(reference, generated, regions)
    depths = [read_depth(f / "depth_npzs" / f"{n}.npz") for f, n in ((data, clip), (run, video))]
    masks = [read_masks(f / "sam2_pkls" / f"{n}.pkl") for f, n in ((data, clip), (run, video))]
    return {profile: {**blur, **edge_scores(reference, generated, regions, profile),
                      **depth_scores(*depths, fg, profile), **mask_scores(*masks, fg, profile)}
            for profile in PROFILES}


def means(videos):
    """Metric -> region -> mean over the videos that have a value."""
    out = {}
    for scores in videos.values():
        for metric, regions in scores.items():
            if metric == "edge-counts":
                continue
            for region, value in regions.items():
                out.setdefault(metric, {}).setdefault(region, []).append(value)
    for regions in out.values():
        for region, values in regions.items():
            values = [v for v in values if v is not None]
            regions[region] = float(np.mean(values)) if values else None
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=HERE / "peer_scores.json")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    scores = {profile: {c: {} for c in CONFIGURATIONS} for profile in PROFILES}
    for configuration in CONFIGURATIONS:
        for path in sorted((HERE / configuration / "videos").glob("*.mp4")):
            for profile, values in score_video(configuration, path.stem).items():
                scores[profile][configuration][path.stem] = values
            print(configuration, path.stem, flush=True)
    videos = sorted(p for p in HERE.glob("**/*.mp4"))
    result = {
        "about": "made by peer_scores.py; null: no value; mask scores of fg and bg use the region filter in both profiles",
        "versions": {"python": platform.python_version(), "opencv": cv2.__version__, "scikit-image": skimage.__version__,
                     "numpy": np.__version__, "scipy": scipy.__version__, "opencv-threads": cv2.getNumThreads(),
                     "opencv-ipp": bool(cv2.ipp.useIPP()), "machine": platform.machine()},
        "sha256": {str(p.relative_to(HERE)): hashlib.sha256(p.read_bytes()).hexdigest() for p in videos},
        "means": {p: {c: means(v) for c, v in by.items()} for p, by in scores.items()},
        "scores": scores}
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
