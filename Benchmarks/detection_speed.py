#!/usr/bin/env python3
"""How fast are 100,000 detections scored against 100,000 boxes: transferbench against nuscenes-devkit.

    python3 Benchmarks/detection_speed.py --transferbench .build/release/transferbench --python venv/bin/python

Made up, but shaped like a detector's results on nuScenes: samples of 200 boxes of ten classes, with velocities and attributes,
all numbers with the digits that Python prints; detections near the boxes with scores that fit, and false alarms. Both programs
read the same two files, one after the other, and their mAP, NDS and errors must agree to 1e-9 or the comparison is refused. The
protocol iou, which the devkit has not, is timed on the same files. `--python` is an interpreter that has
Benchmarks/peers/requirements-nuscenes.txt installed; this driver needs only the standard library.
"""

import argparse
import json
import math
import platform
import random
import sys
from pathlib import Path

from bench import Refused, conclude, cores, processor, run_json, say

HERE = Path(__file__).resolve().parent
PEER = HERE / "peers" / "detections_nuscenes.py"
SIZES = {"car": (1.9, 4.6, 1.7), "truck": (2.5, 6.9, 2.8), "bus": (2.9, 11.0, 3.5), "trailer": (2.9, 12.3, 3.9),
         "construction_vehicle": (2.7, 6.4, 3.2), "pedestrian": (0.7, 0.7, 1.8), "motorcycle": (0.8, 2.1, 1.5),
         "bicycle": (0.6, 1.7, 1.3), "traffic_cone": (0.4, 0.4, 1.1), "barrier": (2.5, 0.5, 1.0)}
ATTRIBUTES = {"car": ["vehicle.moving", "vehicle.parked"], "pedestrian": ["pedestrian.moving", "pedestrian.standing"],
              "bicycle": ["cycle.with_rider", "cycle.without_rider"]}
PER_SAMPLE = 200
TOLERANCE = 1e-9
REPEATS = 3


def box(draw, name, place, yaw):
    return {"translation": place, "size": [side * draw.uniform(0.9, 1.1) for side in SIZES[name]],
            "rotation": [math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2)],
            "velocity": [draw.gauss(0, 3), draw.gauss(0, 3)], "detection_name": name,
            "attribute_name": draw.choice(ATTRIBUTES.get(name, [""]))}


def make_files(options, folder):
    draw = random.Random(1)
    names = list(SIZES)
    reference, detections, ego = {}, {}, {}
    for sample in range(-(-options.boxes // PER_SAMPLE)):
        token = f"{draw.getrandbits(128):032x}"
        x, y = draw.uniform(300, 2000), draw.uniform(300, 2000)
        ego[token] = [x, y, 0.0]
        reference[token], detections[token] = [], []
        for _ in range(min(PER_SAMPLE, options.boxes - sample * PER_SAMPLE)):
            name, yaw = draw.choice(names), draw.uniform(-math.pi, math.pi)
            place = [x + draw.uniform(-55, 55), y + draw.uniform(-55, 55), draw.uniform(0.5, 2)]
            reference[token].append({**box(draw, name, place, yaw), "num_pts": draw.randrange(0, 200)})
            noise = abs(draw.gauss(0, 1))
            if draw.random() < 0.3:
                place = [x + draw.uniform(-55, 55), y + draw.uniform(-55, 55), draw.uniform(0.5, 2)]
                noise = 3
            near = [value + draw.gauss(0, 0.3 * noise) for value in place]
            detections[token].append({**box(draw, name, near, yaw + draw.gauss(0, 0.1)),
                                      "detection_score": min(1.0, max(0.0, draw.gauss(0.8 - 0.2 * noise, 0.15)))})
    files = folder / "reference.json", folder / "detections.json"
    files[0].write_text(json.dumps({"meta": {}, "results": reference, "ego": ego}))
    meta = {f"use_{sensor}": sensor == "camera" for sensor in ["camera", "lidar", "radar", "map", "external"]}
    files[1].write_text(json.dumps({"meta": meta, "results": detections}))
    return [str(file) for file in files]


def ours(options, files, protocol):
    """The fastest of a few runs, as a whole process."""
    runs = [run_json([options.transferbench, "detections", "--reference", files[0], "--detections", files[1],
                      "--protocol", protocol, "--json"]) for _ in range(REPEATS)]
    result, seconds, peak = min(runs, key=lambda run: run[1])
    return result, {"seconds": seconds, "peak_mb": peak, "mean_ap": result["mean_ap"], "n": result["n"],
                    "version": result["environment"].get("transferbench")}


def difference(own, peer):
    """The largest of all values that both programs give."""
    pairs = [(own["mean_ap"], peer["mean_ap"]), (own["nds"], peer["nds"])]
    pairs += [(own["tp_errors"][name], value) for name, value in peer["tp_errors"].items()]
    for name, values in peer["ap_by_threshold"].items():
        pairs += [(own["classes"][name]["ap_by_threshold"][threshold], value) for threshold, value in values.items()]
    for name, values in peer["class_tp_errors"].items():
        pairs += [(own["classes"][name]["tp_errors"][error], value) for error, value in values.items() if value is not None]
    return max(abs(a - b) for a, b in pairs)


def measure(options, folder):
    say("making files …")
    files = make_files(options, folder)
    say("transferbench …")
    nuscenes, own = ours(options, files, "nuscenes")
    _, overlap = ours(options, files, "iou")
    say("nuscenes-devkit …")
    peer, wall, peak = run_json([options.python, str(PEER), "--reference", files[0], "--detections", files[1]])
    peer.update(wall_seconds=wall, peak_mb=peak)
    error = difference(nuscenes, peer)
    if error > TOLERANCE:
        raise Refused(f"the values differ by {error}: NDS {nuscenes['nds']} and {peer['nds']}")
    own["nds"] = nuscenes["nds"]
    return {
        "boxes": options.boxes, "detections": options.boxes, "megabytes": [Path(file).stat().st_size / 1e6 for file in files],
        "largest_difference": error, "transferbench": {"nuscenes": own, "iou": overlap},
        "peer": {key: peer[key] for key in ["seconds", "wall_seconds", "peak_mb", "mean_ap", "nds", "versions"]},
        "ratio": {"seconds": peer["seconds"] / own["seconds"], "peak_mb": peer["peak_mb"] / own["peak_mb"]},
        "note": "transferbench: the whole process, the fastest of three; the devkit: reading and scoring, without its imports",
        "machine": {"processor": processor(), "cores": cores(), "system": platform.system()}}


def report(result):
    own, peer = result["transferbench"], result["peer"]
    return "\n".join([
        f"{result['detections']} detections against {result['boxes']} boxes, {sum(result['megabytes']):.0f} MB of JSON; "
        f"largest difference {result['largest_difference']:.1e}",
        f"  transferbench, nuscenes  {own['nuscenes']['seconds']:7.2f} s  {own['nuscenes']['peak_mb']:6.0f} MB",
        f"  transferbench, iou       {own['iou']['seconds']:7.2f} s  {own['iou']['peak_mb']:6.0f} MB",
        f"  nuscenes-devkit          {peer['seconds']:7.2f} s  {peer['peak_mb']:6.0f} MB   "
        f"{result['ratio']['seconds']:.0f} times slower"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transferbench", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--boxes", type=int, default=100_000)
    parser.add_argument("--folder", help="where temporary files go")
    parser.add_argument("--out", type=Path, help="write the result as JSON too")
    options = parser.parse_args()
    return conclude("detection_speed", measure, report, options, options.folder)


if __name__ == "__main__":
    sys.exit(main())
