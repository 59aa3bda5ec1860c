"""What a change of heads does to what a model predicts: before, after, and the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import torch
from torch.nn.functional import cosine_similarity

from mha_viz.attention.calls import call_pattern
from mha_viz.comparison.asks import (
    Accuracy,
    Ask,
    Classes,
    ClassLogProbability,
    Continuation,
    LogitDifference,
    Loss,
    NextWord,
    Similarity,
    Vectors,
    likeliest,
    measure_of,
    position_of,
    predicted,
)
from mha_viz.comparison.changed import Changed, changed_text, description
from mha_viz.comparison.classes import class_number, class_shares
from mha_viz.comparison.distance import jensen_shannon
from mha_viz.errors import InputError
from mha_viz.inputs.text import go_on, tokenizer_of
from mha_viz.inputs.words import unique_labels
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.objects import Model
from mha_viz.recording.again import read_for_changes
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.changes import Change, From
from mha_viz.recording.interventions.run import run_changed, run_kept
from mha_viz.wording import quoted

NOISING, DENOISING = "noising", "denoising"
WAYS = {
    NOISING: N_("Noising: if the answer gets worse, it needed what was changed."),
    DENOISING: N_("Denoising: if the answer gets better, what was changed is enough for it."),
}
Before = tuple[list[str], list[Any], list[Any], list[float]]  # what, before, after, difference


def effect(
    model: Model, text: Any, changes: Change | Sequence[Change], ask: Ask, *, target: str | None = None,
    pair: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What changing heads does to a prediction.

    Parameters
    ----------
    model : Model
    text : str, list of messages, picture, sound, or mapping of tensors
        One, as ``capture`` takes it.
    changes : Change or sequence of Change
        ``Zero``, ``Mean``, ``From``, ``Pattern``, ``Cut``, ``Scale``, ``Add``: made together, in one run.
    ask : Ask
        ``LogitDifference``, ``Accuracy``, ``Loss``, ``NextWord``, ``Continuation``, ``Vectors`` or ``Similarity``; of
        a classifier ``Classes`` or ``ClassLogProbability``.
    target : str, optional
        What the decoder of an encoder-decoder reads; of a sound the model writes it itself where it is left out.
    pair : str, optional
        A second text, read together with the first.

    Returns
    -------
    DataFrame with the columns ``ask, what, before, after, difference, change, way``
        One row for a number; one a token, word or class where the answer has several. ``difference`` is ``after -
        before``.
        ``change`` says what was done. ``way`` is "noising" (is it needed?), or "denoising" (is it enough?) where heads
        take from a text in which the target of a logit difference is likelier than in this one.

    Raises
    ------
    InputError
        If heads, positions or words are not there, or the model does not predict what is asked.
    UnreadableModelError
        If a change did not take place as often as it should.
    """
    return effect_of(changed_text(model, text, changes, target=target, pair=pair), ask)


def effect_of(changed: Changed, ask: Ask) -> pd.DataFrame:
    """The same for a text that was read already."""
    name, (what, before, after, difference) = _ANSWERS[type(ask)](changed, ask)
    said = "; ".join(description(change, changed.read) for change in changed.changes) or "nothing"
    table = pd.DataFrame({"ask": name, "what": what, "before": before, "after": after, "difference": difference})
    return table.assign(change=said, way=_way(changed, ask, before))


def way_in_words(way: str) -> str:
    """What a way tells, as a sentence; of several texts it may be both.

    >>> way_in_words("noising")
    'Noising: if the answer gets worse, it needed what was changed.'
    """
    return " ".join(gettext(WAYS[one]) for one in way.split(" and "))


def pattern_changes(model: Model, text: Any, changes: Change | Sequence[Change]) -> pd.DataFrame:
    """Which heads look otherwise while others are changed, the most changed first.

    Returns
    -------
    DataFrame with the columns ``kind, layer, head, distance``
        ``distance`` is ``jensen_shannon`` between the patterns without and with the changes: 0 to 1 bit.
    """
    return patterns_changed(changed_text(model, text, changes))


def patterns_changed(changed: Changed) -> pd.DataFrame:
    """The same for a text that was read already."""
    model, batch, read = changed.model, changed.batch, changed.read
    rows = [
        (call.kind, call.layer, head, distance)
        for call, other in zip(read.calls, run_kept(model, batch, read, changed.plan), strict=True)
        for head, distance in enumerate(jensen_shannon(call_pattern(call), call_pattern(other)).tolist())
        if head not in call.removed
    ]
    table = pd.DataFrame(rows, columns=["kind", "layer", "head", "distance"])
    return table.sort_values("distance", ascending=False, kind="stable", ignore_index=True)


