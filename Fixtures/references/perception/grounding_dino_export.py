"""Exports a GroundingDINO of transformers as the ONNX file that a `phrase-detection` folder holds.

    python3 grounding_dino_export.py IDEA-Research/grounding-dino-tiny FOLDER HEIGHT WIDTH

The picture's size is fixed: give the one that the frames are resized to (for 704 x 1280 frames 733 1333). `vocab.txt` of
the same page is to be copied beside it. Ready exports from elsewhere work as well.
"""

import hashlib
import json
import sys
import warnings
from pathlib import Path

import torch
from torch import nn
from transformers.models.grounding_dino import modeling_grounding_dino as dino

NAMES = ["pixel_values", "input_ids", "token_type_ids", "attention_mask", "pixel_mask"]


class Detector(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values, input_ids, token_type_ids, attention_mask, pixel_mask):
        found = self.model(
            pixel_values=pixel_values,
            input_ids=input_ids,
            token_type_ids=token_type_ids,
            attention_mask=attention_mask,
            pixel_mask=pixel_mask,
        )
        return found.logits, found.pred_boxes


def phrases(input_ids, special_tokens):
    """What the library computes with operators that ONNX lacks: which tokens see each other, and their positions."""
    count = input_ids.shape[1]
    special = (input_ids[..., None] == special_tokens).any(-1)
    at = torch.arange(count)
    before = (special[:, None] & (at[None, None] < at[None, :, None])) * (at + 1)[None, None]
    previous = before.amax(-1) - 1
    following = torch.where(special[:, None] & (at[None, None] >= at[None, :, None]), at[None, None], count).amin(-1)
    valid = (following != 0) & (following != count - 1) & (following != count)
    sees = (following[:, :, None] == following[:, None]) & valid[:, None]
    positions = torch.where(valid, at - previous - 1, 0).clamp(min=0)
    return sees | (at[:, None] == at[None]), positions


def export(model, folder, height, width, vocabulary, name="grounding-dino", settings=None, finish=lambda path: None):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model.config.disable_custom_kernels = True
    kept = dino.generate_masks_with_special_tokens_and_transfer_map, dino.torch_compilable_check
    dino.generate_masks_with_special_tokens_and_transfer_map = phrases
    dino.torch_compilable_check = lambda *a, **k: None
    ids = torch.tensor([[101, 5, 6, 1012, 7, 1012, 102]])
    inputs = (
        torch.rand(1, 3, height, width), ids, torch.zeros_like(ids), torch.ones_like(ids),
        torch.ones(1, height, width, dtype=torch.int64),
    )  # fmt: skip
    path = folder / "model.onnx"
    pieces = {1: torch.export.Dim.DYNAMIC}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Detector(model).eval(), inputs, str(path), input_names=NAMES, output_names=["logits", "pred_boxes"],
            opset_version=18, dynamo=True, external_data=False, verbose=False,
            dynamic_shapes=(None, pieces, pieces, pieces, None),
        )  # fmt: skip
    dino.generate_masks_with_special_tokens_and_transfer_map, dino.torch_compilable_check = kept
    finish(path)
    (folder / "vocab.txt").write_text("".join(line + "\n" for line in vocabulary))
    files = {"model": "model.onnx", "vocabulary": "vocab.txt"}
    card = {
        "format": 1, "name": name, "task": "phrase-detection",
        "files": {
            role: {"file": file, "sha256": hashlib.sha256((folder / file).read_bytes()).hexdigest()}
            for role, file in files.items()
        },
        "input": {
            "name": "pixel_values", "size": {"fixed": [height, width]}, "colour": "rgb", "scale": "unit",
            "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "interpolation": "pillow-bilinear",
        },
        "outputs": {"logits": "logits", "boxes": "pred_boxes"}, "meaning": "logits of the caption's pieces, and boxes",
        "classes": [], "settings": settings or {}, "licence": "Apache-2.0",
        "source": "https://huggingface.co/IDEA-Research/grounding-dino-tiny", "accuracy": {}, "notes": "",
    }  # fmt: skip
    (folder / "network.json").write_text(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    from transformers import AutoTokenizer

    source, folder, height, width = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    words = AutoTokenizer.from_pretrained(source).get_vocab()
    export(
        dino.GroundingDinoForObjectDetection.from_pretrained(source), folder, height, width,
        sorted(words, key=words.get), name=source.split("/")[-1],
    )  # fmt: skip
