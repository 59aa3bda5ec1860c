"""Folders of tiny models from which heads were removed, as `prune_heads` and `save_pretrained` once wrote them."""

from __future__ import annotations

import json
import re

import torch
import transformers as hf
from safetensors.torch import load_file, save_file

from tests.support.networks.families import BERT, make, tokenizer

D_HEAD, N_HEADS, D_MODEL = 8, 3, 24
BERT_LIKE = r"encoder\.layer\.{}\.attention\.self\.", r"encoder\.layer\.{}\.attention\.output\.dense\.weight"
XLM_LIKE = r"attentions\.{}\.[qkv]_lin\.", r"attentions\.{}\.out_lin\.weight"
SMALL = {"vocab_size": 37, "max_position_embeddings": 43}
# name: (network class, configuration, the weights that make queries, keys and values, the one that projects heads)
PRUNED = {
    "bert": (hf.BertModel, hf.BertConfig(**BERT), *BERT_LIKE),
    "bert with a head": (hf.BertForMaskedLM, hf.BertConfig(**BERT), *BERT_LIKE),
    "roberta": (hf.RobertaModel, hf.RobertaConfig(**BERT), *BERT_LIKE),
    "electra": (hf.ElectraModel, hf.ElectraConfig(**BERT, embedding_size=16), *BERT_LIKE),
    "megatron-bert": (hf.MegatronBertModel, hf.MegatronBertConfig(**BERT), *BERT_LIKE),
    "distilbert": (
        hf.DistilBertModel, hf.DistilBertConfig(**SMALL, dim=24, n_layers=2, n_heads=3, hidden_dim=31),
        r"layer\.{}\.attention\.[qkv]_lin\.", r"layer\.{}\.attention\.out_lin\.weight",
    ),
    "xlm": (hf.XLMModel, hf.XLMConfig(**SMALL, emb_dim=24, n_layers=2, n_heads=3, pad_index=0), *XLM_LIKE),
    "gpt2": (
        hf.GPT2LMHeadModel, hf.GPT2Config(vocab_size=37, n_positions=43, n_embd=24, n_layer=2, n_head=3),
        r"h\.{}\.attn\.c_attn\.", r"h\.{}\.attn\.c_proj\.weight",
    ),
}  # fmt: skip


def places(heads: list[int], n_fused: int = 1) -> list[int]:
    """Where the numbers of some heads stand."""
    return [part * D_MODEL + head * D_HEAD + i for part in range(n_fused) for head in heads for i in range(D_HEAD)]


def pruned_folder(name: str, folder, removed: dict[int, list[int]], *, says: bool = True, prefix: str = "") -> str:
    """The folder of a model without these heads of each layer; ``says`` whether its configuration says so."""
    network_class, config, rows, columns = PRUNED[name]
    make(network_class, config).save_pretrained(folder)
    tokenizer(ends=name != "gpt2").save_pretrained(folder)
    weights = load_file(folder / "model.safetensors")
    for layer, heads in removed.items():
        there = [head for head in range(N_HEADS) if head not in heads]
        for weight, tensor in weights.items():
            if re.search(rows.format(layer), weight):  # GPT-2 lays its maps down the other way round
                n_fused, axis = (3, tensor.dim() - 1) if name == "gpt2" else (1, 0)
                weights[weight] = tensor.index_select(axis, torch.tensor(places(there, n_fused))).contiguous()
            elif re.search(columns.format(layer), weight):
                axis = 0 if name == "gpt2" else 1
                weights[weight] = tensor.index_select(axis, torch.tensor(places(there))).contiguous()
    weights = {f"{prefix}{weight}": tensor for weight, tensor in weights.items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    if says:
        settings = json.loads((folder / "config.json").read_text())
        settings["pruned_heads"] = {str(layer): heads for layer, heads in removed.items()}
        (folder / "config.json").write_text(json.dumps(settings))
    return str(folder)


def muted(name: str, removed: dict[int, list[int]]):
    """The whole network, of which what these heads put out is projected to nothing: its eager attention is right."""
    network_class, config, _, columns = PRUNED[name]
    network = make(network_class, config)
    with torch.no_grad():
        for weight, tensor in network.named_parameters():
            for layer, heads in removed.items():
                if re.search(columns.format(layer), weight):
                    tensor[places(heads) if name == "gpt2" else (slice(None), places(heads))] = 0.0
    return network
