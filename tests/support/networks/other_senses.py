"""Tiny networks of families that read pictures, videos, sounds and series of numbers; and those that are refused."""

from __future__ import annotations

import torch
import transformers as hf

from tests.support.networks.families import BART, BERT, LLAMA, PATCHES, SPEECH, WINDOW, pixels
from tests.support.networks.several_parts import BY_ROW_AND_COLUMN, IDS, PICTURE, VISION, packed_picture

TEXT_PART = {**LLAMA, "vocab_size": 41}
PARTS = {**VISION, "image_size": 16}  # 4 × 4 patches, of which 2 × 2 become one token
SIZES = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 31}
FRAMES = {"num_frames": 2, "tubelet_size": 2}
SERIES = {
    "prediction_length": 4, "context_length": 8, "lags_sequence": [1, 2], "num_time_features": 2, "d_model": 24,
    "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 3, "decoder_attention_heads": 3,
    "encoder_ffn_dim": 31, "decoder_ffn_dim": 31,
}  # fmt: skip
ROTARY = {"rope_type": "default", "rope_theta": 1e4}


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(5)


def sound(n: int = 233):
    return lambda: {"input_values": torch.randn(1, n, generator=seeded())}


def frames() -> dict[str, torch.Tensor]:
    return {"pixel_values": torch.rand(1, 2, 3, 12, 12, generator=seeded())}


def series() -> dict[str, torch.Tensor]:
    sizes = {
        "past_values": (10,), "past_time_features": (10, 2), "future_values": (4,), "future_time_features": (4, 2),
    }  # fmt: skip
    made = {name: torch.randn(1, *size, generator=seeded()) for name, size in sizes.items()}
    return {**made, "past_observed_mask": torch.ones(1, 10)}


def picture_as(n_tokens: int, size: int = 16, **more: torch.Tensor):
    """A picture and a text in which some tokens stand for it."""
    ids = torch.tensor([[1, 5, *[PICTURE] * n_tokens, 6, 7]])
    return lambda: {**pixels(size), "input_ids": ids, **more}


def one_tile_as(n_tokens: int):
    ids = torch.tensor([[1, 5, *[PICTURE] * n_tokens, 6, 7]])
    return lambda: {"pixel_values": torch.rand(1, 1, 3, 16, 16, generator=seeded()), "input_ids": ids}


def tiles() -> dict[str, torch.Tensor]:
    return {
        "pixel_values": torch.rand(1, 2, 3, 12, 12, generator=seeded()), "image_sizes": torch.tensor([[12, 12]]),
        "input_ids": torch.tensor([[1, 5, *[PICTURE] * (9 + 9 + 3), 6, 7]]),
    }  # fmt: skip


def page() -> dict[str, torch.Tensor]:
    corners = torch.randint(0, 9, (1, 5, 4), generator=seeded()).sort(-1).values
    return {"input_ids": IDS, "bbox": corners, **pixels()}


def states() -> dict[str, torch.Tensor]:
    widths = {"states": 5, "actions": 3, "rewards": 1, "returns_to_go": 1}
    made = {name: torch.randn(1, 4, width, generator=seeded()) for name, width in widths.items()}
    return {**made, "timesteps": torch.arange(4)[None], "attention_mask": torch.ones(1, 4)}


def filters(n: int, width: int, **more: torch.Tensor):
    return lambda: {"input_features": torch.randn(1, n, width, generator=seeded()), **more}


