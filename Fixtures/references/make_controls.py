"""Makes controls/: python3 make_controls.py"""

import shutil

import cv2
import numpy as np
import torch
from torchvision.transforms.functional import InterpolationMode, resize

from common import HERE, save, save_json

OUT = HERE / "controls"
cv2.setNumThreads(1)

EDGE = {"very_low": (20, 50), "low": (50, 100), "medium": (100, 200), "high": (200, 300), "very_high": (300, 400)}
# d, sigma of colour, sigma of space, shrinking before the filter, shrinking after it
VIS = {"very_low": (15, 100, 50, 1, 4), "low": (15, 100, 50, 4, 4), "medium": (30, 150, 100, 2, 10),
       "high": (50, 300, 150, 1, 16), "very_high": (50, 300, 150, 4, 16)}


def sequence(frames, height, width, seed):
    """uint8 [T,H,W,3]: a gradient, stripes that grow finer, discs and boxes of many contrasts that move, and noise."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[:height, :width].astype(np.float64)
    shapes = [(random.uniform(0, width), random.uniform(0, height), random.uniform(4, 20), random.uniform(-110, 110, 3),
               random.uniform(-3, 3, 2), random.randint(2)) for _ in range(14)]
    result = []
    for t in range(frames):
        picture = np.stack([60 + 80 * x / width + 20 * t, 150 - 60 * y / height, 90 + 50 * (x + y) / (width + height)], -1)
        picture += (25 * np.sin((x / width) ** 2 * 55) * (y > 0.75 * height))[..., None]
        for cx, cy, size, colour, speed, square in shapes:
            dx, dy = np.abs(x - cx - speed[0] * t), np.abs(y - cy - speed[1] * t)
            inside = np.maximum(dx, dy) < size * 0.8 if square else dx * dx + dy * dy < size * size
            picture[inside] += colour
        picture += random.normal(0, 2.5, picture.shape)
        result.append(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    return np.stack(result)


def bicubic(frame, height, width):
    """torchvision's antialiased bicubic on bytes: rounded and clamped."""
    tensor = torch.from_numpy(frame).permute(2, 0, 1)
    tensor = resize(tensor, [height, width], interpolation=InterpolationMode.BICUBIC, antialias=True)
    return tensor.permute(1, 2, 0).contiguous().numpy()


