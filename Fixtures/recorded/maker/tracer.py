"""A small ray tracer: one camera, one soft sun, ambient light with occlusion; pictures, labels and depth together."""

from dataclasses import dataclass

import numpy as np

from .shapes import dot, unit, vector

GRID = 2       # rays a pixel and axis
SAMPLES = 4    # shadow and occlusion rays a primary ray; the rays of one pixel use different ones


@dataclass
class Light:
    towards: tuple           # direction to the sun
    softness: float          # radius of the sun's disc, as the tangent of an angle
    sun: tuple               # colour times strength
    ambient: tuple           # colour times strength from above
    bounce: tuple            # the same from below
    reach: float             # how far ambient occlusion looks
    haze: float = 0.0        # share of light lost per metre
    haze_colour: tuple = (0.0, 0.0, 0.0)


@dataclass
class Scene:
    eye: tuple
    target: tuple
    lens: float              # tangent of half the horizontal field of view
    shapes: list             # front to back does not matter
    light: Light
    sky: object              # direction -> linear colour
    sky_label: int = 0
    exposure: float = 1.0


@dataclass
class Picture:
    rgb: np.ndarray          # (H, W, 3) uint8
    labels: np.ndarray       # (H, W) uint8
    nearness: np.ndarray     # (H, W) float64, 1 / distance along the camera's axis, 0 for the sky


def render(scene, width, height):
    eye = np.asarray(scene.eye, np.float32)
    directions, forward = _rays(scene, width * GRID, height * GRID)
    count = directions.shape[1]
    distance, which = _closest(scene.shapes, eye[:, None], directions)
    colour = scene.sky(directions).astype(np.float32)
    labels = np.full(count, scene.sky_label, np.uint8)
    pixel_ray = _ray_numbers(width, height)
    for number, shape in enumerate(scene.shapes):
        index = np.flatnonzero(which == number)
        if index.size == 0:
            continue
        labels[index] = shape.label
        ray = directions[:, index]
        point = eye[:, None] + ray * distance[index]
        normal = shape.facing(point)
        colour[:, index] = _shade(scene, shape, point, normal, ray, distance[index], pixel_ray[index])
    colour = _tone(colour * scene.exposure).reshape(3, height, GRID, width, GRID).mean((2, 4))
    hit = np.isfinite(distance)
    along = np.where(hit, distance, 1) * dot(forward[:, None], directions)
    nearness = np.where(hit, 1 / along, 0).reshape(height * GRID, width * GRID)
    return Picture(
        rgb=np.rint(colour.transpose(1, 2, 0) * 255).astype(np.uint8),
        labels=labels.reshape(height * GRID, width * GRID)[::GRID, ::GRID].copy(),
        nearness=nearness[::GRID, ::GRID].astype(np.float64))


def _rays(scene, width, height):
    eye, target = np.asarray(scene.eye, np.float32), np.asarray(scene.target, np.float32)
    forward = unit(target - eye)
    right = unit(np.cross(forward, vector(0, 0, 1)))
    up = np.cross(right, forward)
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1) * scene.lens
    y = (1 - (np.arange(height, dtype=np.float32) + 0.5) / height * 2) * scene.lens * height / width
    x, y = (a.ravel() for a in np.meshgrid(x, y))
    return unit(forward[:, None] + right[:, None] * x + up[:, None] * y), forward


def _ray_numbers(width, height):
    """Which of its pixel's rays each ray is."""
    row, column = np.indices((height * GRID, width * GRID))
    return ((row % GRID) * GRID + column % GRID).ravel()


def _closest(shapes, origin, direction):
    count = direction.shape[1]
    best = np.full(count, np.inf, np.float32)
    which = np.full(count, -1, np.int16)
    for number, shape in enumerate(shapes):
        index = shape.candidates(origin, direction)
        if index is None:
            index = np.arange(count)
        if index.size == 0:
            continue
        t = shape.hit(origin, direction[:, index])
        closer = t < best[index]
        best[index[closer]] = t[closer]
        which[index[closer]] = number
    return best, which


def _clear(shapes, origin, direction, reach):
    """1 where nothing stands in the ray's way within reach, 0 elsewhere."""
    clear = np.ones(direction.shape[1], np.float32)
    for shape in _in_the_way(shapes, origin, direction, reach):
        index = np.flatnonzero(clear)
        near = shape.candidates(origin[:, index], direction[:, index])
        if near is not None:
            index = index[near]
        if index.size:
            t = shape.hit(origin[:, index], direction[:, index])
            clear[index[t < reach]] = 0
    return clear


