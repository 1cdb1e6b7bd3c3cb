"""A GroundingDINO small enough to store, with random weights, and a vocabulary of our own for it."""

import torch
from tiny_sam2 import halved
from transformers import GroundingDinoConfig, GroundingDinoForObjectDetection

WORDS = """the a an of on in and with to is robot arm arms gripper hand cup mug plate bowl table floor wall blue red green
white black silver lamp car truck road person man woman kitchen wooden left right front behind next picks up pick up place places
moves move slowly video shows scene there then two three x ray s t don it cafe naive strasse ß uber 7 12 # $ + £€ 日 本 σσ
é i""".split()
PIECES = """##s ##ing ##ed ##er ##ly ##arm ##bot ##5 ##é ##e ##l ##ᅡ ro ##b ##o ᄀ ᄒ ##ᅡᆫ ##n ##t un ##known ##ness""".split()
MARKS = list("!\"#$%&'()*+,-/:;<=>@[\\]^_`{|}~—«»…、·")


def vocabulary():
    """The library writes four numbers out: [CLS] 101, [SEP] 102, the full stop 1012, the question mark 1029."""
    fixed = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]", 1012: ".", 1029: "?"}
    rest = iter(dict.fromkeys(MARKS + WORDS + PIECES))
    lines = []
    for number in range(1040):
        if number in fixed:
            lines.append(fixed[number])
        else:
            lines.append(next(rest, f"[unused{number}]") if number > 103 else f"[unused{number}]")
    return lines


def tiny(seed=13):
    config = GroundingDinoConfig(
        backbone_config={
            "model_type": "swin", "image_size": 64, "patch_size": 4, "embed_dim": 8, "depths": [1, 1, 1, 1],
            "num_heads": [1, 1, 1, 1], "window_size": 4, "mlp_ratio": 1.0, "out_indices": [2, 3, 4],
        },
        text_config={
            "model_type": "bert", "vocab_size": 1040, "hidden_size": 8, "num_hidden_layers": 1,
            "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 256,
        },
        num_queries=24, encoder_layers=1, decoder_layers=2, encoder_ffn_dim=16, decoder_ffn_dim=16,
        encoder_attention_heads=2, decoder_attention_heads=2, d_model=32, disable_custom_kernels=True,
        encoder_n_points=2, decoder_n_points=2, attn_implementation="eager",
    )  # fmt: skip
    model = GroundingDinoForObjectDetection(config).eval()
    generator = torch.Generator().manual_seed(seed)
    for name, value in model.named_parameters():
        scale = 1.2 / (value[0].numel() ** 0.5) if value.dim() > 1 else 0.3
        value.copy_(torch.randn(value.shape, generator=generator) * scale)
        if "norm" in name.lower() and name.endswith("weight"):
            value.add_(1)
    return halved(model)
