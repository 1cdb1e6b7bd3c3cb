"""The base network and its control branches with official tensor names, for training.

Features are [B,N,D] over tokens (t,h',w'). The text's zero rows take part in the attention, as in the published model.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

EPS = 1e-6


def rms_norm(x, gain):
    return F.rms_norm(x.float(), x.shape[-1:], gain, EPS).to(x.dtype)


def patchify(x, ph, pw):
    """[B,C,t,h,w] -> [B,N,C*ph*pw], the channel slowest."""
    b, c, t, h, w = x.shape
    x = x.reshape(b, c, t, h // ph, ph, w // pw, pw).permute(0, 2, 3, 5, 1, 4, 6)
    return x.reshape(b, t * (h // ph) * (w // pw), c * ph * pw)


def unpatchify(x, size, ph, pw):
    """[B,N,ph*pw*C] -> [B,C,t,h,w], the channel fastest."""
    b, (t, h, w) = x.shape[0], size
    x = x.reshape(b, t, h, w, ph, pw, -1).permute(0, 6, 1, 2, 4, 3, 5)
    return x.reshape(b, -1, t, h * ph, w * pw)


def rope_angles(size, d, ratios, fps, base_fps):
    """[N,d/2] angles: those of time, then of height, then of width."""
    side = 2 * (d // 6)
    widths = (d - 2 * side, side, side)
    tables = []
    for axis, (count, width, ratio) in enumerate(zip(size, widths, ratios)):
        theta = 10000.0 * float(ratio) ** (width / (width - 2)) if width > 2 else 10000.0
        frequency = theta ** (-2.0 * torch.arange(width // 2, dtype=torch.float64) / width)
        index = torch.arange(count, dtype=torch.float64) * (base_fps / fps if axis == 0 else 1)
        shape = [1, 1, 1, width // 2]
        shape[axis] = count
        tables.append((index[:, None] * frequency).reshape(shape).expand(*size, width // 2))
    return torch.cat(tables, -1).flatten(0, 2).float()


def attend(q, k, v):
    """Attention written out: for few tokens on a processor its gradient takes a fifth of the fused one's time."""
    if q.is_cuda:
        return F.scaled_dot_product_attention(q, k, v)
    scores = q * q.shape[-1] ** -0.5 @ k.mT
    return scores.float().softmax(-1).to(v.dtype) @ v


def rotate(x, cos, sin):
    one, two = x.chunk(2, -1)
    return torch.cat([one * cos - two * sin, two * cos + one * sin], -1)


class Weights(nn.Module):
    """Parameters under their official names, as attributes of one module."""

    def __init__(self, tensors):
        super().__init__()
        for name, value in tensors.items():
            self.register_parameter(name.replace(".", "/"), nn.Parameter(value))

    def __getitem__(self, name):
        return self._parameters[name.replace(".", "/")]

    def official(self):
        return {name.replace("/", "."): value.detach() for name, value in self._parameters.items()}

    def load_official(self, tensors):
        self.load_state_dict({name.replace(".", "/"): value for name, value in tensors.items()})


def xavier(rows, columns, generator):
    return (torch.rand(rows, columns, generator=generator) * 2 - 1) * math.sqrt(6 / (rows + columns))


