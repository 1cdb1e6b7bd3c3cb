"""Surfaces: functions (shape, world point, normal) -> (linear albedo (3, N), gloss)."""

import numpy as np

from .textures import fractal, lookup, mix, rgb, step

ROUGH = fractal(11, 1.6)
SOFT = fractal(12, 2.2)
FINE = fractal(13, 0.9)
WOOD = fractal(14, 1.5, stretch=14.0)
CLOUD = fractal(15, 1.9)


def plain(code, gloss=0.2, grain=0.05, scale=3.0):
    """One colour with a little unevenness that sticks to the object."""
    colour = rgb(code)

    def material(shape, point, normal):
        p = shape.local(point)
        noise = lookup(ROUGH, p[0] * scale + p[2] * 1.7, p[1] * scale - p[2] * scale)
        return colour * (1 + grain * noise), gloss
    return material


def wood(light="#c99a62", dark="#8a5a33", scale=1.0, board=0.0):
    def material(shape, point, normal):
        p = shape.local(point)
        u, v = p[1] * scale, p[0] * scale * 0.5
        across = np.zeros_like(u)
        if board:
            across = np.floor(p[1] / board)
            u = u + across * 0.37
        noise = lookup(WOOD, v, u + p[2]) * 0.28 + lookup(SOFT, v * 0.5, u * 0.5) * 0.12
        colour = mix(rgb(light), rgb(dark), 0.4 + noise + 0.10 * np.sin(across * 2.1))
        if board:
            gap = np.abs(p[1] / board - across - 0.5)
            colour = colour * (1 - 0.45 * step(0.485, gap, 0.02))
        return colour, 0.25
    return material


def plaster(code="#b9b4a6", band="#6f8a8c", band_height=None):
    def material(shape, point, normal):
        noise = lookup(SOFT, point[0] * 0.4, point[2] * 0.4) * 0.05 + lookup(ROUGH, point[0] * 1.1, point[2] * 1.1) * 0.03
        colour = rgb(code)
        if band_height is not None:
            colour = mix(rgb(band), rgb(code), step(band_height, point[2], 0.006))
            line = step(0.012, np.abs(point[2] - band_height), 0.004)
            colour = colour * (0.45 + 0.55 * line)
        return colour * (1 + noise), 0.05
    return material


def tiles(code="#c9d3cf", grout="#8f948f", size=0.1):
    def material(shape, point, normal):
        u, v = point[0] / size / 2, point[2] / size
        row = np.floor(v)
        u = u + 0.5 * (row % 2)
        cell = np.floor(u)
        edge = np.minimum(np.minimum(u - cell, 1 - u + cell) * 2, np.minimum(v - row, 1 - v + row))
        tint = 1 + 0.07 * np.sin(cell * 12.9 + row * 78.2)
        colour = mix(rgb(grout), rgb(code) * tint, step(0.045, edge, 0.02))
        return colour * (1 + 0.03 * lookup(SOFT, point[0], point[2])), 0.5
    return material


def stone(code="#8f8d88"):
    def material(shape, point, normal):
        base = lookup(ROUGH, point[0] * 1.3, point[1] * 1.3) * 0.10
        speck = lookup(FINE, point[0] * 1.6, point[1] * 1.6)
        vein = np.exp(-np.abs(lookup(SOFT, point[0] * 0.9, point[1] * 0.9)) * 14)
        colour = rgb(code) * (1 + base) * (1 - 0.25 * step(1.6, speck, 0.6))
        return mix(colour, rgb("#d9d6cf"), 0.35 * vein), 0.35
    return material


def vessel(code, content, rim=0.9, gloss=0.6, band=None):
    """A cup or a bowl: glazed outside, its content seen from above inside a rim."""
    def material(shape, point, normal):
        p = shape.local(point)
        radial = np.sqrt(p[0] ** 2 + p[1] ** 2) / shape.end_radius
        colour = rgb(code) * (1 + 0.04 * lookup(ROUGH, p[2] * 3, p[0] * 3))
        if band is not None:
            inside = step(0.12, 0.5 - np.abs(p[2] / shape.height - 0.5) - 0.16, 0.02)
            colour = mix(colour, rgb(band), inside)
        top = (normal[2] > 0.7) & (radial < rim)
        shade = 0.35 + 0.65 * np.clip(radial / rim, 0, 1) ** 3
        broth = rgb(content) * (1 + 0.16 * lookup(ROUGH, p[0] * 5, p[1] * 5)) * (1.25 - 0.35 * shade)
        return np.where(top, broth, colour), gloss
    return material


def skin(code="#d9a27e"):
    def material(shape, point, normal):
        p = shape.local(point)
        noise = lookup(ROUGH, p[0] * 5 + p[1], p[2] * 5)
        flush = np.array([1.0, 0.80, 0.76], np.float32)[:, None]
        return mix(rgb(code), rgb(code) * flush, 0.5 + 0.3 * noise), 0.15
    return material


def fabric(code, other):
    def material(shape, point, normal):
        p = shape.local(point)
        weave = np.sin(p[2] * 260) * 0.5 + 0.5
        return mix(rgb(code), rgb(other), 0.25 * weave + 0.12 * lookup(SOFT, p[0] * 3, p[2] * 3)), 0.03
    return material


