"""The three clips: what is where in frame t of n. Labels number each clip's objects; `Clip.objects` names them."""

from dataclasses import dataclass

import numpy as np

from . import materials as m
from .shapes import Cone, Convex, Ellipsoid, Plane, box, limb, turn, unit, vector
from .textures import lookup, mix, rgb
from .tracer import Light, Scene


@dataclass
class Clip:
    name: str
    captions: list           # the clip's own, then another wording of the same scene
    objects: list            # (label, phrase) in the order in which masks are listed
    foreground: set          # labels
    depth_scale: float       # stored depth = scale / metres
    scene: object            # (t, n) -> Scene


def smooth(s):
    s = np.clip(s, 0, 1)
    return s * s * (3 - 2 * s)


# ---- a robot arm moves a cup over a table

TABLE, UPPER_ARM, FOREARM, GRIPPER, CUP, BLOCK, APPLE, WALL = range(1, 9)


def robot(t, n):
    s = smooth(t / (n - 1) * 1.15 - 0.07)
    cup = vector(-0.12 + 0.66 * s, -0.04 + 0.16 * np.sin(3.1 * s), 0.19 * np.sin(np.pi * s) ** 0.8)
    orange, dark, steel = m.plain("#e8702a", 0.6), m.plain("#2d3136", 0.5), m.plain("#9aa2a8", 0.8)
    parts = [
        Plane(WALL, m.plaster("#c2bdae", "#6d8789", 0.34), (0, 1.15, 0), (0, -1, 0)),
        Plane(0, m.plain("#6b675f", 0.05), (0, 0, -0.75), (0, 0, 1)),
        box(TABLE, m.wood(board=0.19), (0.1, 0.25, -0.03), (1.15, 0.62, 0.03)),
        box(0, m.plain("#7b5a3d", 0.2), (0.62, 1.05, 0.52), (0.52, 0.1, 0.012)),
        box(0, m.plain("#3e6f8e", 0.2), (0.30, 1.04, 0.632), (0.05, 0.07, 0.10)),
        box(0, m.plain("#b8503f", 0.2), (0.42, 1.04, 0.612), (0.04, 0.07, 0.08)),
        box(0, m.plain("#d8c27a", 0.2), (0.53, 1.04, 0.622), (0.045, 0.07, 0.09)),
        Cone(0, m.vessel("#57774f", "#2d2a20"), (0.86, 1.04, 0.532), (0.86, 1.04, 0.65), 0.05, 0.07),
        box(BLOCK, m.plain("#3c8d5a", 0.3), (0.30, 0.42, 0.055), (0.075, 0.055, 0.055), turn(0.5)),
        box(BLOCK, m.plain("#d9b23a", 0.3), (0.285, 0.42, 0.145), (0.05, 0.04, 0.035), turn(0.9)),
        Ellipsoid(APPLE, m.plain("#b9302b", 0.6, 0.16, 6.0), (0.80, 0.06, 0.058), (0.062, 0.062, 0.058)),
        limb(APPLE, m.plain("#4a3320", 0.0), (0.80, 0.06, 0.105), (0.81, 0.055, 0.14), 0.006),
    ]
    parts += _cup(cup)
    parts += _arm(cup, orange, dark, steel)
    light = Light((-0.55, -0.65, 1.0), 0.05, (2.5, 2.3, 2.0), (0.75, 0.83, 0.95), (0.30, 0.26, 0.22), 0.35)
    return Scene((0.20, -1.50, 0.84), (0.12, 0.2, 0.27), 0.53, parts, light, lambda d: 0 * d, exposure=0.80)


def _cup(at):
    glaze = m.vessel("#e9e7e0", "#3a2114", 0.86, 0.7, band="#2f66a3")
    parts = [Cone(CUP, glaze, at, at + vector(0, 0, 0.15), 0.058, 0.074)]
    angles = np.linspace(-1.25, 1.25, 7)
    loop = [at + vector(0.066 + 0.05 * np.cos(a), -0.012, 0.075 + 0.05 * np.sin(a)) for a in angles]
    return parts + [limb(CUP, m.plain("#e9e7e0", 0.7), p, q, 0.011) for p, q in zip(loop, loop[1:])]


