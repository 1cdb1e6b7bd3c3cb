#!/usr/bin/env python3
"""One decoding of a latent by diffusers' AutoencoderKLCosmos, eager, float32, on the CPU.

    python3 decode_torch.py --weights DIR --inputs latent.safetensors --output out.safetensors --threads 2 --repeat 3

The inputs hold `latent` [B,16,t,h,w] as the encoder gives it. Prints one line of JSON. `make_video_tokenizer.py` makes
the folder and the latent; those under Fixtures/references/tokenizer with official names work as well.
"""

import argparse
from pathlib import Path

from torch_tools import add_options, load, load_file, prepare, run, strip  # puts the references' modules on the path

from names import tokenizer_to_official
from random_tokenizer import empty

ROOTS = ("encoder", "decoder", "quant_conv", "post_quant_conv")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_options(parser)
    options = parser.parse_args()
    config, inputs = prepare(options)
    module = empty(config)
    module.encoder = module.quant_conv = None        # decoding only
    tensors = {strip(k, ROOTS): v for k, v in load_file(Path(options.weights) / "tokenizer.safetensors").items()}
    levels = len(config["tokenizer"]["multipliers"])
    load(module, {name: tensors.pop(tokenizer_to_official(name, levels)) for name in module.state_dict()})
    tensors.clear()
    run(options, "decoded", lambda: module.decode(inputs["latent"]).sample)


if __name__ == "__main__":
    main()
