"""Everything the transformer trains on, encoded once: latents of the clips and of every control, and the captions' tokens."""

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch

import controls
from clips import frames_of
from progress import write_json

VIDEO_CONTROLS = ("hdmap", "lidar")
NEEDS = {"vis": ["rgb"], "edge": ["rgb"], "depth": ["depth"], "seg": ["instance"], "hdmap": ["hdmap"], "lidar": ["lidar"]}


def control_video(name, clip, dice=None):
    """uint8 [T,H,W,3] of one clip's arrays. With `dice`, strengths are drawn at random, else they are the presets."""
    if name == "vis":
        if dice is None:
            return controls.vis(clip["rgb"])
        diameter, colour, space, _ = (controls.VIS, controls.VIS_SCALED)[dice.integers(2)]
        return controls.vis(clip["rgb"], (diameter, colour, space, int(dice.integers(2, 9))))
    if name == "edge":
        low, high = controls.EDGE["medium"]
        if dice is not None:
            low = int(dice.integers(20, 100))
            high = min(255, low + int(dice.integers(50, 150)))
        return controls.edge(clip["rgb"], low, high)
    if name == "depth":
        return controls.depth(clip["depth"])
    if name == "seg":
        return controls.seg(clip["instance"], dice if dice is not None else np.random.default_rng(7))
    return clip[name]


def make_video(name, clip, seed):
    """A sample's own frames or its control; `seed` is None for held-out samples, whose strengths are the presets."""
    if name == "rgb":
        return clip["rgb"]
    return control_video(name, clip, None if seed is None else np.random.default_rng(seed))


def encode_all(shards, encode, names, folder, seed, device, chunk=64, workers=0):
    """Writes raw latents of `names` ("rgb" and controls) as float16 [N,16,t,h,w], one file each; resumes where it ended.

    A sample that lacks a control (no driving clip) has zeros there, and is not in the file's list.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    held = set(shards.held)
    # A process forked from one whose threads have worked can wait for them for ever.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("forkserver")) if workers > 1 else None
    for name in names:
        marker = folder / f"{name}.json"
        state = json.loads(marker.read_text()) if marker.exists() else {"done": 0, "clips": []}
        if state["done"] >= len(shards):
            continue
        for start in range(state["done"], len(shards), chunk):
            indices = list(range(start, min(start + chunk, len(shards))))
            if name in VIDEO_CONTROLS:
                indices = [i for i in indices if shards.domain(i) == "driving"]
            if indices:
                arrays = shards.read(["rgb"] if name == "rgb" else NEEDS[name], indices)
                jobs = ([name] * len(indices), [{key: value[row] for key, value in arrays.items()} for row in range(len(indices))],
                        [None if index in held else [seed, index] for index in indices])
                videos = list(pool.map(make_video, *jobs, chunksize=8) if pool else map(make_video, *jobs))
                with torch.no_grad():
                    z = encode(frames_of(torch.from_numpy(np.stack(videos)).to(device))).float().cpu().numpy().astype(np.float16)
                path = folder / f"{name}.npy"
                if not path.exists():
                    np.lib.format.open_memmap(path, "w+", np.float16, (len(shards), *z.shape[1:])).flush()
                store = np.load(path, mmap_mode="r+")
                if store.shape[0] < len(shards):  # shards were added since
                    grown = np.lib.format.open_memmap(str(path) + ".part", "w+", np.float16, (len(shards), *z.shape[1:]))
                    grown[:store.shape[0]] = store
                    grown.flush()
                    del store
                    Path(str(path) + ".part").replace(path)
                    store = np.load(path, mmap_mode="r+")
                store[indices] = z
                store.flush()
                state["clips"] += indices
            state["done"] = min(start + chunk, len(shards))
            if (start // chunk) % 20 == 0 or state["done"] == len(shards):
                write_json(marker, state)
        print(f"{name}: {len(state['clips'])} of {len(shards)} clips")


def statistics(folder, shards):
    """Mean and deviation by channel and latent frame of the training clips' raw latents, [16][t] each; kept in a file."""
    path = Path(folder) / "statistics.json"
    if not path.exists():
        z = np.load(Path(folder) / "rgb.npy", mmap_mode="r")
        done = json.loads((Path(folder) / "rgb.json").read_text())["done"]
        some = [i for i in shards.train if i < done][:6000]
        values = np.asarray(z[some], dtype=np.float64)
        write_json(path, {"mean": values.mean((0, 3, 4)).round(6).tolist(), "std": values.std((0, 3, 4)).round(6).tolist()})
    return json.loads(path.read_text())


class LatentStore:
    """Scaled latents by clip number, on the device when that is a GPU."""

    def __init__(self, folder, name, device):
        folder = Path(folder)
        values = np.load(folder / f"{name}.npy", mmap_mode="r")
        self.clips = set(json.loads((folder / f"{name}.json").read_text())["clips"])
        s = json.loads((folder / "statistics.json").read_text())
        shape = (1, values.shape[1], values.shape[2], 1, 1)
        self.mean = torch.tensor(s["mean"], device=device).view(shape)
        self.std = torch.tensor(s["std"], device=device).view(shape)
        self.device = device
        self.values = torch.from_numpy(np.ascontiguousarray(values)).to(device) if device.type != "cpu" else values

    def __getitem__(self, indices):
        if self.device.type == "cpu":
            z = torch.from_numpy(np.asarray(self.values[indices.numpy()]))
        else:
            z = self.values[indices.to(self.device)]
        return 0.5 * (z.float() - self.mean) / self.std


def unscaled(z, statistics):
    shape = (1, z.shape[1], -1, 1, 1)
    mean, std = (torch.tensor(statistics[key], device=z.device)[:, :z.shape[2]].reshape(shape) for key in ("mean", "std"))
    return z / 0.5 * std + mean
