"""Three imitations of what a generator makes of a clip under one set of controls.

Nothing here is a model: the clip's own frames are degraded so that each configuration keeps what its controls would
keep. `vis` keeps colours and large shapes and repaints the detail; `edge` keeps the contours and repaints the colours;
`uniform` loses a little of everything, and follows the objects and their distance best.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from .textures import fractal


@dataclass(frozen=True)
class Variant:
    name: str
    names: tuple             # how the video of the first and of the second wording is called
    size: tuple              # width, height
    crf: int
    repaint: object          # (frames, rng) -> frames
    relight: float           # how much another wording changes the light
    mask_shift: float        # pixels
    mask_wobble: float       # pixels
    dropped: dict            # clip -> phrase that goes missing
    depth_error: float       # relative
    depth_size: tuple        # width, height of the stored map
    depth_type: type


def repainted(variant, clip_number, wording, frames):
    """The frames under one configuration; the second wording asks for another light."""
    rng = np.random.default_rng([20250318, clip_number, wording, len(variant.name)])
    cv2.setNumThreads(1)
    out = variant.repaint(_resized(frames, variant.size), rng)
    if wording:
        out = _relit(out, clip_number, variant.relight)
    return np.clip(np.rint(out), 0, 255).astype(np.uint8)


def instances(variant, clip, clip_number, wording, labels):
    """The objects of a repainted video, as a detector would find them: a little off, one perhaps missing."""
    rng = np.random.default_rng([7, clip_number, wording, len(variant.name)])
    width, height = variant.size
    found = []
    for label, phrase in clip.objects:
        dx, dy = rng.normal(0, variant.mask_shift, 2)
        wobble = [variant.mask_wobble * _stroke(rng, (height, width), 1.8) for _ in range(2)]
        if variant.dropped.get(clip.name) == phrase:
            continue
        y, x = np.indices((height, width), np.float32)
        sy, sx = labels.shape[1] / height, labels.shape[2] / width
        y, x = (y + dy + wobble[0]) * sy, (x + dx + wobble[1]) * sx
        y = np.clip(np.rint(y), 0, labels.shape[1] - 1).astype(int)
        x = np.clip(np.rint(x), 0, labels.shape[2] - 1).astype(int)
        found.append((phrase, labels[:, y, x] == label))
    return found


def depth(variant, clip_number, wording, nearness, labels):
    """The distance map of a repainted video: another scale, objects a little too near or far, a tilt."""
    rng = np.random.default_rng([9, clip_number, wording, len(variant.name)])
    width, height = variant.depth_size
    rows = np.minimum(((np.arange(height) + 0.5) * nearness.shape[1] / height).astype(int), nearness.shape[1] - 1)
    columns = np.minimum(((np.arange(width) + 0.5) * nearness.shape[2] / width).astype(int), nearness.shape[2] - 1)
    nearness, labels = (a[:, rows][:, :, columns] for a in (nearness, labels))
    scale = rng.uniform(0.7, 1.6)
    per_label = 1 + rng.normal(0, variant.depth_error, 256)
    tilt = 1 + rng.normal(0, variant.depth_error) * np.linspace(-1, 1, height)[None, :, None]
    out = nearness * scale * per_label[labels] * tilt
    return quantised(out, 16).astype(variant.depth_type)


def quantised(values, steps):
    return np.rint(values * steps) / steps


# ---- what each configuration does to the picture

def _keep_colours(frames, rng):
    shape = frames.shape[1:3]
    grain, stroke, bend = (_stroke(rng, shape, roughness) for roughness in (0.45, 0.9, 1.7))
    out = []
    for frame in frames:
        flat = cv2.GaussianBlur(cv2.bilateralFilter(frame, 9, 60, 5), (0, 0), 0.9).astype(np.float32)
        warped = _warped(flat, bend * 0.8, np.roll(bend, 40, 1) * 0.8)
        contrast = 0.6 + 0.4 * np.abs(flat - 128).mean(2, keepdims=True) / 128
        out.append(warped + (7.5 * grain + 1.5 * stroke)[..., None] * contrast)
    return np.stack(out)


def _keep_contours(frames, rng):
    height, width = frames.shape[1:3]
    y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j].astype(np.float32)
    angle = rng.uniform(1.6, 2.4) * rng.choice([-1, 1])
    tint = np.stack([np.sin(3.1 * x + 2.0 * y + p) for p in rng.uniform(0, 6.28, 3)], 2).astype(np.float32)
    out = []
    for frame in frames:
        turned = _hue_turned(frame.astype(np.float32), angle)
        base = cv2.GaussianBlur(turned, (0, 0), 11)
        out.append(118 + 0.50 * (base - 118) + 1.0 * (turned - base) + 24 * tint)
    return np.stack(out)


def _keep_a_little_of_all(frames, rng):
    height, width = frames.shape[1:3]
    y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j].astype(np.float32)
    tint = np.stack([np.sin(2.2 * x + 2.9 * y + p) for p in rng.uniform(0, 6.28, 3)], 2).astype(np.float32)
    stroke, bend = _stroke(rng, (height, width), 1.0), _stroke(rng, (height, width), 1.7)
    out = []
    for frame in frames:
        soft = cv2.GaussianBlur(cv2.bilateralFilter(frame, 7, 40, 3), (0, 0), 0.5).astype(np.float32)
        soft = _warped(soft, bend * 0.45, np.roll(bend, 31, 0) * 0.45)
        out.append(_hue_turned(soft, 0.36) * 0.86 + 17 + 14 * tint + 3.5 * stroke[..., None])
    return np.stack(out)


def _relit(frames, clip_number, strength):
    """Another time of day: a tint, and a light that falls off across the picture."""
    height, width = frames.shape[1:3]
    y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j].astype(np.float32)
    gains = ((1.12, 0.97, 0.76), (1.06, 0.86, 0.84), (0.82, 0.96, 1.16))[clip_number]
    fall = (0.80 + 0.34 * (x if clip_number != 1 else 1 - y))[..., None]
    return frames * (1 + strength * (np.array(gains, np.float32) * fall - 1))


def _stroke(rng, shape, roughness):
    noise = fractal([int(rng.integers(1 << 30))], roughness, 512)
    return noise[:shape[0], :shape[1]]


def _warped(frame, dx, dy):
    y, x = np.indices(frame.shape[:2], np.float32)
    return cv2.remap(frame, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _hue_turned(frame, angle):
    """Colours turned about the grey axis, brightness kept."""
    r, g, b = frame[..., 0], frame[..., 1], frame[..., 2]
    luma = 0.299 * r + 0.587 * g + 0.114 * b
    i, q = 0.596 * r - 0.274 * g - 0.322 * b, 0.211 * r - 0.523 * g + 0.312 * b
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    i, q = c * i - s * q, s * i + c * q
    return np.stack([luma + 0.956 * i + 0.621 * q, luma - 0.272 * i - 0.647 * q, luma - 1.106 * i + 1.703 * q], 2)


def _resized(frames, size):
    if (frames.shape[2], frames.shape[1]) == size:
        return frames
    return np.stack([cv2.resize(f, size, interpolation=cv2.INTER_CUBIC) for f in frames])


VARIANTS = [
    Variant("vis", ("{id}", "{id}_caption1"), (384, 224), 22, _keep_colours, 0.4, 1.1, 1.6, {},
            0.08, (240, 140), np.float32),
    Variant("edge", ("{id}__0", "{id}__1"), (320, 192), 18, _keep_contours, 1.0, 1.6, 1.4,
            {"task_0000": "apple", "task_0002": "tomato"}, 0.10, (160, 96), np.float32),
    Variant("uniform", ("{id}", "{id}_caption1"), (320, 192), 19, _keep_a_little_of_all, 0.8, 0.7, 0.8, {},
            0.04, (320, 192), np.float64),
]
