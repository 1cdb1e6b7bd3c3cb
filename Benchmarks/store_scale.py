#!/usr/bin/env python3
"""How long do planning, resuming and reporting take, and in how much memory, when a store holds a million scores?

    swift build -c release --product transferbench && swift build -c release --product store-scale
    python3 Benchmarks/store_scale.py --transferbench .build/release/transferbench --writer .build/release/store-scale

`store-scale` writes the store through the project's own writer: a grid of 1,350 cells on 24 clips, 32,400 trials of 31 scores and
their diversity, each with its 121 values by frame. Of it a report is made as a table and as a page with its pictures. Planning is
`run --dry-run` of a grid of as many cells on the shipped clips. Resuming is `run` of a small suite (a copy of each clip stands
for its video) when nothing is left to do. This driver needs only the standard library and the ffmpeg program.
"""

import argparse
import platform
import sqlite3
import sys
from pathlib import Path

from bench import conclude, cores, processor, run, say

ROOT = Path(__file__).resolve().parent.parent
CELLS, CLIPS = 1350, 24
SMALL_CELLS, SMALL_CLIPS = 64, 8
MOST_SECONDS, MOST_MEGABYTES = 2.0, 500


# ---- suites

def axis(weight, count):
    return f"    - {{weight: {weight}, values: [{', '.join(f'{k}/{count}' for k in range(count))}]}}\n"


def plan_suite():
    world = ROOT / "Fixtures" / "tinyworld"
    return (f"suite: plan\ndataset: {world / 'clips'}\ngenerator:\n  embedded: {{weights: {world / 'weights'}}}\n"
            "controls: {vis: very_low, edge: medium}\ngrid:\n  design: product\n  axes:\n"
            + axis("vis", 15) + axis("edge", 10) + axis("seg", 9))


def small_suite():
    return ("suite: small\ndataset: dataset\ngenerator:\n  command: [cp, \"{clip}\", \"{out}\"]\ncontrols: {vis: low}\n"
            "grid:\n  design: product\n  axes:\n" + axis("vis", SMALL_CELLS)
            + "metrics:\n  blur-ssim: {diameter: 5, sigma-color: 150, sigma-space: 9}\n")


def film_clips(folder):
    for part in ["videos", "captions"]:
        (folder / part).mkdir(parents=True)
    for k in range(SMALL_CLIPS):
        run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size=64x48:rate=24,hue=h={k * 40}", "-frames:v", "8",
             "-c:v", "libx264", "-pix_fmt", "yuv420p", str(folder / "videos" / f"clip_{k}.mp4")])
        (folder / "captions" / f"clip_{k}.json").write_text('{"caption": "a test picture"}\n')


# ---- measuring

def fastest(command, times):
    """Seconds of the fastest of some runs, and the most memory of any."""
    runs = [run(command)[1:] for _ in range(times)]
    return {"seconds": min(seconds for seconds, _ in runs), "megabytes": max(peak for _, peak in runs)}


def scores_in(store):
    with sqlite3.connect(store) as database:
        return sum(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                   for table in ["score", "condition_score"])


def measure(options, folder):
    program, store = str(options.transferbench), folder / "scale.sqlite"
    say(f"writing a store of {CELLS * CLIPS} trials")
    _, seconds, peak = run([str(options.writer), str(store), str(CELLS), str(CLIPS)])
    result = {"machine": {"processor": processor(), "cores": cores(), "python": platform.python_version()},
              "version": run([program, "--version"])[0].strip(), "scores": scores_in(store), "trials": CELLS * CLIPS,
              "store_megabytes": store.stat().st_size / 1e6, "write": {"seconds": seconds, "megabytes": peak}}
    (folder / "plan.yaml").write_text(plan_suite())
    (folder / "small.yaml").write_text(small_suite())
    film_clips(folder / "dataset")
    small = [program, "run", str(folder / "small.yaml"), "--store", str(folder / "small.sqlite")]
    say(f"making and scoring {SMALL_CELLS * SMALL_CLIPS} small videos")
    result["small"] = fastest(small, 1) | {"trials": SMALL_CELLS * SMALL_CLIPS}
    steps = {
        "plan": [program, "run", str(folder / "plan.yaml"), "--dry-run", "--store", str(folder / "none.sqlite")],
        "resume": small,
        "table": [program, "report", "--store", str(store)],
        "page": [program, "report", "--store", str(store), "--format", "html", "--out", str(folder / "page")],
    }
    for name, command in steps.items():
        say(f"measuring: {name}")
        result[name] = fastest(command, options.times)
    return result


def report(result):
    lines = [f"{result['scores']:,} scores of {result['trials']:,} trials, a store of {result['store_megabytes']:.0f} MB; "
             f"{result['machine']['processor']}, {result['machine']['cores']} cores"]
    named = [("write", "write the store"), ("plan", f"plan {CELLS * CLIPS:,} trials (--dry-run)"),
             ("resume", f"resume {result['small']['trials']} trials with nothing to do"), ("table", "report as a table"),
             ("page", "report as a page with pictures")]
    for key, title in named:
        value = result[key]
        lines.append(f"  {title:45} {value['seconds']:7.2f} s {value['megabytes']:7.0f} MB")
    table = result["table"]
    kept = table["seconds"] <= MOST_SECONDS and table["megabytes"] <= MOST_MEGABYTES
    lines.append(f"the table {'keeps' if kept else 'does not keep'} its limits: {MOST_SECONDS:.0f} s, {MOST_MEGABYTES} MB")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transferbench", type=Path, required=True)
    parser.add_argument("--writer", type=Path, required=True, help="the program store-scale")
    parser.add_argument("--times", type=int, default=3, help="runs of each step; the fastest counts")
    parser.add_argument("--folder", type=Path, help="where the temporary files go: 2 GB")
    parser.add_argument("--out", type=Path, help="a JSON file for the numbers")
    options = parser.parse_args()
    for path in [options.transferbench, options.writer]:
        if not path.exists():
            say(f"store_scale: {path} does not exist; build it first")
            return 1
    return conclude("store_scale", measure, report, options, options.folder)


if __name__ == "__main__":
    sys.exit(main())
