"""Configuration + the names in a model's files → the class that also predicts, where they hold its head."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

import torch
from transformers import (
    MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING,
    MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING,
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
    MODEL_FOR_MASKED_LM_MAPPING,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING,
    MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING,
)

from mha_viz.recording.classes import CLASSIFIERS

# How classes are called that predict tokens or classes, and where the ones of each family stand.
WRITE = (
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING,
    MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING,
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
)
PREDICT = {
    "ForMaskedLM": (MODEL_FOR_MASKED_LM_MAPPING,),
    "ForPreTraining": (MODEL_FOR_MASKED_LM_MAPPING,),
    "WithLMHeadModel": (MODEL_FOR_MASKED_LM_MAPPING, *WRITE),
    "ForConditionalGeneration": WRITE,
    "MTModel": WRITE,  # MarianMTModel
    "ForImageClassification": (MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING,),
    "ForImageClassificationWithTeacher": (MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING,),
    "ForSequenceClassification": (MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING,),
    "ForAudioClassification": (MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING,),
}


def predicting_class(config: Any, names: Collection[str]) -> Any:
    """The class that a configuration names as one that predicts tokens, or classes of pictures and sounds; None where
    there is none, or its files lack what such a class has beside the network below it: nobody waits while weights are
    read twice.
    """
    named = str((getattr(config, "architectures", None) or [""])[0])
    mappings = next((of for ending, of in PREDICT.items() if named.endswith(ending)), ())
    found = next((one for mapping in mappings if (one := mapping.get(type(config), None)) is not None), None)
    several = found if isinstance(found, (list, tuple)) else [found]
    network_class = next((one for one in several if getattr(one, "__name__", None) == named), several[0])
    if network_class is None or not _may_be_there(network_class, config, names):
        return None
    return network_class


def _may_be_there(network_class: Any, config: Any, names: Collection[str]) -> bool:
    """Whether some weight of each part that the class has beside the network below its head is there."""
    try:
        with torch.device("meta"):
            network = network_class(copy.deepcopy(config))
    except Exception:  # noqa: BLE001 - of any kind: what can be read of such a configuration, its files will say
        return False
    if network_class.__name__.endswith(CLASSIFIERS) and network.base_model is network:
        return False  # CLIP's and the like: its classifier stands in the midst of it, and the body cannot run alone
    tied = set(getattr(network, "_tied_weights_keys", None) or ())
    own = {
        name.partition(".")[0]
        for name, _ in network.named_parameters()
        if not name.startswith(f"{network.base_model_prefix}.") and name not in tied
    }
    in_files = {part for name in names for part in name.split(".")}
    return own <= in_files
