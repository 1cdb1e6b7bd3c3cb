"""Stage `redraw [NAME...]`: training clips' latents as the networks draw them, for the decoder and the judges to learn to read.

Without names, a clip's latent gets noise of a random level and is denoised again with guidance, so that the layout stays and the
drawing is the base's own: where neighbouring tokens do not quite fit, the decoder learns what was meant. With names, clips are
drawn from nothing but noise and a control, taken in turn, as in a run; the layout is the control's, and judges learn to tell it.
"""

import json

import numpy as np
import torch

import diffusion
from generate import Generator
from latents import LatentStore, unscaled
from progress import write_json
from stages_latents import load_tokenizer
from tokenizer import to_bytes

LOWEST, HIGHEST, STEPS = 0.3, 2.5, 8
CONTROLLED_STEPS = 12


@torch.no_grad()
def redraw(run, count, names, batch=16):
    generator = Generator.of_run(run, names)
    folder, settings = run.folder / "latents", run.config["sampler"]
    stores = {name: LatentStore(folder, name, run.device) for name in ["rgb", *names]}
    usable = [i for i in run.shards.train if all(i in store.clips for store in stores.values())]
    clips = usable[::max(1, len(usable) // count)][:count]
    dice = torch.Generator(device=run.device).manual_seed(run.recipe["seed"] + generator.step)
    ids = [run.shards.caption(i) for i in clips]
    found, drawn = [], []
    for number, start in enumerate(range(0, len(clips), batch)):
        some = torch.tensor(clips[start:start + batch])
        z, rows = stores["rgb"][some], generator.text(generator.pieces(ids[start:start + batch]).to(run.device))
        noise = torch.randn(z.shape, generator=dice, device=run.device)
        if names:
            name = names[number % len(names)]
            level, steps, strength = settings["sigma_max"], CONTROLLED_STEPS, 0
            x, branch, hint = level * noise, generator.branches[name], stores[name][some]
        else:
            name, branch = None, None
            share = float(torch.rand(1, generator=dice, device=run.device))
            level, steps, strength = LOWEST * (HIGHEST / LOWEST) ** share, STEPS, settings["guidance"]
            x = z + level * noise

        def network(rows):
            def evaluate(x, tau, mask):
                with run.autocast():
                    residuals = branch(x, tau, rows, mask, hint) if branch else ()
                    return generator.base(x, tau, rows, mask, residuals)
            return evaluate

        x0_of = diffusion.guided(network(rows), network(torch.zeros_like(rows)), strength)
        levels = diffusion.noise_levels(level, settings["sigma_min"], steps, settings["rho"])
        drawn += [{"level": level, "control": name}] * len(some)
        z = diffusion.sample(x0_of, x.double(), levels).float()
        found.append(unscaled(z, generator.statistics).cpu().numpy().astype(np.float16))
    stem = "controlled" if names else "redrawn"
    np.save(folder / f"{stem}.npy", np.concatenate(found))
    write_json(folder / f"{stem}.json", {"base_step": generator.step, "clips": clips, "drawn": drawn})
    print(f"{len(clips)} clips drawn by the base of step {generator.step}")


@torch.no_grad()
def redrawn_frames(run, frames, most, batch=16):
    """{clip: uint8 [F,H,W,3]} of clips drawn under a control, and of those redrawn from noise of at most that level.

    What is where is still the same in all of them.
    """
    found = {}
    for stem in ("redrawn", "controlled"):
        path = run.folder / "latents" / f"{stem}.json"
        if not path.exists():
            continue
        told = json.loads(path.read_text())
        z = np.load(path.with_suffix(".npy"), mmap_mode="r")
        rows = [row for row, how in enumerate(told["drawn"]) if how["control"] or how["level"] <= most]
        tokenizer = load_tokenizer(run)
        for start in range(0, len(rows), batch):
            some = rows[start:start + batch]
            pictures = to_bytes(tokenizer.decode(torch.from_numpy(z[some].astype(np.float32)).to(run.device)))
            for row, clip in zip(some, pictures[:, :, list(frames)].permute(0, 2, 3, 4, 1).cpu().numpy()):
                found[told["clips"][row]] = clip
    return found
