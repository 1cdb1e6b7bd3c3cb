"""The judges: small networks that measure generated videos, trained on renders of random appearance.

depth: disparity. classes: a class for every pixel, and for instances a map of centres with offsets to them. lanes: lane
lines. boxes: 3D boxes as centre points at a quarter of the resolution. features: a classifier of the captions' words, whose
inner layers serve as perceptual features. All take one picture, 1x3xHxW.
"""

import math
import re
from collections import Counter

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

RENDERED = ["background", "wall", "floor", "table", "arm", "box", "cylinder", "ball", "road", "sidewalk", "verge", "kerb",
            "car", "truck", "person", "building", "tree", "post", "hand", "cup", "plate", "bottle", "board", "shelf"]
# What a small network cannot tell apart in pictures of this size. Classes not named here stay as they are.
GROUPS = {"floor": "wall", "box": "object", "cylinder": "object", "ball": "object", "cup": "object", "plate": "object",
          "bottle": "object", "board": "object", "sidewalk": "roadside", "verge": "roadside", "kerb": "roadside",
          "car": "vehicle", "truck": "vehicle"}
KINDS = list(dict.fromkeys(GROUPS.get(name, name) for name in RENDERED))
KIND_OF = np.array([KINDS.index(GROUPS.get(name, name)) for name in RENDERED])
# Learned, and then told as background: walls and roads are where they are in most pictures of a domain, whatever a control
# says, and a mask metric is to be about objects. Persons and posts are a few pixels each; no judge of this size finds them.
STUFF = ("background", "wall", "table", "road", "roadside", "person", "post")
CLASSES = ["background"] + [name for name in KINDS if name not in STUFF]
CLASS_OF_KIND = torch.tensor([0 if name in STUFF else CLASSES.index(name) for name in KINDS])
BOX_CLASSES = ["car", "truck", "person"]
STRIDE = 4
TYPICAL_DEPTH = 15.0
# Inverse depths of these scenes are around 0.1; ten times that shows in tables of two digits.
DISPARITY = 10.0


def conv(a, b, stride=1):
    return nn.Sequential(nn.Conv2d(a, b, 3, stride, 1), nn.GroupNorm(8, b), nn.SiLU())


def unlike(one, other):
    """[n,h,w]: squared differences of two layers' unit features [n,C,h,w], as a perceptual distance sums them."""
    one, other = (v.float() / (v.float().square().sum(1, keepdim=True) + 1e-8).sqrt() for v in (one, other))
    return (one - other).square().sum(1)


WIDTHS = (48, 96, 128, 160)
# Residual blocks of each level: where pixels are few, depth costs little, and it is there that a picture is seen as a whole.
RESIDUALS = (0, 0, 1, 2)


class Body(nn.Module):
    """A small U-Net of so many levels over squares of 2x2 pixels whose ways up add to what came down.

    Features at half, or, with `stop` 1, at a quarter of the resolution.
    """

    def __init__(self, levels):
        super().__init__()
        widths = WIDTHS[:levels]
        self.down = nn.ModuleList([nn.Sequential(conv(a, b, 1 if i == 0 else 2), conv(b, b))
                                   for i, (a, b) in enumerate(zip((12, *widths), widths))])
        self.residual = nn.ModuleList([nn.ModuleList([nn.Sequential(conv(w, w), conv(w, w)) for _ in range(n)])
                                       for w, n in zip(widths, RESIDUALS if levels == len(WIDTHS) else [0] * levels)])
        self.narrow = nn.ModuleList([nn.Conv2d(b, a, 1) for a, b in zip(widths, widths[1:])])
        self.up = nn.ModuleList([conv(a, a) for a in widths[:-1]])

    def forward(self, x, stop=0):
        x = F.pixel_unshuffle(x, 2)
        kept = []
        for level, blocks in zip(self.down, self.residual):
            x = level(x)
            for block in blocks:
                x = x + block(x)
            kept.append(x)
        for rank in range(len(kept) - 2, stop - 1, -1):
            x = self.up[rank](F.interpolate(self.narrow[rank](x), scale_factor=2.0, mode="nearest") + kept[rank])
        return x


