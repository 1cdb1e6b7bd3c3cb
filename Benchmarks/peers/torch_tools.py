"""What the PyTorch peers share."""

import json
import os
import platform
import resource
import sys
import time
from pathlib import Path

REFERENCES = Path(__file__).resolve().parents[2] / "Fixtures" / "references"
sys.path.append(str(REFERENCES))

import diffusers  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402


def add_options(parser):
    parser.add_argument("--weights", required=True, metavar="DIR", help="a weights folder")
    parser.add_argument("--inputs", required=True, metavar="FILE", help="a safetensors file")
    parser.add_argument("--output", metavar="FILE", help="where to write the result")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeat", type=int, default=1)


def prepare(options):
    """(config, inputs) with the threads set."""
    options.start_bytes = peak_bytes()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    return json.loads((Path(options.weights) / "config.json").read_text()), load_file(options.inputs)


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def strip(name, roots):
    """An official name without the prefix of its file."""
    part = name.split(".")
    start = next((i for i, p in enumerate(part) if p in roots), None)
    if start is None:
        raise SystemExit(f"{name}: unknown tensor")
    return ".".join(part[start:])


def load(module, tensors):
    """Strict, without a second copy of the weights."""
    module.load_state_dict({k: v.float() for k, v in tensors.items()}, strict=True, assign=True)
    return module.eval()


def run(options, name, work):
    """Does `work` as often as asked, writes its last result, prints one line of JSON."""
    seconds = []
    for _ in range(options.repeat):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    if options.output:
        save_file({name: result.contiguous()}, options.output)
    print(json.dumps({
        "seconds": seconds, "peak_bytes": peak_bytes(), "peak_bytes_after_imports": options.start_bytes,
        "threads": torch.get_num_threads(), "cores": os.cpu_count(), "shape": list(result.shape),
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "diffusers": diffusers.__version__},
        "blas": "mkl" if torch.backends.mkl.is_available() else "other"}))
