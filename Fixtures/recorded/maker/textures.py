"""Periodic procedural textures, and how to look them up."""

import numpy as np


def fractal(seed, roughness=1.2, size=256, stretch=1.0):
    """A tileable (size, size) noise with amplitude 1/f**roughness, mean 0 and deviation 1.

    `stretch` > 1 draws the features out along the first axis, as in wood.
    """
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(rng.standard_normal((size, size)))
    fy = np.fft.fftfreq(size)[:, None] * size * stretch
    fx = np.fft.rfftfreq(size)[None, :] * size
    frequency = np.hypot(fy, fx)
    frequency[0, 0] = 1
    spectrum *= frequency ** -roughness
    spectrum[0, 0] = 0
    noise = np.fft.irfft2(spectrum, s=(size, size))
    return (noise / noise.std()).astype(np.float32)


def lookup(texture, u, v):
    """Bilinear samples of a tileable texture; one tile is one unit of u and v."""
    size = texture.shape[0]
    x, y = u * size, v * size
    x0, y0 = np.floor(x), np.floor(y)
    fx, fy = x - x0, y - y0
    x0, y0 = x0.astype(np.int64) % size, y0.astype(np.int64) % size
    x1, y1 = (x0 + 1) % size, (y0 + 1) % size
    top = texture[y0, x0] * (1 - fx) + texture[y0, x1] * fx
    bottom = texture[y1, x0] * (1 - fx) + texture[y1, x1] * fx
    return top * (1 - fy) + bottom * fy


def mix(first, second, amount):
    """Linear blend of two colours; `amount` is one number a point."""
    first, second = _column(first), _column(second)
    return first + (second - first) * np.clip(amount, 0, 1)


def step(edge, value, softness=1e-6):
    """0 below the edge, 1 above it, a ramp of the given width in between."""
    return np.clip((value - edge) / softness + 0.5, 0, 1)


def rgb(code):
    """The linear-light column (3, 1) of an sRGB hex code such as '#ff8800'."""
    values = np.array([int(code[i:i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)
    return (values ** 2.2)[:, None]


def _column(colour):
    colour = np.asarray(colour, np.float32)
    return colour[:, None] if colour.ndim == 1 else colour
