"""A SAM2 video model small enough to store: same modules as the real one, random weights, none of them zero."""

import torch
from transformers import Sam2VideoConfig, Sam2VideoModel
from transformers.models.sam2_video import modeling_sam2_video as sam2

SIZE = 128
CHANNELS = 32
MEMORY = 16


def halved(model):
    """Rounds all weights to numbers that half precision holds, so that they can be stored so."""
    for value in list(model.parameters()) + list(model.buffers()):
        if value.dtype.is_floating_point:
            value.copy_(value.half().float())
    return model


def tiny(seed=36):
    plain = sam2.Sam2VideoRoPEAttention.__init__

    def narrow(self, config, kv_in_dim=None, rope_k_repeat=False):
        # The library writes the memory's 64 channels out as a number.
        plain(self, config, config.memory_encoder_output_channels if kv_in_dim == 64 else kv_in_dim, rope_k_repeat)

    sam2.Sam2VideoRoPEAttention.__init__ = narrow
    f = SIZE // 4
    config = Sam2VideoConfig(
        image_size=SIZE,
        vision_config={
            "model_type": "sam2_vision_model",
            "backbone_config": {
                "model_type": "sam2_hiera_det_model", "hidden_size": 8, "num_attention_heads": 1,
                "image_size": [SIZE, SIZE], "blocks_per_stage": [1, 1, 2, 1], "embed_dim_per_stage": [8, 16, 24, 32],
                "num_attention_heads_per_stage": [1, 1, 1, 1], "window_size_per_stage": [8, 4, 4, 2],
                "global_attention_blocks": [3], "mlp_ratio": 1.0,
                "window_positional_embedding_background_size": [4, 4],
            },
            "backbone_channel_list": [32, 24, 16, 8],
            "backbone_feature_sizes": [[f, f], [f // 2, f // 2], [f // 4, f // 4]],
            "fpn_hidden_size": CHANNELS,
        },
        prompt_encoder_config={"hidden_size": CHANNELS, "image_size": SIZE, "patch_size": 16, "mask_input_channels": 8},
        mask_decoder_config={
            "hidden_size": CHANNELS, "mlp_dim": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "iou_head_hidden_dim": 16,
        },
        memory_attention_hidden_size=CHANNELS, memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=32, memory_attention_rope_feat_sizes=[f // 4, f // 4],
        memory_encoder_hidden_size=CHANNELS, memory_encoder_output_channels=MEMORY,
        mask_downsampler_embed_dim=CHANNELS, mask_downsampler_kernel_size=3, mask_downsampler_stride=4,
        mask_downsampler_padding=1, memory_fuser_embed_dim=CHANNELS, memory_fuser_intermediate_dim=32,
        memory_fuser_kernel_size=3, memory_fuser_padding=1, memory_fuser_num_layers=1,
        attn_implementation="eager",
    )  # fmt: skip
    model = Sam2VideoModel(config).eval()
    generator = torch.Generator().manual_seed(seed)
    for name, value in list(model.named_parameters()) + list(model.named_buffers()):
        if value.dtype.is_floating_point and "inv_freq" not in name:
            scale = 1.6 / (value[0].numel() ** 0.5) if value.dim() > 1 else 0.3
            value.copy_(torch.randn(value.shape, generator=generator) * scale)
            if name.endswith("norm.weight") or "layer_norm" in name and name.endswith("weight"):
                value.add_(1)
    for layer in model.memory_attention.layers:
        # What is remembered has to show in the masks.
        layer.cross_attn_image.o_proj.weight.mul_(3)
        layer.cross_attn_image.q_proj.weight.mul_(2)
    return halved(model)