def vis(frame, preset):
    d, colour, space, before, after = VIS[preset]
    height, width = frame.shape[:2]
    if before > 1:
        frame = cv2.resize(frame, (width // before, height // before), interpolation=cv2.INTER_AREA)
    frame = cv2.bilateralFilter(frame, d, colour, space)
    smooth = frame
    if before > 1:
        frame = cv2.resize(frame, (width, height), interpolation=cv2.INTER_LINEAR)
    small = bicubic(frame, height // after, width // after)
    return smooth, small, bicubic(small, height, width)


def presets():
    for name, size in (("even", (2, 96, 160)), ("odd", (1, 53, 75))):
        frames = sequence(*size, seed=len(name))
        edges = {f"edge.{p}": torch.from_numpy(np.stack([cv2.Canny(f, *limits) for f in frames])) for p, limits in EDGE.items()}
        for p, value in edges.items():
            print(f"{name}, {p}: {float((value > 0).float().mean()):.1%} of the pixels")
        # Only the first frame of the presets but one: the filter looks at single frames.
        blurred = {}
        for p in VIS:
            count = size[0] if p == "medium" else 1
            parts = [vis(f, p) for f in frames[:count]]
            for kind, values in zip(("bilateral", "small", "vis"), zip(*parts)):
                if kind == "vis" or name == "odd":
                    blurred[f"{kind}.{p}"] = torch.from_numpy(np.stack(values))
        save(OUT / "presets" / f"{name}_inputs.safetensors", {"frames": torch.from_numpy(frames)})
        save(OUT / "presets" / f"{name}_expected.safetensors", edges | blurred)
    save_json(OUT / "presets" / "presets.json", {
        "edge": EDGE, "vis": {p: dict(zip(("d", "sigma_color", "sigma_space", "shrink_before", "shrink_after"), v))
                              for p, v in VIS.items()}})


def resizing():
    frame = sequence(1, 41, 67, seed=9)[0]
    frame[:12, :20] = np.indices((12, 20)).sum(0)[..., None] % 2 * 255
    targets = [(20, 33), (13, 22), (10, 16), (5, 9), (4, 6), (2, 4), (1, 1), (41, 30), (17, 67), (41, 67), (60, 101), (82, 134), (123, 70)]
    expected = {f"{h}x{w}": torch.from_numpy(bicubic(frame, h, w)) for h, w in targets}
    save(OUT / "bicubic" / "inputs.safetensors", {"frame": torch.from_numpy(frame)})
    save(OUT / "bicubic" / "expected.safetensors", expected)


# ---- robot weights

CLASSES = {1: {"(29, 0, 0, 255)": "world_robot_arm", "(31, 0, 0, 255)": "table", "(0, 200, 0, 255)": "cup"},
           2: {"(0, 200, 0, 255)": "left_gripper", "(0, 0, 255, 255)": "Robot"},
           4: {"(250, 250, 250, 255)": "wall", "(29, 0, 0, 255)": "world_robot_arm"},
           7: {"(255, 128, 0, 255)": "my robot's hand"}}
SETTINGS = {"fg_vis_edge_bg_seg": {"depth": (0, 0), "vis": (1, 0), "edge": (1, 0), "seg": (0, 1)},
            "fg_edge_bg_seg": {"depth": (0, 0), "vis": (0, 0), "edge": (1, 0), "seg": (0, 1)}}


def robot():
    folder = OUT / "robot" / "example1"
    height, width = 14, 22
    random = np.random.RandomState(11)
    for number, labels in CLASSES.items():
        save_json(folder / "segmentation_label" / f"segmentation_label_{number:04d}.json",
                  {colour: {"class": name} for colour, name in labels.items()})
    colours = {}
    for labels in CLASSES.values():
        colours |= {tuple(int(v) for v in key.strip("()").split(",")[:3]): name for key, name in labels.items()}
    table = np.array(list(colours))
    (folder / "segmentation").mkdir(parents=True)
    pictures = {}
    for number in (1, 2, 4, 9):
        picture = table[random.randint(len(table), size=(height, width))]
        picture[2:6, 3:12] = (29, 0, 0)
        picture[6:10, 3:12] = (30, 0, 0)        # as far from (29,0,0) as from (31,0,0): the first listed wins
        picture[10:12] = random.randint(0, 256, (2, width, 3))
        picture[12:, :] = np.clip(picture[12:, :] + random.randint(-20, 21, (2, width, 3)), 0, 255)
        pictures[number] = picture.astype(np.uint8)
        stored = pictures[number][..., ::-1]
        if number == 2:
            stored = np.concatenate([stored, np.full((height, width, 1), 255, np.uint8)], -1)
        cv2.imwrite(str(folder / "segmentation" / f"segmentation_{number:04d}.png"), stored)
    common = sorted(set(CLASSES) & set(pictures))
    foreground = np.array([any(word in name for word in ("world_robot", "gripper", "robot")) for name in colours.values()])
    masks = []
    for number in common:
        distance = ((pictures[number][:, :, None].astype(np.int64) - table) ** 2).sum(-1)
        masks.append(foreground[distance.argmin(-1)])
    mask = torch.from_numpy(np.stack(masks))
    expected = {"mask": mask.to(torch.uint8) * 255}
    for setting, controls in SETTINGS.items():
        for control, (inside, outside) in controls.items():
            expected[f"{setting}.{control}"] = torch.where(mask, float(inside), float(outside)).half()
    save(OUT / "robot" / "expected.safetensors", expected)
    save_json(OUT / "robot" / "case.json", {"frames": common, "foreground": [
        dict(zip(("colour", "class", "foreground"), (list(c), n, bool(f)))) for (c, n), f in zip(colours.items(), foreground)]})
    print(f"robot: {float(mask.float().mean()):.0%} foreground")


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    presets()
    resizing()
    robot()
