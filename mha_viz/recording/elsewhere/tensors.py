"""Attention from elsewhere, with its tokens → Capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.objects import KINDS, AttentionCall, Capture
from mha_viz.recording.elsewhere.given_tokens import (
    Tokens,
    given_tokens,
    token_positions,
    with_generated,
    with_second_text,
)
from mha_viz.recording.elsewhere.handed_in import Layers, layers_of, parts_of, whole
from mha_viz.recording.elsewhere.row_checks import check_rows, check_shape, heads_and_queries_exchanged


def capture_of(
    attention: Any = None,
    tokens: Sequence[str] | None = None,
    *,
    key_tokens: Sequence[str] | None = None,
    kind: str | None = None,
    name: str = "attention tensors",
    sinks: bool = False,
    sentence_b_start: int | None = None,
    prettify_tokens: bool = True,
    encoder_attention: Any = None,
    decoder_attention: Any = None,
    cross_attention: Any = None,
    encoder_tokens: Sequence[str] | None = None,
    decoder_tokens: Sequence[str] | None = None,
) -> Capture:
    """A capture of patterns that somebody has: everything that needs only patterns can be asked of it.

    Parameters
    ----------
    attention : list of arrays of shape (1, head, query, key) or (head, query, key), or a model's output
        One array a layer, of one text: tensors, numpy arrays or lists; None for a layer without a pattern. Or what a
        model, or its ``generate``, returned with ``output_attentions=True``: steps are joined to one causal map, in
        which the last token has no row, as it was never a query.
    tokens : list of str
        Of both axes; of the queries where ``key_tokens`` are given.
    kind : {"encoder", "decoder", "cross"}, optional
        Which of several to take. Where nothing else tells it: cross where ``key_tokens`` are given, decoder where no
        query looks ahead, else encoder.
    sinks : bool
        Whether rows may sum to less than 1, as learned sinks take the rest.
    sentence_b_start : int, optional
        The token that the second text of a pair begins with.
    prettify_tokens : bool
        Whether the tokenizer's own signs (``##``, ``Ġ``, ``▁``, ``</w>``, ``@@``) are left out of the labels. Where
        they are of one kind, pieces of words are marked too, ``words=`` can join them, and pointing at one says how
        the tokenizer writes it.
    encoder_attention, decoder_attention, cross_attention, encoder_tokens, decoder_tokens
        The same by kind, as BertViz calls them.

    Raises
    ------
    InputError
        If there is no attention, more than one text, other shapes, another number of tokens, or a row that is no
        pattern; with what would work.
    """
    if kind is not None and kind not in KINDS:
        raise InputError(f"{kind!r} is no kind of attention: {', '.join(KINDS)}.")
    by_kind = {"encoder": encoder_attention, "decoder": decoder_attention, "cross": cross_attention}
    parts = _wanted(parts_of(attention, by_kind), kind)
    named = {
        "tokens": tokens, "key_tokens": key_tokens, "encoder_tokens": encoder_tokens, "decoder_tokens": decoder_tokens,
    }  # fmt: skip
    lists = {argument: given_tokens(some, argument) for argument, some in named.items()}
    if len(parts) > 1:  # of an encoder-decoder
        lists = _of_both_towers(lists, list(parts))
    captures = []
    for part_kind, part in parts.items():
        queries, keys = _axes(part_kind or kind, lists)
        layers = layers_of(part, part_kind or kind or "")
        captures.append(_of_one_kind(layers, part_kind or kind, queries, keys, sinks=sinks, pretty=prettify_tokens))
    capture = captures[0] if len(captures) == 1 else _together(captures)
    capture = capture if sentence_b_start is None else _with_second_text(capture, sentence_b_start)
    return replace(capture, model_name=name)


def _wanted(parts: dict[str, Any], kind: str | None) -> dict[str, Any]:
    if kind is None or kind in parts:
        return parts if kind is None else {kind: parts[kind]}
    if "" not in parts:
        raise InputError(f"There is no {kind} attention in here, but {' and '.join(parts)} attention.")
    return parts


def _of_both_towers(lists: dict[str, Tokens | None], kinds: list[str]) -> dict[str, Tokens | None]:
    encoder, decoder = lists["encoder_tokens"] or lists["key_tokens"], lists["decoder_tokens"] or lists["tokens"]
    if encoder is None or decoder is None:
        raise InputError(
            f"There is {' and '.join(kinds)} attention: hand in encoder_tokens= and decoder_tokens=, or say which with "
            "kind=."
        )
    return {"tokens": None, "key_tokens": None, "encoder_tokens": encoder, "decoder_tokens": decoder}


def _axes(kind: str | None, lists: Mapping[str, Tokens | None]) -> tuple[Tokens, Tokens | None]:
    """The tokens of the queries and, where they are others, of the keys."""
    queries, keys = lists["tokens"], lists["key_tokens"]
    if kind == "cross":
        queries, keys = queries or lists["decoder_tokens"], keys or lists["encoder_tokens"]
        if queries is None or keys is None:
            raise InputError(
                "Cross-attention needs the tokens of both axes: decoder_tokens= of the queries, encoder_tokens= of the "
                "keys."
            )
        return queries, keys
    if keys is not None and kind is not None:
        raise InputError(f"Keys of their own belong to cross-attention, not to {kind} attention.")
    queries = (lists[f"{kind}_tokens"] if kind else lists["encoder_tokens"] or lists["decoder_tokens"]) or queries
    if queries is None:
        raise InputError("Attention tensors need their tokens: model_view(attention, tokens).")
    return queries, keys


def _of_one_kind(
    layers: Layers, kind: str | None, queries: Tokens, keys: Tokens | None, *, sinks: bool, pretty: bool
) -> Capture:
    tensors = {i: layer for i, layer in enumerate(layers.tensors) if layer is not None}
    if layers.n_first is not None:
        queries = _read_by_steps(queries, whole(next(iter(tensors.values()))).shape[-2], layers.n_first)
    shape = (len(queries), len(queries if keys is None else keys))
    patterns = {i: check_shape(layer, i, shape) for i, layer in tensors.items()}
    axis = token_positions(queries, pretty=pretty)
    for i, pattern in patterns.items():
        check_rows(pattern, i, axis.labels, sinks=sinks)
    kind = _kind_of(list(patterns.values()), kind) if keys is None else "cross"
    n_generated = 0 if layers.n_first is None or kind == "cross" else len(queries) - layers.n_first
    axis = with_generated(axis, n_generated)
    calls = tuple(AttentionCall(i, kind, seen_pattern=pattern) for i, pattern in patterns.items())
    without = {kind: tuple(i for i, layer in enumerate(layers.tensors) if layer is None)}
    of_keys = axis if keys is None else token_positions(keys, pretty=pretty)
    return Capture(
        "", None, "", None, calls, {kind: axis}, {kind: of_keys},
        n_generated=n_generated, not_attending=without if without[kind] else {},
    )  # fmt: skip


def _read_by_steps(tokens: Tokens, n_read: int, n_first: int) -> Tokens:
    """The tokens that the steps of ``generate`` have read: the last one was made, and nothing has read it."""
    if len(tokens) not in (n_read, n_read + 1):
        raise InputError(
            f"These are the steps of generate over {n_read} tokens and one more, and {len(tokens)} tokens were handed "
            "in: hand in those of out.sequences[0], or use mha_viz.capture(model, text, "
            f"new_tokens={n_read - n_first + 1})."
        )
    return tokens[:n_read]


def _kind_of(patterns: list[Tensor], kind: str | None) -> str:
    """The kind of self-attention, which what is looked at must not contradict."""
    ahead = next((i for i, pattern in enumerate(patterns) if bool(pattern.triu(1).any())), None)
    if kind == "decoder" and ahead is not None:
        raise InputError(f"Layer {ahead} looks ahead, which attention of a decoder never does: say kind='encoder'.")
    if kind is None and heads_and_queries_exchanged(patterns):
        raise InputError(
            "Queries look ahead as the axes stand, and never do with heads and queries exchanged: hand in "
            "layer.transpose(-3, -2), or say kind='encoder' if the axes are right."
        )
    return kind or ("decoder" if ahead is None else "encoder")


def _together(captures: list[Capture]) -> Capture:
    """Several kinds as one capture."""
    calls = tuple(call for one in captures for call in one.calls)
    queries, keys, without = (
        {kind: value for one in captures for kind, value in getattr(one, name).items()}
        for name in ("query_positions", "key_positions", "not_attending")
    )
    n_generated = max(one.n_generated for one in captures)
    return Capture("", None, "", None, calls, queries, keys, n_generated=n_generated, not_attending=without)


def _with_second_text(capture: Capture, begin: int) -> Capture:
    if capture.kinds == ("cross",):
        raise InputError("sentence_b_start is of a pair of texts on one axis: cross-attention has none.")
    axes = {
        kind: with_second_text(positions, begin) if kind != "cross" else positions
        for kind, positions in capture.query_positions.items()
    }
    keys = {kind: positions if kind == "cross" else axes[kind] for kind, positions in capture.key_positions.items()}
    return replace(capture, query_positions=axes, key_positions=keys, n_generated=0)
