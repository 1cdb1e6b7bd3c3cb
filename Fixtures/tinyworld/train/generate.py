"""Sampling from the averaged weights, as the Swift program does it."""

import json

import numpy as np
import torch

import diffusion
from clips import frames_of
from export import averaged_branch
from latents import NEEDS, control_video, unscaled
from network import Branch
from stages_latents import load_codec
from stages_model import averaged_model, load_pieces, token_grid
from tokenizer import to_bytes


class Generator:
    def __init__(self, run, names):
        self.run, self.device = run, run.device
        self.base, self.text, self.step = averaged_model(run)
        self.pieces = load_pieces(run)
        self.encode, self.decode = load_codec(run)
        self.statistics = json.loads((run.folder / "latents" / "statistics.json").read_text())
        self.branches = {}
        for name in names:
            found = averaged_branch(run, name)
            assert found, f"the branch '{name}' has not been trained yet"
            self.branches[name] = Branch(run.config, found[0], token_grid(run.config, run.latent_frames), run.config["clip"]["fps"]).to(
                run.device).requires_grad_(False)
        tok, clip = run.config["tokenizer"], run.config["clip"]
        self.shape = (tok["latent_channels"], token_grid(run.config, run.latent_frames)[0],
                      clip["h"] // tok["spatial_compression"], clip["w"] // tok["spatial_compression"])

    def hint(self, videos):
        """uint8 [B,T,H,W,3] -> scaled latents."""
        z = self.encode(frames_of(np.stack(videos)).to(self.device)).float()
        mean, std = (torch.tensor(self.statistics[k], device=self.device)[None, :, :, None, None] for k in ("mean", "std"))
        return (0.5 * (z - mean) / std)[:, :, :self.shape[1]]

    @torch.no_grad()
    def __call__(self, prompts, hints=None, weights=None, seeds=None, guidance=None, steps=35):
        """uint8 [B,T,H,W,3]. `hints` {name: [B,16,t,h,w]}, `weights` {name: number or [t,h',w'] tensor}."""
        count = len(prompts)
        hints, weights = hints or {}, weights or {}
        guidance = self.run.config["sampler"]["guidance"] if guidance is None else guidance
        seeds = seeds if seeds is not None else range(count)
        noise = np.stack([np.random.RandomState(seed).standard_normal(self.shape) for seed in seeds]).astype(np.float32)
        sampler = self.run.config["sampler"]
        x = torch.from_numpy(noise).to(self.device).double() * sampler["sigma_max"]
        rows = self.text(self.pieces(prompts).to(self.device))

        def network(rows):
            def evaluate(x, tau, mask):
                total = ()
                for name, branch in self.branches.items():
                    weight = weights.get(name, 0)
                    if name not in hints or (not torch.is_tensor(weight) and weight == 0):
                        continue
                    if torch.is_tensor(weight):
                        weight = weight.to(self.device).flatten()[None, :, None]
                    parts = [weight * r for r in branch(x, tau, rows, mask, hints[name])]
                    total = [a + b for a, b in zip(total, parts)] if total else parts
                return self.base(x, tau, rows, mask, total)
            return evaluate

        x0_of = diffusion.guided(network(rows), network(torch.zeros_like(rows)), guidance)
        levels = diffusion.noise_levels(sampler["sigma_max"], sampler["sigma_min"], steps, sampler["rho"])
        z = diffusion.sample(x0_of, x, levels)
        return to_bytes(self.decode(unscaled(z.float(), self.statistics))).permute(0, 2, 3, 4, 1).cpu().numpy()


def held_out_clips(run, names, count):
    """(clip numbers, list of arrays by clip, {control: videos}) of held-out clips that have all of these controls."""
    needed = sorted({"rgb", "instance", "depth"} | {part for name in names for part in NEEDS[name]})
    driving = any(name in ("hdmap", "lidar") for name in names)
    held = [i for i in run.shards.held if not driving or run.shards.domain(i) == "driving"]
    picks = held[::max(1, len(held) // count)][:count]
    arrays = run.shards.read(needed, picks)
    clips = [{key: value[row] for key, value in arrays.items()} for row in range(len(picks))]
    return picks, clips, {name: [control_video(name, clip) for clip in clips] for name in names}
