"""RXNMapper as its makers packed it → an ordinary folder: pickled weights read as data, SMILES cut into atoms."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import AlbertConfig, PreTrainedTokenizerFast

from mha_viz.errors import ModelError
from mha_viz.models.weights import WHOLE

PACKED, VOCABULARY, CONFIG = "pytorch_model.bin", "vocab.txt", "config.json"
TIED = "predictions.decoder"  # the same numbers as the embeddings
# What is told of the network that it is today: all else is a setting of how texts are written, years ago.
KEPT = (
    "vocab_size", "embedding_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_hidden_groups",
    "inner_group_num", "num_attention_heads", "max_position_embeddings", "type_vocab_size", "layer_norm_eps",
    "hidden_act",
)  # fmt: skip
# Of SMILES: an atom in brackets, one with two letters, the arrow, the number of a ring with two digits; else one sign.
PIECE = r"\[[^\]]+\]|Br|Cl|>>|%[0-9]{2}|."
SPECIAL = {
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "mask_token": "[MASK]",
}


def convert_reactions(packed: Path) -> None:
    """Once, right after the download: configuration, tokenizer and weights beside the file, which is then removed.

    Raises
    ------
    ModelError
        If the file holds anything but weights.
    """
    folder = packed.parent
    told = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    settings = {name: told[name] for name in KEPT} | {"architectures": ["AlbertForMaskedLM"], "dtype": "float32"}
    AlbertConfig(**settings, pad_token_id=0, bos_token_id=None, eos_token_id=None).save_pretrained(folder)
    try:
        weights = torch.load(packed, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise ModelError(f"{packed.name} holds no weights that can be read as data.") from error
    kept = {name: weight.contiguous() for name, weight in weights.items() if not name.startswith(TIED)}
    save_file(kept, folder / WHOLE, {"format": "pt"})
    _tokenizer((folder / VOCABULARY).read_text(encoding="utf-8").split(), told).save_pretrained(folder)
    for path in (packed, folder / VOCABULARY):
        path.unlink()


def _tokenizer(vocabulary: list[str], told: dict[str, int]) -> PreTrainedTokenizerFast:
    core = Tokenizer(models.WordLevel({token: i for i, token in enumerate(vocabulary)}, SPECIAL["unk_token"]))
    core.pre_tokenizer, core.decoder = pre_tokenizers.Split(Regex(PIECE), "isolated"), decoders.Fuse()
    core.add_special_tokens(list(SPECIAL.values()))
    last, first = ((token, vocabulary.index(token)) for token in (SPECIAL["sep_token"], SPECIAL["cls_token"]))
    core.post_processor = processors.BertProcessing(last, first)
    return PreTrainedTokenizerFast(tokenizer_object=core, model_max_length=told["max_position_embeddings"], **SPECIAL)
