#!/usr/bin/env python3
"""How fast, and in how much memory, is one pair of 720p clips scored: transferbench against the Python reference.

    python3 Benchmarks/score_speed.py --transferbench .build/release/transferbench --python venv/bin/python

Both programs score the same two files (blur SSIM and edge F1). The values must agree, or the comparison is refused.
`--python` is an interpreter that has Benchmarks/peers/requirements.txt installed; this driver needs only the standard
library and the ffmpeg program.
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
from pathlib import Path

from bench import Refused, cores, processor, run, run_json, say

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WIDTH, HEIGHT, FRAMES_PER_SECOND = 1280, 704, 24
SHORT = 30
SSIM_TOLERANCE = 1e-5


# ---- the pair

def source_clips(folder):
    """(reference, generated, where they come from)."""
    real = [folder / "example1_input_video.mp4", folder / "example1_uniform_weights.mp4"]
    if all(p.exists() for p in real):
        return *real, "real clips: a robot hands over a cup, and Cosmos-Transfer1's output for it"
    recorded = ROOT / "Fixtures" / "recorded"
    drawn = [recorded / "dataset/videos/task_0000.mp4", recorded / "uniform/videos/task_0000.mp4"]
    for path in drawn:
        if not path.exists():
            raise Refused(f"{path} is missing: run Fixtures/recorded/render.py, or name real clips with --clips")
    return *drawn, "Fixtures/recorded, looped (no real clips found)"


def prepare(source, target, frames):
    """The first `frames` frames, the clip repeated as often as that takes, at 1280x704."""
    filters = f"scale={WIDTH}:{HEIGHT}:flags=bicubic,setsar=1,setpts=N/{FRAMES_PER_SECOND}/TB"
    run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", str(source), "-an", "-vf", filters,
         "-r", str(FRAMES_PER_SECOND), "-frames:v", str(frames), "-c:v", "libx264", "-preset", "veryfast", "-crf", "12",
         "-pix_fmt", "yuv420p", str(target)])


def run_ours(program, reference, generated):
    return run_json([program, "score", "--reference", str(reference), "--generated", str(generated), "--json"])


def run_peer(python, reference, generated, profile):
    return run_json([python, str(HERE / "peers" / "score_pair.py"), "--reference", str(reference),
                     "--generated", str(generated), "--profile", profile])


# ---- comparing

def find_score(result, metric):
    for score in result.get("scores", []):
        if score.get("metric") == metric and score.get("region", "all") == "all":
            return score
    raise Refused(f"transferbench printed no {metric} for region all")


def profile_of(result, fallback):
    return result.get("profile") or find_score(result, "edge-f1").get("profile") or fallback


def check_agreement(ours, peer):
    """What both say, or a refusal that names the difference."""
    ssim, edge = find_score(ours, "blur-ssim").get("value"), find_score(ours, "edge-f1")
    counts, problems = edge.get("counts") or {}, []
    values = peer["values"]
    if ssim is None or abs(ssim - values["blur_ssim"]) > SSIM_TOLERANCE:
        problems.append(f"blur-ssim {ssim} against the peer's {values['blur_ssim']}")
    for name in ("tp", "fp", "fn"):
        if counts.get(name) != values["edge"][name]:
            problems.append(f"edge {name} {counts.get(name)} against the peer's {values['edge'][name]}")
    if problems:
        raise Refused("the values disagree, so the times say nothing: " + "; ".join(problems))
    return {"blur_ssim": ssim, "peer_blur_ssim": values["blur_ssim"], "edge_f1": edge.get("value"),
            "edge_counts": {name: counts[name] for name in ("tp", "fp", "fn")}}


def our_version(program, result):
    stated = result.get("versions") or result.get("environment") or result.get("version")
    if stated:
        return stated
    try:
        return run([program, "--version"])[0].strip()
    except Refused:
        return "unknown"


# ---- the whole

def measure(options, folder):
    reference_source, generated_source, origin = source_clips(options.clips)
    say(f"Preparing {options.frames} frames at {WIDTH}x{HEIGHT} from {origin}")
    pair = [folder / "reference.mp4", folder / "generated.mp4"]
    for source, target in zip((reference_source, generated_source), pair):
        prepare(source, target, options.frames)
    say(f"Scoring with transferbench, {options.repeats} times")
    ours = [run_ours(options.transferbench, *pair) for _ in range(max(1, options.repeats))]
    profile = profile_of(ours[0][0], options.profile)
    memory = {str(options.frames): max(peak for _, _, peak in ours)}
    if options.frames > SHORT:
        short = [folder / "reference_short.mp4", folder / "generated_short.mp4"]
        for source, target in zip((reference_source, generated_source), short):
            prepare(source, target, SHORT)
        memory[str(SHORT)] = run_ours(options.transferbench, *short)[2]
    say("Scoring with the Python reference, once (minutes)")
    peer, peer_seconds, peer_peak = run_peer(options.python, *pair, profile)
    if peer["frames"] != options.frames:
        raise Refused(f"the pair has {peer['frames']} frames, not {options.frames}")
    agreed = [check_agreement(result, peer) for result, _, _ in ours][0]
    seconds = statistics.median(s for _, s, _ in ours)
    return {
        "clips": origin, "width": WIDTH, "height": HEIGHT, "frames": options.frames, "profile": profile,
        "values": agreed,
        "transferbench": {"seconds": seconds, "all_seconds": [s for _, s, _ in ours],
                          "peak_mb": memory[str(options.frames)], "peak_mb_by_frames": memory,
                          "versions": our_version(options.transferbench, ours[0][0])},
        "peer": {"seconds": peer_seconds, "peak_mb": peer_peak, "stages": peer["seconds"], "versions": peer["versions"]},
        "ratio": {"seconds": peer_seconds / seconds, "peak_mb": peer_peak / memory[str(options.frames)]},
        "machine": {"processor": processor(), "cores": cores(), "system": platform.system()}}


def table(result):
    frames, ours, peer, ratio = (result[k] for k in ("frames", "transferbench", "peer", "ratio"))
    rows = [("program", "seconds", "ms/frame pair", "peak MB")]
    for name, r in ((f"transferbench (median of {len(ours['all_seconds'])})", ours), ("Python reference", peer)):
        rows.append((name, f"{r['seconds']:.2f}", f"{r['seconds'] / frames * 1000:.1f}", f"{r['peak_mb']:.0f}"))
    rows.append(("ratio", f"{ratio['seconds']:.2f}x", f"{ratio['seconds']:.2f}x", f"{ratio['peak_mb']:.2f}x"))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join("  ".join([row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])])
                     for row in rows)


def described(versions):
    if isinstance(versions, dict):
        return ", ".join(f"{name} {value}" for name, value in versions.items())
    return str(versions)


def report(result):
    ours, values, machine = result["transferbench"], result["values"], result["machine"]
    peaks = sorted(ours["peak_mb_by_frames"].items(), key=lambda item: int(item[0]))
    stages = ", ".join(f"{name} {s:.1f} s" for name, s in result["peer"]["stages"].items())
    return "\n".join([
        "", table(result), "",
        f"clips          {result['frames']} frames {result['width']}x{result['height']}, {result['clips']}",
        f"values agree   profile {result['profile']}: blur-ssim {values['blur_ssim']:.9f} against "
        f"{values['peer_blur_ssim']:.9f}; edge counts equal {values['edge_counts']}",
        "peak memory    transferbench " + ", ".join(f"{mb:.0f} MB at {n} frames" for n, mb in peaks),
        f"peer stages    {stages}",
        f"transferbench  {described(ours['versions'])}",
        f"peer           {described(result['peer']['versions'])}",
        f"machine        {machine['processor']}, {machine['cores']} cores, {machine['system']}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--transferbench", required=True, help="the program to measure")
    parser.add_argument("--python", required=True, help="an interpreter with Benchmarks/peers/requirements.txt")
    parser.add_argument("--frames", type=int, default=121, choices=range(1, 122), metavar="1...121")
    parser.add_argument("--repeats", type=int, default=3, help="runs of transferbench (default: 3)")
    parser.add_argument("--profile", default="paibench-2025", help="the peer's, where transferbench does not say its own")
    parser.add_argument("--clips", type=Path, default=ROOT.parent / "shared" / "clips", help="folder of the real clips")
    parser.add_argument("--out", type=Path, help="write the result as JSON too")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            result = measure(options, Path(folder))
    except Refused as problem:
        say(f"score_speed: {problem}")
        return 1
    print(report(result))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
