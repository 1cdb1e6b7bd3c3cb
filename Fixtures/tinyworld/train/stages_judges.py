"""Stage `judge NAME...`: trains the judges, records their accuracy on held-out clips, and exports them as network folders."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from fitting import fit
from judges import BOX_CLASSES, CLASSES, JUDGES, KIND_OF, STRIDE, augment, box_maps, centre_maps, vocabulary
from progress import write_json
from redraw import redrawn_frames

FRAMES = (0, 4, 8)
# Of redrawn pictures: the highest level of noise they come from, and their share of a step.
NEAR, DRAWN_SHARE = 0.8, 0.5
DRAWN = ("depth", "classes")


class Pictures:
    """A few frames of every sample with their truth, in memory."""

    def __init__(self, run, name, most):
        shards = run.shards
        self.name = name
        driving = name in ("lanes", "boxes")
        key = {"depth": "depth", "classes": "class", "lanes": "lane"}.get(name)
        words = run.folder / "judges" / "words.json"
        if name == "features" and not words.exists():
            write_json(words, vocabulary([shards.caption(i) for i in shards.train]))
        self.words = json.loads(words.read_text()) if name == "features" else []
        self.sets = {}
        for part, indices in (("train", shards.train), ("held", shards.held)):
            indices = [i for i in indices if not driving or shards.domain(i) == "driving"]
            indices = indices[::max(1, -(-len(indices) // most))]
            names = ["rgb"] + ([key] if key else []) + (["instance"] if name == "classes" else [])
            pieces = {n: [] for n in names}
            for start in range(0, len(indices), 64):
                arrays = shards.read(names, indices[start:start + 64])
                for n in names:
                    pieces[n].append(arrays[n][:, list(FRAMES)].copy())
            self.sets[part] = {n: np.concatenate(v) for n, v in pieces.items()} | {"indices": indices}
        # As a generator draws them, where the truth is still the same: judges see generated videos most of the time.
        drawn = redrawn_frames(run, FRAMES, NEAR) if name in DRAWN else {}
        places = {clip: place for place, clip in enumerate(self.sets["train"]["indices"])}
        self.drawn = {places[clip]: frames for clip, frames in drawn.items() if clip in places}
        self.shards = shards

    def draw(self, size, dice):
        """(sample, frame) pairs of the training set, and how many of them at the beginning are to be seen redrawn."""
        count = round(DRAWN_SHARE * size) if self.drawn else 0
        clips = [*dice.choice(list(self.drawn), count), *dice.integers(0, len(self.sets["train"]["rgb"]), size - count)] \
            if count else dice.integers(0, len(self.sets["train"]["rgb"]), size)
        return list(zip(clips, dice.integers(0, len(FRAMES), size))), count

    def batch(self, part, picks, drawn=0):
        """(pictures [n,3,H,W] in 0...1, truth) of (sample, frame) pairs, of which the first are `drawn`."""
        data = self.sets[part]
        x = torch.from_numpy(np.stack([self.drawn[s][f] if n < drawn else data["rgb"][s, f] for n, (s, f) in enumerate(picks)])).permute(0, 3, 1, 2).float() / 255
        truth = {}
        if self.name == "depth":
            truth["depth"] = torch.from_numpy(np.stack([data["depth"][s, f] for s, f in picks]).astype(np.float32))
        elif self.name == "classes":
            truth["kinds"] = torch.from_numpy(KIND_OF[np.stack([data["class"][s, f] for s, f in picks])])
            maps = [centre_maps(data["instance"][s, f]) for s, f in picks]
            truth["centres"] = [torch.from_numpy(np.stack(part)) for part in zip(*maps)]
        elif self.name == "lanes":
            truth["lanes"] = torch.from_numpy(np.stack([data["lane"][s, f] > 0 for s, f in picks])).float()
        elif self.name == "boxes":
            maps = []
            for s, f in picks:
                entry = self.shards.entries[data["indices"][s]]
                camera = {"focal": entry["intrinsics"]["fx"], "cx": entry["intrinsics"]["cx"], "cy": entry["intrinsics"]["cy"]}
                boxes = [{"class": b["class"], "centre": b["camera_centre"], "size": b["size"], "yaw": b["camera_yaw"],
                          "pixels": b["pixels"]} for b in entry["boxes"][FRAMES[f]]]
                maps.append(box_maps(boxes, camera, *x.shape[-2:]))
            truth["boxes"] = [torch.from_numpy(np.stack(part)) for part in zip(*maps)]
        else:
            rows = []
            for s, _ in picks:
                here = set(re.findall(r"[a-z]+", self.shards.caption(data["indices"][s]).lower()))
                rows.append([float(word in here) for word in self.words])
            truth["words"] = torch.tensor(rows)
        return x, truth


def to_device(truth, device):
    return {k: [p.to(device) for p in v] if isinstance(v, list) else v.to(device) for k, v in truth.items()}


def normalised(x):
    return x * 2 - 1


def make_judge(name, words):
    torch.manual_seed(1)
    return JUDGES[name](len(words)) if name == "features" else JUDGES[name]()


def train_judge(run, name, most=6000):
    folder, device = run.folder / "judges" / name, run.device
    pictures = Pictures(run, name, most)
    model = make_judge(name, pictures.words).to(device)

    def loss_of(size, dice):
        x, truth = pictures.batch("train", *pictures.draw(size, dice))
        x = augment(x, torch.Generator().manual_seed(int(dice.integers(2 ** 62))))
        with run.autocast():
            return model.loss(normalised(x).to(device), to_device(truth, device))

    step = fit(run, folder, model, 32, lambda name: name.startswith("body."), loss_of)
    with torch.no_grad():
        sums = {}
        for start in range(0, len(pictures.sets["held"]["rgb"]), 16):
            picks = [(s, f) for s in range(start, min(start + 16, len(pictures.sets["held"]["rgb"]))) for f in range(len(FRAMES))]
            x, truth = pictures.batch("held", picks)
            for key, value in model.accuracy(normalised(x).to(device), to_device(truth, device)).items():
                if bool(torch.isfinite(value)):
                    sums.setdefault(key, []).append(float(value))
    accuracy = {key: round(float(np.mean(values)), 4) for key, values in sums.items()}
    write_json(folder / "accuracy.json", {"step": step, "accuracy": accuracy})
    print(name, step, accuracy, flush=True)
    export_judge(run, name, model.cpu(), accuracy, pictures)


TASKS = {"depth": ("depth", "disparity: 10 m over the depth, larger is nearer", {"depth": "disparity"}),
         "classes": ("semantic-segmentation", "scores of the classes; centres and offsets (rows, columns, in pixels) "
                     "lead from each pixel to its instance's centre", {"classes": "classes", "centres": "centres", "offsets": "offsets"}),
         "lanes": ("lane-segmentation", "probability of a lane line", {"lanes": "lanes"}),
         "boxes": ("boxes-3d", "a score a class at each cell of 4x4 pixels; depth in m of the box's centre, its offset from the "
                   "cell's middle in cells (x, y), length, width and height in m, sine and cosine of the heading",
                   {"scores": "scores", "geometry": "geometry"}),
         "features": ("perceptual-features", "features of five layers, for a perceptual distance",
                      {f"tap{i}": f"tap{i}" for i in range(1, 6)})}


def export_judge(run, name, model, accuracy, pictures):
    folder = run.folder / "judges" / name / "network"
    folder.mkdir(parents=True, exist_ok=True)
    clip = run.config["clip"]
    example = torch.zeros(1, 3, clip["h"], clip["w"])
    path = folder / "model.onnx"
    torch.onnx.export(model, (example,), str(path), input_names=["picture"], output_names=model.names, opset_version=17,
                      dynamo=False, dynamic_axes={n: {0: "batch"} for n in ["picture", *model.names]})
    import onnxruntime
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    x = torch.rand(2, 3, clip["h"], clip["w"]) * 2 - 1
    with torch.no_grad():
        for made, other in zip(session.run(None, {"picture": x.numpy()}), model(x)):
            assert np.abs(made - other.numpy()).max() <= 1e-3 * max(1, float(other.abs().max())), "ONNX differs from PyTorch"
    task, meaning, outputs = TASKS[name]
    classes = CLASSES if name == "classes" else BOX_CLASSES if name == "boxes" else pictures.words
    settings = {"stride": float(STRIDE), "score": 0.3} if name == "boxes" else {"threshold": 0.5} if name == "lanes" else {}
    write_json(folder / "network.json", {
        "format": 1, "name": f"tinyworld-{name}", "task": task,
        "files": {"model": {"file": "model.onnx", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}},
        "input": {"name": "picture", "size": {"fixed": [clip["h"], clip["w"]]}, "colour": "rgb", "scale": "signed",
                  "mean": [0.0, 0.0, 0.0], "std": [1.0, 1.0, 1.0], "interpolation": "bilinear"},
        "outputs": outputs, "meaning": meaning, **({"kind": "disparity"} if name == "depth" else {}),
        "classes": classes, "settings": settings, "licence": "MIT",
        "source": "Fixtures/tinyworld/train", "accuracy": accuracy,
        "notes": "Trained on TinyWorld renders of random appearance" + (
            f", {DRAWN_SHARE:.0%} of them as the model redraws them" if pictures.drawn else "")
            + "; accuracy is on held-out clips."})


def load_judge(run, name):
    words = json.loads((run.folder / "judges" / "words.json").read_text()) if name == "features" else []
    model = make_judge(name, words)
    model.load_state_dict(torch.load(run.folder / "judges" / name / "average.pt", map_location="cpu"))
    return model.requires_grad_(False).eval()