def _arm(cup, paint, dark, steel):
    shoulder = vector(-0.44, 0.34, 0.24)
    wrist = cup + vector(0, 0, 0.36)
    reach = wrist - shoulder
    upper, lower = 0.50, 0.57
    span = float(np.sqrt((reach ** 2).sum()))
    lift = np.arccos(np.clip((upper ** 2 + span ** 2 - lower ** 2) / (2 * upper * span), -1, 1))
    flat = unit(vector(reach[0], reach[1], 0))
    pitch = np.arctan2(reach[2], float(np.hypot(reach[0], reach[1]))) + lift
    elbow = shoulder + upper * (flat * np.cos(pitch) + vector(0, 0, np.sin(pitch)))
    yaw = turn(float(np.arctan2(flat[1], flat[0])))
    along, across = yaw[0], yaw[1]
    parts = [
        Cone(UPPER_ARM, dark, (-0.44, 0.34, 0), (-0.44, 0.34, 0.05), 0.15, 0.14),
        Cone(UPPER_ARM, paint, (-0.44, 0.34, 0.05), (-0.44, 0.34, 0.19), 0.115, 0.095),
        Cone(UPPER_ARM, dark, shoulder - across * 0.09, shoulder + across * 0.09, 0.085),
        limb(UPPER_ARM, paint, shoulder, elbow, 0.066, 0.054),
        Cone(FOREARM, dark, elbow - across * 0.075, elbow + across * 0.075, 0.066),
        limb(FOREARM, paint, elbow, wrist, 0.052, 0.040),
        Cone(FOREARM, dark, wrist - across * 0.055, wrist + across * 0.055, 0.048),
        Cone(GRIPPER, steel, wrist, wrist - vector(0, 0, 0.12), 0.036, 0.036),
        box(GRIPPER, dark, wrist - vector(0, 0, 0.135), (0.045, 0.115, 0.022), yaw),
    ]
    for side in (-1, 1):
        finger = wrist - vector(0, 0, 0.225) + across * side * 0.088
        parts.append(box(GRIPPER, steel, finger, (0.022, 0.010, 0.075), yaw))
    return parts


# ---- driving along a street

ROAD, CAR_AHEAD, CAR_LEFT, CAR_PARKED, TREE, HOUSE, SKY = range(11, 18)


def street(t, n):
    travelled = 0.42 * t
    parts = [Plane(ROAD, m.ground(travelled), (0, 0, 0), (0, 0, 1))]
    s = t / (n - 1)
    parts += _car(CAR_AHEAD, "#b3272c", 0.15 - 0.25 * smooth(s), 9.6 + 1.4 * s)
    parts += _car(CAR_LEFT, "#dfe3e6", -3.5, 6.6 + 3.6 * smooth(s))
    parts += _car(CAR_PARKED, "#2f5f9a", 4.25, 19.0 - travelled * 0.75)
    for k in range(6):
        for side in (-1, 1):
            y = k * 14 + (4 if side > 0 else 11) - travelled
            if y > 2:
                parts += _tree(side * 9.2, y, 1 + 0.12 * np.sin(k * 2.3 + side))
    walls = ["#b08d72", "#a7a9a3", "#8d5f4c", "#c2b394", "#7f8b92"]
    for k in range(5):
        for side in (-1, 1):
            y, tall = k * 19 + (6 if side > 0 else 14) - travelled, 8 + 5 * ((k * 7 + side * 3) % 4)
            parts.append(box(HOUSE, m.facade(walls[(k * 2 + side) % 5], k + side),
                             (side * 20.5, y, tall / 2), (6.0, 8.2, tall / 2)))
    light = Light((-0.75, 0.20, 0.85), 0.02, (2.7, 2.35, 1.85), (0.65, 0.80, 1.05), (0.30, 0.30, 0.27), 1.2,
                  0.0035, (0.80, 0.84, 0.90))
    return Scene((0, 0, 1.5), (0.0, 10, 1.28), 0.72, parts, light, _sky(travelled), SKY, exposure=0.70)


def _sky(travelled):
    def colour(d):
        up = np.maximum(d[2], 0.0)
        base = mix(np.array([0.80, 0.88, 0.95]), np.array([0.10, 0.30, 0.80]), (up * 3.0) ** 0.7)
        scale = 0.11 / np.maximum(up, 0.03)
        cloud = lookup(m.CLOUD, d[0] * scale, d[1] * scale + travelled * 1e-4)
        return mix(base, np.array([1.15, 1.13, 1.10]), np.clip(cloud * 0.9, 0, 0.9) * np.clip(up * 9, 0, 1))
    return colour


