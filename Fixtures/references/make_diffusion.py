"""Makes diffusion/: python3 make_diffusion.py (after make_network.py, whose weights it reads)"""

import json
import math
import shutil

import numpy as np
import torch
from safetensors.torch import load_file

import diffusion_math as diffusion
import transfer_network
from common import HERE, Dice, error, save, save_json, single

OUT = HERE / "diffusion"
KEPT = (1, 2, 3, 10, 20, 30, 34, 35)


def noise():
    result = []
    for seed in (0, 1, 2, 1234, 20260101, 2 ** 31, 2 ** 32 - 1):
        values = np.random.RandomState(seed).standard_normal(100_000)
        places = (99, 623, 624, 999, 31_415, 50_000, 77_777, 99_998, 99_999)
        result.append({"seed": seed, "first": values[:12].tolist(),
                       "at": {str(i): float(values[i]) for i in places},
                       "sum": math.fsum(values), "sum_of_squares": math.fsum(values * values),
                       "smallest": float(values.min()), "largest": float(values.max())})
    save_json(OUT / "noise.json", {"count": 100_000, "seeds": result})
    tensors = {f"seed_{seed}": torch.from_numpy(np.random.RandomState(seed).standard_normal((1, 16, 2, 3, 5))).float()
               for seed in (1, 2)}
    save(OUT / "noise.safetensors", tensors)


def levels():
    save_json(OUT / "noise_levels.json", [
        {"sigma_max": high, "sigma_min": 0.002, "n": n, "rho": 7, "values": diffusion.noise_levels(high, n=n)}
        for high, n in ((70.0, 35), (80.0, 35), (70.0, 10), (80.0, 1), (7.5, 4))])
    save_json(OUT / "preconditioning.json", [
        dict(zip(("sigma", "c_skip", "c_out", "c_in", "c_noise"), (sigma, *diffusion.coefficients(sigma))))
        for sigma in (80.0, 70.0, 59.83629264, 10.0, 1.0, 0.5, 0.1, 0.002, 0.001)])
    values = diffusion.noise_levels(70.0)
    rows = [[None, *values[:2]]] + [list(values[i - 1:i + 2]) for i in (1, 2, 17, 34)]
    save_json(OUT / "steps.json", [
        dict(zip(("previous", "from", "to", "keep", "prediction", "before"),
                 (*row, *diffusion.step_coefficients(row[1], row[2], row[0])))) for row in rows])


def analytic():
    """A denoiser without a network: x0 = (m sigma^2 + x/4) / (sigma^2 + 1/4) + 0.2 sin(3 x / (1 + sigma))."""
    dice = Dice(400)
    mean = dice.normal(1, 16, 2, 4, 6).double()
    x = 70 * torch.from_numpy(np.random.RandomState(7).standard_normal((1, 16, 2, 4, 6))).float().double()

    def denoise(x, sigma):
        return (mean * sigma ** 2 + 0.25 * x) / (sigma ** 2 + 0.25) + 0.2 * torch.sin(3 * x / (1 + sigma))
    states, final = diffusion.sample(denoise, x, diffusion.noise_levels(70.0))
    save(OUT / "sampler_analytic" / "inputs.safetensors", {"x": x, "mean": mean})
    save(OUT / "sampler_analytic" / "expected.safetensors",
         {f"state.{i}": states[i] for i in KEPT} | {"final": final})


def official(path):
    """Weights under plain official names, whatever their prefix."""
    roots = ("x_embedder", "pos_embedder", "extra_pos_embedder", "t_embedder", "affline_norm", "blocks", "final_layer",
             "input_hint_block", "zero_blocks")
    def plain(name):
        part = name.split(".")
        return ".".join(part[next(i for i, p in enumerate(part) if p.startswith(roots)):])
    return {plain(k): v for k, v in load_file(path).items()}


