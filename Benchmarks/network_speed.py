#!/usr/bin/env python3
"""How fast, and in how much memory, are the network and the video tokenizer: transferbench against PyTorch.

    python3 Benchmarks/network_speed.py --transferbench .build/release/transferbench --python venv/bin/python

Random weights, float32, the same files for both programs; the results must agree, or the comparison is refused. Then one
evaluation with weights of the true 7B shapes in bfloat16, which has no peer here: it must fit into the memory. `--python`
is an interpreter that has Benchmarks/peers/requirements-torch.txt installed; this driver needs only the standard library.
Needs 3 GB of disk, and 17 GB more for the 7B part.
"""

import argparse
import array
import json
import platform
import random
import shutil
import struct
import sys
from pathlib import Path

from bench import Refused, conclude, cores, processor, run, run_json, say

HERE = Path(__file__).resolve().parent
TOLERANCE = {"out": 1e-5, "decoded": 1e-4}

# The network of the benchmark: tokens, width, text rows, blocks of the base, branches and their blocks.
TOKENS, WIDTH, TEXT, BLOCKS, BRANCHES, BRANCH_BLOCKS = 4 * 22 * 32, 1024, 512, 8, 2, 3

SEVEN_BILLION = {
    "dit": {"D": 4096, "heads": 32, "blocks": 28, "mlp_ratio": 4, "lora_rank": 256, "text_dim": 1024,
            "latent_channels": 16, "cond_mask": True, "patch": [1, 2, 2], "max_hw": [240, 240], "max_t": 128,
            "rope_ratio_t": 2, "rope_ratio_h": 1, "rope_ratio_w": 1, "base_fps": 24},
    "ctrl": {"blocks": 3, "hint_channels": 128, "rope_ratio_t": 1, "rope_ratio_h": 1, "rope_ratio_w": 1,
             "names": ["edge"]}}


def matrix_work():
    """Floating-point operations in the matrix products of one evaluation, text keys included (2 a multiply-add)."""
    n, d, m = TOKENS, WIDTH, TEXT
    block = 28 * n * d * d + 4 * n * n * d + 4 * n * m * d
    return (BLOCKS + BRANCHES * BRANCH_BLOCKS) * block + BRANCHES * BRANCH_BLOCKS * 2 * n * d * d


# ---- safetensors

def read_tensor(path, name):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        entry = json.loads(file.read(size))[name]
        start, end = entry["data_offsets"]
        file.seek(8 + size + start)
        return entry["shape"], array.array("f", file.read(end - start))


def write_tensors(path, tensors):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        start = len(data)
        data += array.array("f", values).tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def disagreement(ours, peers, name):
    """Largest difference over largest value."""
    (shape, x), (peer_shape, y) = read_tensor(ours, name), read_tensor(peers, name)
    if shape != peer_shape:
        raise Refused(f"{name} has the shapes {shape} and {peer_shape}")
    return max(abs(a - b) for a, b in zip(x, y)) / max(abs(b) for b in y)


# ---- the parts

def compare(options, folder, name, make, peer, ours, result):
    """Both programs on the same files."""
    work = folder / name
    say(f"{name}: making random weights")
    run([options.python, str(HERE / "peers" / make), str(work)])
    inputs = ["--weights", str(work), "--inputs", str(work / "inputs.safetensors")]
    repeat = ["--repeat", str(options.repeats)]
    say(f"{name}: transferbench, {options.repeats} times")
    swift, _, swift_peak = run_json(
        [options.transferbench, *ours, *inputs, "--output", str(folder / "ours.safetensors"), "--timing", *repeat])
    say(f"{name}: PyTorch, {options.repeats} times")
    torch, _, torch_peak = run_json(
        [options.python, str(HERE / "peers" / peer), *inputs, "--output", str(folder / "peer.safetensors"),
         "--threads", str(cores()), *repeat])
    error = disagreement(folder / "ours.safetensors", folder / "peer.safetensors", result)
    if not error <= TOLERANCE[result]:
        raise Refused(f"the results differ by {error:.2g} of the largest value, so the times say nothing")
    shutil.rmtree(work)
    unit = 1024 * 1024
    return {
        "relative_error": error,
        "transferbench": {"seconds": min(swift["seconds"]), "all_seconds": swift["seconds"], "peak_mb": swift_peak,
                          "threads": swift["threads"], "version": swift["version"],
                          "matrix_library": swift["matrix_library"],
                          "matrix_gflops_peak": swift["matrix_gflops_peak"]},
        "peer": {"seconds": min(torch["seconds"]), "all_seconds": torch["seconds"], "peak_mb": torch_peak,
                 "peak_mb_without_imports": torch_peak - torch["peak_bytes_after_imports"] / unit,
                 "threads": torch["threads"], "versions": torch["versions"], "blas": torch["blas"]},
        "ratio": {"seconds": min(torch["seconds"]) / min(swift["seconds"]),
                  "peak_mb_without_imports":
                      (torch_peak - torch["peak_bytes_after_imports"] / unit) / swift_peak}}