def _car(label, paint, x, y):
    body, top = (0.90, 2.05, 0.40), (0.80, 1.15, 0.30)
    parts = [box(label, m.bodywork(paint, body), (x, y + 2.05, 0.62), body)]
    lean_side, lean_end = 0.22 * top[0] / (2 * top[2]), 0.35 * top[1] / (2 * top[2])
    normals = [(1, 0, lean_side), (-1, 0, lean_side), (0, 1, lean_end), (0, -1, lean_end), (0, 0, 1), (0, 0, -1)]
    offsets = [top[0] * 0.89, top[0] * 0.89, top[1] * 0.825, top[1] * 0.825, top[2], top[2]]
    parts.append(Convex(label, m.cabin(paint, top), (x, y + 1.95, 1.02 + top[2]), normals, offsets, 1.5))
    for side in (-1, 1):
        for along in (0.65, 3.35):
            hub = vector(x + side * 0.80, y + along, 0.33)
            parts.append(Cone(label, m.plain("#17181a", 0.1), hub - vector(0.11, 0, 0), hub + vector(0.11, 0, 0), 0.33))
    return parts


def _tree(x, y, size):
    parts = [Cone(TREE, m.plain("#5b4636", 0.0, 0.15), (x, y, 0), (x, y, 2.6 * size), 0.17, 0.12)]
    for dx, dy, dz, r in ((0, 0, 3.9, 1.5), (0.8, 0.5, 3.2, 1.05), (-0.8, -0.4, 3.3, 1.1), (0.1, -0.7, 4.7, 1.0)):
        parts.append(Ellipsoid(TREE, m.leaves(), (x + dx * size, y + dy * size, dz * size), r * size))
    return parts


# ---- two hands at a kitchen counter

COUNTER, LEFT_HAND, RIGHT_HAND, BOWL, SPOON, BOARD, TOMATO, TILES, BOTTLE = range(21, 30)


def kitchen(t, n):
    angle = 2 * np.pi * t / n * 1.1 + 0.3
    bowl = vector(-0.055, 0.13, 0)
    bowl = bowl + vector(0.004 * np.sin(angle), 0.004 * np.cos(angle), 0)
    dip = bowl + vector(0.045 * np.cos(angle), 0.030 * np.sin(angle), 0.072)
    grip = vector(0.150, 0.045, 0.205) + 0.55 * (dip - bowl - vector(0, 0, 0.072))
    parts = [
        Plane(COUNTER, m.stone(), (0, 0, 0), (0, 0, 1)),
        Plane(TILES, m.tiles(), (0, 0.56, 0), (0, -1, 0)),
        Cone(BOWL, m.vessel("#e6dfcf", "#b5542a", 0.93, 0.6, band="#3f7f86"), bowl, bowl + vector(0, 0, 0.085), 0.065, 0.118),
        box(BOARD, m.wood("#d8b078", "#a87443", 4.0), (0.29, 0.27, 0.010), (0.155, 0.105, 0.010), turn(-0.18)),
        Cone(BOTTLE, m.plain("#4d6b2c", 0.9), (-0.37, 0.42, 0), (-0.37, 0.42, 0.15), 0.042, 0.040),
        Cone(BOTTLE, m.plain("#4d6b2c", 0.9), (-0.37, 0.42, 0.15), (-0.37, 0.42, 0.20), 0.040, 0.016),
        Cone(BOTTLE, m.plain("#4d6b2c", 0.9), (-0.37, 0.42, 0.20), (-0.37, 0.42, 0.26), 0.016),
        Cone(0, m.vessel("#c9553d", "#2c1a10", 0.88), (-0.22, 0.45, 0), (-0.22, 0.45, 0.10), 0.040, 0.046),
        Ellipsoid(0, m.plain("#e3c23a", 0.5, 0.06, 8.0), (0.07, 0.42, 0.032), (0.047, 0.032, 0.032), turn(0.4)),
        limb(SPOON, m.wood("#b98a55", "#8a5f36", 3.0), dip, grip + unit(grip - dip) * 0.06, 0.007, 0.008),
        Ellipsoid(SPOON, m.wood("#b98a55", "#8a5f36", 3.0), dip, (0.024, 0.018, 0.012)),
    ]
    for x, y, r in ((0.24, 0.29, 0.036), (0.325, 0.315, 0.033), (0.315, 0.225, 0.031)):
        parts.append(Ellipsoid(TOMATO, m.plain("#cf3a26", 0.8, 0.08, 6.0), (x, y, 0.020 + r * 0.85), (r, r, r * 0.85)))
    parts += _hand(LEFT_HAND, bowl + vector(-0.185, -0.070, 0.088), (0.72, 0.66, -0.06), (0.55, -0.35, 0.75), -1,
                   0.30, "#35608c", "#5c86ad")
    parts += _hand(RIGHT_HAND, grip + vector(0.075, -0.075, 0.020), (-0.66, 0.72, -0.12), (0.25, 0.25, 0.93), 1,
                   0.80, "#35608c", "#5c86ad")
    light = Light((-0.45, 0.25, 1.0), 0.07, (2.3, 2.15, 1.9), (0.72, 0.80, 0.92), (0.30, 0.27, 0.24), 0.18)
    return Scene((0.02, -0.36, 0.60), (0.02, 0.16, 0.03), 0.56, parts, light, lambda d: 0 * d, exposure=0.78)