DECODED = {"decoder_input_ids": torch.tensor([[4, 5, 6]])}
BOXES = {
    "coordinate_size": 4, "shape_size": 4, "max_2d_position_embeddings": 64, "input_size": 12, "patch_size": 4,
    "rel_pos_bins": 8, "max_rel_pos": 16, "rel_2d_pos_bins": 8, "max_rel_2d_pos": 16,
}  # fmt: skip
MAE = {
    "decoder_hidden_size": 24, "decoder_num_attention_heads": 3, "decoder_num_hidden_layers": 1,
    "decoder_intermediate_size": 24,
}  # fmt: skip
PIXTRAL = {**SIZES, "head_dim": 8, "image_size": 16, "patch_size": 4, "rope_parameters": ROTARY}
GROUPS = {"squeeze_factor": 1}
DEEP = {"hidden_size": 24, "d_kv": 8, "d_ff": 31, "num_attention_heads": 3, "num_heads": 3}
SIGLIP = {"model_type": "siglip_vision_model"}
SPEECH_T5 = {
    "vocab_size": 37, "hidden_size": 24, "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 3,
    "decoder_attention_heads": 4, "encoder_ffn_dim": 31, "decoder_ffn_dim": 29, "conv_dim": [8, 8],
    "conv_kernel": [5, 3], "conv_stride": [5, 2], "num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2,
    "num_mel_bins": 5, "speech_decoder_prenet_units": 16, "speaker_embedding_dim": 8, "decoder_start_token_id": 4,
}  # fmt: skip

