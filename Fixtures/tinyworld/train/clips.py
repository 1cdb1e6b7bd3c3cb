"""Clips to train on: shards written by the renderer, or a stand-in made here (moving textured shapes) for tests.

A shard is NAME.safetensors with uint8 `rgb` [n,looks,T,H,W,3], float16 `depth` [n,T,H,W] metres, uint8 `instance`, `class`,
`foreground`, `lane` [n,T,H,W], with driving clips also uint8 `hdmap`, `lidar` [n,T,H,W,3], and NAME.json with what is known of
each clip: captions (one a look), boxes, camera. A sample is one look of one clip.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file


class Shards:
    """All samples of a folder, read when asked for. One clip of `hold` is held out, with its first look."""

    def __init__(self, folder, hold=20):
        self.files = sorted(Path(folder).glob("*.safetensors"))
        if not self.files:
            raise SystemExit(f"{folder} holds no shards (*.safetensors); render some first, see README.md")
        self.places, self.entries, self.held, self.train = [], [], [], []
        clips = 0
        for path in self.files:
            for i, entry in enumerate(json.loads(path.with_suffix(".json").read_text())["clips"]):
                entry = {key: entry[key] for key in ("domain", "captions", "intrinsics", "boxes") if key in entry}
                for look in range(len(entry["captions"])):
                    if clips % hold:
                        self.train.append(len(self.places))
                    elif look == 0:
                        self.held.append(len(self.places))
                    self.places.append((path, i, look))
                    self.entries.append(entry)
                clips += 1

    def __len__(self):
        return len(self.places)

    def read(self, names, indices):
        """{name: array [len(indices),...]} of some samples; those of one shard are read fastest together."""
        result = {name: [] for name in names}
        handle, opened = None, None
        for index in indices:
            path, i, look = self.places[index]
            if path != opened:
                handle, opened = safe_open(str(path), "pt"), path
            for name in names:
                part = handle.get_slice(name)
                result[name].append((part[i:i + 1, look:look + 1][0, 0] if name == "rgb" else part[i:i + 1][0]).numpy())
        return {name: np.stack(values) for name, values in result.items()}

    def caption(self, index):
        return self.entries[index]["captions"][self.places[index][2]]

    def domain(self, index):
        return self.entries[index]["domain"]


def frames_of(rgb):
    """uint8 [B,T,H,W,3] -> float [B,3,T,H,W] in -1...1, as the pipeline makes it."""
    return torch.as_tensor(rgb).permute(0, 4, 1, 2, 3).float() / 255 * 2 - 1


# ---- stand-in

COLOURS = {"red": (200, 40, 40), "green": (50, 160, 60), "blue": (50, 70, 200), "yellow": (220, 200, 60),
           "white": (225, 225, 225), "black": (35, 35, 35)}


def stand_in(count, seed, t=9, h=64, w=96):
    """Shard tensors and entries of moving discs and boxes before a textured ground."""
    dice = np.random.default_rng(seed)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    shard = {"rgb": np.zeros((count, 1, t, h, w, 3), np.uint8), "depth": np.zeros((count, t, h, w), np.float16)}
    for name in ("instance", "class", "foreground", "lane"):
        shard[name] = np.zeros((count, t, h, w), np.uint8)
    entries = []
    names = list(COLOURS)
    for n in range(count):
        ground = names[dice.integers(len(names))]
        texture = 12 * np.sin(x * dice.uniform(0.2, 0.8) + y * dice.uniform(-0.5, 0.5))
        far = 12 - 8 * y / h
        objects = []
        for k in range(dice.integers(1, 4)):
            objects.append((k + 1, "disc" if dice.random() < 0.5 else "box", names[dice.integers(len(names))],
                            dice.uniform(8, 18), dice.uniform([10, 10], [w - 10, h - 10]), dice.uniform(-2, 2, 2),
                            dice.uniform(1, 4)))
        objects.sort(key=lambda o: -o[-1])
        for frame in range(t):
            picture = np.array(COLOURS[ground], np.float32) + texture[..., None]
            metres = far.copy()
            instance = np.zeros((h, w), np.uint8)
            kinds = np.zeros((h, w), np.uint8)
            for number, kind, colour, size, place, speed, distance in objects:
                cx, cy = place + speed * frame
                inside = ((x - cx) ** 2 + (y - cy) ** 2 < size ** 2 if kind == "disc"
                          else np.maximum(abs(x - cx), abs(y - cy)) < size * 0.8)
                shade = 1 - 0.4 * ((x - cx) + (y - cy)) / (2 * size)
                picture[inside] = (np.array(COLOURS[colour]) * shade[..., None])[inside]
                metres[inside] = distance
                instance[inside] = number
                kinds[inside] = 1 + (kind == "box")
            shard["rgb"][n, 0, frame] = picture.clip(0, 255).astype(np.uint8)
            shard["depth"][n, frame] = metres
            shard["instance"][n, frame] = instance
            shard["class"][n, frame] = kinds
            shard["foreground"][n, frame] = instance == 1
        words = " and ".join(f"a {colour} {kind}" for _, kind, colour, *_ in sorted(objects))
        entries.append({"domain": "robot", "seed": seed * 100000 + n, "captions": [f"{words} before a {ground} ground"]})
    return shard, entries


def write_stand_in(folder, shards, count, seed=0):
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number in range(shards):
        tensors, entries = stand_in(count, seed + number)
        path = Path(folder) / f"{number:04d}.safetensors"
        save_file({name: torch.from_numpy(value) for name, value in tensors.items()}, str(path))
        path.with_suffix(".json").write_text(json.dumps({"clips": entries}))
