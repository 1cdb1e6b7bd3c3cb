"""Sampling from the averaged weights, as the Swift program does it."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

import diffusion
from clips import frames_of
from export import averaged_branch
from latents import NEEDS, control_video, unscaled
from network import Base, Branch
from stages_latents import load_codec
from stages_model import averaged_model, load_pieces, token_grid
from text import Pieces, TextEncoder
from tokenizer import Tokenizer, to_bytes


class Generator:
    """`codec` is (encode, decode), `statistics` the latents' mean and std, `branches` by control."""

    def __init__(self, config, base, text, pieces, codec, statistics, branches, device, latent_frames=None, step=None):
        self.config, self.base, self.text, self.pieces, self.device = config, base, text, pieces, device
        (self.encode, self.decode), self.statistics, self.branches, self.step = codec, statistics, branches, step
        tok, clip = config["tokenizer"], config["clip"]
        self.shape = (tok["latent_channels"], token_grid(config, latent_frames)[0],
                      clip["h"] // tok["spatial_compression"], clip["w"] // tok["spatial_compression"])

    @classmethod
    def of_run(cls, run, names):
        """With the averaged weights of the last checkpoints."""
        base, text, step = averaged_model(run)
        size, branches = token_grid(run.config, run.latent_frames), {}
        for name in names:
            found = averaged_branch(run, name)
            assert found, f"the branch '{name}' has not been trained yet"
            branches[name] = Branch(run.config, found[0], size, run.config["clip"]["fps"]).to(run.device).requires_grad_(False)
        statistics = json.loads((run.folder / "latents" / "statistics.json").read_text())
        return cls(run.config, base, text, load_pieces(run), load_codec(run), statistics, branches, run.device,
                   run.latent_frames, step)

    @classmethod
    def of_weights(cls, folder, names):
        """With the weights of an exported folder, in float32."""
        folder = Path(folder)
        config = json.loads((folder / "config.json").read_text())
        size, fps = token_grid(config), config["clip"]["fps"]

        def tensors(part):
            return {n: v.float() for n, v in load_file(str(folder / f"{part}.safetensors")).items()}

        tokenizer = Tokenizer(config)
        tokenizer.load_state_dict(tensors("tokenizer"))
        modules = {name: Branch(config, tensors(f"{name}_control"), size, fps) for name in names}
        base, text = Base(config, tensors("base_model"), size, fps), TextEncoder(config, tensors("text_encoder"))
        for module in (tokenizer, base, text, *modules.values()):
            module.requires_grad_(False).eval()
        return cls(config, base, text, Pieces((folder / "spiece.model").read_bytes(), config["text"]["tokens"]),
                   (tokenizer.encode, tokenizer.decode), config["tokenizer"], modules, torch.device("cpu"))

    def hint(self, videos):
        """uint8 [B,T,H,W,3] -> scaled latents."""
        z = self.encode(frames_of(np.stack(videos)).to(self.device)).float()
        mean, std = (torch.tensor(self.statistics[k], device=self.device)[None, :, :, None, None] for k in ("mean", "std"))
        return (0.5 * (z - mean) / std)[:, :, :self.shape[1]]

    @torch.no_grad()
    def latents(self, prompts, hints=None, weights=None, seeds=None, guidance=None, steps=35):
        """Scaled latents [B,16,t,h,w]. `hints` {name: [B,16,t,h,w]}, `weights` {name: number or [t,h',w'] tensor}."""
        count = len(prompts)
        hints, weights = hints or {}, weights or {}
        guidance = self.config["sampler"]["guidance"] if guidance is None else guidance
        seeds = seeds if seeds is not None else range(count)
        noise = np.stack([np.random.RandomState(seed).standard_normal(self.shape) for seed in seeds]).astype(np.float32)
        sampler = self.config["sampler"]
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
        return diffusion.sample(x0_of, x, levels).float()

    @torch.no_grad()
    def decoded(self, latents):
        """Frames in -1...1, [B,3,T,H,W]."""
        return self.decode(unscaled(latents, self.statistics))

    def __call__(self, *what, **how):
        """uint8 [B,T,H,W,3] of what `latents` takes."""
        return to_bytes(self.decoded(self.latents(*what, **how))).permute(0, 2, 3, 4, 1).cpu().numpy()


def held_out_clips(run, names, count):
    """(clip numbers, list of arrays by clip, {control: videos}) of held-out clips that have all of these controls."""
    needed = sorted({"rgb", "instance", "depth"} | {part for name in names for part in NEEDS[name]})
    driving = any(name in ("hdmap", "lidar") for name in names)
    held = [i for i in run.shards.held if not driving or run.shards.domain(i) == "driving"]
    picks = held[::max(1, len(held) // count)][:count]
    arrays = run.shards.read(needed, picks)
    clips = [{key: value[row] for key, value in arrays.items()} for row in range(len(picks))]
    return picks, clips, {name: [control_video(name, clip) for clip in clips] for name in names}
