"""Stage `evaluate`: the acceptance of the model on held-out clips, as JSON and as a table.

Every control is scored on its own metric: the control made again from the output against the one made from the input.
"""

import json
from pathlib import Path

import numpy as np
import torch

import controls
from generate import Generator, held_out_clips
from progress import write_json
from stages_latents import load_codec
from stages_tokenizer import held_out
from tokenizer import psnr


def pictures(video):
    return torch.from_numpy(np.ascontiguousarray(video)).permute(0, 3, 1, 2).float() / 127.5 - 1


class Scores:
    """Error metrics, and where judges are there, those that need them."""

    def __init__(self, run):
        from stages_judges import load_judge
        self.judges = {name: load_judge(run, name) for name in ("depth", "classes", "features")
                       if (run.folder / "judges" / name / "average.pt").exists()}

    def __call__(self, control, made, clip, where=None):
        """`where` is a boolean [W] of columns, or None."""
        columns = slice(None) if where is None else where
        real = clip["rgb"]
        if control == "edge":
            low, high = controls.EDGE["medium"]
            a, b = (controls.edge(v, low, high)[:, :, columns, 0] > 0 for v in (made, real))
            return "edge F1", float(2 * (a & b).sum() / max(1, a.sum() + b.sum()))
        if control == "vis":
            error = controls.vis(made)[:, :, columns].astype(float) - controls.vis(real)[:, :, columns]
            return "blurred RMSE", float(np.sqrt(np.square(error).mean()))
        if control == "depth" and "depth" in self.judges:
            a = -self.judges["depth"](pictures(made))[0][:, 0].log()
            b = torch.from_numpy(clip["depth"].astype(np.float32)).log()
            near = b < b.amax() - 0.05
            a, b, near = a[..., columns], b[..., columns], near[..., columns]
            error = (a - b)[near]
            return "log-depth RMSE, scale-free", float((error - error.median()).square().mean().sqrt())
        if control == "seg" and "classes" in self.judges:
            a = self.judges["classes"](pictures(made))[0].argmax(1).numpy()[..., columns]
            b = clip["class"][..., columns]
            overlaps = [((a == c) & (b == c)).sum() / ((a == c) | (b == c)).sum() for c in np.unique(b)]
            return "1 - class IoU", 1 - float(np.mean(overlaps))
        return None, None


def features(judge, video):
    return [f / f.norm(dim=1, keepdim=True).clamp(min=1e-6) for f in judge(pictures(video[::4]))[:5]]


def distance(judge, a, b):
    """Between two videos: squared differences of unit features, averaged over places and layers."""
    return float(np.mean([(x - y).square().sum(1).mean() for x, y in zip(features(judge, a), features(judge, b))]))


def evaluate(run, out, names, count, guidance):
    generator, scores = Generator(run, names), Scores(run)
    result = {"base step": generator.step, "clips": count, "guidance": guidance, "controls": {}}
    frames = held_out(run)
    encode, decode = load_codec(run)
    with torch.no_grad():
        values = torch.cat([psnr(decode(encode(part)), part) for part in frames.split(16)])
    result["tokenizer PSNR"] = {"mean": float(values.mean()), "lowest": float(values.min()), "clips": len(values)}
    codec = run.folder / "codec" / "psnr.json"
    result["linear codec PSNR"] = json.loads(codec.read_text())["linear codec, first group apart"]
    for name in names:
        picks, clips, videos = held_out_clips(run, [name], count)
        clips = [clip | {"class": run.shards.read(["class"], [i])["class"][0]} for clip, i in zip(clips, picks)]
        prompts = [run.shards.caption(i) for i in picks]
        hint = {name: generator.hint(videos[name])}
        grid = generator.run.config["clip"]["w"] // generator.run.config["tokenizer"]["spatial_compression"] // 2
        height = generator.run.config["clip"]["h"] // generator.run.config["tokenizer"]["spatial_compression"] // 2
        left = torch.zeros(generator.shape[1], height, grid)
        left[..., :grid // 2] = 1
        made = {"0": generator(prompts, seeds=picks, guidance=guidance),
                "1": generator(prompts, hint, {name: 1.0}, picks, guidance),
                "left": generator(prompts, hint, {name: left}, picks, guidance)}
        clips = [{key: value[:made["0"].shape[1]] for key, value in clip.items()} for clip in clips]
        columns = np.arange(made["0"].shape[3])
        sides = {"left half": columns < len(columns) // 2, "right half": columns >= len(columns) // 2}
        row = {}
        for key, videos_made in made.items():
            parts = [scores(name, v, c) for v, c in zip(videos_made, clips)]
            if parts[0][0] is None:
                continue
            row["metric"] = parts[0][0]
            row[f"weight {key}"] = float(np.mean([value for _, value in parts]))
            for side, where in sides.items():
                row[f"weight {key}, {side}"] = float(np.mean([scores(name, v, c, where)[1]
                                                             for v, c in zip(videos_made, clips)]))
        result["controls"][name] = row
        print(name, json.dumps(row), flush=True)
        if name == "vis" and "features" in scores.judges:
            judge = scores.judges["features"]
            others = [i for i in run.shards.held if run.shards.domain(i) == run.shards.domain(picks[0])][:6]
            one = {name: hint[name][:1].expand(len(others), -1, -1, -1, -1)}
            by_prompt = generator([run.shards.caption(i) for i in others], one, {name: 1.0}, [picks[0]] * len(others), guidance)
            by_seed = generator([prompts[0]] * 2, {name: one[name][:2]}, {name: 1.0}, [1, 2], guidance)
            pairs = [distance(judge, a, b) for i, a in enumerate(by_prompt) for b in by_prompt[:i]]
            result["diversity"] = {"of prompts": float(np.mean(pairs)), "of two seeds": distance(judge, *by_seed)}
            print(result["diversity"], flush=True)
    write_json(Path(out) / "acceptance.json", result)
