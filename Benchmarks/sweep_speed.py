#!/usr/bin/env python3
"""How much a sweep saves: one `run` of a grid against one `generate` and one `score` process for every trial of it.

    python3 Benchmarks/sweep_speed.py --transferbench .build/release/transferbench

The grid has 16 cells, depth in the foreground and seg in the background over 0, 1/3, 2/3, 1, on three clips of the small world
with the shipped model. The processes get what a script would give them: a spec with weight maps for `generate`, the clip, its
mask and the same networks for `score`. Both ways follow one another and may use all cores. Their videos must be the same to
the bit and their scores to 1e-9, or the comparison is refused. This driver needs only the standard library and ffmpeg.
"""

import argparse
import csv
import hashlib
import json
import platform
import resource
import struct
import subprocess
import sys
import time
from pathlib import Path

from bench import Refused, conclude, cores, processor, run, run_json, say

TINYWORLD = Path(__file__).resolve().parent.parent / "Fixtures" / "tinyworld"
CLIPS = ["driving_000000", "household_000000", "robot_000000"]
VALUES = {"0": 0.0, "1/3": 1 / 3, "2/3": 2 / 3, "1": 1.0}
METRICS = ["blur-ssim", "edge-f1", "depth-si-rmse", "mask-miou"]
SIZE = (96, 64)
STEPS, GUIDANCE, SEED = 35, 2, 1
TOLERANCE = 1e-9
SUITE = """
suite: sweep
dataset: {tinyworld}/clips
clips: [{clips}]
generator:
  embedded: {{weights: {tinyworld}/weights, steps: {steps}, guidance: {guidance}}}
grid:
  axes:
    - {{weight: depth/fg, values: [{values}]}}
    - {{weight: seg/bg, values: [{values}]}}
prompts: [own]
seeds: [{seed}]
metrics:
  regions: true
  networks:
    depth: {tinyworld}/judges/depth
    masks: {tinyworld}/judges/classes
table:
  columns: [{columns}]
"""


def timed(body):
    """(result, wall seconds, processor seconds of the programs that it ran)."""
    def busy():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    start, before = time.perf_counter(), busy()
    result = body()
    return result, time.perf_counter() - start, busy() - before


def sweep(options, folder):
    """(video, scores) of every trial by clip and values."""
    suite = folder / "sweep.yaml"
    suite.write_text(SUITE.format(
        tinyworld=TINYWORLD, clips=", ".join(CLIPS), steps=STEPS, guidance=GUIDANCE, seed=SEED, values=", ".join(VALUES),
        columns=", ".join(f"{metric}/{region}" for metric in METRICS for region in ["fg", "bg"])))
    store = folder / "sweep.sqlite"
    run([options.transferbench, "run", str(suite), "--store", str(store)])
    return store


def scores_of_sweep(options, store, folder):
    run([options.transferbench, "report", "--store", str(store), "--latest", "--out", str(folder / "report")])
    trials = {}
    with open(folder / "report" / "values.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["metric"] in METRICS and row["region"] in ["fg", "bg"]:
                trial = trials.setdefault((row["configuration"], row["clip"]), {"video": row["video"], "scores": {}})
                trial["scores"][row["metric"], row["region"]] = float(row["value"]) if row["value"] else None
    return trials


def weight_map(folder, clip, fg, bg):
    """A .npy of weights, frames x rows x columns, from the clip's foreground pictures."""
    mask = TINYWORLD / "clips" / "foreground" / clip
    pictures = sorted(mask.iterdir())
    pixels = b"".join(
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(picture), "-f", "rawvideo", "-pix_fmt", "gray", "-"],
                       check=True, stdout=subprocess.PIPE).stdout for picture in pictures)
    shape = (len(pictures), SIZE[1], SIZE[0])
    if len(pixels) != shape[0] * shape[1] * shape[2]:
        raise Refused(f"{mask} does not hold pictures of {SIZE[0]}x{SIZE[1]}")
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    values = struct.pack("<f", bg), struct.pack("<f", fg)
    path = folder / f"{clip}-{fg:.3f}-{bg:.3f}.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
                     + b"".join(values[pixel > 127] for pixel in pixels))
    return str(path)