def seven_billion(options, folder):
    """One evaluation with the true shapes at a small latent."""
    work = folder / "7b"
    work.mkdir()
    configuration = folder / "7b.json"
    configuration.write_text(json.dumps(SEVEN_BILLION))
    say("7B: writing random weights in bfloat16")
    run([options.transferbench, "models", "random", str(work), "--config", str(configuration), "--dtype", "bf16"])
    dice = random.Random(1)
    latent = lambda: ([1, 16, 1, 16, 16], [dice.gauss(0, 1) for _ in range(16 * 16 * 16)])  # noqa: E731
    write_tensors(folder / "7b.safetensors", {
        "x": latent(), "hint.edge": latent(), "weight.edge": ([1], [1.0]), "c_noise": ([1], [0.3]),
        "text": ([1, 512, 1024], [dice.gauss(0, 0.1) for _ in range(512 * 1024)])})
    say("7B: one evaluation")
    result, _, peak = run_json([
        options.transferbench, "denoise", "--weights", str(work), "--inputs", str(folder / "7b.safetensors"),
        "--output", str(folder / "7b_out.safetensors"), "--timing"])
    shape, values = read_tensor(folder / "7b_out.safetensors", "out")
    stored = sum(f.stat().st_size for f in work.iterdir())
    shutil.rmtree(work)
    if shape != [1, 16, 1, 16, 16] or not all(v == v and abs(v) < 1e6 for v in values):
        raise Refused("the 7B evaluation gave no usable numbers")
    return {"seconds": result["seconds"][0], "peak_mb": peak, "weights_mb": stored / 1024 / 1024,
            "latent": shape, "dtype": "bfloat16", "largest": max(abs(v) for v in values)}


def measure(options, folder):
    network = compare(options, folder, "network", "make_network.py", "denoise_torch.py", ["denoise"], "out")
    gflops = matrix_work() / network["transferbench"]["seconds"] / 1e9
    network["matrix_gflops"] = gflops
    network["share_of_matrix_peak"] = gflops / network["transferbench"]["matrix_gflops_peak"]
    result = {"network": network}
    result["tokenizer"] = compare(
        options, folder, "tokenizer", "make_video_tokenizer.py", "decode_torch.py", ["tokenize", "decode"], "decoded")
    if not options.without_7b:
        result["7b"] = seven_billion(options, folder)
    result["machine"] = {"processor": processor(), "cores": cores(), "system": platform.system()}
    return result


def goals(result):
    """What the project sets itself, and whether this run reached it."""
    network, tokenizer = result["network"], result["tokenizer"]
    found = [("the network takes no longer than PyTorch", network["ratio"]["seconds"] >= 1),
             ("the network reaches 75 % of the matrix peak", network["share_of_matrix_peak"] >= 0.75),
             ("the network needs no more memory than PyTorch", network["ratio"]["peak_mb_without_imports"] >= 1),
             ("decoding takes no longer than PyTorch", tokenizer["ratio"]["seconds"] >= 1),
             ("decoding needs no more memory than PyTorch", tokenizer["ratio"]["peak_mb_without_imports"] >= 1)]
    if "7b" in result:
        found.append(("the 7B shapes fit into 24 GiB", result["7b"]["peak_mb"] <= 24 * 1024))
    return found


def report(result):
    lines = [""]
    for name, what in (("network", f"one evaluation, {TOKENS} tokens, width {WIDTH}, {BLOCKS} blocks, {BRANCHES} branches"),
                       ("tokenizer", "decoding 9 frames of 1280x704, full size")):
        part = result[name]
        ours, peer, ratio = part["transferbench"], part["peer"], part["ratio"]
        lines += [f"{name}: {what}",
                  f"  transferbench {ours['seconds']:8.2f} s  {ours['peak_mb']:6.0f} MB",
                  f"  PyTorch       {peer['seconds']:8.2f} s  {peer['peak_mb_without_imports']:6.0f} MB without its imports, "
                  f"{peer['peak_mb']:.0f} MB with",
                  f"  ratio         {ratio['seconds']:8.2f}x   {ratio['peak_mb_without_imports']:5.2f}x",
                  f"  results agree to {part['relative_error']:.1e} of the largest value"]
    network = result["network"]
    lines.append(f"matrix products of the network: {network['matrix_gflops']:.0f} GFLOP/s over the whole evaluation, "
                 f"{100 * network['share_of_matrix_peak']:.0f} % of the {network['transferbench']['matrix_gflops_peak']:.0f} "
                 "GFLOP/s that they reach alone")
    if "7b" in result:
        big = result["7b"]
        lines.append(f"7B shapes, bfloat16, latent {big['latent']}: {big['seconds']:.1f} s, peak {big['peak_mb']:.0f} MB "
                     f"with {big['weights_mb']:.0f} MB of weights mapped")
    lines += [f"{'reached' if reached else 'MISSED '}  {goal}" for goal, reached in goals(result)]
    machine, ours = result["machine"], network["transferbench"]
    versions = ", ".join(f"{k} {v}" for k, v in network["peer"]["versions"].items())
    lines += [f"transferbench {ours['version']}, {ours['threads']} threads, products by: {ours['matrix_library']}",
              f"peer {versions}, {network['peer']['threads']} threads, {network['peer']['blas']}",
              f"machine {machine['processor']}, {machine['cores']} cores, {machine['system']}"]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--transferbench", required=True, help="the program to measure")
    parser.add_argument("--python", required=True, help="an interpreter with Benchmarks/peers/requirements-torch.txt")
    parser.add_argument("--repeats", type=int, default=3, help="runs of both; the best counts (default: 3)")
    parser.add_argument("--without-7b", action="store_true", help="leave the 7B evaluation out")
    parser.add_argument("--folder", type=Path, help="where the weights are made (default: a temporary folder)")
    parser.add_argument("--out", type=Path, help="write the result as JSON too")
    options = parser.parse_args()
    return conclude("network_speed", measure, report, options, options.folder)


if __name__ == "__main__":
    sys.exit(main())
