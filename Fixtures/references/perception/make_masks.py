"""Reference numbers for Sources/Perception/Masks, from transformers, torch and numpy. `python3 make_masks.py` remakes masks/.

The networks are as small as their modules allow and have random weights; see tiny_sam2.py and tiny_grounding_dino.py.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper
from safetensors.torch import save_file
from transformers import BertTokenizer
from transformers.models.grounding_dino import modeling_grounding_dino as dino
from transformers.models.grounding_dino.processing_grounding_dino import GroundingDinoProcessor
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

import grounding_dino_export
import onnx_small
import sam2_export
import tiny_grounding_dino
import tiny_sam2

HERE = Path(__file__).resolve().parent / "masks"
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
SIZE = tiny_sam2.SIZE
CAPTION = "the robot arm picks up a red cup . on the wooden table. a lamp"
FRAMES = 20
# Frames whose painted labels are kept.
SHOWN = [0, 1, 5, 10, 19]


def scene(frames, height, width, seed, shift, noise):
    """The integer scene of the golden vectors, frames x height x width x 3."""
    t, y, x, c = np.meshgrid(*(np.arange(n) for n in (frames, height, width, 3)), indexing="ij")
    v = ((x * (3 + c) + y * (5 - c) + 7 * t) // 4) % 128 + 32
    x0, y0 = width // 4 + 2 * t + shift, height // 3
    inside = (x >= x0) & (x < x0 + width // 3) & (y >= y0) & (y < y0 + height // 3)
    v = np.where(inside, 200 - 20 * c + (x + y) % 5, v)
    board = (y >= 2 * height // 3) & (x >= width // 2) & ((x // 8 + y // 8) % 2 == 1)
    v = np.where(board, 255 - v, v)
    u = (((t * height + y) * width + x) * 3 + c + seed * 1000003).astype(np.uint32)
    u ^= u >> 16
    u *= np.uint32(0x7FEB352D)
    u ^= u >> 15
    u *= np.uint32(0x846CA68B)
    u ^= u >> 16
    return np.clip(v + (u % np.uint32(2 * noise + 1)).astype(np.int64) - noise, 0, 255).astype(np.uint8)


def normalised(frame):
    return torch.from_numpy(((frame.astype(np.float32) / 255 - MEAN) / STD).transpose(2, 0, 1).copy())[None]


def save_json(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def tokenizer(path):
    vocabulary = {line: number for number, line in enumerate(path.read_text().split("\n")[:-1])}
    return BertTokenizer(vocab=vocabulary, clean_up_tokenization_spaces=True)


TEXTS = [
    "", " ", "A robot arm picks up a RED cup.", "Café naïve Über ÉÉ", "x-ray's don't; it's [12] 7%", "robots robotness robots",
    "日本 the日本cup 漢字 ㍿", "tabs\tand\nnew\r\nlines\u2028here\u0085gone", "zero\u200bwidth\u00adsoft\ufffdbad\u0000nul",
    "unknown unknowns qqqq " + "a" * 101 + " " + "l" * 100, "한국 가각", "ΣΑΣ ß ẞ İ ﬁ Å", "$5 + £€ = ~ ^ ` | < >", "«the» cup … · 、 — ok?",
    "a . b ? c ! d , e ' s n't", "the cup " * 200, "e\u0301e\u0327 y\u0345", "\U0001f600 cup \ue000 \u0378",
]  # fmt: skip


def make_tokenizer(path):
    tok = tokenizer(path)
    cases = []
    for text in TEXTS:
        ids = tok(text, max_length=256, truncation=True)["input_ids"]
        inner = ids[1:-1]
        picks = [inner, inner[::2], inner[1:4], ids[-3:]]
        cases.append({"text": text, "ids": ids, "decoded": [[p, tok.decode(p)] for p in picks if p]})
    special = torch.tensor(dino.SPECIAL_TOKENS)
    blocks = []
    for text in [CAPTION, "a cup", "a cup.", ". . a ? cup ?? red", "", "the robot arm . a cup ."]:
        ids = torch.tensor([tok(text)["input_ids"]])
        sees, positions = dino.generate_masks_with_special_tokens_and_transfer_map(ids, special)
        blocks.append({"ids": ids[0].tolist(), "positions": positions[0].tolist(), "sees": sees[0].int().flatten().tolist()})
    save_json("tokenizer.json", {"cases": cases, "blocks": blocks})
    return tok


class Tensors:
    def __init__(self, logits, pred_boxes):
        self.logits, self.pred_boxes = logits, pred_boxes


def listed(result):
    return [
        {"box": box.tolist(), "score": score.item(), "phrase": phrase}
        for box, score, phrase in zip(result["boxes"], result["scores"], result["text_labels"])
    ]


def detect(model, tok, frame, caption, box, text, size):
    processor = object.__new__(GroundingDinoProcessor)
    processor.tokenizer = tok
    # The evaluators hand the channels over in the wrong order.
    pixels = normalised(frame[:, :, ::-1])
    inputs = tok(caption, return_tensors="pt", max_length=256, truncation=True)
    found = model(pixel_values=pixels, pixel_mask=torch.ones(1, *pixels.shape[2:], dtype=torch.int64), **inputs)
    result = processor.post_process_grounded_object_detection(
        found, inputs.input_ids, threshold=box, text_threshold=text, target_sizes=[size]
    )[0]
    return found, inputs.input_ids, result, processor


def make_detections(model, tok, frame, settings):
    box, text = settings["box-threshold"], settings["text-threshold"]
    found, ids, result, processor = detect(model, tok, frame, CAPTION, box, text, frame.shape[:2])
    # Scores chosen by hand: masked pieces, the first and last columns, ties with the thresholds.
    generator = torch.Generator().manual_seed(5)
    logits = torch.randn(1, 30, 256, generator=generator) * 2 - 3
    logits[:, :, ids.shape[1] :] = -torch.inf
    logits[:, 0, 0] = 9
    logits[:, 1, :] = -torch.inf
    logits[:, 2, ids.shape[1] - 1] = 4
    boxes = torch.rand(1, 30, 4, generator=generator)
    chosen = processor.post_process_grounded_object_detection(
        Tensors(logits, boxes), ids, threshold=0.3, text_threshold=0.25, target_sizes=[(72, 130)]
    )[0]
    cut = ids.shape[1] + 4
    save_file({"logits": logits[0, :, :cut].contiguous(), "boxes": boxes[0]}, HERE / "detections.safetensors")
    save_json(
        "detections.json",
        {"ids": ids[0].tolist(), "chosen": listed(chosen), "caption": CAPTION, "found": listed(result)},
    )
    return result


def box_masks(model, pixels, boxes):
    """The image predictor's masks for boxes, logits 32 x 32, without the video model's gate."""
    features = model.get_image_embeddings(pixels)
    maps = []
    for box in boxes:
        sparse, dense = model.prompt_encoder(None, None, box.reshape(1, 1, 4), None)
        masks, _, _, _ = model.mask_decoder(
            image_embeddings=features[-1],
            image_positional_embeddings=model.get_image_wide_positional_embeddings(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=False,
            high_resolution_features=features[:-1],
        )
        maps.append(masks[0, 0, 0])
    return torch.stack(maps)


def points_on(mask, seed=None):
    indices = np.argwhere(mask)[:, ::-1]
    generator = seed or np.random.default_rng(seed=int(indices.sum()) & 0x7FFFFFFF)
    return indices[generator.choice(len(indices), 10, replace=False)].astype(np.float32)


def track(model, video, points):
    """Low-resolution logits, frames x objects x 32 x 32, and whether the object is there."""
    session = Sam2VideoInferenceSession(video=video, video_height=SIZE, video_width=SIZE, dtype=torch.float32)
    for index, place in enumerate(points):
        key = session.obj_id_to_idx(index + 1)
        session.add_point_inputs(
            key, 0,
            {"point_coords": torch.from_numpy(place)[None, None], "point_labels": torch.ones(1, 1, len(place), dtype=torch.int32)},
        )  # fmt: skip
    session.obj_with_new_inputs = list(session.obj_ids)
    maps, presence = [], []
    for out in model.propagate_in_video_iterator(session, start_frame_idx=0):
        maps.append(out.pred_masks[:, 0])
        presence.append(out.object_score_logits.flatten())
    return torch.stack(maps), torch.stack(presence)


def painted(maps, size):
    large = F.interpolate(maps[None].float(), size=size, mode="bilinear", align_corners=False)[0]
    labels = torch.zeros(size, dtype=torch.uint8)
    for index, mask in enumerate(large):
        labels[mask > 0] = index + 1
    return labels


def make_pipeline(model, frames, result):
    video = torch.cat([normalised(frame) for frame in frames])
    kept = [i for i, phrase in enumerate(result["text_labels"]) if phrase]
    first = box_masks(model, video[:1], result["boxes"][kept])
    large = F.interpolate(first[None], size=(SIZE, SIZE), mode="bilinear", align_corners=False)[0] > 0
    kept = [(k, i) for i, k in enumerate(kept) if large[i].sum() > 10]
    points = [points_on(large[i].numpy()) for _, i in kept]
    maps, presence = track(model, video, points)
    short, _ = track(model, video[:5], points[:1])
    labels = torch.stack([painted(maps[t], (SIZE, SIZE)) for t in SHOWN])
    save_file(
        {
            "first": first[[i for _, i in kept]].contiguous(), "maps": maps.half().contiguous(),
            "short": short.half().contiguous(), "labels": labels.contiguous(),
        },
        HERE / "pipeline.safetensors",
    )  # fmt: skip
    save_json(
        "pipeline.json",
        {
            "phrases": [result["text_labels"][k] for k, _ in kept], "points": [p.tolist() for p in points],
            "presence": presence.tolist(),
        },
    )  # fmt: skip
    shares = [(labels == i + 1).float().mean(dim=(1, 2)).tolist() for i in range(len(kept))]
    print("objects", [result["text_labels"][k] for k, _ in kept], "presence", presence[:, :].min(0), presence.max(0))
    print("shares", [[round(s, 3) for s in share[::4]] for share in shares])


def make_random():
    draws = []
    for seed, population in [(0, 11), (12345, 5000), (0x7FFFFFFF, 20000), (7, 900000), (2025, 12)]:
        generator = np.random.default_rng(seed)
        draws.append(
            {"seed": seed, "population": population, "drawn": [generator.choice(population, 10, replace=False).tolist() for _ in range(3)]}
        )  # fmt: skip
    raw = [str(int(v)) for v in np.random.default_rng(12345).bit_generator.random_raw(4)]
    save_json("random.json", {"draws": draws, "raw": raw})


def classes_network(path, give_numbers):
    """Four scores a pixel at half size, from a fixed 1 x 1 convolution; or the number of the largest."""
    weight = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.4, 0.4, 0.3]], np.float32).reshape(4, 3, 1, 1)
    nodes = [
        helper.make_node("AveragePool", ["picture"], ["half"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["half", "weight"], ["scores"]),
        helper.make_node("ArgMax", ["scores"], ["numbers"], axis=1, keepdims=0),
    ]
    name = "numbers" if give_numbers else "scores"
    kind, shape = (onnx.TensorProto.INT64, [1, "h", "w"]) if give_numbers else (onnx.TensorProto.FLOAT, [1, 4, "h", "w"])
    graph = helper.make_graph(
        nodes if give_numbers else nodes[:2], "classes",
        [helper.make_tensor_value_info("picture", onnx.TensorProto.FLOAT, [1, 3, "H", "W"])],
        [helper.make_tensor_value_info(name, kind, shape)], [numpy_helper.from_array(weight, "weight")],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return torch.from_numpy(weight)


def make_classes(frame):
    names = ["red", "background", "blue", "light"]
    pixels = torch.from_numpy(frame.astype(np.float32) / 255).permute(2, 0, 1)[None]
    table = torch.tensor([1, 0, 2, 3], dtype=torch.uint8)
    for folder, numbers, settings in [("scores", False, {}), ("small", False, {"resize-before-argmax": 0}), ("numbers", True, {})]:
        path = HERE / "classes" / folder
        path.mkdir(parents=True, exist_ok=True)
        weight = classes_network(path / "model.onnx", numbers)
        scores = F.conv2d(F.avg_pool2d(pixels, 2), weight)
        if folder == "scores":
            labels = F.interpolate(scores, size=frame.shape[:2], mode="bilinear", align_corners=False).argmax(1)[0]
        else:
            labels = F.interpolate(scores.argmax(1, keepdim=True).float(), size=frame.shape[:2], mode="nearest")[0, 0].long()
        save_file({"labels": table[labels]}, path / "expected.safetensors")
        card = {
            "format": 1, "name": folder, "task": "semantic-segmentation",
            "files": {"model": {"file": "model.onnx", "sha256": hashlib.sha256((path / "model.onnx").read_bytes()).hexdigest()}},
            "input": {
                "name": "picture", "size": {"native": True, "multipleOf": 2, "least": 2}, "colour": "rgb", "scale": "unit",
                "mean": [0, 0, 0], "std": [1, 1, 1], "interpolation": "bilinear",
            },
            "outputs": {}, "meaning": "class of each pixel", "classes": names, "settings": settings,
            "licence": "Apache-2.0", "source": "made by make_masks.py", "accuracy": {}, "notes": "",
        }  # fmt: skip
        (path / "network.json").write_text(json.dumps(card, indent=1) + "\n")


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    HERE.mkdir(exist_ok=True)
    detector, segmenter = tiny_grounding_dino.tiny(), tiny_sam2.tiny()
    settings = {"box-threshold": 0.9895, "text-threshold": 0.85}
    grounding_dino_export.export(
        detector, HERE / "grounding_dino", SIZE, SIZE, tiny_grounding_dino.vocabulary(), "tiny-grounding-dino", settings,
        onnx_small.shrink,
    )  # fmt: skip
    sam2_export.export(segmenter, HERE / "sam2", "tiny-sam2", finish=onnx_small.shrink)
    frames = scene(FRAMES, SIZE, SIZE, seed=3, shift=1, noise=10)
    tok = make_tokenizer(HERE / "grounding_dino" / "vocab.txt")
    result = make_detections(detector, tok, frames[0], settings)
    make_pipeline(segmenter, frames, result)
    make_random()
    make_classes(scene(1, 46, 62, seed=2, shift=0, noise=8)[0])


if __name__ == "__main__":
    main()
