"""Tiny networks that read a picture inside a text, with their own processors, made without a hub."""

from __future__ import annotations

import re
from functools import cache
from types import SimpleNamespace

import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers

from mha_viz.models.load import model_from
from tests.support.networks.families import CLIP, LLAMA, VOCABULARY, make

# What stands for pictures in the families' texts.
MARKERS = (
    "<image>", "<boi>", "<eoi>", "<global-img>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
    "<|video_pad|>", "<bos>", "<eos>", "<fake_token_around_image>",
    *(f"<row_{row}_col_{column}>" for row in (1, 2) for column in (1, 2)),
)  # fmt: skip
IDS = {token: len(VOCABULARY) + i for i, token in enumerate(MARKERS)}
N_IDS = len(VOCABULARY) + len(MARKERS)
N_PLACES = 1152  # tokens that PaliGemma's processor adds, for places and segments
MEAN = {"image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.25]}
TEXT = {**LLAMA, "vocab_size": N_IDS, "max_position_embeddings": 331, "num_hidden_layers": 3, "eos_token_id": None}
VISION = {**CLIP, "image_size": 28, "patch_size": 4}  # 7 × 7 patches
WIDE = {**VISION, "image_size": 24}  # 6 × 6 patches, which are merged 2 × 2
CHAT = (
    "{% for message in messages %}he ran {% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}IMAGE {% else %}{{ part['text'] }} {% endif %}{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %}then {% endif %}"
)


def tokenizer(**named: str) -> hf.PreTrainedTokenizerFast:
    """Words as tokens; ``named`` are the special tokens that a family's processor asks for."""
    core = Tokenizer(models.WordLevel({**VOCABULARY, **IDS}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "bos_token": "<bos>", "eos_token": "<eos>"}
    core.add_special_tokens(list(MARKERS))
    return hf.PreTrainedTokenizerFast(tokenizer_object=core, **names, extra_special_tokens=named)


def _cut(side: int) -> dict[str, object]:
    return {"size": {"height": side, "width": side}, **MEAN}


def llava():
    """A tower with a class token, which is left out, and the layer before its last."""
    reader = hf.CLIPImageProcessorPil(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}, **MEAN)
    processor = hf.LlavaProcessor(
        reader, tokenizer(image_token="<image>"), patch_size=4, vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT.replace("IMAGE", "<image>"),
    )  # fmt: skip
    config = hf.LlavaConfig(
        text_config=hf.LlamaConfig(**TEXT), vision_config=hf.CLIPVisionConfig(**{**VISION, "num_hidden_layers": 4}),
        image_token_id=IDS["<image>"], vision_feature_layer=-2,
    )  # fmt: skip
    return hf.LlavaForConditionalGeneration, config, processor, (7, 7)


def paligemma():
    """A prompt that is read in both directions."""
    reader = hf.SiglipImageProcessorPil(**_cut(28))
    reader.image_seq_length = 49
    processor = hf.PaliGemmaProcessor(reader, tokenizer(image_token="<image>"))
    config = hf.PaliGemmaConfig(
        text_config=hf.GemmaConfig(**{**TEXT, "vocab_size": N_IDS + N_PLACES}),
        vision_config=hf.SiglipVisionConfig(**VISION), projection_dim=24,
        image_token_id=IDS["<image>"], hidden_size=24,
    )  # fmt: skip
    return hf.PaliGemmaForConditionalGeneration, config, processor, (7, 7)


def gemma3():
    """Patches pooled 2 × 2."""
    reader = hf.Gemma3ImageProcessorPil(**_cut(24))
    named = {"boi_token": "<boi>", "eoi_token": "<eoi>", "image_token": "<image>"}
    processor = hf.Gemma3Processor(reader, tokenizer(**named), image_seq_length=9)
    layers = ["sliding_attention", "full_attention", "sliding_attention"]
    text = hf.Gemma3TextConfig(**{**TEXT, "sliding_window": 17, "layer_types": layers})
    config = hf.Gemma3Config(
        text_config=text, vision_config=hf.SiglipVisionConfig(**WIDE), mm_tokens_per_image=9,
        image_token_id=IDS["<image>"], boi_token_id=IDS["<boi>"], eoi_token_id=IDS["<eoi>"],
    )  # fmt: skip
    return hf.Gemma3ForConditionalGeneration, config, processor, (3, 3)


def idefics3(*, splits: bool = False):
    """Patches shuffled together 2 × 2; with ``splits``, tiles and the whole picture."""
    reader = hf.Idefics3ImageProcessorPil(
        do_image_splitting=splits, size={"longest_edge": 48}, max_image_size={"longest_edge": 24}, **MEAN
    )
    named = {
        "image_token": "<image>",
        "fake_image_token": "<fake_token_around_image>",
        "global_image_token": "<global-img>",
    }
    processor = hf.Idefics3Processor(
        reader, tokenizer(**named), image_seq_len=9, chat_template=CHAT.replace("IMAGE", "<image>")
    )
    config = hf.Idefics3Config(
        text_config=hf.LlamaConfig(**TEXT), vision_config={**WIDE, "hidden_size": 24}, scale_factor=2,
        image_token_id=IDS["<image>"], pad_token_id=0,
    )  # fmt: skip
    return hf.Idefics3ForConditionalGeneration, config, processor, (3, 3)


_NO_VIDEOS = SimpleNamespace(num_frames=1, fps=1, size={}, do_convert_rgb=True)  # asked for its defaults alone


class SmolVLMWithoutVideo(hf.SmolVLMProcessor):
    """The family's own, without the part that reads videos, which needs torchvision and num2words."""

    def __init__(self, image_processor=None, tokenizer=None, chat_template=None, **_):
        self.fake_image_token, self.image_token = tokenizer.fake_image_token, tokenizer.image_token
        self.global_image_token, self.image_token_id = tokenizer.global_image_token, tokenizer.image_token_id
        self.image_seq_len, self.video_token, self.video_processor = 9, "<video>", _NO_VIDEOS
        hf.ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


def smolvlm(*, splits: bool = True):
    """As Idefics3, with its own reader and words around tiles."""
    reader = hf.SmolVLMImageProcessorPil(
        do_image_splitting=splits, size={"longest_edge": 48}, max_image_size={"longest_edge": 24}, **MEAN
    )
    named = {
        "image_token": "<image>",
        "fake_image_token": "<fake_token_around_image>",
        "global_image_token": "<global-img>",
    }
    processor = SmolVLMWithoutVideo(reader, tokenizer(**named), chat_template=CHAT.replace("IMAGE", "<image>"))
    config = hf.SmolVLMConfig(
        text_config=hf.LlamaConfig(**TEXT), vision_config={**WIDE, "hidden_size": 24}, scale_factor=2,
        image_token_id=IDS["<image>"], pad_token_id=0,
    )  # fmt: skip
    return hf.SmolVLMForConditionalGeneration, config, processor, (3, 3)


class Qwen2VLWithoutVideo(hf.Qwen2VLProcessor):
    """The family's own, without the part that reads videos, which needs torchvision."""

    def __init__(self, image_processor=None, tokenizer=None, chat_template=None, **_):
        self.image_token, self.video_token = tokenizer.image_token, tokenizer.video_token
        self.image_token_id, self.video_token_id = tokenizer.image_token_id, tokenizer.video_token_id
        hf.ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


def qwen2_vl():
    """Patches packed one a row, as many as the picture has; four of them are one token."""
    reader = hf.Qwen2VLImageProcessorPil(
        patch_size=4, merge_size=2, temporal_patch_size=2, size={"shortest_edge": 64, "longest_edge": 2400}, **MEAN
    )
    named = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
    packs = {
        "embed_dim": 24, "hidden_size": 24, "num_heads": 3, "depth": 2, "mlp_ratio": 2, "patch_size": 4,
        "temporal_patch_size": 2, "spatial_merge_size": 2, "in_channels": 3,
    }  # fmt: skip
    chat = CHAT.replace("IMAGE", "<|vision_start|> <|image_pad|> <|vision_end|>")
    processor = Qwen2VLWithoutVideo(reader, tokenizer(**named), chat_template=chat)
    rope = {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [1, 1, 0]}
    config = hf.Qwen2VLConfig(
        text_config={**TEXT, "rope_parameters": rope}, vision_config=packs, image_token_id=IDS["<|image_pad|>"],
        video_token_id=IDS["<|video_pad|>"], vision_start_token_id=IDS["<|vision_start|>"],
        vision_end_token_id=IDS["<|vision_end|>"],
    )  # fmt: skip
    return hf.Qwen2VLForConditionalGeneration, config, processor, (5, 7)


class InternVLWithoutVideo(hf.InternVLProcessor):
    """The family's own, without the part that reads videos, which needs torchvision."""

    def __init__(self, image_processor=None, tokenizer=None, chat_template=None, image_seq_length=9, **_):
        self.image_seq_length = image_seq_length
        self.start_image_token, self.end_image_token = tokenizer.start_image_token, tokenizer.end_image_token
        self.start_image_token_id, self.end_image_token_id = IDS["<boi>"], IDS["<eoi>"]
        self.image_token, self.image_token_id = tokenizer.context_image_token, tokenizer.context_image_token_id
        self.video_token = tokenizer.video_token
        self.multimodal_pattern = re.compile(
            f"(?P<image>{re.escape(self.image_token)})|(?P<video>{re.escape(self.video_token)})"
        )
        hf.ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


def internvl(*, splits: bool = False):
    """Patches merged 2 × 2; with ``splits``, as many tiles as fit the picture's shape, and the whole of it."""
    reader = hf.GotOcr2ImageProcessorPil(**_cut(24), min_patches=1, max_patches=4)
    named = {
        "start_image_token": "<boi>", "end_image_token": "<eoi>", "context_image_token": "<image>",
        "video_token": "<|video_pad|>",
    }  # fmt: skip
    processor = InternVLWithoutVideo(reader, tokenizer(**named), chat_template=CHAT.replace("IMAGE", "<image>"))
    processor.images_kwargs = {"crop_to_patches": splits}
    config = hf.InternVLConfig(
        text_config={**TEXT, "model_type": "qwen2"}, image_token_id=IDS["<image>"], image_seq_length=9,
        vision_config={**WIDE, "image_size": [24, 24], "patch_size": [4, 4]},
    )  # fmt: skip
    return hf.InternVLForConditionalGeneration, config, processor, (3, 3)


READING = {
    "llava": llava, "paligemma": paligemma, "gemma3": gemma3, "idefics3": idefics3, "qwen2-vl": qwen2_vl,
    "idefics3, tiles": lambda: idefics3(splits=True), "internvl": internvl,
    "internvl, tiles": lambda: internvl(splits=True), "smolvlm": lambda: smolvlm(splits=False),
    "smolvlm, tiles": smolvlm,
}  # fmt: skip


@cache
def reading_model(name: str):
    """A tiny model of a family, and the grid of its image tokens."""
    network_class, config, processor, grid = READING[name]()
    network = make(network_class, config)
    for parameter in network.parameters():  # Gemma 3 begins with a projector of zeros
        if not parameter.any() and parameter.dim() > 1:
            torch.nn.init.normal_(parameter)
    return model_from(network, processor, name=name), grid
