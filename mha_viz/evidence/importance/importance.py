"""What every head is worth to a prediction, over one text or several: the table, its controls and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
import torch
from torch import Tensor

from mha_viz.attention.calls import call_head_output
from mha_viz.comparison.asks import Accuracy, Ask, Vectors
from mha_viz.errors import InputError
from mha_viz.evidence.importance.attribution import attribution
from mha_viz.evidence.importance.over_texts import (
    Unit,
    interval_over_texts,
    n_units_of,
    name_of,
    one_a_text,
    p_over_texts,
    texts_of,
    unit_names,
)
from mha_viz.evidence.importance.single_heads import Question, estimate, heads_of, question_of, without_each
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.objects import Model
from mha_viz.progress import Progress, Report, progress_of
from mha_viz.recording.capture import capture
from mha_viz.wording import head_name, in_digits

HOW = ("zero", "mean")
EFFECTS = ("total", "direct", "estimate")
ATTRIBUTION = "attribution"


def importance(
    model: Model, texts: Any, ask: Ask | Sequence[Ask], *, how: Literal["zero", "mean"] = "zero",
    effects: Sequence[str] = EFFECTS, kind: str | None = None, target: str | None = None,
    units: Sequence[Unit] | None = None, progress: Report | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What taking out each head alone does to a prediction, for all heads.

    Parameters
    ----------
    model : Model
    texts : str, list of messages, picture, sound or mapping of tensors
        As ``capture`` takes them; or a sequence of texts, chats, pictures or sounds.
    ask : LogitDifference, Accuracy, Loss, Vectors or Similarity, or a sequence of them
        One for all texts, or one a text. ``Vectors`` is what can be asked of encoders without a prediction head: how
        far the words' vectors turn, 1 − cosine in the mean over tokens.
    how : {"zero", "mean"}
        What a head hands on instead: nothing, or its mean over all positions of all the texts.
    effects : sequence of str
        Any of "total" (everything that follows from it), "direct" (all other heads hand on what they did) and
        "estimate" (from slopes: one run and back; holds for small changes; not with ``Vectors`` and
        ``Accuracy``, which have none);
        and "attribution": not what is lost without a head but what it adds itself, as ``logit_attribution``.
    kind : {"encoder", "decoder", "cross"}, optional
        May be left out where the model has only one.
    target : str, optional
        What the decoder of an encoder-decoder reads; of a sound the model writes it itself where it is left out.
    units : sequence of str or of pairs of str, optional
        What each text is about, where several are about the same and so do not count as independent; of pairs, each of
        the two may stand in other pairs too. By default every text is a unit, and equal texts are one.
    progress : callable, optional
        Called with a share from 0 to 1 and a few words; what it raises ends the work.

    Returns
    -------
    DataFrame, one row a head, with the columns ``kind, layer, head``, those of ``effects``, ``rank_in_layer, z, low,
    high, p, n_texts, n_units, how, ask``
        Effects are differences, after minus before, averaged over texts. ``rank_in_layer`` (1 is the largest, whatever
        its sign) and ``z`` are of the first of ``effects`` among the other heads of its layer. ``low`` and ``high`` are
        a 95 % interval over units, ``p`` pays for the best of all heads and both signs; nan for a single unit.

    Raises
    ------
    InputError
        If heads or words are not there, or the model does not predict what is asked.
    """
    texts = texts_of(texts)
    asks, asked = one_a_text(ask, len(texts)), []
    effects = [name for name in effects if effects != EFFECTS or name != "estimate" or not _has_no_slopes(asks)]
    if unknown := [name for name in effects if name not in (*EFFECTS, ATTRIBUTION)] or not effects:
        raise InputError(f"importance: effects are {unknown}; give some of {', '.join((*EFFECTS, ATTRIBUTION))}.")
    if how not in HOW:
        raise InputError(f"importance: how is {how!r}; give zero or mean.")
    names, report = unit_names(units, texts), progress_of(progress)
    means = means_over(model, texts, target) if how == "mean" else None
    values: dict[str, list[Tensor]] = {name: [] for name in effects}
    for i, (text, of_text) in enumerate(zip(texts, asks, strict=True)):
        question = question_of(model, text, of_text, kind=kind, target=target, means=means)
        asked.append(question.measure.name)
        part = report.part(i / len(texts), (i + 1) / len(texts))
        for name, found in _effects(question, effects, part).items():
            values[name].append(found)
    return _table(question, values, names).assign(how=how, ask=name_of(asks, asked))


def _has_no_slopes(asks: Sequence[Ask]) -> bool:
    return any(isinstance(ask, Vectors | Accuracy) for ask in asks)