class PixelHead(nn.Module):
    """Values for every pixel of the picture."""

    def __init__(self, values):
        super().__init__()
        self.layer = nn.Conv2d(WIDTHS[0], 4 * values, 1)

    def forward(self, x):
        return F.pixel_shuffle(self.layer(x), 2)


class Depth(nn.Module):
    names = ["disparity"]

    def __init__(self):
        super().__init__()
        self.body, self.head = Body(4), PixelHead(1)

    def forward(self, x):
        return (DISPARITY * torch.exp(self.head(self.body(x)).clamp(-8, 4)),)

    def loss(self, x, truth):
        guess = self.head(self.body(x)).clamp(-8, 4)[:, 0]
        log = -truth["depth"].log()
        error = guess - log
        # Metrics scale depth by the medians: a scale of the whole picture, which one picture hardly tells, weighs little.
        scale = error.mean((1, 2), keepdim=True)
        near = log.exp() / log.exp().mean((1, 2), keepdim=True)
        linear = near * ((error - scale).clamp(max=2).exp() - 1)
        return (0.2 * scale.abs().mean() + (error - scale).abs().mean() + 0.5 * linear.abs().mean()
                + 0.5 * sum(error.diff(dim=d).abs().mean() for d in (1, 2)))

    def accuracy(self, x, truth):
        d = DISPARITY / self(x)[0][:, 0]
        near = truth["depth"] < 0.95 * truth["depth"].amax((1, 2), keepdim=True)
        ratio = (d / truth["depth"])[near]
        guess, right = 1 / d, 1 / truth["depth"]
        scaled = guess * (right.flatten(1).median(1).values / guess.flatten(1).median(1).values)[:, None, None]
        relative = (scaled - right).square().mean((1, 2)).sqrt() / right.mean((1, 2))
        return {"relative-si-rmse": relative.mean(), "abs-rel": (ratio - 1).abs().mean(), "delta-1.25": ((ratio < 1.25) & (ratio > 0.8)).float().mean()}


class Classes(nn.Module):
    names = ["classes", "centres", "offsets"]

    def __init__(self):
        super().__init__()
        self.body, self.head = Body(4), PixelHead(len(KINDS) + 3)

    def forward(self, x):
        y = self.head(self.body(x))
        n = len(KINDS)
        stuff = torch.logsumexp(y[:, [i for i, name in enumerate(KINDS) if name in STUFF]], 1, keepdim=True)
        things = y[:, [KINDS.index(name) for name in CLASSES[1:]]]
        return torch.cat([stuff, things], 1), torch.sigmoid(y[:, n:n + 1]), y[:, n + 1:] * 16

    def loss(self, x, truth):
        y = self.head(self.body(x))
        n = len(KINDS)
        heat, offset, inside = truth["centres"]
        loss = F.cross_entropy(y[:, :n], truth["kinds"])
        loss = loss + 5 * F.binary_cross_entropy_with_logits(y[:, n], heat)
        return loss + 0.5 * ((y[:, n + 1:] - offset / 16).abs() * inside[:, None]).sum() / (2 * inside.sum() + 1)

    def accuracy(self, x, truth):
        y = self(x)[0].argmax(1)
        classes = CLASS_OF_KIND.to(y.device)[truth["kinds"]]
        right = (y == classes).float().mean()
        overlaps = []
        for c in range(len(CLASSES)):
            a, b = y == c, classes == c
            if b.any():
                overlaps.append((a & b).sum() / (a | b).sum())
        return {"pixel-accuracy": right, "mean-iou": torch.stack(overlaps).mean()}


