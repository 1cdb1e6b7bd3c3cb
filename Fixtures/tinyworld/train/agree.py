"""Writes what PyTorch makes of the exported weights, for the Swift tests to be held to: python agree.py OUT

OUT gets `case.json` and `expected.safetensors`: a video of two controls at half weight each, with guidance and 35 steps. Two
of the clips' own control videos are used, so that presets, which other tests hold, play no part.
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
from safetensors.torch import save_file

from generate import Generator

WORLD = Path(__file__).resolve().parent.parent
CASE = {"clip": "driving_000003", "seed": 1, "controls": {"depth": 0.5, "seg": 0.5}, "guidance": 2, "steps": 35}


def frames(path):
    """uint8 [T,H,W,3]"""
    video, found = cv2.VideoCapture(str(path)), []
    while True:
        more, frame = video.read()
        if not more:
            return np.stack(found)
        found.append(frame[:, :, ::-1].copy())


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    generator = Generator.of_weights(WORLD / "weights", CASE["controls"])
    clips = WORLD / "clips"
    prompt = json.loads((clips / "captions" / f"{CASE['clip']}.json").read_text())["caption"]
    hints = {name: generator.hint([frames(clips / "controls" / name / f"{CASE['clip']}.mkv")]) for name in CASE["controls"]}
    latents = generator.latents([prompt], hints, CASE["controls"], [CASE["seed"]], CASE["guidance"], CASE["steps"])
    save_file({"latent": latents.contiguous(), "frames": generator.decoded(latents)[0].contiguous()},
              str(folder / "expected.safetensors"))
    (folder / "case.json").write_text(json.dumps(CASE | {"prompt": prompt}, indent=1) + "\n")


main()
