"""The acceptance of the shipped model, on clips it was not trained on: python3 accept.py TRANSFERBENCH WORK [CLIPS]

Runs the suites beside this file, measures the tokenizer with ffmpeg, and writes WORK/acceptance.md. Needs Python alone. CLIPS
takes so many clips only, evenly spread over all.
"""

import csv
import io
import json
import random
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORLD = HERE.parent
# Metric, and how its value becomes what is to be halved; an F1 is to be doubled.
OWN = {"vis": ("blur-ssim", "1 - Blur SSIM"), "edge": ("edge-f1", "Edge F1"),
       "depth": ("depth-si-rmse", "depth si-RMSE"), "seg": ("mask-miou", "1 - mask mIoU")}


def own_error(control, value):
    return 1 - value if control in ("vis", "seg") else value


def gain(control, before, after):
    """How many times smaller the error is, or larger the F1."""
    return after / before if control == "edge" else before / after


def left_half(path, rows, columns):
    """A PNG whose left half is white."""
    line = b"\0" + b"\xff" * (columns // 2) + b"\0" * (columns - columns // 2)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(line * rows)) + chunk(b"IEND", b""))


def halved_dataset(folder):
    """The clips with their left halves as foreground."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("videos", "captions", "controls"):
        link = folder / name
        if not link.exists():
            link.symlink_to(WORLD / "clips" / name)
    for masks in sorted((WORLD / "clips" / "foreground").iterdir()):
        (folder / "foreground" / masks.name).mkdir(parents=True, exist_ok=True)
        for mask in masks.iterdir():
            size = struct.unpack(">II", mask.read_bytes()[16:24])
            left_half(folder / "foreground" / masks.name / mask.name, size[1], size[0])


def ratio_of_means(pairs, draws=2000):
    """First over second of paired values, with a 95 % interval: pairs are resampled."""
    dice = random.Random(1)

    def ratio(some):
        return sum(a for a, _ in some) / sum(b for _, b in some)

    drawn = sorted(ratio(dice.choices(pairs, k=len(pairs))) for _ in range(draws))
    return ratio(pairs), drawn[draws // 40], drawn[-draws // 40]


class Runs:
    def __init__(self, program, work, clips):
        self.program, self.work = str(Path(program).resolve()), work
        self.clips = ["--clips", clips] if clips else []

    def call(self, *words):
        return subprocess.run([self.program, *map(str, words)], check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL if words[0] == "tokenize" else None, text=True).stdout

    def run(self, name, dataset=None):
        """Makes and scores a suite; returns the place of its store."""
        file = HERE / f"{name}.yaml"
        if dataset:
            text = file.read_text().replace("dataset: ../clips", f"dataset: {dataset}")
            file = self.work / f"{name}.yaml"
            file.write_text(re.sub(r"\.\./(weights|judges)", lambda m: f"{WORLD}/{m[1]}", text))
        store = self.work / f"{name}.sqlite"
        self.call("run", file, "--store", store, "--sheet", self.work / f"{name}.png", *self.clips)
        return store

    def means(self, name, dataset):
        """{(configuration, metric, region): (mean, n)}"""
        store = self.run(name, dataset)
        metrics = [word for metric, _ in OWN.values() for word in ("--metric", metric)]
        rows = csv.DictReader(io.StringIO(self.call("report", "--latest", "--store", store, "--format", "csv", *metrics)))
        return {(r["configuration"], r["metric"], r["region"]): (float(r["mean"]), int(r["n"])) for r in rows if r["mean"]}

    def diversities(self, name):
        """{configuration: {clip: perceptual diversity}}"""
        found = {}
        told = json.loads(self.call("report", "--latest", "--store", self.run(name), "--format", "json"))
        group, = told["groups"]
        for condition in group["conditions"]:
            for score in condition["scores"]:
                if (score["metric"], score["region"]) == ("perceptual-diversity", "all") and "value" in score:
                    found.setdefault(condition["configuration"], {})[condition["clip"]] = score["value"]
        return found

    def tokenizer(self):
        """PSNR of encoded and decoded clips in dB."""
        values = []
        videos = sorted((WORLD / "clips" / "videos").iterdir())
        count = int(self.clips[1]) if self.clips else len(videos)
        for video in (videos[i * len(videos) // count] for i in range(count)):
            latent, decoded = self.work / "latent.safetensors", self.work / "decoded.mkv"
            self.call("tokenize", "encode", "--video", video, "--weights", WORLD / "weights", "--output", latent)
            self.call("tokenize", "decode", "--inputs", latent, "--weights", WORLD / "weights", "--output", decoded, "--fps", 10)
            told = subprocess.run(["ffmpeg", "-nostdin", "-i", video, "-i", decoded, "-lavfi",
                                   "[0]format=gbrp[a];[1]format=gbrp[b];[a][b]psnr", "-f", "null", "-"],
                                  check=True, stderr=subprocess.PIPE, text=True).stderr
            values.append(float(re.search(r"average:([0-9.]+)", told)[1]))
        return values


def main():
    work = Path(sys.argv[2]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    runs = Runs(sys.argv[1], work, sys.argv[3] if len(sys.argv) > 3 else None)
    halved_dataset(work / "clips")
    lines, passed = [], []

    def judge(name, value, bar, ok, n):
        lines.append(f"| {name} | {value} | {bar} | {'yes' if ok else '**no**'} | {n} |")
        passed.append(ok)

    psnr = runs.tokenizer()
    mean = sum(psnr) / len(psnr)
    judge("tokenizer, PSNR", f"{mean:.2f} dB (lowest clip {min(psnr):.2f})", "28 dB", mean >= 28, len(psnr))
    table = runs.means("controls", work / "clips")
    for control, (metric, title) in OWN.items():
        def pair(region, configuration):
            (before, _), (after, n) = table["none", metric, region], table[configuration, metric, region]
            before, after = own_error(control, before), own_error(control, after)
            return before, after, gain(control, before, after), n
        before, after, times, n = pair("all", control)
        judge(f"{control} at 1 against 0: {title}", f"{before:.3f} to {after:.3f}, {times:.2f} times", "2 times", times >= 2, n)
        for side, region in (("weighted (left)", "fg"), ("other (right)", "bg")):
            before, after, times, n = pair(region, f"{control} left")
            ok = times >= 2 if region == "fg" else times < 2
            judge(f"{control} on the left half: {title}, {side} half", f"{before:.3f} to {after:.3f}, {times:.2f} times",
                  "2 times" if region == "fg" else "under 2 times", ok, n)
    prompts, seeds = runs.diversities("prompts"), runs.diversities("seeds")
    for control in prompts:
        pairs = [(prompts[control][clip], seeds[control][clip]) for clip in sorted(prompts[control]) if clip in seeds[control]]
        ratio, low, high = ratio_of_means(pairs)
        one, other = (sum(values) / len(pairs) for values in zip(*pairs))
        judge(f"six captions against two seeds, {control} at 1: perceptual diversity",
              f"{one:.3f} against {other:.3f}, {ratio:.2f} [{low:.2f}, {high:.2f}] times", "interval above 1", low > 1, len(pairs))
    text = "| what | measured | asked | holds | n |\n|:--|:--|:--|:--|--:|\n" + "\n".join(lines) + "\n"
    (work / "acceptance.md").write_text(text)
    print(text)
    return 0 if all(passed) else 1


sys.exit(main())
