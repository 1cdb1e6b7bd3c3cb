"""Stage `reader`: trains the network that reads latents, for the losses of the branches."""

import json
from pathlib import Path

import numpy as np
import torch

from judges import KIND_OF, KINDS
from latents import LatentStore
from muon import Muon
from progress import Average, Clock, Curve, descend, rate, set_rate, write_json, write_whole
from reader import Reader, reading_loss


def cells_of(maps, cell, group):
    """Means over latent cells: [T,H,W] -> [t,h,w]; the first frame is a group of its own."""
    t, h, w = maps.shape
    cells = maps.reshape(t, h // cell, cell, w // cell, cell).mean((2, 4), dtype=np.float32)
    return np.concatenate([cells[:1], cells[1:].reshape(-1, group, *cells.shape[1:]).mean(1)])


def labels_of(classes, depth, cell, group):
    """(uint8 [K,t,h,w] shares of every kind in 255ths, float16 [t,h,w] mean log depth)"""
    kinds = KIND_OF[classes]
    shares = np.stack([cells_of(kinds == k, cell, group) for k in range(len(KINDS))])
    log = np.log(np.clip(depth.astype(np.float32), 1e-2, 300))
    return (shares * 255).round().astype(np.uint8), cells_of(log, cell, group).astype(np.float16)


def latent_labels(run, chunk=64):
    """Labels of all samples, made once and kept beside the latents."""
    folder = run.folder / "latents"
    marker = folder / "labels.json"
    if not (marker.exists() and json.loads(marker.read_text())["clips"] == len(run.shards)):
        tok, found = run.config["tokenizer"], []
        for start in range(0, len(run.shards), chunk):
            arrays = run.shards.read(["class", "depth"], range(start, min(start + chunk, len(run.shards))))
            found += [labels_of(c, d, tok["spatial_compression"], tok["temporal_compression"])
                      for c, d in zip(arrays["class"], arrays["depth"])]
        for name, values in zip(("kinds", "log_depth"), zip(*found)):
            np.save(folder / f"{name}.npy", np.stack(values))
        write_json(marker, {"clips": len(run.shards)})
    return (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("kinds", "log_depth"))


def load_reader(run):
    reader = Reader()
    reader.load_state_dict(torch.load(run.folder / "reader" / "average.pt", map_location="cpu"))
    return reader.requires_grad_(False).eval().to(run.device)


def train_reader(run):
    p = {"peak": 2e-3, "warm": 100, "hold": 1500, "batch": run.batch or 24}
    folder, device = run.folder / "reader", run.device
    torch.manual_seed(1)
    reader = Reader().to(device)
    parameters = dict(reader.named_parameters())
    inner = [n for n, v in parameters.items() if v.ndim == 4 and not n.startswith(("inward", "head"))]
    optimiser = Muon([parameters[n] for n in inner], [v for n, v in parameters.items() if n not in inner], lr=p["peak"])
    average, step = Average(parameters), 0
    if (folder / "state.pt").exists():
        state = torch.load(folder / "state.pt", map_location=device)
        reader.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average.values, step = state["average"], state["step"]
    store = LatentStore(run.folder / "latents", "rgb", device)
    kinds, log_depth = latent_labels(run)
    dice = np.random.default_rng([run.recipe["seed"], step])
    curve, clock = Curve(folder / "curve.csv", step, ["loss"]), Clock(run.seconds, run.save_every)

    def batch(indices):
        labels = torch.from_numpy(kinds[indices].astype(np.float32) / 255).transpose(1, 2).flatten(0, 1)
        log = torch.from_numpy(log_depth[indices].astype(np.float32)).flatten(0, 1)
        return store[torch.from_numpy(indices)], labels.to(device), (log - log.mean((1, 2), keepdim=True)).to(device)

    def save():
        write_whole(folder / "state.pt", lambda place: torch.save(
            {"model": reader.state_dict(), "optimiser": optimiser.state_dict(), "average": average.values, "step": step}, place))

    train, held = (np.array(part) for part in (run.shards.train, run.shards.held))
    while not clock.is_over() and (run.steps is None or step < run.steps):
        set_rate(optimiser, rate(step, p, run.anneal, run.steps))
        z, labels, log = batch(np.sort(dice.choice(train, p["batch"])))
        # A guess is a little off: half of the latents have some noise, so that the reader does not hang on the last detail.
        level = 0.2 * dice.random(len(z)) * (dice.random(len(z)) < 0.5)
        z = z + torch.from_numpy((level.reshape(-1, 1, 1, 1, 1) * dice.standard_normal(z.shape)).astype(np.float32)).to(device)
        with run.autocast():
            read = reader(z)[-1]
        loss = reading_loss(read, labels, log)
        descend(loss, parameters.values(), 5.0, optimiser)
        step += 1
        average.update(parameters, step)
        curve.add(loss=loss.item())
        if step % run.report == 0:
            curve.write(step)
        if clock.must_save():
            save()
    save()
    with torch.no_grad():
        for n, v in parameters.items():
            v.copy_(average.values[n])
        write_whole(folder / "average.pt", lambda place: torch.save(reader.state_dict(), place))
        right, loss = [], []
        for part in np.array_split(held, max(1, len(held) // 16)):
            z, labels, log = batch(part)
            read = reader(z)[-1]
            right.append(float((read[:, :-1].argmax(1) == labels.argmax(1)).float().mean()))
            loss.append(float(reading_loss(read, labels, log)))
    print(f"reader {step}: held-out cells read rightly {np.mean(right):.4f}, loss {np.mean(loss):.4f}")
