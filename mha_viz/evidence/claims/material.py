"""What claims are measured on: running text in pieces, pairs of passages, random tokens, one token many times over."""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.evidence.claims.claim import Material
from mha_viz.evidence.corpus.reading import random_vocabulary
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.inputs.encoding import encode
from mha_viz.inputs.examples import long_example, sentence_lines
from mha_viz.inputs.text import tokenizer_of
from mha_viz.objects import Model
from mha_viz.outside import cut, open_file

SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+")
MOST = 100  # pieces of a file that are read: as many as Gu et al. (2024) read


def sentences_of(data: str | None) -> list[str]:
    """The sentences of somebody's text file, or of the texts that come with the project; copies of one count once.

    Raises
    ------
    InputError
        If the file cannot be read, is no text in UTF-8, or is empty.
    """
    if data is None:
        return list(dict.fromkeys([*sentence_lines(), *SENTENCE_ENDS.split(long_example())]))
    with open_file(data) as file:
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{cut(data)} is no plain text in UTF-8: give a text file with sentences.") from error
    sentences = [part.strip() for line in text.splitlines() for part in SENTENCE_ENDS.split(line) if part.strip()]
    if not sentences:
        raise InputError(f"{cut(data)} holds no sentence: give a text file with sentences.")
    return list(dict.fromkeys(sentences))


def pieces_of_text(model: Model, data: str | None, length: int, kind: str) -> list[Material]:
    """Running text, cut into pieces of so many tokens, without special tokens; what is left at the end is left out.

    Raises
    ------
    InputError
        If there are fewer pieces than an interval needs.
    """
    text = " ".join(sentences_of(data))
    ids: list[int] = encode(tokenizer_of(model.processor), text, add_special_tokens=False)["input_ids"]
    pieces = [tuple(ids[i : i + length]) for i in range(0, len(ids) - length + 1, length)][:MOST]
    if len(pieces) < LEAST_UNITS:
        raise InputError(
            f"The text has {len(ids):,} tokens, {len(pieces)} pieces of {length}: give one with at least "
            f"{LEAST_UNITS * length:,}."
        )
    return [Material(kind, ids=piece) for piece in pieces]


def pairs_of_passages(data: str | None, sentences: int, kind: str) -> list[Material]:
    """Passages of so many sentences that follow each other, two by two.

    Raises
    ------
    InputError
        If there are fewer pairs than an interval needs.
    """
    lines = sentences_of(data)
    passages = [" ".join(lines[i : i + sentences]) for i in range(0, len(lines) - sentences + 1, sentences)]
    pairs = [Material(kind, texts=(passages[i], passages[i + 1])) for i in range(0, len(passages) - 1, 2)][:MOST]
    if len(pairs) < LEAST_UNITS:
        raise InputError(
            f"The text has {len(lines):,} sentences, {len(pairs)} pairs of passages: give one with at least "
            f"{2 * LEAST_UNITS * sentences}."
        )
    return pairs


def random_rows(model: Model, length: int, n: int, seed: int = 0) -> Tensor:
    """Token ids drawn evenly from all that are text to the model, (n, length) int64; the same seed, the same rows."""
    vocabulary, _ = random_vocabulary(model)
    generator = torch.Generator().manual_seed(seed)
    return torch.tensor(vocabulary)[torch.randint(len(vocabulary), (n, length), generator=generator)]


def start_token(model: Model) -> int | None:
    """The id of the token that begins a text to this model; None where it has none."""
    return random_vocabulary(model)[1]


def as_material(rows: Tensor | Sequence[Sequence[int]], kind: str) -> list[Material]:
    """Rows of ids, (n, length)."""
    return [Material(kind, ids=tuple(int(token) for token in row)) for row in rows]
