"""The solids of the scenes: where a ray meets them, and which way they face.

Points and directions are (3, N) float32 arrays. `hit` gives the distance to the first crossing, infinity where there
is none; `facing` gives the outward unit normal at a point on the surface.
"""

import numpy as np

NEAR = 1e-3


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def unit(a):
    a = np.asarray(a, np.float32)
    return a / np.sqrt(np.maximum(dot(a, a), 1e-20))


def vector(*values):
    return np.array(values, np.float32)


def axes_along(direction):
    """A rotation whose third row is the direction: it takes world to local, local z along the direction."""
    z = unit(direction)
    helper = vector(1, 0, 0) if abs(z[0]) < 0.9 else vector(0, 1, 0)
    x = unit(np.cross(helper, z))
    return np.stack([x, np.cross(z, x), z]).astype(np.float32)


def turn(angle):
    """World to local for a thing turned by `angle` about the vertical."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]], np.float32)


class Shape:
    """A solid in its own frame; subclasses say `_hit` and `_facing` there."""

    def __init__(self, label, material, centre, rotation=None, bound=None, casts=True):
        self.label, self.material, self.casts = label, material, casts
        self.centre = np.asarray(centre, np.float32)
        self.rotation = np.eye(3, dtype=np.float32) if rotation is None else rotation
        self.bound = bound

    def candidates(self, origin, direction):
        """Indices of the rays that pass the bounding sphere; None means all of them."""
        if self.bound is None:
            return None
        middle, radius = self.bound
        away = middle[:, None] - origin
        along = dot(away, direction)
        near = (dot(away, away) - along * along < radius * radius) & (along > -radius)
        return np.flatnonzero(near)

    def local(self, points):
        return self._rotate(points - self.centre[:, None])

    def hit(self, origin, direction):
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._hit(self.local(origin), self._rotate(direction))

    def facing(self, points):
        n = self._facing(self.local(points))
        r = self.rotation
        return unit(np.stack([r[0, i] * n[0] + r[1, i] * n[1] + r[2, i] * n[2] for i in range(3)]))

    def _rotate(self, v):
        r = self.rotation
        return np.stack([r[i, 0] * v[0] + r[i, 1] * v[1] + r[i, 2] * v[2] for i in range(3)])


class Plane(Shape):
    """The plane through a point, seen from the side its normal points to."""

    def __init__(self, label, material, point, normal, casts=False):
        super().__init__(label, material, point, axes_along(normal), casts=casts)

    def _hit(self, o, d):
        t = -o[2] / d[2]
        return np.where(t > NEAR, t, np.inf)

    def _facing(self, p):
        return np.stack([np.zeros_like(p[0]), np.zeros_like(p[0]), np.ones_like(p[0])])


class Ellipsoid(Shape):
    def __init__(self, label, material, centre, radii, rotation=None):
        self.radii = np.broadcast_to(np.asarray(radii, np.float32), (3,))[:, None]
        centre = np.asarray(centre, np.float32)
        super().__init__(label, material, centre, rotation, (centre, float(self.radii.max()) * 1.01))

    def _hit(self, o, d):
        o, d = o / self.radii, d / self.radii
        return _sphere(o, d, 1.0)

    def _facing(self, p):
        return p / self.radii ** 2


class Convex(Shape):
    """The intersection of half-spaces normal . p <= offset, given in the local frame."""

    def __init__(self, label, material, centre, normals, offsets, reach, rotation=None, casts=True):
        normals = np.asarray(normals, np.float32)
        length = np.sqrt((normals ** 2).sum(1))
        self.normals = normals / length[:, None]
        self.offsets = np.asarray(offsets, np.float32) / length
        centre = np.asarray(centre, np.float32)
        super().__init__(label, material, centre, rotation, (centre, reach), casts)

    def _hit(self, o, d):
        enter, leave = -np.inf, np.inf
        for n, c in zip(self.normals, self.offsets):
            speed = n[0] * d[0] + n[1] * d[1] + n[2] * d[2]
            t = (c - (n[0] * o[0] + n[1] * o[1] + n[2] * o[2])) / speed
            enter = np.maximum(enter, np.where(speed < 0, t, -np.inf))
            leave = np.minimum(leave, np.where(speed > 0, t, np.inf))
        return np.where((enter < leave) & (enter > NEAR), enter, np.inf)

    def _facing(self, p):
        gap = np.stack([n[0] * p[0] + n[1] * p[1] + n[2] * p[2] - c for n, c in zip(self.normals, self.offsets)])
        return self.normals[gap.argmax(0)].T


def box(label, material, centre, half, rotation=None, casts=True):
    half = np.asarray(half, np.float32)
    normals = np.concatenate([np.eye(3), -np.eye(3)])
    return Convex(label, material, centre, normals, np.concatenate([half, half]),
                  float(np.sqrt((half ** 2).sum())), rotation, casts)


class Cone(Shape):
    """A solid of revolution from `start` to `end` with a radius at each: a cylinder, a cup, a bowl."""

    def __init__(self, label, material, start, end, radius, end_radius=None, round_ends=False):
        start, end = np.asarray(start, np.float32), np.asarray(end, np.float32)
        self.height = float(np.sqrt(((end - start) ** 2).sum()))
        self.radius = radius
        self.end_radius = radius if end_radius is None else end_radius
        self.slope = (self.end_radius - self.radius) / self.height
        self.round_ends = round_ends
        widest = max(self.radius, self.end_radius)
        reach = self.height / 2 + widest if round_ends else np.hypot(self.height / 2, widest)
        super().__init__(label, material, start, axes_along(end - start), ((start + end) / 2, float(reach) * 1.01))

    def _hit(self, o, d):
        k, h = self.slope, self.height
        wall = self.radius + k * o[2]
        a = d[0] ** 2 + d[1] ** 2 - (k * d[2]) ** 2
        b = o[0] * d[0] + o[1] * d[1] - k * d[2] * wall
        c = o[0] ** 2 + o[1] ** 2 - wall ** 2
        root = np.sqrt(b * b - a * c)
        best = np.full(d.shape[1], np.inf, np.float32)
        for t in ((-b - root) / a, (-b + root) / a):
            z = o[2] + t * d[2]
            best = np.where((t > NEAR) & (z >= 0) & (z <= h) & (t < best), t, best)
        for z, r in ((0.0, self.radius), (h, self.end_radius)):
            if self.round_ends:
                shifted = np.stack([o[0] + 0 * d[0], o[1] + 0 * d[0], o[2] - z + 0 * d[0]])
                t = _sphere(shifted, d, r)
                best = np.where(t < best, t, best)
            else:
                t = (z - o[2]) / d[2]
                x, y = o[0] + t * d[0], o[1] + t * d[1]
                best = np.where((t > NEAR) & (x * x + y * y <= r * r) & (t < best), t, best)
        return best

    def _facing(self, p):
        z, h = p[2], self.height
        radial = np.sqrt(p[0] ** 2 + p[1] ** 2)
        side = np.stack([p[0], p[1], -self.slope * radial])
        if self.round_ends:
            return np.where(z < 0, p, np.where(z > h, p - vector(0, 0, h)[:, None], side))
        tolerance = 2e-3 * h
        on_top = (z > h - tolerance) & (radial < self.end_radius * 0.995)
        on_base = (z < tolerance) & (radial < self.radius * 0.995)
        up = np.zeros_like(p)
        up[2] = 1
        return np.where(on_top, up, np.where(on_base, -up, side))


def limb(label, material, start, end, radius, end_radius=None):
    """A cone with round ends: a finger bone, a robot link."""
    return Cone(label, material, start, end, radius, end_radius, round_ends=True)


def _sphere(o, d, radius):
    a = dot(d, d)
    b = dot(o, d)
    root = np.sqrt(b * b - a * (dot(o, o) - radius * radius))
    t = (-b - root) / a
    return np.where(t > NEAR, t, np.inf)
