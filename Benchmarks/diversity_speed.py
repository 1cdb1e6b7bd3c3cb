#!/usr/bin/env python3
"""How fast is diversity, and in how much memory: transferbench against the public evaluator's way with lpips on PyTorch.

    python3 Benchmarks/diversity_speed.py --transferbench .build/release/transferbench --python venv/bin/python

Six clips of 640x352, made by resizing real clips (--clips) or the recorded videos of the repository, as if one condition
had given them, and one VGG16 with random weights and LPIPS' own heads for both programs. The evaluator compares 30 ordered
pairs, two passes each: on all 121 frames it would run for hours, so both programs run on the same few first frames, one
after the other, and the values must agree or the comparison is refused. --all then runs transferbench alone on all 121.
`--python` is an interpreter that has Benchmarks/peers/requirements-torch.txt installed; this driver needs only the
standard library and ffmpeg.
"""

import argparse
import platform
import resource
import sys
from pathlib import Path

from bench import Refused, conclude, cores, processor, run, run_json, say

HERE = Path(__file__).resolve().parent
PEER = HERE / "peers" / "diversity_lpips.py"
CLIPS = ["single_control_edge", "uniform_weights", "spatiotemporal_weights", "input_video", "vis", "seg"]
RECORDED = [HERE.parent / "Fixtures" / "recorded" / path for path in [
    "uniform/videos/task_0000.mp4", "uniform/videos/task_0000_caption1.mp4", "edge/videos/task_0000__0.mp4",
    "edge/videos/task_0000__1.mp4", "vis/videos/task_0000.mp4", "vis/videos/task_0000_caption1.mp4"]]
WIDTH, HEIGHT, ALL = 640, 352, 121
TOLERANCE = 1e-5


def make_clips(options, folder):
    clips = []
    sources = [options.clips / f"example1_{name}.mp4" for name in CLIPS] if options.clips else RECORDED
    for number, source in enumerate(sources):
        target = folder / f"{number}.mkv"
        if not source.is_file():
            raise Refused(f"{source} is missing; name the folder of real clips with --clips")
        run(["ffmpeg", "-v", "error", "-i", str(source), "-frames:v", str(ALL), "-vf",
             f"scale={WIDTH}:{HEIGHT}:flags=area,format=rgb24", "-c:v", "ffv1", "-pix_fmt", "bgr0", str(target)])
        clips.append(str(target))
    return clips


def timed(command):
    """(JSON, wall seconds, peak megabytes, processor seconds) of a program; the last hardly depends on what else runs."""
    def processor_seconds():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = processor_seconds()
    result, wall, peak = run_json(command)
    return result, wall, peak, processor_seconds() - before


def ours(options, network, clips, frames):
    result, wall, peak, busy = timed(
        [options.transferbench, "diversity", "--network", str(network), "--frames", str(frames), "--threads",
         str(options.threads), "--json", *clips])
    score = result["scores"][0]
    return {"value": score["value"], "pairs": score["byPair"], "seconds": result["seconds"], "wall_seconds": wall,
            "processor_seconds": busy, "peak_mb": peak, "frames": result["frames"], "threads": options.threads, "metric": score["metric"],
            "onnxruntime": result["environment"]["onnxruntime"], "version": result["environment"].get("transferbench")}


def measure(options, folder):
    say("making clips and network …")
    clips = make_clips(options, folder)
    weights = folder / "vgg16.safetensors"
    made, _, _ = run_json([options.python, str(PEER), "--make", str(weights)])
    network = folder / "network"
    run([options.transferbench, "models", "import", "lpips-vgg16", str(weights), "--heads", made["heads"], "--out",
         str(network)])
    say(f"transferbench: {options.frames} frames of {len(clips)} clips …")
    own = ours(options, network, clips, options.frames)
    say(f"lpips on PyTorch: {options.frames} frames, 30 ordered pairs …")
    peer, wall, peak, busy = timed(
        [options.python, str(PEER), "--frames", str(options.frames), "--threads", str(options.threads), *clips])
    peer.update(wall_seconds=wall, processor_seconds=busy, peak_mb=peak)
    error = max(abs(a - b) for a, b in zip(own["pairs"], peer["pairs"]))
    if error > TOLERANCE:
        raise Refused(f"the values differ by {error}: {own['value']} and {peer['value']}")
    result = {
        "clips": len(clips), "of": "real clips" if options.clips else "recorded videos", "width": WIDTH, "height": HEIGHT, "frames": options.frames,
        "note": f"both on the first {options.frames} frames, in one run: on {ALL} frames the peer would take hours",
        "largest_difference": error, "transferbench": own, "peer": peer,
        "ratio": {"seconds": peer["seconds"] / own["seconds"], "wall_seconds": peer["wall_seconds"] / own["wall_seconds"],
                  "processor_seconds": peer["processor_seconds"] / own["processor_seconds"],
                  "peak_mb": peer["peak_mb"] / own["peak_mb"]},
        "machine": {"processor": processor(), "cores": cores(), "system": platform.system()}}
    if options.all:
        say(f"transferbench: all {ALL} frames …")
        result["transferbench_all_frames"] = ours(options, network, clips, ALL)
    return result


def report(result):
    own, peer, ratio = result["transferbench"], result["peer"], result["ratio"]
    lines = [
        f"Diversity of {result['clips']} clips of {result['width']}x{result['height']}, {result['frames']} frames, VGG16 "
        f"with LPIPS' heads, {own['threads']} threads; largest difference of a pair {result['largest_difference']:.1e}",
        f"  transferbench   {own['seconds']:8.1f} s  {own['peak_mb']:6.0f} MB",
        f"  lpips, PyTorch  {peer['seconds']:8.1f} s  {peer['peak_mb']:6.0f} MB   {ratio['seconds']:.1f} times slower, "
        f"{ratio['processor_seconds']:.1f} times the processor's time"]
    if "transferbench_all_frames" in result:
        full = result["transferbench_all_frames"]
        lines.append(f"  transferbench, all {full['frames']} frames: {full['seconds']:.0f} s, {full['peak_mb']:.0f} MB")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transferbench", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--clips", type=Path, help="the folder of the real clips")
    parser.add_argument("--frames", type=int, default=3)
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--all", action="store_true", help="then transferbench alone on all frames (minutes)")
    parser.add_argument("--folder", help="where temporary files go")
    parser.add_argument("--out", type=Path, help="write the result as JSON too")
    options = parser.parse_args()
    return conclude("diversity_speed", measure, report, options, options.folder)


if __name__ == "__main__":
    sys.exit(main())
