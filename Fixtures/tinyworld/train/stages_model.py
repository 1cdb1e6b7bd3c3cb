"""Stages `pieces`, `base` and `branch NAME`."""

import json
import random
from pathlib import Path

import torch

import diffusion
from latents import LatentStore
from muon import Muon
from network import Base, Branch, base_tensors, branch_tensors, start_hint
from objects import object_shares, object_weights
from progress import Average, Clock, Curve, descend, rate, set_rate, write_whole
from reader import distance
from stages_reader import load_reader
from text import Pieces, TextEncoder, text_tensors, train_pieces


def token_grid(config, latent_frames=None):
    clip, tok, patch = config["clip"], config["tokenizer"], config["dit"]["patch"]
    return (latent_frames or (clip["frames"] - 1) // tok["temporal_compression"] + 1,
            clip["h"] // tok["spatial_compression"] // patch[1],
            clip["w"] // tok["spatial_compression"] // patch[2])


def generator_on(device, seed):
    return torch.Generator(device=device).manual_seed(seed)


def fit_pieces(run):
    path = run.folder / "text" / "spiece.model"
    if path.exists():
        print("there is a text model already; delete it to make another")
        return
    texts = [run.shards.caption(i) for i in run.shards.train]
    random.Random(run.recipe["seed"]).shuffle(texts)
    model = train_pieces(texts[:20000], run.recipe["text"]["pieces"])
    pieces = Pieces(model, 4096)
    lengths = [int((pieces([text]) != 0).sum()) for text in texts[:500]]
    print(f"{pieces.processor.get_piece_size()} pieces; captions of {min(lengths)} to {max(lengths)} tokens; "
          f"{run.config['text']['tokens']} are read")
    assert pieces.processor.get_piece_size() + 100 <= run.config["text"]["vocab"]
    write_whole(path, lambda place: place.write_bytes(model))


def load_pieces(run):
    return Pieces((run.folder / "text" / "spiece.model").read_bytes(), run.config["text"]["tokens"])


def caption_ids(run):
    """Tokens of every clip's caption, [N,M]."""
    pieces = load_pieces(run)
    return pieces([run.shards.caption(i) for i in range(len(run.shards))])


def make_model(run):
    """(base, text encoder) with their initial weights."""
    generator = torch.Generator().manual_seed(run.recipe["seed"])
    base = Base(run.config, base_tensors(run.config, generator), token_grid(run.config, run.latent_frames),
                run.config["clip"]["fps"])
    return base, TextEncoder(run.config, text_tensors(run.config, generator))


def averaged_model(run):
    """(base, text encoder) with the averaged weights of the last checkpoint, frozen, and the step they are from."""
    state = torch.load(run.folder / "base" / "state.pt", map_location="cpu")
    base, text = make_model(run)
    names = {f"base.{n}": v for n, v in base.named_parameters()} | {f"text.{n}": v for n, v in text.named_parameters()}
    with torch.no_grad():
        for name, value in names.items():
            value.copy_(state["average"][name])
    for module in (base, text):
        module.requires_grad_(False).eval().to(run.device)
    return base, text, state["step"]


class Batches:
    """Random clips with their latents, their captions' tokens, with dropout, and how much each place counts."""

    def __init__(self, run, hint=None):
        self.rgb = LatentStore(run.folder / "latents", "rgb", run.device)
        self.hint = LatentStore(run.folder / "latents", hint, run.device) if hint else None
        usable = self.rgb.clips & (self.hint.clips if hint else self.rgb.clips)
        self.train = torch.tensor([i for i in run.shards.train if i in usable])
        self.held = torch.tensor([i for i in run.shards.held if i in usable])
        if hint in ("depth", "seg", "vis", "edge") and not len(self.train):
            raise SystemExit(f"there are no latents of '{hint}' yet: run the stage latents")
        self.ids = caption_ids(run).to(run.device)
        self.drop, self.frames = run.recipe["text_dropout"], run.latent_frames
        self.objects, self.extra = object_shares(run), run.recipe["object_weight"]

    def draw(self, size, generator):
        picks = torch.randint(len(self.train), (size,), generator=generator, device=generator.device).cpu()
        clips = self.train[picks]
        keep = torch.rand(size, generator=generator, device=generator.device) >= self.drop
        weights = object_weights(self.objects[clips.numpy()], self.extra).to(self.rgb.device)[:, :, :self.frames]
        return (self.rgb[clips][:, :, :self.frames], self.hint[clips][:, :, :self.frames] if self.hint else None,
                self.ids[clips.to(self.ids.device)], keep.float().view(-1, 1, 1), weights)


def train(run, name, hint):
    """The base with its text encoder (`hint` None), or one branch over the frozen, averaged base."""
    p = run.recipe["branch" if hint else "base"]
    p = p | {"batch": run.batch or p["batch"]}
    noise = run.recipe["noise"] | p.get("noise", {})
    folder, device = run.folder / name, run.device
    seed = run.recipe["seed"]
    state = torch.load(folder / "state.pt", map_location=device) if (folder / "state.pt").exists() else None
    step, began = (state["step"], state.get("began", 0)) if state else (0, 0)
    generator = generator_on(device, seed * 1_000_003 + step)
    # The first weighs errors of latents by noise level, the second what the reader sees of them.
    uncertainty = torch.nn.ModuleList(
        diffusion.Uncertainty(torch.Generator().manual_seed(seed + i)) for i in range(2)).to(device)
    reader = load_reader(run) if hint else None
    size, fps = token_grid(run.config, run.latent_frames), run.config["clip"]["fps"]
    if hint:
        base, text, base_step = averaged_model(run)
        if state and state["base_step"] != base_step:
            print(f"the base went on from step {state['base_step']} to {base_step}; the branch follows it")
        tensors = branch_tensors(run.config, base.w.official(), torch.Generator().manual_seed(seed))
        if not state:
            store = LatentStore(run.folder / "latents", hint, torch.device("cpu"))
            start_hint(tensors, run.config, store[torch.tensor(sorted(store.clips)[::20])])
        branch = Branch(run.config, tensors, size, fps).to(device)
        trained = {f"branch.{n}": v for n, v in branch.named_parameters()}
    else:
        base, text = make_model(run)
        base.to(device), text.to(device)
        branch, base_step = None, None
        trained = {f"base.{n}": v for n, v in base.named_parameters()} | {
            f"text.{n}": v for n, v in text.named_parameters()}
    every = trained | {f"uncertainty.{n}": v for n, v in uncertainty.named_parameters()}
    # Maps between features inside the blocks; embeddings, modulations and heads are AdamW's, as vectors are.
    parts = ("/attn/to_", "/block/layer", "SelfAttention/", "DenseReluDense/")
    inner = [n for n, v in trained.items() if v.ndim == 2 and any(part in n for part in parts) and "bias" not in n]
    optimiser = Muon([every[n] for n in inner], [v for n, v in every.items() if n not in inner], lr=p["peak"],
                     share=p.get("matrix_share", 1.0))
    average = Average(trained)
    if state:
        if state["model"].keys() != every.keys():
            raise SystemExit(f"{folder} is of another recipe; move it away, and run the stage start to go on from what ships")
        with torch.no_grad():
            for n, v in every.items():
                v.copy_(state["model"][n])
        optimiser.load_state_dict(state["optimiser"])
        average.values = state["average"]
        uncertainty.load_state_dict(state["uncertainty"])
    batches = Batches(run, hint)
    curve = Curve(folder / "curve.csv", step, ["loss", "error", "low", "middle", "high", "reading"])
    clock = Clock(run.seconds, run.save_every)
    call_base, call_branch = run.compiled(base), run.compiled(branch)
    call_distance = run.compiled(lambda guess, z: distance(reader, guess, z))

    def network(rows, latent):
        def evaluate(x, tau, mask):
            residuals = call_branch(x, tau, rows, mask, latent) if hint else ()
            return call_base(x, tau, rows, mask, residuals)
        return evaluate

    def save():
        write_whole(folder / "state.pt", lambda place: torch.save(
            {"model": {n: v.detach() for n, v in every.items()}, "optimiser": optimiser.state_dict(), "step": step,
             "began": began, "average": average.values, "uncertainty": uncertainty.state_dict(), "base_step": base_step}, place))

    while not clock.is_over() and (run.steps is None or step < run.steps):
        set_rate(optimiser, rate(step, p, run.anneal, run.steps, began))
        z, latent, ids, keep, weights = batches.draw(p["batch"], generator)
        with run.autocast():
            rows = text(ids) * keep
            loss, error, sigma, x0 = diffusion.loss(network(rows, latent), uncertainty[0], z, noise, generator, weights)
            apart = call_distance(x0, z) if hint else None
        if hint:
            loss = loss + p["reading"] * uncertainty[1](apart, sigma)
        descend(loss, every.values(), 1.0, optimiser)
        step += 1
        average.update(trained, step)
        if step % run.report == 0 or device.type == "cpu":
            parts = {key: error[(sigma > a) & (sigma <= b)].cpu() for key, a, b in
                     (("low", 0, 0.5), ("middle", 0.5, 4), ("high", 4, 1e9))}
            parts |= {"error": error} | ({"reading": apart} if hint else {})
            curve.add(loss=loss.item(), **{key: part.mean().item() for key, part in parts.items() if len(part)})
        if step % run.report == 0:
            curve.write(step)
        if clock.must_save():
            save()
    save()


def assert_branch_is_silent(run):
    """A new branch must not move the base at all."""
    base, text = make_model(run)
    size, fps = token_grid(run.config), run.config["clip"]["fps"]
    branch = Branch(run.config, branch_tensors(run.config, base.w.official(), torch.Generator().manual_seed(0)), size, fps)
    t, h, w = size[0], size[1] * 2, size[2] * 2
    x, mask = torch.randn(1, 16, t, h, w), torch.zeros(1, 1, t, h, w)
    rows = text(torch.ones(1, run.config["text"]["tokens"], dtype=torch.long))
    tau = torch.zeros(1)
    with torch.no_grad():
        assert torch.equal(base(x, tau, rows, mask), base(x, tau, rows, mask, branch(x, tau, rows, mask, x)))
