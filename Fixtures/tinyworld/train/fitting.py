"""The training of a small network, resumable: judges and reader."""

import numpy as np
import torch

from muon import Muon
from progress import Average, Clock, Curve, descend, rate, set_rate, write_whole


def fit(run, folder, network, batch, is_matrix, loss_of):
    """Trains `network` on from the checkpoint in `folder`, leaves its averaged weights in it and in average.pt; returns the step.

    `loss_of(size, dice)` draws a batch of so many and computes its loss; `is_matrix(name)` tells the kernels that are Muon's.
    """
    p = {"peak": 2e-3, "warm": 100, "hold": 1500, "batch": run.batch or batch}
    parameters = dict(network.named_parameters())
    inner = [n for n, v in parameters.items() if v.ndim == 4 and is_matrix(n)]
    optimiser = Muon([parameters[n] for n in inner], [v for n, v in parameters.items() if n not in inner], lr=p["peak"])
    average, step, began = Average(parameters), 0, 0
    if (folder / "state.pt").exists():
        state = torch.load(folder / "state.pt", map_location=run.device)
        network.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average.values, step, began = state["average"], state["step"], state.get("began", 0)
    dice = np.random.default_rng([run.recipe["seed"], step])
    curve, clock = Curve(folder / "curve.csv", step, ["loss"]), Clock(run.seconds, run.save_every)

    def save():
        write_whole(folder / "state.pt", lambda place: torch.save(
            {"model": network.state_dict(), "optimiser": optimiser.state_dict(), "average": average.values, "step": step,
             "began": began}, place))

    while not clock.is_over() and (run.steps is None or step < run.steps):
        set_rate(optimiser, rate(step, p, run.anneal, run.steps, began))
        loss = loss_of(p["batch"], dice)
        descend(loss, parameters.values(), 5.0, optimiser)
        step += 1
        average.update(parameters, step)
        curve.add(loss=loss.item())
        if step % run.report == 0:
            curve.write(step)
        if clock.must_save():
            save()
    save()
    with torch.no_grad():
        for n, v in parameters.items():
            v.copy_(average.values[n])
    network.eval()
    write_whole(folder / "average.pt", lambda place: torch.save(network.state_dict(), place))
    return step
