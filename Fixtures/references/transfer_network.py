"""The base network with its control branches, written from the model's specification.

Weights are dictionaries under the official names. Every function takes the tensors' own precision; the references use
float64.
"""

import math

import torch
import torch.nn.functional as F

EPS = 1e-6
HINT_WIDTHS = (16, 16, 32, 32, 96, 96, 256)


def rms_norm(x, gain):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPS) * gain


def layer_norm(x):
    return F.layer_norm(x, x.shape[-1:], eps=EPS)


def patchify(x, patch):
    """[B,C,t,h,w] -> [B,t',h',w',C*pt*ph*pw], the channel slowest."""
    b, c, t, h, w = x.shape
    pt, ph, pw = patch
    x = x.reshape(b, c, t // pt, pt, h // ph, ph, w // pw, pw)
    return x.permute(0, 2, 4, 6, 1, 3, 5, 7).flatten(4)


def unpatchify(x, patch):
    """[B,t',h',w',ph*pw*pt*C] -> [B,C,t,h,w], the channel fastest."""
    b, t, h, w, _ = x.shape
    pt, ph, pw = patch
    x = x.reshape(b, t, h, w, ph, pw, pt, -1).permute(0, 7, 1, 6, 2, 4, 3, 5)
    return x.reshape(b, -1, t * pt, h * ph, w * pw)


def rope_angles(size, d, ratios, fps, base_fps):
    """[t*h*w, d/2] angles: those of time, then of height, then of width."""
    side = 2 * (d // 6)
    widths = (d - 2 * side, side, side)
    tables = []
    for axis, (count, width, ratio) in enumerate(zip(size, widths, ratios)):
        theta = 10000.0 * float(ratio) ** (width / (width - 2)) if width > 2 else 10000.0
        frequency = theta ** (-2.0 * torch.arange(width // 2, dtype=torch.float64) / width)
        index = torch.arange(count, dtype=torch.float64)
        if axis == 0:
            index = index * base_fps / fps
        shape = [1, 1, 1, width // 2]
        shape[axis] = count
        tables.append((index[:, None] * frequency).reshape(shape).expand(*size, width // 2))
    return torch.cat(tables, -1).flatten(0, 2)


def rotate(x, angles):
    """Half-split rotation of [B,heads,N,d]."""
    one, two = x.chunk(2, -1)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    return torch.cat([one * cos - two * sin, two * cos + one * sin], -1)


def heads(x, n):
    return x.unflatten(-1, (n, -1)).transpose(1, 2)


def softmax_attention(q, k, v, mask=None):
    logits = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if mask is not None:
        logits = logits.masked_fill(~mask, -math.inf)
    return (logits.softmax(-1) @ v).transpose(1, 2).flatten(2)


def timestep(weights, tau, width):
    """(the shared LoRA offset, the normalised sinusoid), both for each sample."""
    half = width // 2
    frequency = torch.exp(-math.log(10000.0) * torch.arange(half, dtype=tau.dtype) / half)
    angle = tau[:, None] * frequency
    e = torch.cat([angle.cos(), angle.sin()], -1)
    hidden = F.silu(e @ weights["t_embedder.1.linear_1.weight"].T)
    return hidden @ weights["t_embedder.1.linear_2.weight"].T, rms_norm(e, weights["affline_norm.weight"])


def position(weights, size):
    t, h, w = size
    table = (weights["extra_pos_embedder.pos_emb_t"][:t, None, None] + weights["extra_pos_embedder.pos_emb_h"][:h, None]
             + weights["extra_pos_embedder.pos_emb_w"][:w]).flatten(0, 2)
    return table / (table.norm(dim=-1, keepdim=True) / math.sqrt(table.shape[-1]) + EPS)


class Text:
    """The text of a pass, with regional prompts and their masks if there are any."""

    def __init__(self, rows, regions=(), masks=()):
        self.rows, self.regions, self.masks = rows, regions, masks

    def attend(self, q, weights, name, n):
        def keys_and_values(rows):
            k = heads(rows @ weights[f"{name}.to_k.0.weight"].T, n)
            return rms_norm(k, weights[f"{name}.to_k.1.weight"]), heads(rows @ weights[f"{name}.to_v.0.weight"].T, n)
        k, v = keys_and_values(self.rows)
        plain = softmax_attention(q, k, v)
        if not self.regions:
            return plain
        inside = [mask.flatten() > 0.5 for mask in self.masks]
        keys, values = [k], [v]
        sees = [(~torch.stack(inside).any(0))[:, None].expand(-1, k.shape[2])]
        for rows, mask in zip(self.regions, inside):
            k, v = keys_and_values(rows)
            keys.append(k)
            values.append(v)
            sees.append(mask[:, None].expand(-1, k.shape[2]))
        masked = softmax_attention(q, torch.cat(keys, 2), torch.cat(values, 2), torch.cat(sees, 1))
        return 0.5 * masked + 0.5 * plain


def modulation(weights, name, sinusoid, offset):
    return F.silu(sinusoid) @ weights[f"{name}.adaLN_modulation.1.weight"].T @ weights[
        f"{name}.adaLN_modulation.2.weight"].T + offset


def block(x, weights, index, n, time, text, angles, table):
    """One block over [B,N,D]."""
    offset, sinusoid = time
    x = x + table
    for layer in range(3):
        name = f"blocks.block{index}.blocks.{layer}"
        shift, scale, gate = modulation(weights, name, sinusoid, offset)[:, None].chunk(3, -1)
        y = layer_norm(x) * (1 + scale) + shift
        if layer == 2:
            y = F.gelu(y @ weights[f"{name}.block.layer1.weight"].T) @ weights[f"{name}.block.layer2.weight"].T
        else:
            attention = f"{name}.block.attn"
            q = rms_norm(heads(y @ weights[f"{attention}.to_q.0.weight"].T, n), weights[f"{attention}.to_q.1.weight"])
            if layer == 0:
                k = rms_norm(heads(y @ weights[f"{attention}.to_k.0.weight"].T, n), weights[f"{attention}.to_k.1.weight"])
                v = heads(y @ weights[f"{attention}.to_v.0.weight"].T, n)
                y = softmax_attention(rotate(q, angles), rotate(k, angles), v)
            else:
                y = text.attend(q, weights, attention, n)
            y = y @ weights[f"{attention}.to_out.0.weight"].T
        x = x + gate * y
    return x


def nearest(mask, size):
    """Nearest neighbour from pixels to the latent grid: index floor(i * H / h)."""
    rows = torch.arange(size[0]) * mask.shape[-2] // size[0]
    columns = torch.arange(size[1]) * mask.shape[-1] // size[1]
    return mask[..., rows, :][..., columns]


def hint_tokens(weights, latent, padding, channels, patch):
    """Hint latent [B,16,t,h,w] and padding channel -> [B,N,D]."""
    b, c, t, h, w = latent.shape
    widened = torch.cat([latent, latent.new_zeros(b, channels - c, t, h, w), padding], 1)
    y = (patchify(widened, patch) @ weights["x_embedder2.proj.1.weight"].T).flatten(1, 3)
    for index in range(0, 16, 2):
        y = y @ weights[f"input_hint_block.{index}.weight"].T + weights[f"input_hint_block.{index}.bias"]
        if index < 14:
            y = F.silu(y)
    return y


def resample_weight(weight, tokens, factor_t, latent_frames):
    """A control weight as [B or 1, t, h', w'], or a number's tensor as it is.

    A map of T = factor*(t-1)+1 frames at pixel resolution becomes tokens: its first frame alone, the others together,
    each trilinearly without antialiasing.
    """
    if weight.numel() == 1:
        return weight.reshape(1, 1, 1, 1)
    weight = weight if weight.ndim == 4 else weight[None]
    if tuple(weight.shape[1:]) == tuple(tokens):
        return weight
    t, h, w = tokens
    assert weight.shape[1] in (latent_frames, factor_t * (latent_frames - 1) + 1)
    first = F.interpolate(weight[:, None, :1], (1, h, w), mode="trilinear", align_corners=False)
    if t == 1:
        return first[:, 0]
    rest = F.interpolate(weight[:, None, 1:], (t - 1, h, w), mode="trilinear", align_corners=False)
    return torch.cat([first, rest], 2)[:, 0]


def normalise(weights):
    """Pixel maps and numbers of several controls: divided by their sum wherever it is above 1."""
    shape = next((w.shape for w in weights if w.numel() > 1), torch.Size([1]))
    stack = torch.stack([w.reshape(-1)[:1].reshape([1] * len(shape)).expand(shape) if w.numel() == 1 else w
                         for w in weights]).clamp(min=0)
    return list(stack / stack.sum(0, keepdim=True).clamp(min=1))


def evaluate(config, base, controls, inputs):
    """One network evaluation: {"out", "residual.j", "block.j"}. `controls` is {name: weights}, in order."""
    dit, ctrl = config["dit"], config.get("ctrl")
    patch, n = dit["patch"], dit["heads"]
    x, tau = inputs["x"], inputs["c_noise"]
    b, _, t, h, w = x.shape
    size = (t // patch[0], h // patch[1], w // patch[2])
    padding = nearest(inputs["padding_mask"], (h, w))[:, :, None].expand(-1, -1, t, -1, -1)
    channels = [x] + ([inputs["condition_mask"]] if dit["cond_mask"] else []) + [padding]
    features = patchify(torch.cat(channels, 1), patch)
    regions = sorted(k for k in inputs if k.startswith("text.region."))
    text = Text(inputs["text"], [inputs[k] for k in regions],
                [inputs[k.replace("text.region", "region_mask")] for k in regions])
    fps = float(inputs["fps"])

    def angles(ratios):
        return rope_angles(size, dit["D"] // n, ratios, fps, dit["base_fps"])

    residuals = {}
    for name, weights in controls.items():
        time = timestep(weights, tau, dit["D"])
        table, turns = position(weights, size), angles([ctrl[f"rope_ratio_{axis}"] for axis in "thw"])
        omega = resample_weight(inputs[f"weight.{name}"], size, config["tokenizer"]["temporal_compression"], t)
        omega = omega.expand(omega.shape[0], *size).flatten(1)[..., None]
        a = (features @ weights["x_embedder.proj.1.weight"].T).flatten(1, 3)
        for j in range(ctrl["blocks"]):
            a = block(a, weights, j, n, time, text, turns, table)
            if j == 0:
                a = a + hint_tokens(weights, inputs[f"hint.{name}"], padding, ctrl["hint_channels"], patch)
            r = omega * (a @ weights[f"zero_blocks.block{j}.weight"].T + weights[f"zero_blocks.block{j}.bias"])
            residuals[j] = residuals[j] + r if j in residuals else r

    result = {f"residual.{j}": r.unflatten(1, size) for j, r in residuals.items()}
    time = timestep(base, tau, dit["D"])
    table, turns = position(base, size), angles([dit[f"rope_ratio_{axis}"] for axis in "thw"])
    y = (features @ base["x_embedder.proj.1.weight"].T).flatten(1, 3)
    for j in range(dit["blocks"]):
        y = block(y, base, j, n, time, text, turns, table)
        if j in residuals:
            y = y + residuals[j]
        result[f"block.{j}"] = y.unflatten(1, size)
    offset, sinusoid = time
    final = modulation(base, "final_layer", sinusoid, offset[:, :2 * dit["D"]])
    shift, scale = final[:, None].chunk(2, -1)
    y = (layer_norm(y) * (1 + scale) + shift) @ base["final_layer.linear.weight"].T
    result["out"] = unpatchify(y.unflatten(1, size), patch)
    return result