def _hand(label, wrist, forward, back, side, curl, sleeve, thread):
    """A hand from its wrist: `back` is the way its back faces, `side` +1 for a right hand, `curl` in radians a joint."""
    f = unit(vector(*forward))
    across = unit(np.cross(f, vector(*back))) * side
    up = np.cross(across, f) * side
    flesh = m.skin()
    frame = np.stack([f, across, np.cross(f, across)]).astype(np.float32)
    parts = [Ellipsoid(label, flesh, wrist + f * 0.045, (0.058, 0.041, 0.020), frame)]
    parts.append(limb(label, flesh, wrist - f * 0.03, wrist + f * 0.03, 0.024, 0.026))
    parts.append(limb(label, m.fabric(sleeve, thread), wrist - f * 0.40 - up * 0.02, wrist - f * 0.04, 0.052, 0.036))
    for k in range(4):
        joint = wrist + f * (0.086 - 0.004 * abs(k - 1)) + across * (-0.030 + 0.0195 * k)
        bend, radius = curl * 0.55, 0.0105 - 0.0006 * k
        for length in np.array([0.040, 0.028, 0.022]) * (1.06, 1.12, 1.04, 0.86)[k]:
            tip = joint + (f * np.cos(bend) - up * np.sin(bend)) * length
            parts.append(limb(label, flesh, joint, tip, radius, radius * 0.9))
            joint, bend, radius = tip, bend + curl, radius * 0.9
    ball = wrist + f * 0.030 - across * 0.028 - up * 0.006
    knuckle = ball + unit(f * 0.75 - across * 0.55 - up * 0.35) * 0.042
    tip = knuckle + unit(f * 0.95 + across * 0.05 - up * (0.2 + curl * 0.5)) * 0.034
    parts.append(limb(label, flesh, ball, knuckle, 0.0155, 0.0125))
    parts.append(limb(label, flesh, knuckle, tip, 0.0125, 0.0105))
    return parts


CLIPS = [
    Clip("task_0000",
         ["A robot arm lifts a cup from a wooden table and sets it down beside an apple.",
          "In warm evening light a robot arm carries a cup over a table, past two blocks, towards an apple."],
         [(TABLE, "table"), (UPPER_ARM, "robot arm"), (FOREARM, "robot arm"), (GRIPPER, "gripper"), (CUP, "cup"),
          (APPLE, "apple")],
         {UPPER_ARM, FOREARM, GRIPPER, CUP}, 4.0, robot),
    Clip("task_0001",
         ["Driving along a tree-lined street behind a red car while a white car passes on the left.",
          "A street at dusk seen from a car: a red car ahead, a white car on the left, a parked car, trees and houses."],
         [(ROAD, "road"), (TREE, "tree"), (CAR_PARKED, "car"), (CAR_AHEAD, "car"), (CAR_LEFT, "car")],
         {CAR_AHEAD, CAR_LEFT, CAR_PARKED}, 24.0, street),
    Clip("task_0002",
         ["Two hands at a kitchen counter: one holds a bowl of soup, the other stirs it with a wooden spoon.",
          "Under a cool lamp a person stirs soup with a wooden spoon, a cutting board with tomatoes beside the bowl."],
         [(BOARD, "cutting board"), (BOWL, "bowl"), (SPOON, "spoon"), (TOMATO, "tomato"), (LEFT_HAND, "hand"),
          (RIGHT_HAND, "hand")],
         {LEFT_HAND, RIGHT_HAND, SPOON, BOWL}, 2.0, kitchen),
]
