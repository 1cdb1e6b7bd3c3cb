"""Stage `reader`: trains the network that reads latents, for the losses of the branches."""

import numpy as np
import torch

from cells import cells_of, kept_cells
from fitting import fit
from judges import KIND_OF, KINDS
from latents import LatentStore
from reader import Reader, reading_loss


def kind_shares(classes, cell, group):
    """uint8 [K,t,h,w]: shares of every kind in a cell, in 255ths."""
    kinds = KIND_OF[classes]
    return (255 * np.stack([cells_of(kinds == k, cell, group) for k in range(len(KINDS))])).round().astype(np.uint8)


def log_depths(depth, cell, group):
    """float16 [t,h,w]: mean logarithms of metres."""
    return cells_of(np.log(np.clip(depth.astype(np.float32), 1e-2, 300)), cell, group).astype(np.float16)


def load_reader(run):
    reader = Reader()
    reader.load_state_dict(torch.load(run.folder / "reader" / "average.pt", map_location="cpu"))
    return reader.requires_grad_(False).eval().to(run.device)


def train_reader(run):
    device = run.device
    torch.manual_seed(1)
    reader = Reader().to(device)
    store = LatentStore(run.folder / "latents", "rgb", device)
    kinds, depths = kept_cells(run, "kinds", "class", kind_shares), kept_cells(run, "log_depth", "depth", log_depths)
    train, held = (np.array(part) for part in (run.shards.train, run.shards.held))

    def batch(indices):
        labels = torch.from_numpy(kinds[indices].astype(np.float32) / 255).transpose(1, 2).flatten(0, 1)
        log = torch.from_numpy(depths[indices].astype(np.float32)).flatten(0, 1)
        return store[torch.from_numpy(indices)], labels.to(device), (log - log.mean((1, 2), keepdim=True)).to(device)

    def loss_of(size, dice):
        z, labels, log = batch(np.sort(dice.choice(train, size)))
        # A guess is a little off: half of the latents have some noise, so that the reader does not hang on the last detail.
        level = 0.2 * dice.random((size, 1, 1, 1, 1)) * (dice.random((size, 1, 1, 1, 1)) < 0.5)
        z = z + torch.from_numpy((level * dice.standard_normal(z.shape)).astype(np.float32)).to(device)
        with run.autocast():
            read = reader(z)[-1]
        return reading_loss(read, labels, log)

    step = fit(run, run.folder / "reader", reader, 24, lambda name: not name.startswith(("inward", "head")), loss_of)
    with torch.no_grad():
        right, loss = [], []
        for part in np.array_split(held, max(1, len(held) // 16)):
            z, labels, log = batch(part)
            read = reader(z)[-1]
            right.append(float((read[:, :-1].argmax(1) == labels.argmax(1)).float().mean()))
            loss.append(float(reading_loss(read, labels, log)))
    print(f"reader {step}: held-out cells read rightly {np.mean(right):.4f}, loss {np.mean(loss):.4f}")
