"""Exports a SAM2 video model of transformers as the four ONNX files that a `prompted-segmentation` folder holds.

    python3 sam2_export.py facebook/sam2-hiera-large FOLDER

The tensors' names and meanings are those that Sources/Perception/Masks/PromptedSegmenter.swift documents. Everything
recurrent (which masks, pointers and memories are kept, their order and offsets) stays outside of the networks.
"""

import hashlib
import json
import sys
import warnings
from pathlib import Path

import torch
from torch import nn
from transformers.models.sam2_video import modeling_sam2_video as sam2

OPSET = 18


class Encoder(nn.Module):
    """image -> high_res_feats_0, high_res_feats_1, image_embed (no memory), pix_feat (plain)."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        maps = self.model.vision_encoder(image, return_dict=True).fpn_hidden_states
        plain = maps[-1]
        decoder = self.model.mask_decoder
        embed = plain + self.model.no_memory_embedding.reshape(1, -1, 1, 1)
        return decoder.conv_s0(maps[0]), decoder.conv_s1(maps[1]), embed, plain


class Decoder(nn.Module):
    """Prompts on one image -> all four masks, their quality, whether there is an object, and a pointer for each mask."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(
        self, image_embed, high_res_feats_0, high_res_feats_1, point_coords, point_labels, mask_input, has_mask_input
    ):
        model, prompts, decoder = self.model, self.model.prompt_encoder, self.model.mask_decoder
        sparse = prompts._embed_points(point_coords[:, None], point_labels.to(torch.int64)[:, None], pad=True)
        flag = has_mask_input.reshape(-1, 1, 1, 1)
        dense = flag * prompts.mask_embed(mask_input) + (1 - flag) * prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
        masks, quality, presence, tokens = all_masks(
            decoder,
            image_embed,
            model.get_image_wide_positional_embeddings(),
            sparse,
            dense,
            [high_res_feats_0, high_res_feats_1],
        )
        pointers = model.object_pointer_proj(tokens)
        present = (presence > 0).to(pointers.dtype)[:, None]
        pointers = present * pointers + (1 - present) * model.no_object_pointer
        return masks, quality, presence, pointers


def all_masks(decoder, image_embed, positions, sparse, dense, high_res):
    """What the mask decoder computes before it chooses: [1,4,h,w], [1,4], [1,1], tokens [1,4,C]."""
    kept = {}

    def choose(masks, quality):
        kept["all"] = (masks, quality)
        return masks[:, :, :1], quality[:, :, :1]

    def tokens_of(module, args, kwargs, output):
        kept["tokens"] = output[0][:, :, 2 : 2 + decoder.num_mask_tokens]

    hook = decoder.transformer.register_forward_hook(tokens_of, with_kwargs=True)
    original, stability = decoder._dynamic_multimask_via_stability, decoder.dynamic_multimask_via_stability
    decoder._dynamic_multimask_via_stability, decoder.dynamic_multimask_via_stability = choose, True
    _, _, _, presence = decoder(
        image_embeddings=image_embed,
        image_positional_embeddings=positions,
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
        multimask_output=False,
        high_resolution_features=high_res,
    )
    decoder._dynamic_multimask_via_stability, decoder.dynamic_multimask_via_stability = original, stability
    hook.remove()
    masks, quality = kept["all"]
    return masks[:, 0], quality[:, 0], presence[:, 0], kept["tokens"][:, 0]


class MemoryAttention(nn.Module):
    """Features of this frame, conditioned on memories (n) and object pointers (p) of earlier ones.

    memory_offsets: 0 for the prompted frame, k for k frames back; pointer_offsets: frames back over the most there can be.
    """

    def __init__(self, model, size):
        super().__init__()
        self.model = model
        vision = model.get_image_features(torch.zeros(1, 3, size, size), return_dict=True)
        self.register_buffer("positions", vision.fpn_position_encoding[-1].clone())
        h, w = model.backbone_feature_sizes[-1]
        encoding = model.memory_encoder.position_encoding((1, model.mem_dim, h, w), torch.device("cpu"), torch.float32)
        self.register_buffer("spatial", encoding.flatten(2)[0].T.clone())

    def forward(self, pix_feat, memory, memory_offsets, pointers, pointer_offsets):
        model, width = self.model, self.model.mem_dim
        times = model.memory_temporal_positional_encoding[:, 0, 0]
        index = torch.where(memory_offsets > 0, memory_offsets - 1, model.num_maskmem - 1)
        places = (self.spatial[None] + times[index][:, None]).reshape(-1, 1, width)
        memories = memory.flatten(2).permute(0, 2, 1).reshape(-1, 1, width)
        if model.config.enable_temporal_pos_encoding_for_object_pointers:
            sine = sam2.get_1d_sine_pe(pointer_offsets, dim=model.hidden_dim)
            pointer_places = model.temporal_positional_encoding_projection_layer(sine)
        else:
            pointer_places = torch.zeros_like(pointers[:, :width]) + 0 * pointer_offsets[:, None]
        splits = model.hidden_dim // width
        pointer_places = pointer_places[:, None].expand(-1, splits, -1).reshape(-1, 1, width)
        tokens = pointers.reshape(-1, splits, width).reshape(-1, 1, width)
        out = model.memory_attention(
            current_vision_features=pix_feat.flatten(2).permute(2, 0, 1),
            current_vision_position_embeddings=self.positions,
            memory=torch.cat([memories, tokens]),
            memory_posision_embeddings=torch.cat([places, pointer_places]),
            num_object_pointer_tokens=pointers.shape[0] * splits,
        )
        return out.reshape(1, *pix_feat.shape[2:], -1).permute(0, 3, 1, 2)