# name: (network class, configuration, inputs)
OTHER_SENSES = {
    "deit": (hf.DeiTModel, hf.DeiTConfig(**PATCHES), pixels),
    "beit": (hf.BeitModel, hf.BeitConfig(**PATCHES, use_relative_position_bias=True), pixels),
    "i-jepa": (hf.IJepaModel, hf.IJepaConfig(**PATCHES), pixels),
    "vit-msn": (hf.ViTMSNModel, hf.ViTMSNConfig(**PATCHES), pixels),
    "yolos": (hf.YolosModel, hf.YolosConfig(**{**PATCHES, "image_size": [12, 12]}, num_detection_tokens=5), pixels),
    "dinov2 with registers": (
        hf.Dinov2WithRegistersModel, hf.Dinov2WithRegistersConfig(**PATCHES, num_register_tokens=4), pixels,
    ),
    "dpt": (hf.DPTModel, hf.DPTConfig(**PATCHES, backbone_out_indices=[0, 1]), pixels),
    "siglip vision": (hf.SiglipVisionModel, hf.SiglipVisionConfig(**VISION), pixels),
    "pixtral": (hf.PixtralVisionModel, hf.PixtralVisionConfig(**{**PIXTRAL, "image_size": 12}), pixels),
    "videomae": (hf.VideoMAEModel, hf.VideoMAEConfig(**PATCHES, **FRAMES, **MAE), frames),
    "vivit": (
        hf.VivitModel,
        hf.VivitConfig(**{k: v for k, v in PATCHES.items() if k != "patch_size"}, num_frames=2, tubelet_size=[2, 4, 4]),
        frames,
    ),
    "hubert": (hf.HubertModel, hf.HubertConfig(**SPEECH), sound()),
    "data2vec-audio": (hf.Data2VecAudioModel, hf.Data2VecAudioConfig(**SPEECH), sound()),
    "wav2vec2-conformer": (hf.Wav2Vec2ConformerModel, hf.Wav2Vec2ConformerConfig(**SPEECH), sound()),
    "sew": (hf.SEWModel, hf.SEWConfig(**SPEECH, **GROUPS), sound()),
    "sew-d": (hf.SEWDModel, hf.SEWDConfig(**SPEECH, **GROUPS), sound()),
    "unispeech": (hf.UniSpeechModel, hf.UniSpeechConfig(**SPEECH), sound()),
    "unispeech-sat": (hf.UniSpeechSatModel, hf.UniSpeechSatConfig(**SPEECH), sound()),
    "wav2vec2-bert": (
        hf.Wav2Vec2BertModel, hf.Wav2Vec2BertConfig(**SIZES, feature_projection_input_dim=10), filters(13, 10),
    ),
    "speech-to-text": (
        hf.Speech2TextModel,
        hf.Speech2TextConfig(
            **BART, input_feat_per_channel=5, input_channels=1, num_conv_layers=2, conv_kernel_sizes=[3, 3],
            conv_channels=8, max_source_positions=60, max_target_positions=43,
        ),
        filters(29, 5, **DECODED),
    ),
    "moonshine": (
        hf.MoonshineModel,
        hf.MoonshineConfig(
            vocab_size=37, hidden_size=24, intermediate_size=31, encoder_num_hidden_layers=2,
            decoder_num_hidden_layers=3, encoder_num_attention_heads=3, decoder_num_attention_heads=3,
            encoder_num_key_value_heads=3, decoder_num_key_value_heads=3, pad_token_id=0, bos_token_id=1,
            eos_token_id=2, decoder_start_token_id=4,
        ),
        lambda: {**sound(3000)(), **DECODED},
    ),
    "speecht5": (
        hf.SpeechT5ForSpeechToText, hf.SpeechT5Config(**SPEECH_T5), lambda: {**sound()(), **DECODED},
    ),
    "time-series-transformer": (hf.TimeSeriesTransformerModel, hf.TimeSeriesTransformerConfig(**SERIES), series),
    "informer, attending to all": (
        hf.InformerModel, hf.InformerConfig(**SERIES, attention_type="full", distil=False), series,
    ),
    "timesfm": (
        hf.TimesFmModel,
        hf.TimesFmConfig(
            **{**SIZES, "intermediate_size": 24}, patch_length=4, context_length=16, horizon_length=4, head_dim=8,
        ),
        lambda: {
            "past_values": torch.randn(1, 16, generator=seeded()), "past_values_padding": torch.zeros(1, 16),
            "freq": torch.zeros(1, 1, dtype=torch.long),
        },
    ),
    "decision-transformer": (
        hf.DecisionTransformerModel,
        hf.DecisionTransformerConfig(state_dim=5, act_dim=3, hidden_size=24, n_layer=2, n_head=3, max_ep_len=40),
        states,
    ),
    "layoutlmv3": (hf.LayoutLMv3Model, hf.LayoutLMv3Config(**BERT, **BOXES), page),
    "idefics3": (
        hf.Idefics3Model,
        hf.Idefics3Config(
            text_config={**TEXT_PART, "model_type": "llama"}, vision_config=PARTS, image_token_id=PICTURE,
            scale_factor=2,
        ),
        one_tile_as(4),
    ),
    "smolvlm": (
        hf.SmolVLMModel,
        hf.SmolVLMConfig(
            text_config={**TEXT_PART, "model_type": "llama"}, vision_config=PARTS, image_token_id=PICTURE,
            scale_factor=2,
        ),
        one_tile_as(4),
    ),
    "internvl": (
        hf.InternVLModel,
        hf.InternVLConfig(
            text_config={**TEXT_PART, "model_type": "qwen2"}, image_token_id=PICTURE, image_seq_length=4,
            vision_config={**PARTS, "image_size": [16, 16], "patch_size": [4, 4]},
        ),
        picture_as(4),
    ),
    "mistral3": (
        hf.Mistral3Model,
        hf.Mistral3Config(
            text_config={**TEXT_PART, "model_type": "mistral"}, vision_config={**PIXTRAL, "model_type": "pixtral"},
            image_token_index=PICTURE, spatial_merge_size=2,
        ),
        picture_as(4, image_sizes=torch.tensor([[16, 16]])),
    ),
    "aya-vision": (
        hf.AyaVisionModel,
        hf.AyaVisionConfig(
            text_config={**TEXT_PART, "model_type": "cohere2", "sliding_window": 3}, image_token_index=PICTURE,
            vision_config={**PARTS, "model_type": "siglip_vision_model"}, downsample_factor=2, vision_feature_layer=-1,
        ),
        picture_as(4),
    ),
    "vip-llava": (
        hf.VipLlavaModel,
        hf.VipLlavaConfig(
            text_config=hf.LlamaConfig(**TEXT_PART), vision_config=hf.CLIPVisionConfig(**VISION),
            image_token_index=PICTURE, vision_feature_layers=[-1, -2],
        ),
        picture_as(9, 12),
    ),
    "pix2struct": (
        hf.Pix2StructForConditionalGeneration,
        hf.Pix2StructConfig(
            text_config={**DEEP, "num_layers": 3, "decoder_start_token_id": 0, "vocab_size": 37},
            vision_config={**DEEP, "patch_embed_hidden_size": 48, "num_hidden_layers": 2, "seq_len": 16},
        ),
        lambda: {
            **DECODED, "attention_mask": torch.ones(1, 7),
            "flattened_patches": torch.rand(1, 7, 50, generator=seeded()),
        },
    ),
    "aimv2 vision": (hf.Aimv2VisionModel, hf.Aimv2VisionConfig(**PATCHES), pixels),
    "pixio": (hf.PixioModel, hf.PixioConfig(**PATCHES), pixels),
    "parakeet": (
        hf.ParakeetEncoder,
        hf.ParakeetEncoderConfig(
            **SIZES, num_mel_bins=16, subsampling_factor=4, subsampling_conv_channels=8,
        ),
        lambda: {"input_features": torch.rand(1, 40, 16, generator=seeded())},
    ),
    "git": (
        hf.GitModel, hf.GitConfig(**BERT, vision_config=VISION), lambda: {**pixels(), "input_ids": IDS},
    ),
    "gemma3 with a picture": (
        hf.Gemma3Model,
        hf.Gemma3Config(
            text_config={**WINDOW, "vocab_size": 41}, vision_config={**PARTS, **SIGLIP}, image_token_index=PICTURE,
            mm_tokens_per_image=4, boi_token_index=36, eoi_token_index=37,
        ),
        picture_as(4, token_type_ids=torch.tensor([[0, 0, 1, 1, 1, 1, 0, 0]])),
    ),
    "paligemma with a picture": (
        hf.PaliGemmaModel,
        hf.PaliGemmaConfig(
            text_config={**TEXT_PART, "model_type": "gemma"}, vision_config={**VISION, **SIGLIP},
            image_token_index=PICTURE, projection_dim=24,
        ),
        picture_as(9, 12, token_type_ids=torch.zeros(1, 13, dtype=torch.long)),
    ),
}  # fmt: skip