def network():
    """35 steps of the network in network/controls with two controls and guidance."""
    folder = HERE / "network" / "controls"
    config = json.loads((folder / "config.json").read_text())
    base = official(folder / "base_model.safetensors")
    branches = {name: official(folder / f"{name}_control.safetensors") for name in ("vis", "edge")}
    dice = Dice(401)
    shape, seed, guidance = (1, 16, 2, 4, 6), 3, 5.0
    text, negative = dice.normal(2, 1, 12, 24)
    text[:, 9:], negative[:, 6:] = 0, 0
    inputs = {"text": text, "negative_text": negative, "padding_mask": torch.zeros(1, 1, 32, 48), "fps": torch.tensor([24.0]),
              "hint.vis": dice.normal(*shape, scale=0.5), "hint.edge": dice.normal(*shape, scale=0.5),
              "weight.vis": torch.tensor([0.4]), "weight.edge": dice.uniform(2, 2, 3, high=0.6)}
    noise = torch.from_numpy(np.random.RandomState(seed).standard_normal(shape)).float()
    condition = dice.normal(*shape, scale=0.5)

    def run(sigma_max, kind, frames, steps=35):
        to = lambda tensors: {k: v.to(kind) for k, v in tensors.items()}
        shared = to({k: v for k, v in inputs.items() if not k.endswith("text")})
        b, c = to(base), {k: to(v) for k, v in branches.items()}
        indicator = torch.zeros(1, 1, shape[2], 1, 1, dtype=kind)
        indicator[:, :, :frames] = 1
        mask = indicator.expand(1, 1, *shape[2:])

        def denoise(rows):
            def net(x, tau):
                given = shared | {"x": x, "text": rows.to(kind), "condition_mask": mask,
                                  "c_noise": torch.tensor([tau], dtype=kind)}
                return transfer_network.evaluate(config, b, c, given)["out"]
            return lambda x, sigma: diffusion.precondition(net, x, sigma)

        def guided(x, sigma):
            def one(rows):
                if not frames:
                    return denoise(rows)(x.to(kind), sigma)
                return diffusion.with_condition(denoise(rows), x.to(kind), condition.to(kind), noise.to(kind), indicator, sigma)
            c, u = one(text), one(negative)
            return (c + guidance * (c - u)).double()
        start = (sigma_max * noise).double()
        if not steps:
            return denoise(text)(start.to(kind), sigma_max)
        return diffusion.sample(guided, start, diffusion.noise_levels(sigma_max, n=steps))

    save(OUT / "sampler_network" / "inputs.safetensors", inputs | {"noise": noise, "condition_latent": condition})
    expected = {}
    for name, sigma_max, frames in (("free", 70.0, 0), ("conditioned", 80.0, 1)):
        states, final = run(sigma_max, torch.float64, frames)
        rough = run(sigma_max, torch.float32, frames)[1]
        print(f"{name}: deviation of the last latent {float(final.std()):.2f}; float32 ends {error(rough, final):.0e} away")
        expected |= {f"{name}.state.{i}": states[i] for i in KEPT} | {f"{name}.final": final}
    expected["one_step"] = run(80.0, torch.float64, 0, steps=0)
    save(OUT / "sampler_network" / "expected.safetensors", single(expected))
    save_json(OUT / "sampler_network" / "case.json", {
        "weights": "../../network/controls", "controls": ["vis", "edge"], "noise_seed": seed, "guidance": guidance,
        "steps": 35, "free": {"sigma_max": 70, "condition_frames": 0},
        "conditioned": {"sigma_max": 80, "condition_frames": 1}, "one_step": {"sigma": 80, "guidance": None}})


def condition_frames():
    dice = Dice(402)
    shape = (1, 16, 3, 2, 3)
    x, latent, prediction = dice.normal(*shape, scale=2), dice.normal(*shape, scale=0.5), dice.normal(*shape)
    noise = torch.from_numpy(np.random.RandomState(5).standard_normal(shape)).float()
    tensors = {"x": x, "latent": latent, "noise": noise, "prediction": prediction}
    expected = {}
    for sigma in (70.0, 1.0, 0.002, 0.001, 0.0005):
        for frames in (0, 1, 2):
            indicator = torch.zeros(1, 1, shape[2], 1, 1, dtype=torch.float64)
            indicator[:, :, :frames] = 1
            name = f"sigma_{sigma}.frames_{frames}"
            expected[f"{name}.seen"] = diffusion.insert_condition(x.double(), latent.double(), noise.double(), indicator, sigma)[0]
            expected[f"{name}.x0"] = diffusion.with_condition(lambda *_: prediction.double(), x.double(), latent.double(),
                                                              noise.double(), indicator, sigma)
    save(OUT / "condition_frames" / "inputs.safetensors", tensors)
    save(OUT / "condition_frames" / "expected.safetensors", single(expected))


def weights():
    numbers = [[0.5], [2.0], [0.0], [1.0, 1.0], [0.3, 0.5], [0.0, 0.5], [2.0, 0.0, 2.0], [0.5, 0.5, 0.5, 0.5], [0.1, 0.2, 3.0]]
    save_json(OUT / "weights" / "numbers.json",
              [{"given": row, "normalised": diffusion.control_weights(row, None)} for row in numbers])
    dice = Dice(403)
    shape = (5, 8, 12)
    soft = dice.uniform(*shape, high=1.2)
    flat = dice.uniform(8, 12, low=-0.3, high=1.0)
    small = dice.uniform(3, 5, 7, high=2.0)
    cases = {"one_map": [soft], "map_and_number": [soft, 0.4], "map_and_zero": [soft, 0.0], "flat_map": [flat, 0.6],
             "other_size": [small, 0.25, flat], "two_maps": [soft, 1.5 - soft]}
    tensors, expected, index = {}, {}, []
    for name, entries in cases.items():
        given = []
        for i, entry in enumerate(entries):
            given.append(f"map:{name}.{i}" if torch.is_tensor(entry) else entry)
            if torch.is_tensor(entry):
                tensors[f"{name}.{i}"] = entry
        exact = [e.double() if torch.is_tensor(e) else e for e in entries]
        expected |= {f"{name}.{i}": m for i, m in enumerate(diffusion.control_weights(exact, shape))}
        index.append({"name": name, "given": given})
    save_json(OUT / "weights" / "maps.json", {"target": shape, "cases": index})
    save(OUT / "weights" / "inputs.safetensors", tensors)
    save(OUT / "weights" / "expected.safetensors", single(expected))


