"""A capture and its annotation → every head score, as counts that a corpus adds up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, annotated_word_map, pieces_of_words, with_words, words_inside
from mha_viz.attention.calls import BLOCK, call_pattern, check_same_heads, part_of, query_blocks
from mha_viz.errors import ModelError
from mha_viz.objects import AttentionCall, Capture, Model, Positions
from mha_viz.scores.blocks import PatternBlocks, WordMapRows, which_attention
from mha_viz.scores.counting import Counts, Tally, pooled
from mha_viz.scores.families.semantic import cosines, word_vectors
from mha_viz.scores.items import Item
from mha_viz.scores.of_tokens import token_scores
from mha_viz.scores.pointing import tally_items
from mha_viz.scores.rivals import classes_of_words, with_lexical_rules
from mha_viz.scores.table import HEAD_SCORES, ScoreKey

SCOPES = ("tokens", "sentence", "document")


def tallies_of(
    capture: Capture, annotated: Annotated | None = None, *, kind: str | None = None,
    scopes: Collection[str] = SCOPES, new_from: int = 0, similarity: Tensor | None = None,
) -> dict[ScoreKey, Tally]:  # fmt: skip
    """Every score of the table on one text, as counts that add up over texts.

    Parameters
    ----------
    capture : Capture
    annotated : Annotated, optional
        Of the same text. Without it, only the scores that are made of tokens.
    kind : {"encoder", "decoder"}, optional
        Self-attention; may be left out where the capture holds only one kind of it.
    scopes : of ``SCOPES``
        "tokens": what needs no annotation; "sentence" and "document": the rows of that ``scope``.
    new_from : int
        Only items whose query stands at this word or later: a text that is read in overlapping windows counts each
        item once.
    similarity : Tensor of shape (n_word, n_word), optional
        Of the annotated words; scores that want it are left out without it.

    Returns
    -------
    dict of (family, score, direction) to Tally of shape (n_layers, n_heads)
        Nothing is counted for heads that were removed from the model. The tallies of the members of a list, added up,
        are the tallies of the list. Nothing is cut: a word that owns no token is nobody's answer, and items that need
        it are counted as left out.

    Raises
    ------
    InputError
        If the annotation is of another text, there is no such attention, or layers have different numbers of heads.
    """
    calls, positions, _ = self_attention(capture, kind)
    check_same_heads(call.n_heads for call in calls)
    text = TextTallies(positions, annotated, scopes=scopes, new_from=new_from, similarity=similarity, most=BLOCK)
    for call in calls:
        text(call)
    return text.tallies()


class TextTallies:
    """``tallies_of`` for a text whose calls come one at a time: each is counted and dropped.

    Parameters
    ----------
    positions : Positions
        Of the text's tokens.
    annotated, scopes, new_from, similarity
        As for ``tallies_of``.
    most : int
        As for ``PatternBlocks``: how many numbers of the maps are held together at most.
    """

    def __init__(
        self, positions: Positions, annotated: Annotated | None = None, *, scopes: Collection[str] = SCOPES,
        new_from: int = 0, similarity: Tensor | None = None, most: int = BLOCK,
    ) -> None:  # fmt: skip
        self.positions, self.annotated, self.scopes, self.similarity = positions, annotated, scopes, similarity
        self.pieces = pieces_of_words(positions, annotated) if annotated is not None else ()
        self.missing = [i for i, owned in enumerate(self.pieces) if not owned]
        self.items = {} if annotated is None else items_of(annotated, scopes, new_from)
        self.of_words = [] if annotated is None else [
            row for row in HEAD_SCORES.values() if row.on == "words" and row.scope in scopes
        ]  # fmt: skip
        some = annotated if "sentence" not in scopes else None
        self.queries = None if some is None else _query_words(some, self.items)
        self.blocks = PatternBlocks(self._of_layers, most=most, of_long=self._of_long)

    def __call__(self, call: AttentionCall) -> None:
        self.blocks(call)

    def tallies(self) -> dict[ScoreKey, Tally]:
        """The counts of all calls that came."""
        parts, there = self.blocks.parts(), self.blocks.there
        joined = parts[0] if len(parts) == 1 else {key: _joined([part[key] for part in parts]) for key in parts[0]}
        return {key: of_heads_there(tally, there) for key, tally in joined.items()}

    def _of_layers(self, pattern: Tensor, is_causal: bool) -> dict[ScoreKey, Tally]:
        part: dict[ScoreKey, Tally] = {}
        if "tokens" in self.scopes:
            part |= token_scores(pattern, self.positions, is_causal=is_causal)
        if self.items or self.of_words:
            part |= self._of_map(annotated_word_map(pattern, self.pieces, self.queries), is_causal)
        return part

    def _of_long(self, call: AttentionCall) -> dict[ScoreKey, Tally]:
        """One layer of a long text, some queries at a time: only the map of its words is ever whole."""
        blocks: list[dict[ScoreKey, Tally]] = []
        has_words = bool(self.items or self.of_words)
        words = WordMapRows(call.n_key, self.pieces, self.queries) if has_words else None
        for rows in query_blocks(call):
            pattern, is_causal = call_pattern(part_of(call, queries=rows))[None], call.kind == "decoder"
            if "tokens" in self.scopes:
                blocks.append(token_scores(pattern, self.positions, first_query=rows.start, is_causal=is_causal))
            if words is not None:
                words.add(pattern, rows.start)
        part = {key: pooled(block[key] for block in blocks) for key in blocks[0]} if blocks else {}
        return part if words is None else part | self._of_map(words.word_map(), call.kind == "decoder")

    def _of_map(self, word_map: Tensor, is_causal: bool) -> dict[ScoreKey, Tally]:
        tallies = tally_items(word_map, self.items, is_causal=is_causal, missing=self.missing)
        return tallies | self.of_map_of_words(word_map, is_causal)

    def of_map_of_words(self, word_map: Tensor, is_causal: bool) -> dict[ScoreKey, Tally]:
        """The scores that are made of a map of words (layer, head, word, word) and their annotation."""
        available = {"is_causal": is_causal, "missing": self.missing, "similarity": self.similarity}
        part: dict[ScoreKey, Tally] = {}
        for row in self.of_words:
            arguments = {wish: available[wish] for wish in row.takes}
            if all(value is not None for value in arguments.values()):
                tallies = row.function(word_map, self.annotated, **arguments)
                part |= {(row.family, *key): tally for key, tally in tallies.items()}
        return part


def of_heads_there(tally: Tally, there: Tensor | None) -> Tally:
    """The same, (layer, head), in which nothing was counted for heads that were removed: they did not answer."""
    if there is None:
        return tally
    hits, n = torch.broadcast_tensors(tally.counts.hits, tally.counts.n)
    return replace(tally, counts=Counts(hits.where(there, 0), n.where(there, 0)))


def similarity_of(model: Model, capture: Capture, annotated: Annotated) -> Tensor | None:
    """How similar the model's own input embeddings of the words are, (n_word, n_word); None where it has none."""
    return similarity_at(model, capture.query_positions[capture.kinds[0]], annotated)


