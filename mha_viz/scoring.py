"""A capture and its annotation → every head score: counts for a corpus to add up, and the table of one text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from mha_viz.annotations import Annotated, annotated_word_map, pieces_of_words
from mha_viz.attention import call_at
from mha_viz.calls import BLOCK, call_pattern
from mha_viz.errors import InputError
from mha_viz.evidence import Units, side_by_side, weigh
from mha_viz.head_scores import HEAD_SCORES, ScoreKey, row_of, token_scores
from mha_viz.head_scores.counting import Counts, Tally
from mha_viz.head_scores.pointing import Item, Key, points_at, tally_items
from mha_viz.objects import AttentionCall, Capture, Positions

SCOPES = ("tokens", "sentence", "document")
COLUMNS = (
    "family", "score", "direction", "layer", "head", "value", "n", "low", "high", "baseline", "chance", "control", "p",
    "verdict", "rule", "n_units",
)  # fmt: skip


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
        The tallies of the members of a list, added up, are the tallies of the list. Nothing is cut: a word that owns no
        token is nobody's answer, and items that need it are counted as left out.

    Raises
    ------
    InputError
        If the annotation is of another text, or there is no such attention.
    """
    calls, positions, is_causal = _self_attention(capture, kind)
    pieces = pieces_of_words(positions, annotated) if annotated is not None else ()
    missing = [i for i, owned in enumerate(pieces) if not owned]
    items = {} if annotated is None else items_of(annotated, scopes, new_from)
    of_words = [] if annotated is None else [
        row for row in HEAD_SCORES.values() if row.on == "words" and row.scope in scopes
    ]  # fmt: skip
    known = {"is_causal": is_causal, "missing": missing, "similarity": similarity}
    parts: list[dict[ScoreKey, Tally]] = []
    for block in layer_blocks(calls):
        pattern = torch.stack([call_pattern(call) for call in block])  # (layer, head, query, key)
        part: dict[ScoreKey, Tally] = {}
        if "tokens" in scopes:
            part |= token_scores(pattern, positions, is_causal=is_causal)
        if items or of_words:
            word_map = annotated_word_map(pattern, pieces)
            part |= tally_items(word_map, items, is_causal=is_causal, missing=missing)
            for row in of_words:
                given = {wish: known[wish] for wish in row.takes}
                if all(value is not None for value in given.values()):
                    found = row.function(word_map, annotated, **given)
                    part |= {(row.family, *key): tally for key, tally in found.items()}
        parts.append(part)
    return {key: _joined([part[key] for part in parts]) for key in parts[0]}


def items_of(annotated: Annotated, scopes: Collection[str] = SCOPES, new_from: int = 0) -> dict[ScoreKey, list[Item]]:
    """What an annotation asks of heads, by (family, score, direction)."""
    items: dict[ScoreKey, list[Item]] = {}
    for row in HEAD_SCORES.values():
        if row.on == "items" and row.scope in scopes:
            for key, asked in row.function(annotated).items():
                items[row.family, *key] = [item for item in asked if item.query >= new_from]
    return items


