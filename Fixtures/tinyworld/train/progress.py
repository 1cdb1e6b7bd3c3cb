"""What makes training resumable: a checkpoint that replaces the last one whole, loss curves, averaged weights."""

import json
import math
import os
import signal
import time
from pathlib import Path

import numpy as np
import torch


def write_whole(path, writer):
    """Calls writer(temporary path), then puts the file in place: a reader never sees half of it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    writer(temporary)
    os.replace(temporary, path)


class Curve:
    """A CSV of averages every so many steps; rows past the step that is resumed from are dropped."""

    def __init__(self, path, step, columns):
        self.path, self.columns = Path(path), columns
        self.sums, self.count, self.began = {}, 0, time.time()
        rows = []
        if self.path.exists():
            rows = [line for line in self.path.read_text().splitlines()[1:] if int(line.split(",")[0]) <= step]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text("\n".join([",".join(["step", *columns, "seconds_a_step"]), *rows]) + "\n")

    def add(self, **values):
        for name, value in values.items():
            self.sums.setdefault(name, []).append(float(value))
        self.count += 1

    def write(self, step):
        now = time.time()
        means = [f"{np.mean(self.sums[name]):.5g}" if name in self.sums else "" for name in self.columns]
        line = ",".join([str(step), *means, f"{(now - self.began) / max(1, self.count):.3f}"])
        with self.path.open("a") as file:
            file.write(line + "\n")
        print(line, flush=True)
        self.sums, self.count, self.began = {}, 0, now


def power_gamma(width):
    """The exponent of the power-function average of relative width `width`."""
    roots = np.roots([1, 7, 16 - width ** -2, 12 - width ** -2])
    return float(max(roots[np.isreal(roots)].real))


class Average:
    """Power-function average of parameters: as wide as a fixed share of the training so far."""

    def __init__(self, parameters, width=0.10):
        self.gamma = power_gamma(width)
        self.values = {name: value.detach().clone() for name, value in parameters.items()}

    def update(self, parameters, step):
        beta = (1 - 1 / max(step, 1)) ** (self.gamma + 1)
        names = list(self.values)
        torch._foreach_lerp_([self.values[n] for n in names], [parameters[n].detach() for n in names], 1 - beta)


def rate(step, p, anneal=None, end=None, began=0):
    """Warm-up, a plateau, then the inverse root: no end needs to be known. `p` has peak, warm, hold.

    Where the end is known after all, the rate falls in a straight line from the step `anneal` to it. `began` is the step at which
    the optimiser knew nothing.
    """
    value = p["peak"] * min(1.0, (step - began + 1) / p["warm"]) * min(1.0, math.sqrt(p["hold"] / max(step, 1)))
    return value if anneal is None or step < anneal else value * max(0.01, (end - step) / (end - anneal))


def set_rate(optimiser, value):
    for group in optimiser.param_groups:
        group["lr"] = value


def descend(loss, parameters, most, *optimisers):
    """One step of the optimisers, with gradients of a norm of `most` at most."""
    for one in optimisers:
        one.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(list(parameters), most)
    for one in optimisers:
        one.step()


class Clock:
    """Ends a stage after so many seconds or when the process is asked to end, saves every so many."""

    def __init__(self, limit, every):
        self.began = self.saved = time.time()
        self.limit, self.every, self.asked = limit, every, False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask)

    def ask(self, *_):
        self.asked = True

    def is_over(self):
        return self.asked or self.limit is not None and time.time() - self.began > self.limit

    def must_save(self):
        if time.time() - self.saved > self.every:
            self.saved = time.time()
            return True
        return False


def write_json(path, value):
    write_whole(path, lambda place: Path(place).write_text(json.dumps(value, indent=1) + "\n"))
