"""The acceptance of the shipped model, on clips it was not trained on: python3 accept.py TRANSFERBENCH WORK [CLIPS]

Runs the suites beside this file, measures the tokenizer with ffmpeg, and writes WORK/acceptance.md. Needs Python and ffmpeg.
CLIPS takes so many clips only, evenly spread over all.

What a control does on one half is the metric's value in that region. Where networks judge, they judge videos whose other half is
the clip's own, with and without the control: they see across the middle, and what is drawn on the other side of it must not count
for or against the half that is asked about.
"""

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
# Metric, and how its value becomes what is to be halved; an F1 is to be doubled. Networks judge the last two.
OWN = {"vis": ("blur-ssim", "1 - Blur SSIM"), "edge": ("edge-f1", "Edge F1"),
       "depth": ("depth-si-rmse", "depth si-RMSE"), "seg": ("mask-miou", "1 - mask mIoU")}
JUDGED = ("depth", "seg")


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


def join_halves(left, right, out):
    """A lossless video of one video's left and another's right half."""
    cut = "format=gbrp,crop=iw/2:ih"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", left, "-i", right, "-filter_complex",
                    f"[0]{cut}:0:0[a];[1]{cut}:iw/2:0[b];[a][b]hstack", "-c:v", "ffv1", "-pix_fmt", "bgr0",
                    "-fflags", "+bitexact", out], check=True)


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

    def run(self, name, dataset=None, text=None, options=()):
        """Makes and scores a suite, the file of that name or its `text`; returns the place of its store."""
        file = HERE / f"{name}.yaml"
        if dataset:
            text = (text or file.read_text()).replace("dataset: ../clips", f"dataset: {dataset}")
            file = self.work / f"{name}.yaml"
            file.write_text(re.sub(r"\.\./(weights|judges)", lambda m: f"{WORLD}/{m[1]}", text))
        store = self.work / f"{name}.sqlite"
        self.call("run", file, "--store", store, "--remake", "--sheet", self.work / f"{name}.png", *self.clips, *options)
        return store

    def halves(self, trials, dataset, side):
        """{(configuration, metric): {clip: value}} on one half of the pictures, where the clip has something to measure there."""
        region = "fg" if side == "left" else "bg"
        found = self.values(trials, region)
        folder = self.work / "halves" / side
        kept = ["none"] + [f"{control} left" for control in JUDGED]
        for trial in trials:
            names = {name: trial["generated"] for name in kept if name == trial["configuration"]}
            if "none" in names:
                names["original"] = trial["reference"]
            for name, drawn in names.items():
                out = folder / name / f"{trial['clip']}.mkv"
                out.parent.mkdir(parents=True, exist_ok=True)
                pair = (drawn, trial["reference"])
                join_halves(*(pair if side == "left" else reversed(pair)), out)
        lines = (HERE / "controls.yaml").read_text().splitlines(True)
        lines = [line for line in lines if not line.startswith("  - {name: ") or any(f"name: {name}," in line for name in kept)]
        lines.insert(lines.index("configurations:\n") + 1, "  - {name: original, weights: {vis: 0}}\n")
        joined = self.run(f"halves-{side}", dataset, "".join(lines), ["--generator", f"recorded:{folder}"])
        judged = self.values(self.report(joined)["trials"], region)
        # The original's own masks agree with themselves, unless there are none in this half.
        seen = {clip for clip, value in judged["original", "mask-miou"].items() if value > 0}
        for (configuration, metric), values in judged.items():
            if metric in (OWN[control][0] for control in JUDGED):
                found[configuration, metric] = {clip: value for clip, value in values.items()
                                                if metric != "mask-miou" or clip in seen}
        return found

    @staticmethod
    def values(trials, region):
        """{(configuration, metric): {clip: value}} of a region."""
        found = {}
        for trial in trials:
            for score in trial["scores"]:
                if score["region"] == region and "value" in score:
                    found.setdefault((trial["configuration"], score["metric"]), {})[trial["clip"]] = score["value"]
        return found

    def report(self, store):
        told = json.loads(self.call("report", "--latest", "--store", store, "--format", "json"))
        group, = told["groups"]
        return group

    def diversities(self, name):
        """{configuration: {clip: perceptual diversity}}"""
        found = {}
        for condition in self.report(self.run(name))["conditions"]:
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
    trials = runs.report(runs.run("controls", work / "clips"))["trials"]
    whole = runs.values(trials, "all")
    left, right = (runs.halves(trials, work / "clips", side) for side in ("left", "right"))

    def compare(name, control, values, configuration, halved):
        metric, title = OWN[control]
        before, after = values["none", metric], values[configuration, metric]
        clips = sorted(before.keys() & after.keys())
        if not clips:
            sys.exit(f"none of these clips has anything to measure for: {name}; take more")
        before, after = (own_error(control, sum(one[clip] for clip in clips) / len(clips)) for one in (before, after))
        times = gain(control, before, after)
        judge(name.format(title), f"{before:.3f} to {after:.3f}, {times:.2f} times", "2 times" if halved else "under 2 times",
              (times >= 2) == halved, len(clips))

    for control in OWN:
        compare(f"{control} at 1 against 0: {{}}", control, whole, control, True)
        compare(f"{control} on the left half: {{}}, weighted (left) half", control, left, f"{control} left", True)
        compare(f"{control} on the left half: {{}}, other (right) half", control, right, f"{control} left", False)
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