def _in_the_way(shapes, origin, direction, reach):
    """The shapes that any of the rays can meet, judged by the ball that holds all their origins."""
    if origin.shape[1] == 0:
        return
    low, high = origin.min(1), origin.max(1)
    middle, spread = (low + high) / 2, float(np.sqrt(dot(high - low, high - low))) / 2
    heading = unit(direction.mean(1))
    opening = float(dot(heading[:, None], direction).min())
    for shape in shapes:
        if not shape.casts:
            continue
        if shape.bound is not None:
            centre, radius = shape.bound
            away = centre - middle
            distance, along = float(np.sqrt(dot(away, away))), float(dot(away, heading))
            room = spread + radius
            if distance > room + reach:
                continue
            if opening > 0.9:
                widened = room + max(along, 0) * float(np.sqrt(1 - opening ** 2)) / opening * 1.05 + 1e-3
                if along < -room or distance ** 2 - along ** 2 > widened ** 2:
                    continue
        yield shape


def _shade(scene, shape, point, normal, ray, distance, pixel_ray):
    light = scene.light
    albedo, gloss = shape.material(shape, point, normal)
    towards = unit(np.asarray(light.towards, np.float32))
    origin = point + normal * (0.004 if light.reach < 0.6 else 0.02)
    lit = np.maximum(dot(towards[:, None], normal), 0)
    lit *= _sunlight(scene, origin, lit, towards, pixel_ray)
    open_sky = _openness(scene, origin, normal, pixel_ray)
    above = (0.5 + 0.5 * normal[2]) * open_sky
    ambient = np.asarray(light.ambient, np.float32)[:, None] * above
    ambient = ambient + np.asarray(light.bounce, np.float32)[:, None] * (1 - 0.5 - 0.5 * normal[2]) * open_sky
    half = unit(towards[:, None] - ray)
    shine = np.maximum(dot(half, normal), 0) ** 60 * gloss * (lit > 0)
    rim = (1 - np.abs(dot(ray, normal))) ** 4 * gloss * 0.35 * open_sky
    sun = np.asarray(light.sun, np.float32)[:, None]
    colour = albedo * (sun * lit + ambient) + sun * shine * np.minimum(lit * 4, 1) * 0.6
    colour = colour + rim * np.asarray(light.ambient, np.float32)[:, None]
    if light.haze:
        kept = np.exp(-light.haze * distance)
        colour = colour * kept + np.asarray(light.haze_colour, np.float32)[:, None] * (1 - kept)
    return colour


def _sunlight(scene, origin, lit, towards, pixel_ray):
    frame = _tangents(towards[:, None])
    seen = np.zeros(lit.shape, np.float32)
    facing = np.flatnonzero(lit > 0)
    for k in range(SAMPLES):
        x, y = _disc()[:, pixel_ray[facing] * SAMPLES + k] * scene.light.softness
        direction = unit(towards[:, None] + frame[0] * x + frame[1] * y)
        seen[facing] += _clear(scene.shapes, origin[:, facing], direction, np.inf)
    return seen / SAMPLES


def _openness(scene, origin, normal, pixel_ray):
    side, other = _tangents(normal)
    total = 0
    for k in range(SAMPLES):
        x, y = _disc()[:, pixel_ray * SAMPLES + k] * 0.97
        direction = side * x + other * y + normal * np.sqrt(1 - x * x - y * y)
        total = total + _clear(scene.shapes, origin, direction, scene.light.reach)
    return 0.25 + 0.75 * total / SAMPLES


def _tangents(n):
    helper = np.where(np.abs(n[0]) < 0.9, vector(1, 0, 0)[:, None], vector(0, 1, 0)[:, None])
    side = unit(np.cross(helper, n, axis=0))
    return side, np.cross(n, side, axis=0)


def _disc():
    """Points spread evenly over the unit disc, dealt out so that neighbours in the list are far apart."""
    count = GRID * GRID * SAMPLES
    number = np.arange(count)
    angle = number * 2.399963
    radius = np.sqrt((number + 0.5) / count)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)]).astype(np.float32)
    return points[:, (number * 7) % count]


def _tone(linear):
    """A filmic shoulder, then the display's gamma."""
    linear = np.maximum(linear, 0)
    curved = linear * (1 + linear / 9) / (1 + linear)
    return np.clip(curved * 1.35, 0, 1) ** (1 / 2.2)
