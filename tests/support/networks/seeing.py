"""Tiny networks that read pictures, their processors, and a picture to read."""

from __future__ import annotations

import numpy as np
import transformers as hf
from PIL import Image
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil

from mha_viz.models.load import model_from
from tests.support.networks.families import CLIP, PATCHES, make

SIZES = {**PATCHES, "image_size": 28, "patch_size": 4}
VISION = {**CLIP, "image_size": 28, "patch_size": 4}
WORDS = {**CLIP, "vocab_size": 37, "max_position_embeddings": 43}
# name: (network class, configuration, what its positions are called that are no patches)
SEEING = {
    "vit": (hf.ViTModel, hf.ViTConfig(**SIZES), ("CLS",)),
    "vit, classifying": (hf.ViTForImageClassification, hf.ViTConfig(**SIZES), ("CLS",)),
    "deit": (hf.DeiTModel, hf.DeiTConfig(**SIZES), ("CLS", "DIST")),
    "dinov2": (hf.Dinov2Model, hf.Dinov2Config(**SIZES), ("CLS",)),
    "dinov2, registers": (
        hf.Dinov2WithRegistersModel, hf.Dinov2WithRegistersConfig(**SIZES, num_register_tokens=4),
        ("CLS", "reg 1", "reg 2", "reg 3", "reg 4"),
    ),
    "dinov3": (hf.DINOv3ViTModel, hf.DINOv3ViTConfig(**SIZES, num_register_tokens=2), ("CLS", "reg 1", "reg 2")),
    "clip": (hf.CLIPModel, hf.CLIPConfig(text_config=WORDS, vision_config=VISION), ("CLS",)),
    "clip, vision": (hf.CLIPVisionModel, hf.CLIPVisionConfig(**VISION), ("CLS",)),
    "siglip": (hf.SiglipModel, hf.SiglipConfig(text_config=WORDS, vision_config=VISION), ()),
    "siglip, vision": (hf.SiglipVisionModel, hf.SiglipVisionConfig(**VISION), ()),
}  # fmt: skip


def processor(rows: int = 28, columns: int = 28, shortest: int = 40, **settings):
    """What cuts rows × columns pixels out of the middle of a picture whose shorter side becomes ``shortest``."""
    return BitImageProcessorPil(
        **{
            "size": {"shortest_edge": shortest}, "crop_size": {"height": rows, "width": columns}, "do_resize": True,
            "do_center_crop": True, "do_rescale": True, "do_normalize": True, "do_convert_rgb": True, "resample": 3,
            "image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.25], **settings,
        }
    )  # fmt: skip


def seeing_model(name: str = "dinov2", reads=None):
    network_class, config, _ = SEEING[name]
    return model_from(make(network_class, config), reads or processor(), name=name)


def classifier(names=("cat", "dog", "owl", "fox", "bee"), **settings):
    """A ViT that puts a picture into one of these classes."""
    numbers = {name: i for i, name in enumerate(names)}
    config = hf.ViTConfig(**SIZES, id2label=dict(enumerate(names)), label2id=numbers, **settings)
    return model_from(make(hf.ViTForImageClassification, config), processor(), name="classifier")


def photograph(width: int = 71, height: int = 53) -> Image.Image:
    """A picture in which every pixel is another."""
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)
