"""Where objects are in the latents: the networks learn them with more care than what surrounds them.

Objects are a sixth of the pictures' area, and walls, tables and roads, which are easily drawn, would be most of every step.
"""

import numpy as np
import torch

from cells import cells_of, kept_cells
from judges import RENDERED

OBJECTS = {"arm", "box", "cylinder", "ball", "car", "truck", "person", "tree", "hand", "cup", "plate", "bottle", "board", "shelf"}
IS_OBJECT = np.array([name in OBJECTS for name in RENDERED])


def shares(classes, cell, group):
    """Share of objects in every latent cell: uint8 classes [T,H,W] -> float16 [t,h,w]."""
    return cells_of(IS_OBJECT[classes], cell, group).astype(np.float16)


def object_shares(run):
    """float16 [N,t,h,w] of all samples."""
    return kept_cells(run, "objects", "class", shares)


def object_weights(shares, extra):
    """Weights [B,1,t,h,w] of the loss, of mean 1 in every clip, from shares [B,t,h,w]."""
    weights = 1 + extra * torch.as_tensor(shares).float()[:, None]
    return weights / weights.mean((1, 2, 3, 4), keepdim=True)
