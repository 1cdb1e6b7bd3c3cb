#!/usr/bin/env python3
"""Peer of diversity_speed.py: diversity as the public evaluator computes it, with the `lpips` package on PyTorch.

Every ordered pair of videos is compared on its own, frame by frame, and both frames go through the network each time.
--make writes the random VGG16 that both programs use instead, under torchvision's names.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "Fixtures" / "references" / "perception"))

import lpips  # noqa: E402
import make_lpips  # noqa: E402
import torch  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

SEED = 300


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", type=Path)
    parser.add_argument("--make", type=Path, metavar="FILE")
    parser.add_argument("--frames", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    weights = make_lpips.random_weights("vgg", make_lpips.FULL["vgg"], SEED)
    if options.make:
        save_file(weights, options.make)
        heads = Path(lpips.__file__).parent / "weights" / "v0.1" / "vgg.pth"
        print(json.dumps({"heads": str(heads)}))
        return 0
    model = make_lpips.set_weights(make_lpips.reference("vgg"), weights)
    clips = [make_lpips.decoded(path, options.frames) for path in options.videos]
    tensors = [[make_lpips.tensor(frame) for frame in clip] for clip in clips]
    model(tensors[0][0], tensors[1][0])  # the first call allocates
    start = time.perf_counter()
    pairs = {}
    for i, a in enumerate(tensors):
        for j, b in enumerate(tensors):
            if i != j:
                pairs[i, j] = sum(model(x, y).item() for x, y in zip(a, b)) / options.frames
    seconds = time.perf_counter() - start
    print(json.dumps({
        "value": sum(pairs.values()) / len(pairs), "pairs": [v for (i, j), v in pairs.items() if i < j],
        "ordered_pairs": len(pairs), "seconds": seconds, "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "lpips": importlib.metadata.version("lpips")}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