def resampling():
    """Pixel maps to tokens: the maps of one frame, of two sorts of frame count, and with a factor of 8 in place of 16."""
    dice = Dice(404)
    tensors, expected = {}, {}
    for name, shape, tokens, factor in (("t1", (1, 32, 48), (1, 2, 3), 8), ("t2", (9, 16, 48), (2, 1, 3), 8),
                                        ("t3", (17, 48, 16), (3, 3, 1), 8), ("latent_frames", (3, 48, 32), (3, 3, 2), 8),
                                        ("temporal_4", (9, 32, 16), (3, 2, 1), 4), ("spatial_8", (9, 24, 40), (2, 3, 5), 8)):
        tensors[name] = dice.uniform(*shape)
        expected[name] = transfer_network.resample_weight(tensors[name].double(), tokens, factor, tokens[0])[0]
    save(OUT / "map_to_tokens" / "inputs.safetensors", tensors)
    save(OUT / "map_to_tokens" / "expected.safetensors", single(expected))

    tensors, expected = {"short": dice.uniform(9, 6, 8), "long": dice.uniform(150, 3, 4)}, {}
    targets = {"short": (121, 6, 8), "long": (121, 3, 4), "short.33": (33, 6, 8), "short.all": (33, 10, 7)}
    for name, shape in targets.items():
        expected[name] = diffusion.resize_map(tensors[name.split(".")[0]].double(), shape)
    save(OUT / "map_resize" / "inputs.safetensors", tensors)
    save(OUT / "map_resize" / "expected.safetensors", single(expected))


def patches():
    dice = Dice(405)
    tensors, expected = {}, {}
    for name, size, patch in (("three_by_three", (18, 24), (8, 10)), ("two_by_three", (13, 22), (8, 10)),
                              ("single", (6, 9), (6, 9)), ("no_overlap", (8, 20), (4, 10))):
        x = dice.normal(1, 2, 2, *size)
        parts = diffusion.split(x, patch)
        changed = parts + dice.normal(*parts.shape, scale=0.3)
        tensors |= {f"{name}.whole": x, f"{name}.patches": changed}
        expected |= {f"{name}.split": parts, f"{name}.merged": diffusion.merge(changed, size)}
    save(OUT / "patches" / "inputs.safetensors", tensors)
    save(OUT / "patches" / "expected.safetensors", single(expected))
    upscaler = []
    for name, (w, h), (long, short) in (("16:9", (1280, 704), (16, 9)), ("4:3", (960, 704), (4, 3)), ("1:1", (960, 960), (1, 1)),
                                        ("3:4", (704, 960), (4, 3)), ("9:16", (704, 1280), (16, 9))):
        side = 256 * short // long
        target = (3 * w - (256 if w >= h else side), 3 * h - (side if w >= h else 256))
        upscaler.append({"ratio": name, "patch": [w, h], "target": target,
                         "count": [diffusion.patch_layout(l, p)[0] for l, p in zip(target, (w, h))],
                         "overlap": [diffusion.patch_layout(l, p)[1] for l, p in zip(target, (w, h))],
                         "latent_overlap": [diffusion.patch_layout(l // 8, p // 8)[1] for l, p in zip(target, (w, h))]})
    save_json(OUT / "upscaler_sizes.json", upscaler)


def latent_scaling():
    dice = Dice(406)
    encoded, mean, std = dice.normal(2, 16, 3, 2, 3), dice.normal(16, 4, scale=0.1), dice.uniform(16, 4, low=0.4)
    m, s = mean.double()[:, :3, None, None], std.double()[:, :3, None, None]
    latent = 0.5 * (encoded.double() - m) / s
    save(OUT / "latent_scaling" / "inputs.safetensors", {"encoded": encoded, "mean": mean, "std": std})
    save(OUT / "latent_scaling" / "expected.safetensors", single({"latent": latent, "decoder_input": latent / 0.5 * s + m}))


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    noise()
    levels()
    analytic()
    network()
    condition_frames()
    weights()
    resampling()
    patches()
    latent_scaling()