def make_specs(folder):
    """What a script would have prepared: a spec for every trial."""
    specs = {}
    for clip in CLIPS:
        caption = json.loads((TINYWORLD / "clips" / "captions" / f"{clip}.json").read_text())["caption"]
        for depth, fg in VALUES.items():
            for seg, bg in VALUES.items():
                spec = {"prompt": caption, "sigma_max": 80}
                for control, weights in [("depth", (fg, 0)), ("seg", (0, bg))]:
                    spec[control] = {
                        "control_weight": weight_map(folder, clip, *weights) if any(weights) else 0,
                        "input_control": str(TINYWORLD / "clips" / "controls" / control / f"{clip}.mkv")}
                path = folder / f"{len(specs)}.json"
                path.write_text(json.dumps(spec))
                specs[depth, seg, clip] = path
    return specs


def processes(options, folder, specs):
    made = {}
    for trial, spec in specs.items():
        clip, video = trial[2], spec.with_suffix(".mkv")
        run([options.transferbench, "generate", str(spec), "--weights", str(TINYWORLD / "weights"), "--out", str(video),
             "--steps", str(STEPS), "--guidance", str(GUIDANCE), "--seed", str(SEED)])
        pair, _, _ = run_json(
            [options.transferbench, "score", "--reference", str(TINYWORLD / "clips" / "videos" / f"{clip}.mkv"),
             "--generated", str(video), "--foreground", str(TINYWORLD / "clips" / "foreground" / clip),
             "--depth-network", str(TINYWORLD / "judges" / "depth"), "--mask-network",
             str(TINYWORLD / "judges" / "classes"), "--json"])
        made[trial] = (video, pair)
    return made


def digest(path):
    """Of the pixels: the suite's videos have the rate of their clips, those of `generate` the model's."""
    pixels = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                            check=True, stdout=subprocess.PIPE).stdout
    return hashlib.sha256(pixels).hexdigest()


def compare(swept, made):
    """The largest difference of any score; refuses videos that are not the same."""
    largest, scores = 0.0, 0
    for (depth, seg, clip), (video, pair) in made.items():
        own = swept[f"depth/fg {depth} · seg/bg {seg}", clip]
        if digest(own["video"]) != digest(video):
            raise Refused(f"the videos of {clip} with depth/fg {depth} and seg/bg {seg} differ")
        for score in pair["scores"]:
            key = score["metric"], score["region"]
            if key not in own["scores"]:
                continue
            values = own["scores"][key], score.get("value")
            if (values[0] is None) != (values[1] is None):
                raise Refused(f"{key} of {clip}, depth/fg {depth}, seg/bg {seg}: {values}")
            largest = max(largest, abs(values[0] - values[1])) if values[0] is not None else largest
            scores += 1
    if largest > TOLERANCE or scores != len(made) * 2 * len(METRICS):
        raise Refused(f"{scores} scores differ by up to {largest}")
    return {"scores": scores, "largest_difference": largest}


def measure(options, folder):
    specs = make_specs(folder)
    say(f"{len(specs)} trials in one run …")
    store, together, together_busy = timed(lambda: sweep(options, folder))
    say(f"{len(specs)} trials in {2 * len(specs)} processes …")
    made, apart, apart_busy = timed(lambda: processes(options, folder, specs))
    agreement = compare(scores_of_sweep(options, store, folder), made)
    version, _, _ = run([options.transferbench, "--version"])
    return {
        "trials": len(specs), "steps": STEPS, "agreement": agreement,
        "run": {"seconds": together, "processor_seconds": together_busy},
        "processes": {"seconds": apart, "processor_seconds": apart_busy},
        "ratio": {"seconds": together / apart, "processor_seconds": together_busy / apart_busy},
        "transferbench": version.strip(),
        "machine": {"processor": processor(), "cores": cores(), "system": platform.system()}}


def report(result):
    together, apart, ratio = result["run"], result["processes"], result["ratio"]
    return "\n".join([
        f"{result['trials']} trials, {result['agreement']['scores']} scores that agree to "
        f"{result['agreement']['largest_difference']:.1e}",
        f"  one run          {together['seconds']:7.1f} s  {together['processor_seconds']:7.1f} s of processor time",
        f"  {2 * result['trials']:3} processes    {apart['seconds']:7.1f} s  {apart['processor_seconds']:7.1f} s of processor time",
        f"  run / processes  {ratio['seconds']:7.2f}    {ratio['processor_seconds']:7.2f}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transferbench", required=True)
    parser.add_argument("--folder", help="where temporary files go")
    parser.add_argument("--out", type=Path, help="write the result as JSON too")
    options = parser.parse_args()
    return conclude("sweep_speed", measure, report, options, options.folder)


if __name__ == "__main__":
    sys.exit(main())
