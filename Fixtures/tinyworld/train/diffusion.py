"""The training objective and the sampler (EDM preconditioning, two-step exponential sampler)."""

import math

import torch
from torch import nn

SIGMA_DATA = 0.5
SIGMA_AUGMENT = 0.001


def coefficients(sigma):
    """c_skip, c_out, c_in, c_noise of a tensor of noise levels."""
    total = sigma ** 2 + SIGMA_DATA ** 2
    return SIGMA_DATA ** 2 / total, sigma * SIGMA_DATA / total.sqrt(), 1 / total.sqrt(), sigma.log() / 4


class Uncertainty(nn.Module):
    """How hard each noise level is, learned beside the network: weighs the loss, and is not shipped."""

    def __init__(self, generator):
        super().__init__()
        self.register_buffer("freqs", 2 * math.pi * torch.randn(128, generator=generator))
        self.register_buffer("phases", 2 * math.pi * torch.rand(128, generator=generator))
        self.v = nn.Parameter(torch.zeros(128))

    def forward(self, error, sigma):
        """The mean of errors [B] at noise levels [B], each level's share of it made alike."""
        u = (math.sqrt(2) * torch.cos((sigma.log() / 4)[:, None] * self.freqs + self.phases)) @ self.v
        return (error * torch.exp(-u) + u).mean()


def draw_noise_levels(batch, latent_frames, p, generator):
    """Log-normal levels, shifted for video by the root of the latent frames; a share is uniform in the logarithm.

    The share covers the sampler's whole range, whose ends the log-normal hardly reaches.
    """
    device = generator.device
    n = torch.randn(batch, generator=generator, device=device)
    sigma = math.sqrt(latent_frames) * torch.exp(p["p_mean"] + p["p_std"] * n)
    low, high = math.log(p["uniform_low"]), math.log(p["uniform_high"])
    wide = torch.exp(low + (high - low) * torch.rand(batch, generator=generator, device=device))
    return torch.where(torch.rand(batch, generator=generator, device=device) < p["uniform_share"], wide, sigma)


def denoise(network, x, sigma, q, known=None, noise=None, augment=SIGMA_AUGMENT):
    """x0 of x at levels `sigma` [B]; `q` [B,1,t,1,1] marks latent frames that are `known`."""
    sigma = sigma.view(-1, 1, 1, 1, 1)
    skip, out, scale, _ = coefficients(sigma)
    seen = x
    if known is not None:
        level = torch.as_tensor(augment, dtype=x.dtype, device=x.device)
        inner = (known + level * noise) * coefficients(level)[2] / scale
        seen = q * inner + (1 - q) * x
    mask = q.expand(-1, -1, -1, *x.shape[3:])
    raw = network(scale * seen, sigma.flatten().log() / 4, mask).float()
    x0 = skip * seen + out * raw
    return x0 if known is None else q * known + (1 - q) * x0


def loss(network, uncertainty, z, p, generator, weights=1):
    """(weighted loss, weighted error by sample, noise levels, x0). The generator lives on z's device.

    `weights` [B,1,t,h,w] say how much each place counts.
    """
    b, _, t, _, _ = z.shape
    device = z.device
    sigma = draw_noise_levels(b, t, p, generator)
    noise = torch.randn(z.shape, generator=generator, device=device)
    conditioned = torch.rand(b, generator=generator, device=device) < p["condition_share"]
    q = torch.zeros(b, 1, t, 1, 1, device=device)
    if t > 1:
        q[:, 0, 0, 0, 0] = conditioned.float()
    augment = torch.exp(-3 + 2 * torch.randn(b, generator=generator, device=device)).clamp(max=3).view(-1, 1, 1, 1, 1)
    second = torch.randn(z.shape, generator=generator, device=device)
    x = z + sigma.view(-1, 1, 1, 1, 1) * noise
    x0 = denoise(network, x, sigma, q, z, second, augment)
    weight = (sigma ** 2 + SIGMA_DATA ** 2) / (sigma * SIGMA_DATA) ** 2
    # Known frames have no error; the mean is over all frames, so that clips with a known one weigh less, not more.
    error = weight * (weights * (z - x0).square()).flatten(1).mean(1)
    return uncertainty(error, sigma), error.detach(), sigma, x0


def noise_levels(sigma_max=70.0, sigma_min=0.002, n=35, rho=7):
    high, low = sigma_max ** (1 / rho), sigma_min ** (1 / rho)
    return [(high + i / n * (low - high)) ** rho for i in range(n + 1)]


def sample(x0_of, x, levels):
    """x in float64 at levels[0]; `x0_of(x, sigma)` gets float32. Returns the last prediction."""
    history = None
    for s, t in zip(levels, levels[1:]):
        prediction = x0_of(x.float(), s).double()
        if history is None:
            x = t / s * x + (1 - t / s) * prediction
        else:
            here, there, before = -math.log(s), -math.log(t), -math.log(history[1])
            delta = there - here
            phi1 = math.expm1(-delta) / -delta
            b2 = (phi1 - 1) / -delta / ((before - here) / delta)
            x = math.exp(-delta) * x + delta * ((phi1 - b2) * prediction + b2 * history[0])
        history = (prediction, s)
    return x0_of(x.float(), levels[-1])


def guided(conditional, unconditional, strength):
    """c + g (c - u), with the frames' marks left out: samples begin without known frames."""
    def x0_of(x, sigma):
        q = torch.zeros(x.shape[0], 1, x.shape[2], 1, 1, device=x.device)
        level = torch.full((x.shape[0],), sigma, device=x.device)
        c = denoise(conditional, x, level, q)
        if strength == 0:
            return c
        return c + strength * (c - denoise(unconditional, x, level, q))
    return x0_of
