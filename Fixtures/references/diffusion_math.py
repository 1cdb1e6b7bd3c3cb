"""Noise levels, preconditioning, the sampler and what surrounds them, in float64, written from the specification."""

import math

import torch

SIGMA_DATA = 0.5
SIGMA_AUGMENT = 0.001


def noise_levels(sigma_max, sigma_min=0.002, n=35, rho=7):
    high, low = sigma_max ** (1 / rho), sigma_min ** (1 / rho)
    return [(high + i / n * (low - high)) ** rho for i in range(n + 1)]


def coefficients(sigma):
    """c_skip, c_out, c_in, c_noise"""
    total = sigma ** 2 + SIGMA_DATA ** 2
    return (SIGMA_DATA ** 2 / total, sigma * SIGMA_DATA / math.sqrt(total), 1 / math.sqrt(total), math.log(sigma) / 4)


def precondition(network, x, sigma):
    skip, out, scale, tau = coefficients(sigma)
    return skip * x + out * network(scale * x, tau)


def insert_condition(x, latent, noise, indicator, sigma):
    """(what the denoiser sees, the indicator that holds for the output)"""
    if SIGMA_AUGMENT >= sigma:
        indicator = torch.zeros_like(indicator)
    known = (latent + SIGMA_AUGMENT * noise) * coefficients(SIGMA_AUGMENT)[2] / coefficients(sigma)[2]
    return indicator * known + (1 - indicator) * x, indicator


def with_condition(denoise, x, latent, noise, indicator, sigma):
    seen, indicator = insert_condition(x, latent, noise, indicator, sigma)
    return indicator * latent + (1 - indicator) * denoise(seen, sigma)


def step_coefficients(s, t, previous):
    """Factors of x, of this prediction and of the one before, from level s to level t."""
    if previous is None:
        return t / s, 1 - t / s, 0.0
    here, there, before = -math.log(s), -math.log(t), -math.log(previous)
    delta = there - here
    c = (before - here) / delta
    phi1 = math.expm1(-delta) / -delta
    phi2 = (phi1 - 1) / -delta
    b2 = phi2 / c
    return math.exp(-delta), delta * (phi1 - b2), delta * b2


def sample(denoise, x, levels):
    """(all states x_0 ... x_n, the prediction at the last level)"""
    states, history = [x], None
    for s, t in zip(levels, levels[1:]):
        prediction = denoise(x, s)
        keep, now, before = step_coefficients(s, t, history[1] if history else None)
        x = keep * x + now * prediction + (before * history[0] if history else 0)
        history = (prediction, s)
        states.append(x)
    return states, denoise(x, levels[-1])


# ---- patches

def patch_layout(length, patch):
    """(number of patches, overlap) along one axis."""
    n = (length - 1) // patch + 1
    overlap = 0 if n == 1 else (n * patch - length) // (n - 1)
    return n, overlap


def ramp(length, overlap):
    return torch.tensor([min(max(min(i, length - i) / (overlap + 1e-6), 0.01), 1.0) for i in range(length)],
                        dtype=torch.float64)


def split(x, patch):
    """[1,C,T,H,W] -> [n,C,T,ph,pw], row by row."""
    (rows, dy), (columns, dx) = (patch_layout(l, p) for l, p in zip(x.shape[-2:], patch))
    return torch.cat([x[..., r * (patch[0] - dy):r * (patch[0] - dy) + patch[0],
                        c * (patch[1] - dx):c * (patch[1] - dx) + patch[1]]
                      for r in range(rows) for c in range(columns)])


def merge(patches, size):
    patch = patches.shape[-2:]
    (rows, dy), (columns, dx) = (patch_layout(l, p) for l, p in zip(size, patch))
    mask = ramp(patch[0], dy)[:, None] * ramp(patch[1], dx)
    total = torch.zeros(1, *patches.shape[1:3], *size, dtype=torch.float64)
    weight = torch.zeros(size, dtype=torch.float64)
    for index, one in enumerate(patches.double()):
        y, x = index // columns * (patch[0] - dy), index % columns * (patch[1] - dx)
        total[..., y:y + patch[0], x:x + patch[1]] += mask * one
        weight[y:y + patch[0], x:x + patch[1]] += mask
    return total / (weight + 1e-6)


# ---- control weights

def resize_map(weight, shape):
    return torch.nn.functional.interpolate(weight[None, None], shape, mode="trilinear", align_corners=False)[0, 0]


def control_weights(entries, shape):
    """Numbers and [H,W] or [T,H,W] maps -> numbers, or maps of `shape`, after the official normalisation.

    Next to a map a numeric 0 counts as 1, as in the official code.
    """
    if not any(torch.is_tensor(e) for e in entries):
        total = max(1.0, sum(max(e, 0.0) for e in entries))
        return [max(e, 0.0) / total for e in entries]
    maps = []
    for entry in entries:
        if not torch.is_tensor(entry):
            entry = torch.full(shape, float(entry or 1.0), dtype=torch.float64)
        elif entry.ndim == 2:
            entry = entry.expand(shape[0], *entry.shape)
        maps.append((entry if tuple(entry.shape) == tuple(shape) else resize_map(entry, shape)).clamp(min=0))
    total = sum(maps).clamp(min=1)
    return [m / total for m in maps]
