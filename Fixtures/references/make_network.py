"""Makes network/: python3 make_network.py"""

import shutil
from collections import OrderedDict

import torch
from diffusers import CosmosTransformer3DModel

import transfer_network
from common import HERE, Dice, error, save, save_json, single
from names import network_to_diffusers
from random_network import branch, configuration, rounded, save_weights, trunk

OUT = HERE / "network"


def inputs(dice, config, frames=2, h=8, w=8, batch=1, tokens=12, zero_rows=3, fps=24, padded=False):
    dit = config["dit"]
    text = dice.normal(batch, tokens, dit["text_dim"])
    if zero_rows:
        text[:, -zero_rows:] = 0
    result = {"x": dice.normal(batch, 16, frames, h, w), "c_noise": dice.uniform(batch, low=-1.5, high=1.0), "text": text,
              "padding_mask": torch.zeros(batch, 1, 8 * h, 8 * w), "fps": torch.tensor([float(fps)])}
    if dit["cond_mask"]:
        result["condition_mask"] = torch.zeros(batch, 1, frames, h, w)
        result["condition_mask"][:, :, :frames // 2] = 1
    if padded:
        for b in range(batch):
            result["padding_mask"][b, :, 8 * h - 13 - 5 * b:] = 1
            result["padding_mask"][b, :, :, 8 * w - 10 - 9 * b:] = 1
    return result


# ---- evaluation

def without_buffers(weights):
    return {k: v for k, v in weights.items() if k != "pos_embedder.seq"}


def double(tensors):
    return {k: v.double() for k, v in tensors.items()}


def ours(config, base, controls, tensors):
    return transfer_network.evaluate(config, double(base), {k: double(v) for k, v in controls.items()}, double(tensors))


class Peer:
    """diffusers' module with the weights of a base network."""

    def __init__(self, config, weights):
        dit = config["dit"]
        self.module = CosmosTransformer3DModel(
            in_channels=dit["latent_channels"] + dit["cond_mask"], out_channels=dit["latent_channels"],
            num_attention_heads=dit["heads"], attention_head_dim=dit["D"] // dit["heads"], num_layers=dit["blocks"],
            mlp_ratio=dit["mlp_ratio"], text_embed_dim=dit["text_dim"], adaln_lora_dim=dit["lora_rank"],
            max_size=(dit["max_t"], *dit["max_hw"]), patch_size=tuple(dit["patch"]),
            rope_scale=(dit["rope_ratio_t"], dit["rope_ratio_h"], dit["rope_ratio_w"]),
            extra_pos_embed_type="learnable")
        named = {network_to_diffusers(k): v for k, v in without_buffers(weights).items()}
        self.module.load_state_dict(named, strict=True)
        self.module.eval()
        # The module's query and key norms come with an epsilon of 1e-5; the model's is 1e-6.
        for block in self.module.transformer_blocks:
            for norm in (block.attn1.norm_q, block.attn1.norm_k, block.attn2.norm_q, block.attn2.norm_k):
                norm.eps = 1e-6

    def one(self, tensors, b):
        """Sample b alone: the module repeats a padding mask over the batch, so it takes one mask only."""
        x = tensors["x"][b:b + 1]
        size = (x.shape[2], x.shape[3] // 2, x.shape[4] // 2)
        seen, hooks = {}, []
        for j, block in enumerate(self.module.transformer_blocks):
            def keep(module, arguments, output, j=j):
                seen[f"block.{j}"] = output.unflatten(1, size).clone()
            hooks.append(block.register_forward_hook(keep))
        seen["out"] = self.module(
            hidden_states=x, timestep=tensors["c_noise"][b:b + 1], encoder_hidden_states=tensors["text"][b:b + 1],
            fps=float(tensors["fps"]), padding_mask=tensors["padding_mask"][b:b + 1],
            condition_mask=tensors["condition_mask"][b:b + 1] if "condition_mask" in tensors else None,
            return_dict=False)[0]
        for hook in hooks:
            hook.remove()
        return seen

    def evaluate(self, tensors):
        samples = [self.one(tensors, b) for b in range(tensors["x"].shape[0])]
        return {k: torch.cat([s[k] for s in samples]) for k in samples[0]}


def check(model, case, result, reference):
    worst = max(error(result[k], reference[k]) for k in reference)
    print(f"{model}/{case}: {worst:.1e} between the specification's own module and diffusers")
    assert worst < 1e-5


def write_case(model, case, tensors, expected):
    assert all(bool(torch.isfinite(v).all()) for v in expected.values())
    save(OUT / model / case / "inputs.safetensors", tensors)
    save(OUT / model / case / "expected.safetensors", single(expected))


def write_base(model, config, weights, cases):
    """Cases of a base network alone: expected numbers are those of diffusers."""
    save_json(OUT / model / "config.json", config)
    peer = Peer(config, weights)
    for case, tensors in cases.items():
        expected = peer.evaluate(tensors)
        check(model, case, ours(config, weights, {}, tensors), expected)
        write_case(model, case, tensors, expected)


# ---- the base network

def bases():
    dice = Dice(100)
    config = configuration(48, 2, 3)
    weights = rounded(trunk(dice, config, 3), torch.bfloat16)
    save_weights(OUT / "base" / "base_model.safetensors", weights, kind=torch.bfloat16)
    # Rows so small that the epsilon of the key norm (1e-6) decides the result.
    faint = inputs(dice, config, h=4, w=4)
    faint["text"] *= 0.002
    write_base("base", config, weights, {
        "plain": inputs(dice, config),
        "odd_sizes": inputs(dice, config, frames=3, h=10, w=6),
        "one_frame": inputs(dice, config, frames=1),
        "batch_2": inputs(dice, config, batch=2, padded=True),
        "fps_12": inputs(dice, config, frames=3, h=4, w=6, fps=12),
        "fps_30": inputs(dice, config, frames=3, h=4, w=6, fps=30),
        "no_zero_rows": inputs(dice, config, h=4, w=4, zero_rows=0),
        "all_zero_rows": inputs(dice, config, h=4, w=4, zero_rows=12),
        "padding": inputs(dice, config, padded=True),
        "faint_text": faint})

    dice = Dice(101)
    config = configuration(64, 2, 1, lora=6, mlp=3, text=20)
    weights = rounded(trunk(dice, config, 1), torch.bfloat16)
    save_weights(OUT / "base_head_32" / "base_model.safetensors", weights, "net.", torch.bfloat16)
    write_base("base_head_32", config, weights, {"plain": inputs(dice, config, frames=3, h=6, w=10)})

    dice = Dice(102)
    config = configuration(32, 2, 2, lora=5)
    weights = trunk(dice, config, 2)
    save_weights(OUT / "base_diffusers_names" / "base_model.safetensors",
                 {network_to_diffusers(k): v for k, v in without_buffers(weights).items()})
    write_base("base_diffusers_names", config, weights, {"plain": inputs(dice, config, frames=3, h=6, w=10)})

    dice = Dice(103)
    config = configuration(32, 2, 2)
    weights = rounded(trunk(dice, config, 2), torch.bfloat16)
    state = OrderedDict()
    for name, value in weights.items():
        state[f"base_model.net.{name}"] = value.bfloat16()
        if name.endswith("to_q.1.weight"):
            state[f"base_model.net.{name[:-6]}_extra_state"] = torch.empty(0, dtype=torch.uint8)
    state["base_model.logvar.0.freqs"] = dice.normal(8)
    state["base_model.logvar.0.phases"] = dice.normal(8)
    state["base_model.logvar.1.weight"] = dice.normal(1, 8)
    (OUT / "base_pt").mkdir(parents=True)
    torch.save(state, OUT / "base_pt" / "base_model.pt")
    write_base("base_pt", config, weights, {"plain": inputs(dice, config, frames=3, h=6, w=10)})


# ---- base and branches

def bump(shape, centre, width):
    """A smooth bump over [t,h,w], 0 to 1."""
    grid = torch.meshgrid(*[(torch.arange(n, dtype=torch.float32) + 0.5) / n for n in shape], indexing="ij")
    return torch.exp(-sum((g - c) ** 2 for g, c in zip(grid, centre)) / width ** 2)


def hints(dice, config, tensors):
    names = config["ctrl"]["names"]
    return tensors | {f"hint.{name}": dice.normal(*tensors["x"].shape, scale=0.5) for name in names}


def write_controls(model, config, base, branches, cases):
    save_json(OUT / model / "config.json", config)
    peer = Peer(config, base)
    for case, tensors in cases.items():
        names = [n for n in config["ctrl"]["names"] if f"hint.{n}" in tensors]
        expected = ours(config, base, {n: branches[n] for n in names}, tensors)
        alone = {k: v for k, v in tensors.items() if not k.startswith(("hint.", "weight.", "text.", "region_mask."))}
        check(model, case, ours(config, base, {}, alone), peer.evaluate(alone))
        maps = [tensors[f"weight.{n}"] for n in names]
        if case == "pixel_maps_above_one":
            shared = dict(zip((f"weight.{n}" for n in names), transfer_network.normalise(maps)))
            second = ours(config, base, {n: branches[n] for n in names}, tensors | shared)
            expected |= {f"normalised.{k}": v for k, v in second.items()}
        write_case(model, case, tensors, expected)
        print(f"{model}/{case}: the controls move the output by "
              f"{error(ours(config, base, {}, tensors)['out'], expected['out']):.2f}")


def controls():
    dice = Dice(110)
    config = configuration(32, 2, 3, controls=("vis", "edge", "depth"))
    base = trunk(dice, config, 3)
    kinds = {"vis": torch.bfloat16, "edge": torch.bfloat16, "depth": torch.float16}
    prefixes = {"vis": "net.", "edge": "", "depth": "net.net_ctrl."}
    branches = {name: rounded(branch(dice, config), kind) for name, kind in kinds.items()}
    save_weights(OUT / "controls" / "base_model.safetensors", base, "base_model.net.")
    for name, weights in branches.items():
        save_weights(OUT / "controls" / f"{name}_control.safetensors", weights, prefixes[name], kinds[name])

    def case(maps, **kinds):
        tensors = inputs(dice, config, **kinds)
        full = hints(dice, config, tensors)
        keep = {k: v for k, v in full.items() if not k.startswith("hint.") or k[5:] in maps}
        return keep | {f"weight.{k}": torch.as_tensor(v, dtype=torch.float32) for k, v in maps.items()}

    tokens, pixels = (3, 5, 3), (17, 32, 48)
    token_maps = {"vis": 0.6 * bump(tokens, (0.2, 0.3, 0.3), 0.5), "edge": 0.4 * bump(tokens, (0.7, 0.6, 0.6), 0.4),
                  "depth": 0.05 + 0.3 * bump(tokens, (0.5, 0.9, 0.1), 0.6)}
    pixel_maps = {"vis": 0.5 * bump(pixels, (0.2, 0.3, 0.3), 0.3), "edge": 0.5 * bump(pixels, (0.7, 0.6, 0.6), 0.2),
                  "depth": 0.3 * bump((3, 2, 3), (0.5, 0.9, 0.1), 0.6)}
    pixel_maps = {k: torch.round(v * 20) / 20 for k, v in pixel_maps.items()}
    batch_tokens = (2, 2, 3)
    batch_maps = {"vis": torch.stack([0.5 * bump(batch_tokens, (0.2, 0.3, 0.3), 0.5),
                                      0.5 * bump(batch_tokens, (0.8, 0.9, 0.5), 0.5)]),
                  "depth": 0.4 * bump(batch_tokens, (0.5, 0.1, 0.8), 0.5)}
    regional = case({"vis": 0.5, "edge": 0.25}, frames=3, h=6, w=8, tokens=8)
    left, top = torch.zeros(3, 3, 4), torch.zeros(3, 3, 4)
    left[:, :, :2] = 1
    top[1:, :2, 1:3] = 1
    for r, mask in enumerate((left, top)):
        rows = dice.normal(1, 8, config["dit"]["text_dim"])
        rows[:, 5 + r:] = 0
        regional |= {f"text.region.{r}": rows, f"region_mask.{r}": mask}
    write_controls("controls", config, base, branches, {
        "one_number": case({"edge": 0.7}),
        "three_numbers": case({"vis": [0.3], "edge": [0.0], "depth": [0.5]}, h=4, w=6, fps=30),
        "token_maps": case(token_maps, frames=3, h=10, w=6, padded=True),
        "pixel_maps": case(pixel_maps, frames=3, h=4, w=6),
        "pixel_maps_above_one": case({"vis": 0.75 + 0.5 * bump((9, 32, 48), (0.3, 0.3, 0.3), 0.4),
                                      "edge": 1.5 * bump((9, 32, 48), (0.6, 0.7, 0.4), 0.3), "depth": 0.25},
                                     frames=2, h=4, w=6),
        "one_frame_map": case({"vis": 0.8 * bump((1, 48, 32), (0.5, 0.5, 0.2), 0.4), "depth": 0.2}, frames=1, h=6, w=4),
        "batch_2": case(batch_maps, batch=2, h=4, w=6),
        "regional": regional})

    dice = Dice(111)
    config = configuration(24, 1, 2, cond_mask=False, controls=("hdmap", "lidar"), control_blocks=1)
    base = trunk(dice, config, 2)
    branches = {name: rounded(branch(dice, config), torch.bfloat16) for name in config["ctrl"]["names"]}
    save_weights(OUT / "sample_av" / "base_model.safetensors", base, "net.")
    for name, weights in branches.items():
        save_weights(OUT / "sample_av" / f"{name}_control.safetensors", weights, "net.", torch.bfloat16)
    write_controls("sample_av", config, base, branches, {"two_controls": hints(dice, config, inputs(
        dice, config, h=6, w=8)) | {"weight.hdmap": torch.tensor(0.3), "weight.lidar": torch.tensor(0.7)}})

    dice = Dice(112)
    config = configuration(24, 1, 1, controls=("seg",), control_blocks=1, hint=32)
    base = trunk(dice, config, 1)
    branches = {"seg": rounded(branch(dice, config), torch.bfloat16)}
    save_weights(OUT / "wide_hint" / "base_model.safetensors", base)
    save_weights(OUT / "wide_hint" / "seg_control.safetensors", branches["seg"], "net.", torch.bfloat16)
    write_controls("wide_hint", config, base, branches, {"one_control": hints(dice, config, inputs(
        dice, config, h=4, w=6)) | {"weight.seg": torch.tensor([1.0])}})


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    bases()
    controls()
