"""The video tokenizer (causal, Haar patches) with official tensor names, for configurations without resampling levels.

Frames are [B,3,T,H,W] in -1...1, T = 1 + 4k; latents are [B,16,1+k,H/4,W/4]. Inside, features are [B*t,C,h,w].
"""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import nn

PATCH = 4


def haar_signs():
    """[64,64]: pixels of a patch (tau,i,j) as sums of the bands; row = pixel, column = band of one colour.

    The band index is outer * 8 + inner, each of them (t,h,w) with the width fastest.
    """
    signs = torch.empty(64, 64)
    for pixel, (tau, i, j) in enumerate(itertools.product(range(4), repeat=3)):
        for band in range(64):
            outer, inner = divmod(band, 8)
            flips = sum((inner >> shift & 1) * (axis & 1) + (outer >> shift & 1) * (axis >> 1)
                        for shift, axis in ((2, tau), (1, i), (0, j)))
            signs[pixel, band] = -1.0 if flips % 2 else 1.0
    return signs


def pixels_to_patches(frames):
    """[B,3,T,H,W] -> [B*t,3,64,h,w]; the first frame stands still before the clip."""
    b, c, t, h, w = frames.shape
    frames = torch.cat([frames[:, :, :1].expand(-1, -1, PATCH - 1, -1, -1), frames], 2)
    x = frames.reshape(b, c, (t + 3) // 4, 4, h // 4, 4, w // 4, 4).permute(0, 2, 1, 3, 5, 7, 4, 6)
    return x.reshape(b * ((t + 3) // 4), c, 64, h // 4, w // 4)


def patches_to_pixels(x, batch):
    """The inverse of pixels_to_patches."""
    n, c, _, h, w = x.shape
    t = n // batch
    x = x.reshape(batch, t, c, 4, 4, 4, h, w).permute(0, 2, 1, 3, 6, 4, 7, 5)
    return x.reshape(batch, c, 4 * t, 4 * h, 4 * w)[:, :, PATCH - 1:]


class Convolution(nn.Module):
    """A causal convolution whose kernel is (1,3,3), (3,1,1) or (1,1,1), on [B*t,C,h,w]."""

    def __init__(self, inputs, outputs, kernel):
        super().__init__()
        self.conv3d = nn.Conv3d(inputs, outputs, kernel)
        self.kernel = kernel

    def forward(self, x, t):
        weight, bias = self.conv3d.weight, self.conv3d.bias
        if self.kernel == (3, 1, 1):
            frames = x.reshape(-1, t, *x.shape[1:])
            before = frames[:, :1]
            one = torch.cat([before, frames[:, :-1]], 1)
            two = torch.cat([before, one[:, :-1]], 1)
            x = torch.cat([two, one, frames], 2).flatten(0, 1)
            return F.conv2d(x, weight[..., 0, 0].transpose(1, 2).flatten(1)[..., None, None], bias)
        return F.conv2d(x, weight[:, :, 0], bias, padding=self.kernel[1] // 2)


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.GroupNorm(1, width, eps=1e-6)

    def forward(self, x):
        return self.norm(x)


def factorised(inputs, outputs):
    return nn.ModuleList([Convolution(inputs, outputs, (1, 3, 3)), Convolution(outputs, outputs, (3, 1, 1))])


def through(convolutions, x, t):
    for convolution in convolutions:
        x = convolution(x, t)
    return x


class Residual(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm1, self.conv1 = Norm(inputs), factorised(inputs, outputs)
        self.norm2, self.conv2 = Norm(outputs), factorised(outputs, outputs)
        self.nin_shortcut = Convolution(inputs, outputs, (1, 1, 1)) if inputs != outputs else None

    def forward(self, x, t):
        y = through(self.conv1, F.silu(self.norm1(x)), t)
        y = through(self.conv2, F.silu(self.norm2(y)), t)
        return y + (x if self.nin_shortcut is None else self.nin_shortcut(x, t))


class FrameAttention(nn.Module):
    """Over the pixels of a frame, or causally over the frames of a pixel."""

    def __init__(self, width, temporal):
        super().__init__()
        self.temporal = temporal
        self.norm = Norm(width)
        for name in ("q", "k", "v", "proj_out"):
            setattr(self, name, Convolution(width, width, (1, 1, 1)))

    def forward(self, x, t):
        n, c, h, w = x.shape
        y = self.norm(x)
        parts = []
        for layer in (self.q, self.k, self.v):
            z = layer(y, t).flatten(2)
            if self.temporal:
                parts.append(z.reshape(-1, t, c, h * w).permute(0, 3, 1, 2).reshape(-1, 1, t, c))
            else:
                parts.append(z.transpose(1, 2)[:, None])
        z = F.scaled_dot_product_attention(*parts, is_causal=self.temporal)
        if self.temporal:
            z = z.reshape(-1, h * w, t, c).permute(0, 2, 3, 1).reshape(n, c, h, w)
        else:
            z = z[:, 0].transpose(1, 2).reshape(n, c, h, w)
        return x + self.proj_out(z, t)


class Middle(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.block_1 = Residual(width, width)
        self.attn_1 = nn.ModuleList([FrameAttention(width, False), FrameAttention(width, True)])
        self.block_2 = Residual(width, width)

    def forward(self, x, t):
        x = self.block_1(x, t)
        for attention in self.attn_1:
            x = attention(x, t)
        return self.block_2(x, t)


class Level(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.block = nn.ModuleList([Residual(a, b) for a, b in zip(widths, widths[1:])])

    def forward(self, x, t):
        for block in self.block:
            x = block(x, t)
        return x


class Encoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["channels"]
        self.conv_in = factorised(3 * PATCH ** 3, width)
        self.down = nn.ModuleList()
        for multiplier in c["multipliers"]:
            widths = [width] + [c["channels"] * multiplier] * c["res_blocks"]
            self.down.append(Level(widths))
            width = widths[-1]
        self.mid = Middle(width)
        self.norm_out, self.conv_out = Norm(width), factorised(width, c["z_channels"])

    def forward(self, x, t):
        x = through(self.conv_in, x, t)
        for level in self.down:
            x = level(x, t)
        return through(self.conv_out, F.silu(self.norm_out(self.mid(x, t))), t)


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["channels"] * c["multipliers"][-1]
        self.conv_in = factorised(c["z_channels"], width)
        self.mid = Middle(width)
        levels = []
        for multiplier in reversed(c["multipliers"]):
            widths = [width] + [c["channels"] * multiplier] * (c["res_blocks"] + 1)
            levels.append(Level(widths))
            width = widths[-1]
        self.up = nn.ModuleList(reversed(levels))
        self.norm_out, self.conv_out = Norm(width), factorised(width, 3 * PATCH ** 3)

    def forward(self, x, t):
        x = self.mid(through(self.conv_in, x, t), t)
        for level in reversed(self.up):
            x = level(x, t)
        return through(self.conv_out, F.silu(self.norm_out(x)), t)


class Tokenizer(nn.Module):
    def __init__(self, config):
        super().__init__()
        c = config["tokenizer"]
        assert c["patch"] == PATCH and c["spatial_compression"] == PATCH and c["temporal_compression"] == PATCH
        self.encoder, self.decoder = Encoder(c), Decoder(c)
        self.quant_conv = Convolution(c["z_channels"], c["latent_channels"], (1, 1, 1))
        self.post_quant_conv = Convolution(c["latent_channels"], c["z_channels"], (1, 1, 1))
        self.register_buffer("signs", haar_signs(), persistent=False)

    def encode(self, frames):
        b = frames.shape[0]
        x = pixels_to_patches(frames)
        n, _, _, h, w = x.shape
        x = torch.einsum("ncphw,pk->nkchw", x, self.signs / 64).reshape(n, 192, h, w)
        x = x.contiguous(memory_format=torch.channels_last)
        t = n // b
        z = self.quant_conv(self.encoder(x, t), t)
        return z.reshape(b, t, -1, h, w).transpose(1, 2)

    def decode(self, latent):
        b, c, t, h, w = latent.shape
        z = latent.transpose(1, 2).reshape(b * t, c, h, w).contiguous(memory_format=torch.channels_last)
        y = self.decoder(self.post_quant_conv(z, t), t).float()
        y = torch.einsum("nkchw,pk->ncphw", y.reshape(b * t, 64, 3, h, w), self.signs)
        return patches_to_pixels(y, b)


def to_bytes(decoded):
    """[B,3,T,H,W] -> uint8, truncated as the pipeline does."""
    return (255 * (1 + decoded).clamp(0, 2) / 2).to(torch.uint8)


def psnr(decoded, frames):
    """Decibels over 8-bit pictures, from the mean squared error of each clip, averaged over clips."""
    a = to_bytes(decoded).float()
    b = ((frames + 1) * 127.5).round()
    mse = (a - b).square().flatten(1).mean(1).clamp(min=1e-3)
    return 10 * torch.log10(255 ** 2 / mse)


# ---- the linear optimum as a start

MARGINS = (30.0, 6.0)
"""Size of the constant features beside the linear ones in encoder and decoder, in deviations of these.

The larger, the closer to linear; the smaller, the more easily training bends it. The encoder may stay as it is.
"""


def start_linear(tokenizer, encode, encode_bias, decode, decode_bias):
    """Makes the network compute z = encode·patch + encode_bias and patch = decode·z + decode_bias, nearly.

    `encode` is [16,192] and `decode` [192,16] over patches in Haar bands; z should have deviations near 1.

    The network's only forced nonlinearities are the last norm and SiLU of each half. SiLU(a) - SiLU(-a) = a, so every feature
    is carried twice with opposite signs; and large constants of both signs in the other channels keep the norm's deviation
    nearly constant. Residual branches begin at zero.
    """
    with torch.no_grad():
        for module in tokenizer.modules():
            if isinstance(module, Residual):
                module.conv2[1].conv3d.weight.zero_()
                module.conv2[1].conv3d.bias.zero_()
                assert module.nin_shortcut is None, "the linear start needs levels of equal width"
            if isinstance(module, FrameAttention):
                module.proj_out.conv3d.weight.zero_()
                module.proj_out.conv3d.bias.zero_()
        for pair in (tokenizer.encoder.conv_in, tokenizer.encoder.conv_out, tokenizer.decoder.conv_in,
                     tokenizer.decoder.conv_out):
            for convolution in pair:
                convolution.conv3d.weight.zero_()
                convolution.conv3d.bias.zero_()
        for convolution in (tokenizer.quant_conv, tokenizer.post_quant_conv):
            convolution.conv3d.weight[:] = torch.eye(convolution.conv3d.weight.shape[0])[..., None, None, None]
            convolution.conv3d.bias.zero_()
        z = encode.shape[0]
        for half, margin, inward, inward_bias, outward, outward_bias in (
                (tokenizer.encoder, MARGINS[0], encode, encode_bias, torch.eye(z), torch.zeros(z)),
                (tokenizer.decoder, MARGINS[1], torch.eye(z), torch.zeros(z), decode, decode_bias)):
            width = half.conv_in[0].conv3d.weight.shape[0]
            rest = width - 2 * z
            assert rest >= 2 and rest % 2 == 0
            half.conv_in[0].conv3d.weight[:z, :, 0, 1, 1] = inward
            half.conv_in[0].conv3d.weight[z:2 * z, :, 0, 1, 1] = -inward
            half.conv_in[0].conv3d.bias[:z] = inward_bias
            half.conv_in[0].conv3d.bias[z:2 * z] = -inward_bias
            half.conv_in[0].conv3d.bias[2 * z:2 * z + rest // 2] = margin
            half.conv_in[0].conv3d.bias[2 * z + rest // 2:] = -margin
            half.conv_in[1].conv3d.weight[:, :, 2, 0, 0] = torch.eye(width)
            scale = math.sqrt((2 * z + rest * margin ** 2) / width)
            half.norm_out.norm.weight.fill_(scale)
            half.norm_out.norm.bias.zero_()
            half.conv_out[0].conv3d.weight[:, :z, 0, 1, 1] = outward
            half.conv_out[0].conv3d.weight[:, z:2 * z, 0, 1, 1] = -outward
            half.conv_out[0].conv3d.bias[:] = outward_bias
            half.conv_out[1].conv3d.weight[:, :, 2, 0, 0] = torch.eye(outward.shape[0])


# ---- the closed-form codec

class LinearCodec:
    """PCA of pixel patches: 4x4x3 numbers of the first frame, 4x4x4x3 of every later group of four frames.

    Vectors hold a patch as [colour, frame, row, column]. `encode` is [16,n], `decode` [n,16], `mean` [n].
    """

    def __init__(self, first, rest):
        self.first, self.rest = first, rest

    @staticmethod
    def fit(moments, channels=16):
        """`moments` = (sum of vectors, sum of outer products, count) for one kind of patch."""
        total, outer, count = moments
        mean = total / count
        values, vectors = torch.linalg.eigh(outer / count - mean[:, None] * mean)
        keep = vectors[:, -channels:].flip(1)
        deviation = values[-channels:].flip(0).clamp(min=1e-8).sqrt()
        return {"encode": (keep / deviation).T.contiguous(), "decode": (keep * deviation).contiguous(), "mean": mean}

    @staticmethod
    def vectors(frames):
        """(first [n,48], rest [n,192]) of frames [B,3,T,H,W]."""
        b, _, t, h, w = frames.shape
        x = pixels_to_patches(frames).reshape(b, (t + 3) // 4, 3, 4, 16, h // 4, w // 4)
        first = x[:, 0, :, 3].permute(0, 3, 4, 1, 2).reshape(-1, 48)
        rest = x[:, 1:].permute(0, 1, 5, 6, 2, 3, 4).reshape(-1, 192)
        return first, rest

    def encode(self, frames):
        b, _, t, h, w = frames.shape
        parts = []
        for vectors, part, count in zip(self.vectors(frames), (self.first, self.rest), (1, (t - 1) // 4)):
            z = (vectors - part["mean"]) @ part["encode"].T
            parts.append(z.reshape(b, count, h // 4, w // 4, -1).permute(0, 4, 1, 2, 3))
        return torch.cat(parts, 2)

    def decode(self, latent):
        b, c, t, h, w = latent.shape
        rows = latent.permute(0, 2, 3, 4, 1)
        first = rows[:, :1] @ self.first["decode"].T + self.first["mean"]
        rest = rows[:, 1:] @ self.rest["decode"].T + self.rest["mean"]
        first = first.reshape(b, 1, h, w, 3, 1, 16).expand(-1, -1, -1, -1, -1, 4, -1)
        x = torch.cat([first, rest.reshape(b, t - 1, h, w, 3, 4, 16)], 1)
        return patches_to_pixels(x.permute(0, 1, 4, 5, 6, 2, 3).reshape(b * t, 3, 64, h, w), b)

    def tensors(self):
        return {f"{half}.{name}": value.float().contiguous() for half, part in (("first", self.first), ("rest", self.rest))
                for name, value in part.items()}


class SharedCodec:
    """One linear code for all groups of four frames, the first frame standing still before the clip.

    It is what the tokenizer computes at its linear start, a hundred times cheaper.
    """

    def __init__(self, part):
        self.part = part

    def encode(self, frames):
        b, _, t, h, w = frames.shape
        x = pixels_to_patches(frames).reshape(-1, 192, h // 4, w // 4)
        z = torch.einsum("nphw,zp->nzhw", x, self.part["encode"])
        z = z - (self.part["encode"] @ self.part["mean"])[:, None, None]
        return z.reshape(b, (t + 3) // 4, -1, h // 4, w // 4).transpose(1, 2)

    def decode(self, latent):
        b, c, t, h, w = latent.shape
        z = latent.transpose(1, 2).reshape(b * t, c, h, w)
        x = torch.einsum("nzhw,pz->nphw", z, self.part["decode"]) + self.part["mean"][:, None, None]
        return patches_to_pixels(x.reshape(b * t, 3, 64, h, w), b)
