"""Stage `redraw`: training clips' latents as the base draws them, for the decoder and the judges to learn to read.

A clip's latent gets noise of a random level and is denoised again with guidance, so that the layout stays and the drawing is the
network's own: where neighbouring tokens do not quite fit, the decoder learns what was meant.
"""

import json
import math

import numpy as np
import torch

import diffusion
from latents import LatentStore, unscaled
from progress import write_json
from stages_latents import load_tokenizer
from stages_model import averaged_model, caption_ids
from tokenizer import to_bytes

LOWEST, HIGHEST, STEPS = 0.3, 2.5, 8


@torch.no_grad()
def redraw(run, count, batch=16):
    base, text, step = averaged_model(run)
    rgb = LatentStore(run.folder / "latents", "rgb", run.device)
    statistics = json.loads((run.folder / "latents" / "statistics.json").read_text())
    ids, usable = caption_ids(run).to(run.device), [i for i in run.shards.train if i in rgb.clips]
    clips = usable[::max(1, len(usable) // count)][:count]
    generator = torch.Generator(device=run.device).manual_seed(run.recipe["seed"] + step)
    found, drawn = [], []
    for start in range(0, len(clips), batch):
        some = torch.tensor(clips[start:start + batch])
        z, rows = rgb[some], text(ids[some.to(ids.device)])
        level = math.exp(math.log(LOWEST) + math.log(HIGHEST / LOWEST) * float(torch.rand(1, generator=generator, device=run.device)))
        x = z + level * torch.randn(z.shape, generator=generator, device=run.device)

        def network(rows):
            def evaluate(x, tau, mask):
                with run.autocast():
                    return base(x, tau, rows, mask)
            return evaluate

        x0_of = diffusion.guided(network(rows), network(torch.zeros_like(rows)), run.config["sampler"]["guidance"])
        levels = diffusion.noise_levels(level, run.config["sampler"]["sigma_min"], STEPS, run.config["sampler"]["rho"])
        drawn += [level] * len(some)
        found.append(unscaled(diffusion.sample(x0_of, x.double(), levels).float(), statistics).cpu().numpy().astype(np.float16))
    np.save(run.folder / "latents" / "redrawn.npy", np.concatenate(found))
    write_json(run.folder / "latents" / "redrawn.json", {"base_step": step, "clips": clips, "levels": drawn})
    print(f"{len(clips)} clips redrawn by the base of step {step}")


@torch.no_grad()
def redrawn_frames(run, frames, most, batch=16):
    """{clip: uint8 [F,H,W,3]} of the clips that were redrawn from noise of at most that level: what is where is still the same."""
    path = run.folder / "latents" / "redrawn.json"
    if not path.exists():
        return {}
    told = json.loads(path.read_text())
    z = np.load(run.folder / "latents" / "redrawn.npy", mmap_mode="r")
    rows = [row for row, level in enumerate(told["levels"]) if level <= most]
    tokenizer = load_tokenizer(run)
    found = {}
    for start in range(0, len(rows), batch):
        some = rows[start:start + batch]
        pictures = to_bytes(tokenizer.decode(torch.from_numpy(z[some].astype(np.float32)).to(run.device)))
        for row, clip in zip(some, pictures[:, :, list(frames)].permute(0, 2, 3, 4, 1).cpu().numpy()):
            found[told["clips"][row]] = clip
    return found