def layer_blocks(calls: Sequence[AttentionCall]) -> Iterator[Sequence[AttentionCall]]:
    """Consecutive layers whose maps together hold at most ``BLOCK`` numbers (or a single layer)."""
    size = max(call.n_heads * call.n_query * call.n_key for call in calls)
    step = max(1, BLOCK // size)
    for begin in range(0, len(calls), step):
        yield calls[begin : begin + step]


def score_table(
    capture: Capture, annotated: Annotated | None = None, *, kind: str | None = None, control: Capture | None = None,
    similarity: Tensor | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What every score says of every head on this one text.

    Parameters
    ----------
    capture, annotated, kind, similarity
        As for ``tallies_of``.
    control : Capture, optional
        Of the same text, by the same architecture with random weights (``random_twin``).

    Returns
    -------
    DataFrame with the columns ``COLUMNS``
        One row a score and head. A text is one unit: its intervals take the items as independent, means have none, p
        is missing, and no verdict goes beyond "consistent with". Missing numbers are nan, missing words None.

    Raises
    ------
    InputError
        If the annotation, or the control, is of another text.
    """
    if control is not None and (control.text, control.pair) != (capture.text, capture.pair):
        raise InputError("The control is of another text.")
    given = {"kind": kind, "similarity": similarity}
    random = {} if control is None else tallies_of(control, annotated, **given)
    rows: list[pd.DataFrame] = []
    for key, tally in tallies_of(capture, annotated, **given).items():
        best = best_head(random[key]) if key in random else float("nan")
        rows.append(evidence_rows(key, side_by_side({"text": tally}), control=best))
    return pd.concat(rows, ignore_index=True)


def best_head(tally: Tally) -> float:
    """The largest score of any head; nan where it is undefined for all."""
    share = tally.share
    return share[~share.isnan()].max().item() if not share.isnan().all() else float("nan")


def evidence_rows(key: ScoreKey, units: Units, **known: Any) -> pd.DataFrame:
    """One score → its rows of the table, a head each; ``known`` as for ``weigh``."""
    family, score, direction = key
    row = row_of(family, score)
    found = weigh(units, is_share=row.is_share, bar=row.bar, **known)
    n_layers, n_heads = units.counts.hits.shape[1:]
    table = pd.DataFrame(
        {
            "family": family, "score": score, "direction": direction,
            "layer": [i // n_heads for i in range(n_layers * n_heads)],
            "head": [i % n_heads for i in range(n_layers * n_heads)],
            **{
                name: [getattr(one, name) for one in found]
                for name in ("value", "n", "low", "high", "baseline", "chance", "control", "p")
            },
            "verdict": [one.verdict if row.claims or not one.n else None for one in found],
            "rule": units.best_rule[0],
            "n_units": [one.n_units for one in found],
        }
    )  # fmt: skip
    return table.astype(dict.fromkeys(("direction", "verdict", "rule"), "object"))[list(COLUMNS)]


def points(
    capture: Capture, annotated: Annotated, layer: int, head: int, family: str, score: str,
    direction: str | None = None, *, kind: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What one head points at in every item of one score: the cases behind a number.

    Returns
    -------
    DataFrame with columns query, query_word, points_at (-1: no word), points_at_word, attention, right, right_words
        In the order of the text; words count from 0. Items that this model cannot be asked are left out.

    Raises
    ------
    InputError
        If the score does not point from word to word, or the annotation is of another text.
    """
    if row_of(family, score).on != "items":
        raise InputError(f"“{score}” is no score that points from word to word.")
    calls, positions, is_causal = _self_attention(capture, kind)
    pattern = call_pattern(call_at(capture, layer, calls[0].kind))[head]
    pieces = pieces_of_words(positions, annotated)
    word_map = annotated_word_map(pattern, pieces)
    missing = [i for i, owned in enumerate(pieces) if not owned]
    key: Key = (score, direction)
    rows = []
    for item in items_of(annotated).get((family, *key), []):
        if not tally_items(word_map[None], {key: [item]}, is_causal=is_causal, missing=missing)[key].counts.n.any():
            continue
        among = range(len(annotated)) if item.among is None else item.among
        seen = [word for word in among if word != item.query and word not in missing]
        at = points_at(word_map, [(item.query, [word for word in seen if not is_causal or word < item.query])]).item()
        rows.append(
            {
                "query": item.query, "query_word": annotated.words[item.query],
                "points_at": at, "points_at_word": annotated.words[at] if at >= 0 else "",
                "attention": word_map[item.query, at].item() if at >= 0 else 0.0,
                "right": at in item.right, "right_words": list(item.right),
            }
        )  # fmt: skip
    names = ["query", "query_word", "points_at", "points_at_word", "attention", "right", "right_words"]
    return pd.DataFrame(rows, columns=names)


def _self_attention(capture: Capture, kind: str | None) -> tuple[tuple[AttentionCall, ...], Positions, bool]:
    """The calls, their one axis, and whether they never look ahead."""
    kinds = [one for one in capture.kinds if one != "cross"]
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
