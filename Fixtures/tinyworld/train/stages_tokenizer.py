"""Stages `codec` and `tokenizer`: the closed-form linear codec, and the network that starts from it."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from clips import frames_of
from judges import unlike
from latents import control_video
from muon import Muon
from progress import Average, Clock, Curve, descend, rate, set_rate, write_json, write_whole
from stages_judges import load_judge
from tokenizer import LinearCodec, SharedCodec, Tokenizer, haar_signs, psnr, start_linear


def moments(vectors):
    v = vectors.double()
    return [v.sum(0), v.T @ v, len(v)]


def shared_basis(first, rest, channels=16):
    """One linear code for first and later groups of frames: PCA in which a first group is four equal frames, worth one."""
    sums = torch.zeros(192, dtype=torch.float64)
    outer = torch.zeros(192, 192, dtype=torch.float64)
    spread = torch.zeros(192, 48, dtype=torch.float64)
    for c in range(3):
        for tau in range(4):
            for p in range(16):
                spread[c * 64 + tau * 16 + p, c * 16 + p] = 1
    count = 0.0
    for (total, product, n), matrix, worth in ((first, spread, 0.25), (rest, torch.eye(192, dtype=torch.float64), 1.0)):
        sums += worth * (matrix @ total)
        outer += worth * (matrix @ product @ matrix.T)
        count += worth * n
    return LinearCodec.fit((sums, outer, count), channels)


def spread(part, power=0.5):
    """The code with its channels mixed: all of one deviation, yet with the order of importance kept.

    A network that diffuses whitened components spends itself on the finest ones. Here a component has its deviation to the
    `power`, and a Hadamard rotation hands each channel a share of every component; so isotropic noise hides details first and
    the colour of a patch last, as it does in pixels.
    """
    gain = part["decode"].norm(dim=0) ** power
    gain = gain / gain.square().mean().sqrt()
    rotation = torch.ones(1, 1, dtype=gain.dtype)
    while len(rotation) < len(gain):
        rotation = torch.cat([torch.cat([rotation, rotation], 1), torch.cat([rotation, -rotation], 1)])
    rotation = rotation / len(gain) ** 0.5
    return {"encode": rotation @ (gain[:, None] * part["encode"]), "decode": (part["decode"] / gain) @ rotation.T,
            "mean": part["mean"]}


def in_bands(part):
    """A codec over pixels [colour, frame, row, column] as one over Haar bands (channel = band * 3 + colour)."""
    signs = haar_signs().double()
    to_pixels = torch.zeros(192, 192, dtype=torch.float64)  # pixels = to_pixels @ bands
    to_bands = torch.zeros(192, 192, dtype=torch.float64)
    for c in range(3):
        to_pixels[c * 64:(c + 1) * 64, c::3] = signs
        to_bands[c::3, c * 64:(c + 1) * 64] = signs.T / 64
    encode, decode, mean = (part[key].double() for key in ("encode", "decode", "mean"))
    return ((encode @ to_pixels).float(), (-encode @ mean).float(), (to_bands @ decode).float(), (to_bands @ mean).float())


def fit_codec(run):
    shards, p = run.shards, run.recipe["codec"]
    first, rest = None, None
    some = shards.train[::max(1, len(shards.train) // p["clips"])]
    for start in range(0, len(some), 64):
        frames = frames_of(shards.read(["rgb"], some[start:start + 64])["rgb"])
        a, b = (moments(v) for v in LinearCodec.vectors(frames))
        first = a if first is None else [x + y for x, y in zip(first, a)]
        rest = b if rest is None else [x + y for x, y in zip(rest, b)]
    codec = LinearCodec(LinearCodec.fit(first), LinearCodec.fit(rest))
    codec = LinearCodec({k: v.float() for k, v in codec.first.items()}, {k: v.float() for k, v in codec.rest.items()})
    write_whole(run.folder / "codec" / "linear_codec.safetensors", lambda place: save_file(codec.tensors(), str(place)))
    part = spread(shared_basis(first, rest))
    shared = SharedCodec({k: v.float().contiguous() for k, v in part.items()})
    write_whole(run.folder / "codec" / "shared_codec.safetensors", lambda place: save_file(shared.part, str(place)))
    tokenizer = Tokenizer(run.config)
    start_linear(tokenizer, *in_bands(part))
    write_whole(run.folder / "tokenizer" / "start.pt", lambda place: torch.save(tokenizer.state_dict(), place))
    frames = held_out(run)
    with torch.no_grad():
        result = {"linear codec, first group apart": float(psnr(codec.decode(codec.encode(frames)), frames).mean()),
                  "linear codec, one code for all groups": float(psnr(shared.decode(shared.encode(frames)), frames).mean()),
                  "tokenizer at its linear start": float(reconstruct(tokenizer, frames).mean()),
                  "tokenizer's encoder against the linear code, largest deviation over deviation 1": float(
                      (tokenizer.encode(frames[:8]) - shared.encode(frames[:8])).abs().max()),
                  "clips": len(some), "held-out clips": len(frames)}
    write_json(run.folder / "codec" / "psnr.json", result)
    print(json.dumps(result, indent=1))


def held_out(run, most=96):
    indices = run.shards.held[::max(1, len(run.shards.held) // most)][:most]
    return frames_of(run.shards.read(["rgb"], indices)["rgb"])


def reconstruct(tokenizer, frames, chunk=16):
    return torch.cat([psnr(tokenizer.decode(tokenizer.encode(part)), part) for part in frames.split(chunk)])


def gradient_loss(a, b):
    return sum((a.diff(dim=d) - b.diff(dim=d)).abs().mean() for d in (3, 4))


def feature_distance(network, a, b):
    """How far apart two sets of pictures [n,3,H,W] in -1...1 look: unit features of every layer, squared differences, mean."""
    return sum(unlike(one, other).mean() for one, other in zip(network(a)[:-1], network(b)[:-1]))


PERCEIVED = 3  # frames of a clip whose features are compared
STRAIGHT = ("conv_in", "conv_out", "norm_out", "quant_conv")


def pixel_clips(run, most=6000):
    """Training clips whose frames fit into memory."""
    return run.shards.train[::max(1, -(-len(run.shards.train) // most))]


class Codes:
    """The training clips' latents as the decoder is to read them: as they are, with noise, or redrawn by the base."""

    def __init__(self, run, most=0.3, redrawn_share=0.6):
        folder, self.device, self.most = run.folder / "latents", run.device, most
        self.values = np.load(folder / "rgb.npy", mmap_mode="r")
        statistics = json.loads((folder / "statistics.json").read_text())
        self.deviation = torch.tensor(statistics["std"])[None, :, :, None, None]
        self.clips = pixel_clips(run)
        self.redrawn, self.rows, self.share = None, {}, 0
        if (folder / "redrawn.npy").exists():
            self.redrawn, self.share = np.load(folder / "redrawn.npy"), redrawn_share
            place = {clip: i for i, clip in enumerate(self.clips)}
            clips = json.loads((folder / "redrawn.json").read_text())["clips"]
            self.rows = {place[clip]: row for row, clip in enumerate(clips) if clip in place}

    def draw(self, size, dice):
        """(places in `pixel_clips`, latents)"""
        clean = dice.random(size) >= self.share
        known = list(self.rows)
        picks = [int(dice.integers(0, len(self.clips))) if one else known[dice.integers(0, len(known))] for one in clean]
        z = torch.from_numpy(np.stack([self.values[self.clips[i]] if one else self.redrawn[self.rows[i]]
                                       for i, one in zip(picks, clean)]).astype(np.float32))
        shape = (size, 1, 1, 1, 1)
        fine, coarse = (torch.from_numpy((self.most * dice.random(shape) * (dice.random(shape) < 0.5)
                                          * clean.reshape(shape)).astype(np.float32)) for _ in range(2))
        noise = torch.from_numpy(dice.standard_normal(z.shape, dtype=np.float32))
        # A token of the network is 2x2 cells: what it gets wrong as a whole.
        blocks = torch.from_numpy(dice.standard_normal((*z.shape[:3], z.shape[3] // 2, z.shape[4] // 2), dtype=np.float32))
        blocks = blocks.repeat_interleave(2, 3).repeat_interleave(2, 4)
        return picks, (z + self.deviation * (fine * noise + coarse * blocks)).to(self.device)


def train_tokenizer(run, half):
    """`half` is both, or decoder: then the encoder stays as it is, and latents made with it stay valid.

    The decoder alone learns from those latents, some with noise on them, and redrawn where that stage has run: what it will decode is
    not what an encoder gave but what a small diffusion network made, whose neighbouring tokens do not quite fit.
    """
    p, device = run.recipe["tokenizer"] | {"batch": run.batch or run.recipe["tokenizer"]["batch"]}, run.device
    folder = run.folder / "tokenizer"
    tokenizer = Tokenizer(run.config)
    tokenizer.load_state_dict(torch.load(folder / "start.pt"))
    tokenizer.to(device)
    state = torch.load(folder / "state.pt", map_location=device) if (folder / "state.pt").exists() else None
    if state:
        tokenizer.load_state_dict(state["model"])
    for module in (tokenizer.encoder, tokenizer.quant_conv):
        module.requires_grad_(half == "both")
    parameters = {n: v for n, v in tokenizer.named_parameters()}
    trained = [v for v in parameters.values() if v.requires_grad]
    # The way of the linear code rests on large constants that cancel: small steps there, or it is lost at once.
    straight = [v for n, v in parameters.items() if v.requires_grad and any(part in n for part in STRAIGHT)]
    bent = [v for n, v in parameters.items() if v.requires_grad and not any(part in n for part in STRAIGHT)]
    optimiser = Muon([v for v in bent if v.ndim > 2], [v for v in bent if v.ndim <= 2], lr=p["peak"], share=p["matrix_share"])
    careful = torch.optim.AdamW(straight, lr=p["peak"], betas=(0.9, 0.99), weight_decay=0.0)
    average = Average(parameters)
    step, began = 0, 0
    if state:
        step, began = state["step"], state.get("began", 0)
        average.values = state["average"]
        if state["half"] == half and "careful" in state:
            optimiser.load_state_dict(state["optimiser"])
            careful.load_state_dict(state["careful"])
    dice = np.random.default_rng([run.recipe["seed"], step])
    curve = Curve(folder / "curve.csv", step, ["loss", "features", "psnr"])
    frames = held_out(run, 96 if half == "both" else 32).to(device)
    codes = Codes(run) if half == "decoder" else None
    trained_judge = (run.folder / "judges" / "features" / "average.pt").exists()
    features = load_judge(run, "features").to(device) if codes and trained_judge else None
    clock = Clock(run.seconds, run.save_every)

    def save():
        write_whole(folder / "state.pt", lambda place: torch.save(
            {"model": tokenizer.state_dict(), "optimiser": optimiser.state_dict(), "careful": careful.state_dict(),
             "step": step, "began": began, "half": half, "average": average.values}, place))
        current = {n: v.detach().clone() for n, v in parameters.items()}
        with torch.no_grad():
            for n, v in parameters.items():
                v.copy_(average.values[n])
            value = float(reconstruct(tokenizer, frames).mean())
            write_whole(folder / "average.pt", lambda place: torch.save(tokenizer.state_dict(), place))
            for n, v in parameters.items():
                v.copy_(current[n])
        with (folder / "held_out.csv").open("a") as file:
            file.write(f"{step},{half},{value:.3f}\n")
        print(f"step {step}: held-out {value:.2f} dB", flush=True)

    cache = run.pixels(pixel_clips(run))
    while not clock.is_over() and (run.steps is None or step < run.steps):
        set_rate(optimiser, rate(step, p, began=began))
        set_rate(careful, p["straight_share"] * rate(step, p, began=began))
        picks, z = codes.draw(p["batch"], dice) if codes else (dice.integers(0, len(cache), p["batch"]), None)
        batch = [cache[i] for i in picks]
        for row in range(p["batch"]):
            if half == "both" and dice.random() < p["control_share"]:
                batch[row] = control_video("edge" if dice.random() < 0.5 else "vis", {"rgb": batch[row]}, dice)
        x = frames_of(torch.from_numpy(np.stack(batch)).to(device))
        with run.autocast():
            y = tokenizer.decode(z if codes else tokenizer.encode(x))
        mse = (y - x).square().mean()
        # The root of the error weighs easy and hard clips alike, as decibels do.
        loss = (y - x).square().flatten(1).mean(1).add(1e-5).sqrt().mean() + p["gradient"] * gradient_loss(y, x)
        seen = torch.zeros(())
        if features is not None:
            # Where a drawing is rough, the mean of all that it may have meant is a blur; features ask for a shape.
            some = torch.from_numpy(dice.choice(x.shape[2], PERCEIVED, replace=False))
            with run.autocast():
                seen = feature_distance(features, *(v[:, :, some].transpose(1, 2).flatten(0, 1) for v in (y, x)))
            loss = loss + p["perceptual"] * seen
        descend(loss, trained, 1.0, optimiser, careful)
        step += 1
        average.update(parameters, step)
        curve.add(loss=loss.item(), features=seen.item(), psnr=-10 * np.log10(max(mse.item() / 4, 1e-9)))
        if step % run.report == 0:
            curve.write(step)
        if clock.must_save():
            save()
    save()
