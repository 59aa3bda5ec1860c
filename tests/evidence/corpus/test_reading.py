"""How a corpus is read: layer by layer, whatever their number; and what a model is given to read beside it."""

import gc

import pytest
import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import BertConfig, BertModel

from mha_viz.annotation.annotated import Annotated
from mha_viz.evidence.corpus import reading
from mha_viz.evidence.corpus.passages import document_passages, sentence_passages
from mha_viz.evidence.corpus.reading import random_vocabulary, read_corpus
from mha_viz.evidence.corpus.store import open_store
from mha_viz.models.load import model_from
from tests.support.networks.families import VOCABULARY, make, text_model, tokenizer
from tests.support.texts.chats import MARKERS, TURNS, chat_model


def test_markers_of_turns_are_no_random_tokens():
    """256 bytes are text; the seven markers after them are not, though only the first has a name (start, padding)."""
    model = chat_model(TURNS)
    assert len(model.processor) == 256 + len(MARKERS)
    assert random_vocabulary(model) == (list(range(256)), 256)


def test_neither_named_tokens_nor_the_unknown_one_are_random_tokens():
    named = [VOCABULARY[name] for name in ("[PAD]", "[CLS]", "[SEP]", "[UNK]")]
    vocabulary, first = random_vocabulary(text_model("bert")[1])
    assert vocabulary == [i for i in range(len(VOCABULARY)) if i not in named]
    assert first == VOCABULARY["[CLS]"]


# ---- memory --------------------------------------------------------------------------------------------------------


WIDTH = 33


class Living(TorchDispatchMode):
    """Counts the bytes of all tensors made while it lasts that are alive at the same time, at most."""

    def __init__(self):
        super().__init__()
        self.alive, self.made, self.most = {}, 0, 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in [one for one in torch.utils._pytree.tree_leaves(result) if isinstance(one, torch.Tensor)]:
            storage = tensor.untyped_storage()
            at = storage.data_ptr()
            if at not in self.alive or self.alive[at][0].expired():
                self.alive[at] = StorageWeakRef(storage), storage.nbytes()
                self.made += storage.nbytes()
        if self.made > self.most and self.still_alive() > self.most:
            gc.collect()  # what only circles still hold goes at a moment that differs from run to run
            self.most = max(self.most, self.still_alive())
        return result

    def still_alive(self):
        """The bytes that are alive, of all that was made since it was looked at."""
        self.alive = {at: (ref, size) for at, (ref, size) in self.alive.items() if not ref.expired()}
        self.made = sum(size for _, size in self.alive.values())
        return self.made


def deep(n_layers):
    sizes = {"hidden_size": WIDTH, "num_attention_heads": 3, "intermediate_size": 29, "max_position_embeddings": 211}
    config = BertConfig(vocab_size=len(VOCABULARY), num_hidden_layers=n_layers, **sizes)
    return model_from(make(BertModel, config), tokenizer(), name=f"{n_layers} layers", identity="x")


def texts():
    """Three short texts, which are read together, and documents that are read one by one."""
    for n in (67, 71, 59):
        words = ("the", "cat", "sat") * (n // 3)
        starts = [sum(len(word) + 1 for word in words[:i]) for i in range(len(words))]
        spans = tuple((start, start + len(word)) for start, word in zip(starts, words, strict=True))
        yield Annotated(" ".join(words), words, spans, document=f"d{n}")


def most_alive(n_layers, tmp_path, passages):
    model = deep(n_layers)
    living = Living()
    gc.freeze()  # what was there before is no rubbish, and makes each look for some slow
    for turn in ("a network that was not seen", "one that was"):
        store = open_store(tmp_path / f"{n_layers} {turn}")
        living.made = living.most = sum(size for ref, size in living.alive.values() if not ref.expired())
        with living:
            read_corpus(model, passages, store)
        store.close()
    gc.unfreeze()
    return living.most


@pytest.mark.parametrize("of", ["sentences", "documents"])
def test_memory_does_not_grow_with_layers(of, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_HELD", 1)

    def passages():
        if of == "sentences":
            return sentence_passages(texts(), "ours")
        return document_passages(texts(), "ours", lambda text: len(text.split()), 200)

    three, seven = (most_alive(n, tmp_path, passages) for n in (3, 7))
    queries = sum(len(text) for text in texts()) * WIDTH * 4  # bytes, of one layer: keys, values and maps come on top
    assert (seven - three) / 4 < queries * (1 if of == "sentences" else 1 / 3)