def trunk_tensors(config, blocks, generator):
    """Initial tensors that base and branches have alike."""
    dit = config["dit"]
    d, rank, text, head = dit["D"], dit["lora_rank"], dit["text_dim"], dit["D"] // dit["heads"]
    area = dit["patch"][1] * dit["patch"][2]

    def normal(*shape):
        return torch.randn(*shape, generator=generator) * 0.02

    w = {"x_embedder.proj.1.weight": xavier(d, (dit["latent_channels"] + dit["cond_mask"] + 1) * area, generator),
         "extra_pos_embedder.pos_emb_t": normal(dit["max_t"], d),
         "extra_pos_embedder.pos_emb_h": normal(dit["max_hw"][0] // dit["patch"][1], d),
         "extra_pos_embedder.pos_emb_w": normal(dit["max_hw"][1] // dit["patch"][2], d),
         "t_embedder.1.linear_1.weight": normal(d, d), "t_embedder.1.linear_2.weight": normal(3 * d, d),
         "affline_norm.weight": torch.ones(d)}
    for j in range(blocks):
        for layer, source in ((0, d), (1, text)):
            name = f"blocks.block{j}.blocks.{layer}.block.attn"
            w[f"{name}.to_q.0.weight"] = xavier(d, d, generator)
            w[f"{name}.to_k.0.weight"] = xavier(d, source, generator)
            w[f"{name}.to_v.0.weight"] = xavier(d, source, generator)
            w[f"{name}.to_out.0.weight"] = xavier(d, d, generator)
            w[f"{name}.to_q.1.weight"] = torch.ones(head)
            w[f"{name}.to_k.1.weight"] = torch.ones(head)
        w[f"blocks.block{j}.blocks.2.block.layer1.weight"] = xavier(dit["mlp_ratio"] * d, d, generator)
        w[f"blocks.block{j}.blocks.2.block.layer2.weight"] = xavier(d, dit["mlp_ratio"] * d, generator)
        for layer in range(3):
            w[f"blocks.block{j}.blocks.{layer}.adaLN_modulation.1.weight"] = xavier(rank, d, generator)
            w[f"blocks.block{j}.blocks.{layer}.adaLN_modulation.2.weight"] = torch.zeros(3 * d, rank)
    return w


def base_tensors(config, generator):
    dit = config["dit"]
    d, rank = dit["D"], dit["lora_rank"]
    area = dit["patch"][1] * dit["patch"][2]
    return trunk_tensors(config, dit["blocks"], generator) | {
        "final_layer.adaLN_modulation.1.weight": xavier(rank, d, generator),
        "final_layer.adaLN_modulation.2.weight": xavier(2 * d, rank, generator),
        "final_layer.linear.weight": xavier(area * dit["latent_channels"], d, generator)}


def branch_tensors(config, base, generator):
    """A branch begins as a copy of the base's first blocks; its zero layers are zero."""
    d, ctrl = config["dit"]["D"], config["ctrl"]
    area = config["dit"]["patch"][1] * config["dit"]["patch"][2]
    w = {name: base[name].clone() for name in trunk_tensors(config, ctrl["blocks"], generator)}
    w["x_embedder2.proj.1.weight"] = xavier(d, area * (ctrl["hint_channels"] + 1), generator)
    widths = (d, *ctrl["hint_widths"], d)
    for index, (source, target) in enumerate(zip(widths, widths[1:])):
        last = index == len(ctrl["hint_widths"])
        w[f"input_hint_block.{2 * index}.weight"] = (
            torch.zeros(target, source) if last else xavier(target, source, generator))
        w[f"input_hint_block.{2 * index}.bias"] = torch.zeros(target)
    for j in range(ctrl["blocks"]):
        w[f"zero_blocks.block{j}.weight"] = torch.zeros(d, d)
        w[f"zero_blocks.block{j}.bias"] = torch.zeros(d)
    return w


def start_hint(w, config, latents):
    """Lets the hint layers begin as a linear map of the control's main components, in place of a random one.

    `latents` [B,C,t,h,w] are some of the control's. As many components of a token as the narrowest layer holds pass all layers
    where SiLU is all but straight; wider layers get random mixtures beside them. The last layer begins as a random projection:
    the zero layers behind it keep the branch silent, and so they have something to learn from in the first step.
    """
    _, ph, pw = config["dit"]["patch"]
    widths = config["ctrl"]["hint_widths"]
    tokens = patchify(latents, ph, pw).flatten(0, 1)
    width = min(*widths, tokens.shape[1])
    values, vectors = torch.linalg.eigh(torch.cov(tokens.T))
    basis = vectors.flip(1).T / values.flip(0)[:, None].clamp(min=1e-4).sqrt()
    first = w["x_embedder2.proj.1.weight"]
    first[:, tokens.shape[1]:] = 0
    first[:width, :tokens.shape[1]] = basis[:width]
    x = F.linear(tokens, first[:, :tokens.shape[1]])
    for index, target in enumerate(widths):
        weight, bias = w[f"input_hint_block.{2 * index}.weight"], w[f"input_hint_block.{2 * index}.bias"]
        weight[:width] = 0
        weight[:width, :width] = torch.eye(width) * (0.7 / x[:, :width].std(0).clamp(min=0.01))
        y = F.linear(x, weight)
        bias.copy_(-y.mean(0))
        bias[:width] += 2
        if target > width:
            weight[width:] /= y[:, width:].std(0)[:, None] + 1e-6
            bias[width:] = -F.linear(x, weight[width:]).mean(0)
        x = F.silu(F.linear(x, weight, bias))
    last, bias = w[f"input_hint_block.{2 * len(widths)}.weight"], w[f"input_hint_block.{2 * len(widths)}.bias"]
    last.copy_(xavier(*last.shape, torch.Generator().manual_seed(0)))
    y = F.linear(x, last)
    last /= 2 * y.std()
    bias.copy_(-y.mean(0) / (2 * y.std()))
    return w


class Trunk(nn.Module):
    """What base and branches compute alike. `size` is the token grid (t,h',w')."""

    def __init__(self, config, tensors, ratios, size, fps):
        super().__init__()
        dit = config["dit"]
        self.dit, self.size = dit, size
        self.d, self.heads = dit["D"], dit["heads"]
        self.w = Weights(tensors)
        angles = rope_angles(size, self.d // self.heads, ratios, fps, dit["base_fps"])
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        half = self.d // 2
        self.register_buffer("frequency", torch.exp(-math.log(10000.0) * torch.arange(half) / half), persistent=False)

    def conditions(self, tau):
        """(LoRA offset, normalised sinusoid through SiLU, position table)"""
        angle = tau.float()[:, None] * self.frequency
        e = torch.cat([angle.cos(), angle.sin()], -1)
        offset = F.linear(F.silu(F.linear(e, self.w["t_embedder.1.linear_1.weight"])),
                          self.w["t_embedder.1.linear_2.weight"])
        t, h, w = self.size
        table = (self.w["extra_pos_embedder.pos_emb_t"][:t, None, None]
                 + self.w["extra_pos_embedder.pos_emb_h"][:h, None]
                 + self.w["extra_pos_embedder.pos_emb_w"][:w]).flatten(0, 2)
        table = table / (table.norm(dim=-1, keepdim=True) / math.sqrt(self.d) + EPS)
        return offset, F.silu(rms_norm(e, self.w["affline_norm.weight"])), table

    def embed(self, x, mask):
        """Latent [B,16,t,h,w] and condition mask [B,1,t,h,w]; the padding channel is zero."""
        _, ph, pw = self.dit["patch"]
        channels = [x, mask] if self.dit["cond_mask"] else [x]
        tokens = patchify(torch.cat(channels, 1), ph, pw)
        return F.linear(tokens, self.w["x_embedder.proj.1.weight"][:, :tokens.shape[-1]])

    def modulated(self, name, x, offset, sinusoid, parts=3):
        wide = F.linear(F.linear(sinusoid, self.w[f"{name}.adaLN_modulation.1.weight"]),
                        self.w[f"{name}.adaLN_modulation.2.weight"]) + offset[:, :parts * self.d]
        shift, scale, *gate = wide[:, None].chunk(parts, -1)
        return F.layer_norm(x, (self.d,), eps=EPS) * (1 + scale) + shift, gate

    def heads_of(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def block(self, j, x, conditions, text):
        offset, sinusoid, table = conditions
        x = x + table
        for layer in range(3):
            name = f"blocks.block{j}.blocks.{layer}"
            y, (gate,) = self.modulated(name, x, offset, sinusoid)
            if layer == 2:
                y = F.linear(F.gelu(F.linear(y, self.w[f"{name}.block.layer1.weight"])),
                             self.w[f"{name}.block.layer2.weight"])
            else:
                attention = f"{name}.block.attn"
                q, k, v = (self.w[f"{attention}.to_{part}.0.weight"] for part in "qkv")
                if layer == 0:
                    q, k, v = F.linear(y, torch.cat([q, k, v])).chunk(3, -1)
                else:
                    q, (k, v) = F.linear(y, q), F.linear(text, torch.cat([k, v])).chunk(2, -1)
                q = rms_norm(self.heads_of(q), self.w[f"{attention}.to_q.1.weight"])
                k = rms_norm(self.heads_of(k), self.w[f"{attention}.to_k.1.weight"])
                if layer == 0:
                    cos, sin = self.cos.to(q.dtype), self.sin.to(q.dtype)
                    q, k = rotate(q, cos, sin), rotate(k, cos, sin)
                y = attend(q, k, self.heads_of(v).to(q.dtype)).transpose(1, 2).flatten(2)
                y = F.linear(y, self.w[f"{attention}.to_out.0.weight"])
            x = x + gate * y
        return x


class Base(Trunk):
    def __init__(self, config, tensors, size, fps):
        dit = config["dit"]
        super().__init__(config, tensors, [dit[f"rope_ratio_{axis}"] for axis in "thw"], size, fps)

    def forward(self, x, tau, text, mask, residuals=()):
        """`residuals` are added to the outputs of the first blocks. Returns the raw network output [B,16,t,h,w]."""
        conditions = self.conditions(tau)
        y = self.embed(x, mask)
        for j in range(self.dit["blocks"]):
            y = self.block(j, y, conditions, text)
            if j < len(residuals):
                y = y + residuals[j]
        y, _ = self.modulated("final_layer", y, conditions[0], conditions[1], parts=2)
        _, ph, pw = self.dit["patch"]
        return unpatchify(F.linear(y, self.w["final_layer.linear.weight"]), self.size, ph, pw)


class Branch(Trunk):
    def __init__(self, config, tensors, size, fps):
        ctrl = config["ctrl"]
        super().__init__(config, tensors, [ctrl[f"rope_ratio_{axis}"] for axis in "thw"], size, fps)
        self.blocks = ctrl["blocks"]

    def hint(self, latent):
        """Hint latent [B,16,t,h,w] -> [B,N,D]; zero channels up to hint_channels and the padding channel add nothing."""
        _, ph, pw = self.dit["patch"]
        tokens = patchify(latent, ph, pw)
        y = F.linear(tokens, self.w["x_embedder2.proj.1.weight"][:, :tokens.shape[-1]])
        for index in range(0, 16, 2):
            y = F.linear(y, self.w[f"input_hint_block.{index}.weight"], self.w[f"input_hint_block.{index}.bias"])
            if index < 14:
                y = F.silu(y)
        return y

    def forward(self, x, tau, text, mask, latent):
        """The residuals of the first blocks at weight 1."""
        conditions = self.conditions(tau)
        a = self.embed(x, mask)
        residuals = []
        for j in range(self.blocks):
            a = self.block(j, a, conditions, text)
            if j == 0:
                a = a + self.hint(latent)
            residuals.append(F.linear(a, self.w[f"zero_blocks.block{j}.weight"], self.w[f"zero_blocks.block{j}.bias"]))
        return residuals
