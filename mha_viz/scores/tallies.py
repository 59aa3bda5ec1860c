"""A capture and its annotation → every head score, as counts that a corpus adds up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, annotated_word_map, pieces_of_words, with_words, words_inside
from mha_viz.attention.calls import BLOCK, call_patterns, check_same_heads
from mha_viz.errors import InputError, ModelError
from mha_viz.objects import AttentionCall, Capture, Model, Positions
from mha_viz.scores.counting import Counts, Tally
from mha_viz.scores.pointing import Item, tally_items
from mha_viz.scores.rivals import classes_of_words, with_lexical_rules
from mha_viz.scores.semantic import cosines, word_vectors
from mha_viz.scores.table import HEAD_SCORES, ScoreKey, token_scores
from mha_viz.scores.twins import Answer, answer_link

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
        If the annotation is of another text, or there is no such attention.
    """
    calls, positions, is_causal = self_attention(capture, kind)
    pieces = pieces_of_words(positions, annotated) if annotated is not None else ()
    missing = [i for i, owned in enumerate(pieces) if not owned]
    items = {} if annotated is None else items_of(annotated, scopes, new_from)
    of_words = [] if annotated is None else [
        row for row in HEAD_SCORES.values() if row.on == "words" and row.scope in scopes
    ]  # fmt: skip
    available = {"is_causal": is_causal, "missing": missing, "similarity": similarity}
    queries = None if annotated is None or "sentence" in scopes else _query_words(annotated, items)
    parts: list[dict[ScoreKey, Tally]] = []
    for block in layer_blocks(calls):
        pattern = call_patterns(block)  # (layer, head, query, key)
        part: dict[ScoreKey, Tally] = {}
        if "tokens" in scopes:
            part |= token_scores(pattern, positions, is_causal=is_causal)
        if items or of_words:
            word_map = annotated_word_map(pattern, pieces, queries)
            part |= tally_items(word_map, items, is_causal=is_causal, missing=missing)
            for row in of_words:
                arguments = {wish: available[wish] for wish in row.takes}
                if all(value is not None for value in arguments.values()):
                    tallies = row.function(word_map, annotated, **arguments)
                    part |= {(row.family, *key): tally for key, tally in tallies.items()}
        parts.append(part)
    joined = parts[0] if len(parts) == 1 else {key: _joined([part[key] for part in parts]) for key in parts[0]}
    if not any(call.removed for call in calls):
        return joined
    return {key: of_heads_there(tally, calls) for key, tally in joined.items()}


def of_heads_there(tally: Tally, calls: Sequence[AttentionCall]) -> Tally:
    """The same, (layer, head), in which nothing was counted for heads that were removed: they did not answer."""
    if not any(call.removed for call in calls):
        return tally
    hits, n = torch.broadcast_tensors(tally.counts.hits, tally.counts.n)
    there = torch.tensor([[head not in call.removed for head in range(call.n_heads)] for call in calls])
    return replace(tally, counts=Counts(hits.where(there, 0), n.where(there, 0)))


def answers_of(capture: Capture, annotated: Annotated, *, kind: str | None = None) -> list[Answer]:
    """What every head makes of each pronoun of a text that has an answer, (layer, head), for ``twin_tally``."""
    calls, positions, is_causal = self_attention(capture, kind)
    annotated = with_words(annotated)
    pieces = pieces_of_words(positions, annotated)
    missing = [i for i, owned in enumerate(pieces) if not owned]
    links = [link for link in annotated.links if link.answer is not None]
    parts = []
    for block in layer_blocks(calls):
        word_map = annotated_word_map(call_patterns(block), pieces)
        parts.append([answer_link(word_map, annotated, link, is_causal=is_causal, missing=missing) for link in links])
    return [
        replace(of_link[0], right=torch.cat([answer.right for answer in of_link]))
        for of_link in zip(*parts, strict=True)
    ]


def similarity_of(model: Model, capture: Capture, annotated: Annotated) -> Tensor | None:
    """How similar the model's own input embeddings of the words are, (n_word, n_word); None where it has none."""
    positions = capture.query_positions[capture.kinds[0]]
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


def layer_blocks(calls: Sequence[AttentionCall]) -> Iterator[Sequence[AttentionCall]]:
    """Consecutive layers whose maps together hold at most ``BLOCK`` numbers (or a single layer).

    Raises
    ------
    InputError
        If layers have different numbers of heads.
    """
    check_same_heads(call.n_heads for call in calls)
    size = max(call.n_heads * call.n_query * call.n_key for call in calls)
    step = max(1, BLOCK // size)
    for begin in range(0, len(calls), step):
        yield calls[begin : begin + step]


def self_attention(capture: Capture, kind: str | None) -> tuple[tuple[AttentionCall, ...], Positions, bool]:
    """The calls, their one axis, and whether they never look ahead."""
    kinds = [name for name in capture.kinds if name != "cross"]
    if kind is None and len(kinds) == 1:
        kind = kinds[0]
    if kind not in kinds:
        raise InputError(
            f"Scores are of self-attention; this capture holds {' and '.join(kinds) or 'none'}: say which."
        )
    return capture.calls_of(kind), capture.query_positions[kind], kind == "decoder"


def _joined(parts: list[Tally]) -> Tally:
    """Blocks of layers as one: what rules and chance get does not depend on the layer."""
    counts = Counts(torch.cat([part.counts.hits for part in parts]), torch.cat([part.counts.n for part in parts]))
    return Tally(counts, parts[0].rules, parts[0].chance, parts[0].left_out)
