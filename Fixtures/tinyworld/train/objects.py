"""Where objects are in the latents: the networks learn them with more care than what surrounds them.

Objects are a sixth of the pictures' area, and walls, tables and roads, which are easily drawn, would be most of every step.
"""

import json
from pathlib import Path

import numpy as np
import torch

from judges import RENDERED
from progress import write_json

OBJECTS = {"arm", "box", "cylinder", "ball", "car", "truck", "person", "tree", "hand", "cup", "plate", "bottle", "board", "shelf"}
IS_OBJECT = np.array([name in OBJECTS for name in RENDERED])


def shares(classes, cell, group):
    """Share of objects in every latent cell: uint8 classes [T,H,W] -> float16 [t,h,w]. The first frame is a group of its own."""
    t, h, w = classes.shape
    cells = IS_OBJECT[classes].reshape(t, h // cell, cell, w // cell, cell).mean((2, 4))
    return np.concatenate([cells[:1], cells[1:].reshape(-1, group, *cells.shape[1:]).mean(1)]).astype(np.float16)


def object_shares(run, chunk=64):
    """float16 [N,t,h,w] of all samples, made once and kept beside the latents."""
    path = run.folder / "latents" / "objects.npy"
    marker = Path(str(path) + ".json")
    if not (marker.exists() and json.loads(marker.read_text())["clips"] == len(run.shards)):
        tok = run.config["tokenizer"]
        found = [shares(classes, tok["spatial_compression"], tok["temporal_compression"])
                 for start in range(0, len(run.shards), chunk)
                 for classes in run.shards.read(["class"], range(start, min(start + chunk, len(run.shards))))["class"]]
        np.save(path, np.stack(found))
        write_json(marker, {"clips": len(run.shards)})
    return np.load(path)


def object_weights(shares, extra):
    """Weights [B,1,t,h,w] of the loss, of mean 1 in every clip, from shares [B,t,h,w]."""
    weights = 1 + extra * torch.as_tensor(shares).float()[:, None]
    return weights / weights.mean((1, 2, 3, 4), keepdim=True)