class MemoryEncoder(nn.Module):
    """A mask (already between the two bounds that the memory uses) and the plain features -> a memory."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pix_feat, mask_for_mem, object_score):
        memory, _ = self.model.memory_encoder(pix_feat, mask_for_mem)
        absent = self.model.occlusion_spatial_embedding_parameter
        if absent is not None:
            memory = memory + (object_score <= 0).to(memory.dtype)[..., None, None] * absent[..., None, None]
        else:
            memory = memory + 0 * object_score[..., None, None]
        return memory


def sample_inputs(model):
    size = model.config.image_size
    size = size if isinstance(size, int) else size[0]
    (s0, s1, s2), c, m = model.backbone_feature_sizes, model.hidden_dim, model.mem_dim
    low = model.prompt_encoder.mask_input_size
    point = torch.tensor([[[1.0, 2.0], [30.0, 40.0], [9.0, 8.0]]])
    return size, {
        "encoder": (torch.rand(1, 3, size, size),),
        "decoder": (
            torch.rand(1, c, *s2), torch.rand(1, c // 8, *s0), torch.rand(1, c // 4, *s1),
            point, torch.ones(1, 3), torch.rand(1, 1, *low), torch.zeros(1),
        ),  # fmt: skip
        "memory-attention": (
            torch.rand(1, c, *s2), torch.rand(3, m, *s2), torch.tensor([0, 2, 1]), torch.rand(5, c), torch.rand(5),
        ),  # fmt: skip
        "memory-encoder": (torch.rand(1, c, *s2), torch.rand(1, 1, 4 * low[0], 4 * low[1]), torch.ones(1, 1)),
    }


def export(model, folder, name="sam2", licence="Apache-2.0", source="https://github.com/facebookresearch/sam2", finish=lambda path: None):
    """Writes the four networks and network.json into a folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    size, inputs = sample_inputs(model)
    dynamic = torch.export.Dim.DYNAMIC
    parts = {
        "encoder": (Encoder(model), ["image"], ["high_res_feats_0", "high_res_feats_1", "image_embed", "pix_feat"], None),
        "decoder": (
            Decoder(model),
            ["image_embed", "high_res_feats_0", "high_res_feats_1", "point_coords", "point_labels", "mask_input",
             "has_mask_input"],
            ["masks", "iou_predictions", "object_score", "object_pointers"],
            (None, None, None, {1: dynamic}, {1: dynamic}, None, None),
        ),
        "memory-attention": (
            MemoryAttention(model, size),
            ["pix_feat", "memory", "memory_offsets", "pointers", "pointer_offsets"],
            ["image_embed"],
            (None, {0: dynamic}, {0: dynamic}, {0: dynamic}, {0: dynamic}),
        ),
        "memory-encoder": (MemoryEncoder(model), ["pix_feat", "mask_for_mem", "object_score"], ["memory"], None),
    }  # fmt: skip
    files = {}
    for role, (part, names, outputs, shapes) in parts.items():
        path = folder / f"{role}.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                part.eval(), inputs[role], str(path), input_names=names, output_names=outputs, opset_version=OPSET,
                dynamo=True, external_data=False, dynamic_shapes=shapes, verbose=False,
            )  # fmt: skip
        finish(path)
        files[role] = {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    config = model.config
    card = {
        "format": 1,
        "name": name,
        "task": "prompted-segmentation",
        "files": files,
        "input": {
            "name": "image", "size": {"fixed": [size, size]}, "colour": "rgb", "scale": "unit",
            "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "interpolation": "pillow-bicubic",
        },
        "outputs": {},
        "meaning": "mask logits, an object above 0",
        "classes": [],
        "settings": {
            "memory-scale": config.sigmoid_scale_for_mem_enc,
            "memory-bias": config.sigmoid_bias_for_mem_enc,
            "memory-frames": config.num_maskmem,
            "pointers": config.max_object_pointers_in_encoder,
            "fill-gaps": 8,
            "stability-delta": config.mask_decoder_config.dynamic_multimask_stability_delta,
            "stability-threshold": config.mask_decoder_config.dynamic_multimask_stability_thresh,
        },
        "licence": licence,
        "source": source,
        "accuracy": {},
        "notes": "",
    }  # fmt: skip
    (folder / "network.json").write_text(json.dumps(card, indent=1) + "\n")
    return files


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    export(sam2.Sam2VideoModel.from_pretrained(sys.argv[1]), sys.argv[2], name=sys.argv[1].split("/")[-1])