# They attend to tiles or windows of a picture, each by itself.
IN_PARTS_SENSES = {
    "llava-next": (
        hf.LlavaNextModel,
        hf.LlavaNextConfig(
            text_config=hf.LlamaConfig(**TEXT_PART), vision_config=hf.CLIPVisionConfig(**VISION),
            image_token_index=PICTURE, image_grid_pinpoints=[[12, 12]],
        ),
        tiles,
    ),
    "qwen2.5-vl": (
        hf.Qwen2_5_VLModel,
        hf.Qwen2_5_VLConfig(
            text_config={**TEXT_PART, "rope_parameters": BY_ROW_AND_COLUMN}, image_token_id=PICTURE, video_token_id=39,
            vision_start_token_id=36, vision_end_token_id=37,
            vision_config={
                "depth": 3, "hidden_size": 24, "out_hidden_size": 24, "num_heads": 3, "intermediate_size": 31,
                "patch_size": 4, "temporal_patch_size": 2, "spatial_merge_size": 2, "in_channels": 3, "window_size": 16,
                "fullatt_block_indexes": [1],
            },
        ),
        lambda: packed_picture(1, 6, 10),  # windows of 4 × 4 patches, and what is left of them at two sides
    ),
}  # fmt: skip

# Their attention is one step of torch, so that their families return none of it, or less.
ONE_STEP_SENSES = {
    "wavlm": (hf.WavLMModel, hf.WavLMConfig(**SPEECH, num_buckets=8, max_bucket_distance=13), sound()),
    "data2vec-vision": (
        hf.Data2VecVisionModel, hf.Data2VecVisionConfig(**PATCHES, use_relative_position_bias=True), pixels,
    ),
}  # fmt: skip