def means_over(model: Model, texts: Sequence[Any], target: str | None) -> dict[int, Tensor]:
    """What each head hands on in the mean, (head, d_head), for each call."""
    outputs: dict[int, list[Tensor]] = {}
    for text in texts:
        for number, call in enumerate(capture(model, text, target=target).calls):
            outputs.setdefault(number, []).append(call_head_output(call))
    return {number: torch.cat(of_call, dim=1).mean(dim=1) for number, of_call in outputs.items()}


def _effects(question: Question, effects: Sequence[str], progress: Progress) -> dict[str, Tensor]:
    """The estimate first: it is there at once."""
    found = {}
    if "estimate" in effects:
        progress(0.0, lazy_gettext("estimating all heads"))
        found["estimate"] = estimate(question)
    if ATTRIBUTION in effects:
        found[ATTRIBUTION] = attribution(question).heads
    exact = [name for name in effects if name not in ("estimate", ATTRIBUTION)]
    for i, name in enumerate(exact):
        part = progress.part(i / len(exact), (i + 1) / len(exact))
        found[name] = without_each(question, direct=name == "direct", progress=part)
    return found


# ---- what may be said of it ------------------------------------------------------------------------------------


def among_others(values: Tensor, layers: Sequence[int]) -> tuple[list[int], list[float]]:
    """Rank of each head in its layer, 1 for the largest effect of either sign, and z among the others of its layer."""
    of_layer = torch.tensor(layers)
    ranks, deviations = [], []
    for i, layer in enumerate(layers):
        others = values[(of_layer == layer) & (torch.arange(len(values)) != i)]
        ranks.append(1 + int((others.abs() > values[i].abs()).sum()))
        spread = others.std().item() if len(others) > 1 else 0.0
        deviations.append((values[i] - others.mean()).item() / spread if spread > 0 else float("nan"))
    return ranks, deviations


def _table(question: Question, values: dict[str, list[Tensor]], names: Sequence[str]) -> pd.DataFrame:
    heads = heads_of(question)
    table = pd.DataFrame(heads, columns=["layer", "head"])
    table.insert(0, "kind", question.kind)
    for name, of_texts in values.items():
        table[name] = torch.stack(of_texts).mean(dim=0).tolist()
    first = torch.stack(next(iter(values.values())))  # (text, head)
    table["rank_in_layer"], table["z"] = among_others(first.mean(dim=0), [layer for layer, _ in heads])
    low, high = interval_over_texts(first, names)
    table["low"], table["high"], table["p"] = low.tolist(), high.tolist(), p_over_texts(first, names).tolist()
    removed = {(call.layer, head) for call in question.read.calls_of(question.kind) for head in call.removed}
    table = table[[head not in removed for head in heads]].reset_index(drop=True)
    return table.assign(n_texts=len(first), n_units=n_units_of(names))


def where_effects_part(table: pd.DataFrame) -> str:
    """How alike total and direct effects, and estimates, rank the heads of a table, where they part most, and why;
    empty where it lacks one of the first two.
    """
    if "total" not in table or "direct" not in table:
        return ""
    alike, row = _farthest(table, "direct")
    more = abs(row["direct"]) > abs(row["total"])
    why = gettext(N_("other heads make up for it") if more else N_("most of it goes through other heads"))
    said = gettext(
        "Total and direct effects rank the heads with a correlation of {alike} (Spearman); they part most at {head} "
        "(total {total}, direct {direct}): {why}.",
        alike=f"{alike:.2f}", head=head_name(int(row["layer"]), int(row["head"])),
        total=in_digits(row["total"], sign=True), direct=in_digits(row["direct"], sign=True), why=why,
    )  # fmt: skip
    if "estimate" not in table or table["estimate"].isna().any():
        return said
    alike, row = _farthest(table, "estimate")
    return said + gettext(
        " Estimates rank them as total effects do with a correlation of {alike}, and are farthest off at {head} "
        "(total {total}, estimate {estimate}): slopes hold for small changes.",
        alike=f"{alike:.2f}", head=head_name(int(row["layer"]), int(row["head"])),
        total=in_digits(row["total"], sign=True), estimate=in_digits(row["estimate"], sign=True),
    )  # fmt: skip


def _farthest(table: pd.DataFrame, other: str) -> tuple[float, pd.Series]:
    """Spearman's correlation with total effects, and the head at which both differ most."""
    alike = table["total"].corr(table[other], method="spearman")
    return alike, table.loc[(table["total"] - table[other]).abs().idxmax()]
