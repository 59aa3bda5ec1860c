"""On a card whose memory is planted: how much of a corpus is read at once there, and the counts are the same."""

import pytest
import torch

from mha_viz.annotation.annotated import Annotated
from mha_viz.errors import InputError
from mha_viz.evidence.corpus import reading, room
from mha_viz.evidence.corpus.passages import sentence_passages
from mha_viz.evidence.corpus.reading import read_corpus
from mha_viz.evidence.corpus.store import open_store
from tests.support.networks.families import WORDS, text_model

NEED = 70  # bytes of the planted card that a text takes; two texts are a batch
N = 23


class Card:
    """Memory of which each text that is read takes a part, and which fails on more texts than it ``holds``."""

    def __init__(self, monkeypatch, free, holds=99):
        self.free, self.holds, self.read, self.taken = free, holds, [], 0
        self.look, self.room = reading.look_at_texts, room.Room(torch.device("cuda"))
        for name in ("reset_peak_memory_stats", "memory_allocated", "memory_reserved"):
            monkeypatch.setattr(torch.cuda, name, lambda _device: 0)
        monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda _device: self.taken)
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (self.free, 2 * self.free))
        monkeypatch.setattr(reading, "look_at_texts", self.looks)
        monkeypatch.setattr(reading, "room_for", lambda _model: self.room)
        monkeypatch.setattr(reading, "BATCH", 2)

    def looks(self, model, texts, begin, *, batch_size):
        assert len(texts) <= batch_size
        self.read.append(len(texts))
        self.taken = NEED * len(texts)
        if len(texts) > self.holds:
            raise InputError("too little") from torch.OutOfMemoryError("planted")
        return self.look(model, texts, begin, batch_size=batch_size)


def sentences():
    for i in range(N):
        words = tuple(WORDS[i % 13 : i % 13 + 4])
        starts = [sum(len(word) + 1 for word in words[:k]) for k in range(4)]
        yield Annotated(
            " ".join(words), words, tuple((at, at + len(one)) for at, one in zip(starts, words, strict=True))
        )


def counts(path):
    """What is kept of the corpus, read by a network of its own."""
    store = open_store(path)
    read_corpus(text_model("bert")[1], lambda: sentence_passages(sentences(), "planted"), store)
    tables = [name for (name,) in store.execute("select name from sqlite_master where type = 'table'")]
    return {table: store.execute(f"select * from {table}").fetchall() for table in tables}  # noqa: S608 - ours


@pytest.mark.parametrize(
    ("free", "holds", "read"),
    [
        (2 * 2 * NEED - 1, 99, [2] * 11 + [1]),  # half of it holds one batch
        (2 * 6 * NEED, 99, [2, 6, 6, 6, 3]),  # three
        (10**9, 99, [2, 8, 8, 5]),  # as many as are read between two savings, at most
        (10**9, 7, [2, 8, *[2] * 10, 1]),  # one that fails is read again in small ones, and so is what comes after it
    ],
)  # fmt: skip
def test_as_many_batches_as_there_is_room_for(tmp_path, monkeypatch, free, holds, read):
    expected = counts(tmp_path / "in memory")
    card = Card(monkeypatch, free, holds)
    assert counts(tmp_path / "on the card") == expected
    assert card.read == read


def test_where_not_even_one_has_room_it_is_said(tmp_path, monkeypatch):
    Card(monkeypatch, 10**9, holds=1)
    with pytest.raises(InputError, match="too little"):
        counts(tmp_path / "on the card")


def test_in_memory_a_batch_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", None)
    seen = room.Room(torch.device("cpu"))
    with seen.watched():
        pass
    assert seen.times == 1
