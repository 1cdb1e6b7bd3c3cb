"""The training recipe of the small model: python recipe.py STAGE [NAME] --data DIR --runs DIR [--device cpu|cuda].

Stages, in order: codec, tokenizer, latents, pieces, base, reader, branch NAME, redraw, judge NAME, export, sample; or start,
which makes what these leave from what ships. Every one continues where it was cut short; --seconds and --steps end it early.
See README.md.
"""

import argparse
import contextlib
import json
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent


class Run:
    """What all stages share: the data, the folder of results, the device and its number formats."""

    def __init__(self, arguments):
        self.folder = Path(arguments.runs)
        self.data = arguments.data
        self.device = torch.device(arguments.device)
        self.config = json.loads(Path(arguments.config).read_text())
        self.recipe = json.loads(Path(arguments.recipe).read_text())
        self.seconds, self.steps, self.batch = arguments.seconds, arguments.steps, arguments.batch
        self.anneal = arguments.anneal
        if self.anneal is not None and (self.steps is None or self.steps <= self.anneal):
            raise SystemExit("--anneal N needs --steps M with M above N")
        self.workers, self.latent_frames = arguments.workers, arguments.latent_frames
        self.report, self.save_every = arguments.report, arguments.save_every
        self.bfloat16, self.compile = arguments.bfloat16, arguments.compile
        torch.manual_seed(self.recipe["seed"])
        if self.device.type == "cuda":
            torch.set_float32_matmul_precision("high")
            torch._dynamo.config.suppress_errors = True  # what cannot be compiled runs as it is

    @cached_property
    def shards(self):
        from clips import Shards
        return Shards(self.data, self.recipe["hold"])

    def autocast(self):
        if not self.bfloat16:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    def compiled(self, module):
        return torch.compile(module) if self.compile and module is not None else module

    def pixels(self, clips):
        """uint8 frames of clips, in memory."""
        return np.concatenate([self.shards.read(["rgb"], clips[i:i + 64])["rgb"] for i in range(0, len(clips), 64)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--data", default="data", help="folder of shards")
    parser.add_argument("--runs", default="runs", help="folder of checkpoints and curves")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--config", default=HERE / "config.json")
    parser.add_argument("--recipe", default=HERE / "recipe.json")
    parser.add_argument("--seconds", type=float, help="end after so long, with a checkpoint")
    parser.add_argument("--steps", type=int, help="end at this step, with a checkpoint")
    parser.add_argument("--anneal", type=int, help="from this step on the rate falls to nothing at --steps (base, reader, branches, judges)")
    parser.add_argument("--batch", type=int, help="clips a step, instead of the recipe's")
    parser.add_argument("--report", type=int, default=50, help="steps a row of the curve")
    parser.add_argument("--save-every", type=float, default=120, help="seconds between checkpoints")
    parser.add_argument("--bfloat16", action="store_true", help="compute in bfloat16 where that is safe")
    parser.add_argument("--compile", action="store_true", help="compile the networks (GPU)")
    parser.add_argument("--latent-frames", type=int, help="train on the first so many latent frames: 1 = pictures, a third of the cost")
    parser.add_argument("--workers", type=int, default=1, help="processes that make control videos")
    parser.add_argument("--half", default="both", choices=["both", "decoder"], help="what the tokenizer stage trains")
    parser.add_argument("--codec", default="tokenizer", choices=["tokenizer", "shared", "linear"], help="what makes the latents")
    parser.add_argument("--out", default="out", help="folder that export and sample write")
    parser.add_argument("--shipped", default=HERE.parent, help="folder of weights and judges that the stage start begins with")
    parser.add_argument("--count", type=int, default=6)
    parser.add_argument("--guidance", type=float)
    arguments = parser.parse_args()
    run = Run(arguments)
    stage = arguments.stage
    if stage == "stand-in":
        from clips import write_stand_in
        write_stand_in(arguments.data, arguments.count, 64)
    elif stage == "start":
        from stages_start import start
        start(run, arguments.shipped)
    elif stage == "codec":
        from stages_tokenizer import fit_codec
        fit_codec(run)
    elif stage == "tokenizer":
        from stages_tokenizer import train_tokenizer
        train_tokenizer(run, arguments.half)
    elif stage == "latents":
        from stages_latents import make_latents
        make_latents(run, arguments.codec, arguments.names)
    elif stage == "pieces":
        from stages_model import fit_pieces
        fit_pieces(run)
    elif stage == "reader":
        from stages_reader import train_reader
        train_reader(run)
    elif stage == "base":
        from stages_model import train
        train(run, "base", None)
    elif stage == "branch":
        from stages_model import train
        for name in arguments.names:
            train(run, name, name)
    elif stage == "redraw":
        from redraw import redraw
        redraw(run, arguments.count, arguments.names)
    elif stage == "judge":
        from stages_judges import train_judge
        for name in arguments.names:
            train_judge(run, name)
    elif stage == "export":
        from export import export
        export(run, arguments.out)
    elif stage == "sample":
        from sheets import sheets
        sheets(run, arguments.out, arguments.names, arguments.count, arguments.guidance)
    else:
        parser.error(f"there is no stage '{stage}'")


if __name__ == "__main__":
    main()
