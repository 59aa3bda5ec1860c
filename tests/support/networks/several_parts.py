"""Tiny networks of several parts: a picture and a text, an encoder and a decoder of other families."""

from __future__ import annotations

import torch
import transformers as hf

from tests.support.networks.families import BART, BERT, CLIP, LLAMA, PATCHES, pixels

IDS = torch.tensor([[2, 5, 6, 7, 8]])
VISION = {**CLIP, "image_size": 12, "patch_size": 4, "num_hidden_layers": 4}
WORDS = {**CLIP, "vocab_size": 37, "max_position_embeddings": 43}
SMALL_ENCODER = {**PATCHES, "hidden_size": 20, "num_attention_heads": 2, "num_hidden_layers": 3}
TROCR = {
    "vocab_size": 37, "d_model": 24, "decoder_layers": 2, "decoder_attention_heads": 3, "decoder_ffn_dim": 31,
    "max_position_embeddings": 43, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
    "decoder_start_token_id": 2, "cross_attention_hidden_size": 20,
}  # fmt: skip
SWIN = {"image_size": 16, "patch_size": 2, "embed_dim": 8, "depths": [2, 2], "num_heads": [2, 4], "window_size": 2}
DECODER = {"is_encoder_decoder": False, "is_decoder": True, "add_cross_attention": True}
N_IMAGE = 9  # patches of a picture of 12 × 12
PICTURE = 38  # the id that stands for a patch


def reads_picture(encoder, decoder):
    return hf.VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)


def picture_and_target(n: int = 12) -> dict[str, torch.Tensor]:
    return {**pixels(n), "decoder_input_ids": IDS}


def picture_and_text() -> dict[str, torch.Tensor]:
    return {**pixels(), "input_ids": IDS}


def picture_in_text() -> dict[str, torch.Tensor]:
    return {**pixels(), "input_ids": torch.tensor([[1, 5, *[PICTURE] * N_IMAGE, 6, 7]])}


def packed_picture(*grid: int) -> dict[str, torch.Tensor]:
    """What the processors of some families make of a picture or video: its patches one a row, four to a token."""
    n = torch.tensor(grid).prod().item()
    ids = torch.tensor([[5, 36, *[PICTURE] * (n // 4), 37, 6, 7]])
    patches = torch.rand(n, 3 * 2 * 4 * 4, generator=torch.Generator().manual_seed(1))
    return {
        "pixel_values": patches, "image_grid_thw": torch.tensor([grid]), "input_ids": ids,
        "attention_mask": torch.ones_like(ids), "mm_token_type_ids": (ids == PICTURE).long(),
    }  # fmt: skip


PACKS = {
    "embed_dim": 24, "hidden_size": 24, "num_heads": 3, "depth": 2, "mlp_ratio": 2, "patch_size": 4,
    "temporal_patch_size": 2, "spatial_merge_size": 2, "in_channels": 3,
}  # fmt: skip
BY_ROW_AND_COLUMN = {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [1, 1, 0]}


# name: (network class, configuration, inputs)
OTHER_SENSES = {
    "trocr": (
        hf.VisionEncoderDecoderModel,
        reads_picture(hf.DeiTConfig(**SMALL_ENCODER), hf.TrOCRConfig(**TROCR)),
        picture_and_target,
    ),
    "donut": (
        hf.VisionEncoderDecoderModel,
        reads_picture(
            hf.DonutSwinConfig(**SWIN),
            hf.MBartConfig(**{**BART, **DECODER, "d_model": 16, "decoder_attention_heads": 2}),
        ),
        lambda: picture_and_target(16),
    ),
    "llava": (
        hf.LlavaModel,
        hf.LlavaConfig(
            text_config=hf.LlamaConfig(**{**LLAMA, "vocab_size": 41}), vision_config=hf.CLIPVisionConfig(**VISION),
            image_token_index=PICTURE, vision_feature_layer=-2,
        ),
        picture_in_text,
    ),
    "qwen2-vl": (
        hf.Qwen2VLModel,
        hf.Qwen2VLConfig(
            text_config={**LLAMA, "vocab_size": 41, "rope_parameters": BY_ROW_AND_COLUMN}, vision_config=PACKS,
            image_token_id=PICTURE, video_token_id=39, vision_start_token_id=36, vision_end_token_id=37,
        ),
        lambda: packed_picture(1, 4, 6),
    ),
    "dinov3": (
        hf.DINOv3ViTModel,
        hf.DINOv3ViTConfig(**{**PATCHES, "image_size": 12, "patch_size": 4, "num_register_tokens": 2}),
        pixels,
    ),
}  # fmt: skip
BLIP_TEXT = {**WORDS, "encoder_hidden_size": 24, "pad_token_id": 0, "is_decoder": True}
BLIP = hf.BlipConfig(text_config=BLIP_TEXT, vision_config=VISION, image_text_hidden_size=16)
# A text whose layers look at a picture too, in their own code; its maps are not among what the family returns.
LOOKING_SENSES = {
    "blip with captions": (hf.BlipForConditionalGeneration, BLIP, picture_and_text),
    "blip with a text to match": (hf.BlipForImageTextRetrieval, BLIP, picture_and_text),
}
# What is refused as a whole and read a tower at a time: (network class, configuration, towers of text and picture).
TOWERS = {
    "clip": (hf.CLIPModel, hf.CLIPConfig(text_config=WORDS, vision_config=VISION), "text_model", "vision_model"),
    "siglip": (hf.SiglipModel, hf.SiglipConfig(text_config=WORDS, vision_config=VISION), "text_model", "vision_model"),
    "flava": (
        hf.FlavaModel,
        hf.FlavaConfig(
            text_config=BERT, image_config=PATCHES, multimodal_config={**CLIP, "num_hidden_layers": 2},
            image_codebook_config={"num_groups": 2, "hidden_size": 8, "num_blocks_per_group": 1, "vocab_size": 8},
        ),
        "text_model", "image_model",
    ),
    "blip": (
        hf.BlipModel,
        hf.BlipConfig(text_config={**WORDS, "encoder_hidden_size": 24, "pad_token_id": 0}, vision_config=VISION),
        "text_model", "vision_model",
    ),
}  # fmt: skip


def git():
    """A decoder in its own code behind an encoder on the interface."""
    return hf.GitModel, hf.GitConfig(**BERT, vision_config=VISION)