WINDOWS = r"attends inside windows or other parts of its input \(tiles, frames, channels\), each by itself"
ALIKE = "has several stacks of layers that attend alike"
AT_RANDOM = "does not do the same twice with the same input"
SWIN = {"image_size": 16, "patch_size": 2, "embed_dim": 8, "depths": [1, 1], "num_heads": [2, 2], "window_size": 2}

# name: (network class, configuration, inputs, the reason)
REFUSED_SENSES = {
    "seggpt": (
        hf.SegGptModel,
        hf.SegGptConfig(
            hidden_size=24, num_hidden_layers=2, num_attention_heads=3, image_size=[16, 8], patch_size=4, mlp_dim=31,
            merge_index=0, intermediate_hidden_state_indices=[1], decoder_hidden_size=8,
        ),
        lambda: {
            name: torch.rand(1, 3, 8, 8, generator=seeded())
            for name in ("pixel_values", "prompt_pixel_values", "prompt_masks")
        },
        "returns 2 maps as attentions, which is not what is read here",
    ),
    "swin": (hf.SwinModel, hf.SwinConfig(**SWIN), lambda: pixels(16), WINDOWS),
    "swinv2": (hf.Swinv2Model, hf.Swinv2Config(**SWIN), lambda: pixels(16), WINDOWS),
    "timesformer": (hf.TimesformerModel, hf.TimesformerConfig(**PATCHES, num_frames=2), frames, WINDOWS),
    "patchtst": (
        hf.PatchTSTModel,
        hf.PatchTSTConfig(
            num_input_channels=2, context_length=16, patch_length=4, patch_stride=4, d_model=24, num_attention_heads=3,
            num_hidden_layers=2, ffn_dim=31,
        ),
        lambda: {"past_values": torch.randn(1, 16, 2, generator=seeded())},
        WINDOWS,
    ),
    "clap's sounds": (
        hf.ClapAudioModel,
        hf.ClapAudioConfig(
            window_size=2, num_mel_bins=8, spec_size=16, patch_size=2, patch_stride=[2, 2], patch_embeds_hidden_size=8,
            depths=[1, 1], num_attention_heads=[2, 2], hidden_size=16,
        ),
        lambda: {"input_features": torch.randn(1, 1, 16, 8, generator=seeded())},
        WINDOWS,
    ),
    "vit-mae": (hf.ViTMAEModel, hf.ViTMAEConfig(**PATCHES, **MAE), pixels, AT_RANDOM),
    "vilt": (
        hf.ViltModel, hf.ViltConfig(**BERT, image_size=12, patch_size=4), lambda: {**pixels(), "input_ids": IDS},
        AT_RANDOM,
    ),
    "speecht5 that speaks": (
        hf.SpeechT5ForTextToSpeech,
        hf.SpeechT5Config(**SPEECH_T5),
        lambda: {
            "input_ids": IDS, "decoder_input_values": torch.rand(1, 3, 5), "speaker_embeddings": torch.rand(1, 8),
        },
        AT_RANDOM,
    ),
    "informer, attending to some": (hf.InformerModel, hf.InformerConfig(**SERIES), series, AT_RANDOM),
    "lxmert": (
        hf.LxmertModel,
        hf.LxmertConfig(
            **{k: v for k, v in BERT.items() if k != "num_hidden_layers"}, l_layers=2, x_layers=1, r_layers=1,
            visual_feat_dim=8, visual_pos_dim=4,
        ),
        lambda: {"input_ids": IDS, "visual_feats": torch.rand(1, 4, 8), "visual_pos": torch.rand(1, 4, 4)},
        "attends more than once in each layer",
    ),
    "perceiver": (
        hf.PerceiverModel,
        hf.PerceiverConfig(
            num_latents=5, d_latents=24, d_model=24, num_blocks=1, num_self_attends_per_block=2,
            num_self_attention_heads=3, num_cross_attention_heads=3,
        ),
        lambda: {"inputs": torch.rand(1, 7, 24)},
        ALIKE,
    ),
}  # fmt: skip