class Lanes(nn.Module):
    names = ["lanes"]

    def __init__(self):
        super().__init__()
        self.body, self.head = Body(3), PixelHead(1)

    def forward(self, x):
        return (torch.sigmoid(self.head(self.body(x))),)

    def loss(self, x, truth):
        y = self.head(self.body(x))[:, 0]
        p, t = torch.sigmoid(y), truth["lanes"]
        dice = 1 - (2 * (p * t).sum((1, 2)) + 1) / ((p + t).sum((1, 2)) + 1)
        return F.binary_cross_entropy_with_logits(y, t) + dice.mean()

    def accuracy(self, x, truth):
        a, b = self(x)[0][:, 0] > 0.5, truth["lanes"] > 0.5
        return {"iou": (a & b).sum() / (a | b).sum().clamp(min=1)}


class Boxes(nn.Module):
    """At each cell: a score a class, then depth, offset of the centre (2), size (3), heading (sine, cosine)."""

    names = ["scores", "geometry"]

    def __init__(self):
        super().__init__()
        self.body = Body(3)
        self.head = nn.Sequential(conv(WIDTHS[1], 64), nn.Conv2d(64, len(BOX_CLASSES) + 8, 1))
        nn.init.constant_(self.head[1].bias[:len(BOX_CLASSES)], -3.0)

    def raw(self, x):
        y = self.head(self.body(x, stop=1))
        return y[:, :len(BOX_CLASSES)], y[:, len(BOX_CLASSES):]

    def forward(self, x):
        scores, g = self.raw(x)
        depth = TYPICAL_DEPTH * torch.exp(g[:, :1].clamp(-5, 5))
        return torch.sigmoid(scores), torch.cat([depth, g[:, 1:3], torch.exp(g[:, 3:6].clamp(-3, 3)), g[:, 6:]], 1)

    def loss(self, x, truth):
        scores, g = self.raw(x)
        heat, target, inside = truth["boxes"]
        p = torch.sigmoid(scores).clamp(1e-4, 1 - 1e-4)
        here = (heat == 1).float()
        focal = -(here * (1 - p) ** 2 * p.log() + (1 - here) * (1 - heat) ** 4 * p ** 2 * (1 - p).log()).sum()
        count = inside.sum().clamp(min=1)
        return focal / count + ((g - target).abs() * inside[:, None]).sum() / count

    def accuracy(self, x, truth):
        scores, g = self.raw(x)
        heat, target, inside = truth["boxes"]
        here = inside > 0
        best = torch.sigmoid(scores).amax(1)[here]
        return {"recall-at-centre-0.3": (best > 0.3).float().mean(),
                "log-depth-error": (g[:, 0] - target[:, 0]).abs()[here].mean()}


class Features(nn.Module):
    names = ["tap1", "tap2", "tap3", "tap4", "tap5", "words"]

    def __init__(self, words=1):
        super().__init__()
        widths = [24, 48, 64, 96, 96]
        self.levels = nn.ModuleList([nn.Sequential(nn.Conv2d(a, b, 3, 1 if i == 0 else 2, 1), nn.ReLU(),
                                                   nn.Conv2d(b, b, 3, 1, 1), nn.ReLU())
                                     for i, (a, b) in enumerate(zip([3] + widths, widths))])
        self.head = nn.Linear(widths[-1], words)

    def forward(self, x):
        taps = []
        for level in self.levels:
            x = level(x)
            taps.append(x)
        return (*taps, self.head(x.mean((2, 3))))

    def loss(self, x, truth):
        return F.binary_cross_entropy_with_logits(self(x)[-1], truth["words"])

    def accuracy(self, x, truth):
        guess, here = self(x)[-1] > 0, truth["words"] > 0.5
        return {"word-recall": (guess & here).sum() / here.sum().clamp(min=1),
                "word-precision": (guess & here).sum() / guess.sum().clamp(min=1)}


JUDGES = {"depth": Depth, "classes": Classes, "lanes": Lanes, "boxes": Boxes, "features": Features}


# ---- truth of one picture

