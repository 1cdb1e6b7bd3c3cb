"""Control videos of a clip, as published presets make them, with what depends on the image size scaled and stated.

Frames are uint8 [T,H,W,3]; so are the results.
"""

import colorsys

import cv2
import numpy as np
import torch
import torch.nn.functional as F

EDGE = {"very_low": (20, 50), "low": (50, 100), "medium": (100, 200), "high": (200, 300), "very_high": (300, 400)}
# The published `very_low`, diameter, sigmas of colour and space, factor: `medium` (30, 150, 100, at half size, 10) belongs to
# 1280 columns, and leaves 6x9 pixels of these.
VIS = (15, 100.0, 50.0, 4)
VIS_SCALED = (5, 150.0, 7.5, 4)


def edge(frames, low=100, high=200):
    maps = np.stack([cv2.Canny(frame, low, high) for frame in frames])
    return np.repeat(maps[..., None], 3, -1)


def vis(frames, settings=VIS):
    """Bilateral filter, then bicubic with antialiasing to 1/factor and back, rounded each time."""
    diameter, colour, space, factor = settings
    smooth = np.stack([cv2.bilateralFilter(frame, diameter, colour, space) for frame in frames])
    x = torch.from_numpy(smooth).permute(0, 3, 1, 2).float()
    h, w = x.shape[-2:]
    for size in ((h // factor, w // factor), (h, w)):
        x = F.interpolate(x, size, mode="bicubic", antialias=True, align_corners=False).round().clamp(0, 255)
    return x.permute(0, 2, 3, 1).to(torch.uint8).numpy()


def depth(metres):
    """[T,H,W] metres, infinite for the sky -> grey, near bright, stretched over the clip."""
    near = 1 / np.maximum(metres.astype(np.float64), 1e-6)
    low, high = near.min(), near.max()
    grey = ((near - low) / (high - low + 1e-8) * 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, -1)


def seg(instances, dice):
    """[T,H,W] instance numbers, 0 for none -> one random flat colour each, black for none."""
    table = np.zeros((256, 3), np.uint8)
    for number in range(1, 256):
        colour = colorsys.hsv_to_rgb(dice.uniform(0, 1), dice.uniform(0.1, 1), dice.uniform(0.2, 1))
        table[number] = [int(255 * part) for part in colour]
    return table[instances]