def similarity_at(model: Model, positions: Positions, annotated: Annotated) -> Tensor | None:
    """``similarity_of`` for a text that was not captured: its tokens are enough."""
    try:
        return cosines(word_vectors(model, positions, pieces_of_words(positions, annotated)))
    except ModelError:
        return None


def items_of(
    annotated: Annotated, scopes: Collection[str] = SCOPES, new_from: int = 0, *, with_rules: bool = True
) -> dict[ScoreKey, list[Item]]:
    """What an annotation asks of heads, by (family, score, direction), with or without the rules of word form."""
    items: dict[ScoreKey, list[Item]] = {}
    classes = classes_of_words(annotated) if with_rules else []
    for row in HEAD_SCORES.values():
        if row.on == "items" and row.scope in scopes:
            for key, of_score in row.function(annotated).items():
                of_key = [item for item in of_score if item.query >= new_from]
                items[row.family, *key] = with_lexical_rules(of_key, classes) if row.lexical and with_rules else of_key
    return items


def _query_words(annotated: Annotated, items: Mapping[ScoreKey, Sequence[Item]]) -> list[int]:
    """The words whose rows a document's scores look at."""
    pronouns = (words_inside(with_words(annotated), link.pronoun) for link in annotated.links)
    return sorted({item.query for of_key in items.values() for item in of_key}.union(*pronouns))


def self_attention(capture: Capture, kind: str | None) -> tuple[tuple[AttentionCall, ...], Positions, bool]:
    """The calls, their one axis, and whether they never look ahead."""
    kinds = [name for name in capture.kinds if name != "cross"]
    if kind is None and len(kinds) == 1:
        kind = kinds[0]
    if kind not in kinds:
        raise which_attention(kinds)
    return capture.calls_of(kind), capture.query_positions[kind], kind == "decoder"


def _joined(parts: list[Tally]) -> Tally:
    """Blocks of layers as one: what rules and chance get does not depend on the layer."""
    counts = Counts(torch.cat([part.counts.hits for part in parts]), torch.cat([part.counts.n for part in parts]))
    return Tally(counts, parts[0].rules, parts[0].chance, parts[0].left_out)