def ground(travelled, lane=3.5, half_road=5.25):
    """Asphalt with lane lines between kerbs, paving and grass; `travelled` metres have passed under the camera."""
    def material(shape, point, normal):
        x, y = point[0], point[1] + travelled
        asphalt = rgb("#5b5c60") * (1 + 0.09 * lookup(ROUGH, x * 0.35, y * 0.06) + 0.05 * lookup(FINE, x * 0.3, y * 0.12))
        track = np.exp(-((np.abs(np.abs(x % lane - lane / 2) - 0.0) - 0.85) / 0.35) ** 2)
        colour = asphalt * (1 - 0.13 * track)
        side = np.abs(x)
        solid = step(-0.09, -np.abs(side - half_road + 0.35), 0.02)
        dashes = step(-0.08, -np.abs(side - lane / 2), 0.02) * step(-1.9, -np.abs((y % 9) - 4.5), 0.1)
        worn = 0.85 + 0.15 * lookup(ROUGH, x * 0.5, y * 0.3)
        colour = mix(colour, rgb("#e9e6da"), np.maximum(solid, dashes) * worn)
        kerb = rgb("#a7a49c") * (1 - 0.25 * step(0.47, np.abs(y % 2.0 / 2.0 - 0.5), 0.02))
        paving = rgb("#9a9289") * (1 + 0.06 * lookup(ROUGH, x * 0.3, y * 0.3))
        joint = np.maximum(step(0.47, np.abs(y / 1.2 % 1 - 0.5), 0.02), step(0.47, np.abs(x / 1.2 % 1 - 0.5), 0.02))
        grass = rgb("#5c7a3a") * (1 + 0.22 * lookup(ROUGH, x * 0.25, y * 0.25) + 0.12 * lookup(FINE, x * 0.4, y * 0.4))
        colour = mix(colour, kerb, step(half_road, side, 0.03))
        colour = mix(colour, paving * (1 - 0.25 * joint), step(half_road + 0.35, side, 0.03))
        colour = mix(colour, grass, step(half_road + 2.6, side, 0.06))
        return colour, 0.05
    return material


def facade(code, seed, storey=3.2, bay=2.6):
    def material(shape, point, normal):
        p = shape.local(point)
        along = np.where(np.abs(normal[0]) > 0.5, p[1], p[0])
        u, v = along / bay, (p[2] + 60) / storey
        fu, fv = u - np.floor(u), v - np.floor(v)
        pane = step(-0.26, -np.abs(fu - 0.5), 0.02) * step(-0.28, -np.abs(fv - 0.5), 0.02)
        random = np.sin(np.floor(u) * 91.7 + np.floor(v) * 47.3 + seed) * 0.5 + 0.5
        glass = mix(rgb("#33424f"), rgb("#9fb4c2"), random * 0.9)
        sill = step(-0.03, -np.abs(fv - 0.20), 0.01) * step(-0.32, -np.abs(fu - 0.5), 0.02)
        colour = rgb(code) * (1 + 0.06 * lookup(ROUGH, along * 0.06, p[2] * 0.06))
        colour = mix(mix(colour, rgb("#d8d2c4"), sill), glass, pane * (np.abs(normal[2]) < 0.5))
        return colour, 0.15
    return material


def leaves(code="#4e7a35"):
    def material(shape, point, normal):
        p = shape.local(point)
        noise = lookup(ROUGH, p[0] * 0.23 + p[2] * 0.11, p[1] * 0.23 + p[2] * 0.19)
        clump = lookup(FINE, p[0] * 0.35 + p[1] * 0.2, p[2] * 0.35)
        return rgb(code) * np.clip(1 + 0.35 * noise + 0.18 * clump, 0.25, 2), 0.0
    return material


def bodywork(code, half):
    """Painted car body seen from outside: lamps, plate and bumper at the back, a seam along the side."""
    def material(shape, point, normal):
        p = shape.local(point)
        x, z = p[0] / half[0], p[2] / half[2]
        colour = rgb(code) * (0.96 + 0.08 * np.clip(z, -1, 1)) * np.ones_like(x)
        colour = mix(colour, rgb("#26282b"), step(0.55, -z, 0.06))
        back = normal[1] < -0.6
        lamp = step(0.66, np.abs(x), 0.03) * step(-0.30, -np.abs(z - 0.42), 0.05)
        plate = step(-0.26, -np.abs(x), 0.02) * step(-0.16, -np.abs(z + 0.16), 0.03)
        rear = mix(mix(colour, rgb("#e2281f") * 1.3, lamp), rgb("#eae7d6"), plate)
        seam = step(-0.06, -np.abs(z - 0.25), 0.04) * (np.abs(normal[0]) > 0.6)
        return np.where(back, rear, colour * (1 - 0.35 * seam)), 0.7
    return material


def cabin(code, half):
    """Roof and pillars in the car's paint, glass between them."""
    def material(shape, point, normal):
        p = shape.local(point)
        level = (p[2] / half[2] + 1) / 2
        narrow = 1 - 0.22 * level
        x = np.where(np.abs(normal[0]) > 0.6, p[1] / (half[1] * (1 - 0.35 * level)), p[0] / (half[0] * narrow))
        glass = step(-0.86, -np.abs(x), 0.03) * step(-0.40, -np.abs(level - 0.46), 0.04) * (normal[2] < 0.85)
        pane = mix(rgb("#1c2730"), rgb("#8aa0ae"), level * 0.55)
        return mix(rgb(code) * np.ones_like(x), pane, glass), 0.8
    return material