# ---- the answers -----------------------------------------------------------------------------------------------


def _number(changed: Changed, ask: Ask) -> tuple[str, Before]:
    measure = measure_of(changed.model, changed.read, ask)
    before, after = (measure.score(one[None]).item() for one in changed.both(measure.positions))
    return measure.name, ([measure.name], [before], [after], [after - before])


def _next_word(changed: Changed, ask: NextWord) -> tuple[str, Before]:
    at = position_of(changed.model, predicted(changed.read), ask.position)
    before, after = (logits[0].softmax(dim=-1) for logits in changed.both([at]))
    words, ids = likeliest(changed.model, before, after, ask.n)
    values = before[ids].tolist(), after[ids].tolist()
    return "probability", (words, *values, [b - a for a, b in zip(*values, strict=True)])


def _vectors(changed: Changed, _ask: Vectors) -> tuple[str, Before]:
    before, after = changed.both(vectors=True)
    cosines = cosine_similarity(before.double(), after.double(), dim=-1).tolist()  # what hardly turns is no rounding
    labels = unique_labels(predicted(changed.read).labels)
    return "cosine with the vector before", (labels, [1.0] * len(cosines), cosines, [one - 1.0 for one in cosines])


def _similarity(changed: Changed, ask: Similarity) -> tuple[str, Before]:
    read, batch = read_for_changes(changed.model, ask.other, target=changed.read.target)
    other = run_changed(changed.model, batch, read, {}, vectors=True).float().mean(dim=0)
    before, after = (cosine_similarity(one.mean(dim=0), other, dim=0).item() for one in changed.both(vectors=True))
    name = lazy_gettext("similarity to {text}", text=quoted(ask.other))
    return name, ([name], [before], [after], [after - before])


def _continuation(changed: Changed, ask: Continuation) -> tuple[str, Before]:
    if changed.read.kinds != ("decoder",):
        raise InputError(f"{changed.model.name} cannot go on with a text: ask Vectors, or a masked word by NextWord.")
    before, after = (_gone_on(changed, ask.new_tokens, with_changes=on) for on in (False, True))
    tokenizer, prompt = tokenizer_of(changed.model.processor), predicted(changed.read)
    texts = [go_on(tokenizer, prompt, ids).text[len(prompt.text) :] for ids in (before, after)]
    differ = float(sum(a != b for a, b in zip(before, after, strict=True)))
    return "tokens that differ", (["continuation"], [texts[0]], [texts[1]], [differ])


def _gone_on(changed: Changed, new_tokens: int, *, with_changes: bool) -> list[int]:
    """Token by token, each time the whole text anew: so changes are made at new positions too."""
    model, batch, ids = changed.model, dict(changed.batch), []
    for _ in range(new_tokens):
        read = capture(model, batch)
        now = replace(changed, read=read, batch=batch)
        logits = run_changed(model, batch, read, now.plan if with_changes else {}, positions=[-1])
        ids.append(int(logits[0].argmax()))
        new = torch.tensor([ids[-1:]], device=batch["input_ids"].device)
        batch = {"input_ids": torch.cat([batch["input_ids"], new], dim=1)}
        batch["attention_mask"] = torch.ones_like(batch["input_ids"])
    return ids


_ANSWERS: dict[type, Callable[[Changed, Any], tuple[str, Before]]] = {
    LogitDifference: _number, Accuracy: _number, Loss: _number, NextWord: _next_word, Continuation: _continuation,
    Vectors: _vectors, Similarity: _similarity, Classes: class_shares, ClassLogProbability: class_number,
}  # fmt: skip


def _way(changed: Changed, ask: Ask, before: list[Any]) -> str:
    """Noise is put in, unless a text is patched from one that does better."""
    sources = [change.text for change in changed.changes if isinstance(change, From)]
    if not sources or not isinstance(ask, LogitDifference):
        return NOISING
    read, batch = read_for_changes(changed.model, sources[0], target=changed.read.target)
    measure = measure_of(changed.model, read, ask)
    there = measure.score(run_changed(changed.model, batch, read, {}, positions=measure.positions)[None].float())
    return DENOISING if there.item() > before[0] else NOISING