def centre_maps(instances):
    """(heat of centres, offsets to them [2], mask) of an instance map."""
    h, w = instances.shape
    y, x = np.arange(h, dtype=np.float32), np.arange(w, dtype=np.float32)
    flat = instances.ravel()
    count = np.bincount(flat)
    rows = np.bincount(flat, np.repeat(y, w)) / np.maximum(count, 1)
    columns = np.bincount(flat, np.tile(x, h)) / np.maximum(count, 1)
    seen = count >= 12
    seen[0] = False
    inside = seen[instances].astype(np.float32)
    offset = np.stack([rows[instances] - y[:, None], columns[instances] - x]).astype(np.float32) * inside
    heat = np.zeros((h, w), np.float32)
    for number in np.flatnonzero(seen):
        double = 2 * max(1.5, math.sqrt(count[number]) / 8) ** 2
        heat = np.maximum(heat, np.outer(np.exp(-(y - rows[number]) ** 2 / double), np.exp(-(x - columns[number]) ** 2 / double)))
    return heat.astype(np.float32), offset, inside


def box_maps(boxes, camera, h, w):
    """Targets of `Boxes` for the boxes of a frame; each box {class, camera_centre, size, camera_yaw, visibility}."""
    rows, columns = h // STRIDE, w // STRIDE
    heat = np.zeros((len(BOX_CLASSES), rows, columns), np.float32)
    target, inside = np.zeros((8, rows, columns), np.float32), np.zeros((rows, columns), np.float32)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    for box in sorted(boxes, key=lambda b: -b["centre"][2]):
        if box["class"] not in BOX_CLASSES or box["pixels"] < 12 or box["centre"][2] <= 0.5:
            continue
        px = (camera["cx"] + camera["focal"] * box["centre"][0] / box["centre"][2]) / STRIDE
        py = (camera["cy"] + camera["focal"] * box["centre"][1] / box["centre"][2]) / STRIDE
        i, j = int(py), int(px)
        if not (0 <= i < rows and 0 <= j < columns and px >= 0 and py >= 0):
            continue
        sigma = max(0.5, camera["focal"] * max(box["size"][1:]) / box["centre"][2] / STRIDE / 5)
        spot = np.exp(-((y - i) ** 2 + (x - j) ** 2) / (2 * sigma ** 2))
        c = BOX_CLASSES.index(box["class"])
        heat[c] = np.maximum(heat[c], spot)
        target[:, i, j] = [math.log(box["centre"][2] / TYPICAL_DEPTH), px - j - 0.5, py - i - 0.5,
                           *np.log(box["size"]), math.sin(box["yaw"]), math.cos(box["yaw"])]
        inside[i, j] = 1
    return heat, target, inside


def vocabulary(captions, least=0.01, most=0.9):
    """Words that tell captions apart."""
    counts = Counter(word for text in captions for word in set(re.findall(r"[a-z]+", text.lower())))
    return sorted(w for w, n in counts.items() if least * len(captions) <= n <= most * len(captions))


def augment(x, generator):
    """Pictures in 0...1 with other light, colours, blur and noise, as generated videos have them."""
    b = x.shape[0]

    def draw(low, high, *shape):
        return low + (high - low) * torch.rand(b, *shape, generator=generator)

    x = x * draw(0.75, 1.25, 3, 1, 1) + draw(-0.1, 0.1, 1, 1, 1)
    rough = F.interpolate(F.avg_pool2d(x, 4), size=x.shape[-2:], mode="bilinear", align_corners=False)
    blurred = F.interpolate(F.avg_pool2d(x, 2), size=x.shape[-2:], mode="bilinear", align_corners=False)
    blurred = torch.where(draw(0, 1, 1, 1, 1) < 0.3, rough, blurred)
    share = draw(0, 1, 1, 1, 1) * (draw(0, 1, 1, 1, 1) < 0.5)
    x = x * (1 - share) + blurred * share
    for size in (1, 2, 8):
        noise = torch.randn(b, 3, x.shape[-2] // size, x.shape[-1] // size, generator=generator)
        x = x + F.interpolate(noise, size=x.shape[-2:]) * draw(0, 0.08, 1, 1, 1) * (draw(0, 1, 1, 1, 1) < 0.4)
    return x.clamp(0, 1)
