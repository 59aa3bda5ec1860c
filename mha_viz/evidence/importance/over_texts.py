"""Numbers of several texts → their mean, how sure it is, and p: over what the texts are about, for some share that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from mha_viz.arguments import said
from mha_viz.comparison.asks import NUMBERS, Accuracy, Ask
from mha_viz.comparison.changed import Changed
from mha_viz.comparison.effects import effect_of
from mha_viz.errors import InputError
from mha_viz.evidence.statistics.crossed import CROSSED, summed_by
from mha_viz.evidence.statistics.intervals import interval, sign_flip_p
from mha_viz.fitting import fits
from mha_viz.inputs.chat import is_chat
from mha_viz.inputs.media.picture import is_picture
from mha_viz.media import Sound
from mha_viz.objects import Capture, Model
from mha_viz.progress import Report, progress_of
from mha_viz.recording.again import read_for_changes
from mha_viz.recording.interventions.changes import Change
from mha_viz.scores.counting import Counts

Unit = str | tuple[str, str]  # what a text is about: one thing, or two, each of which stands in other pairs too


def mean_effect(
    model: Model, texts: Sequence[Any], changes: Change | Sequence[Change], ask: Ask | Sequence[Ask], *,
    target: str | None = None, units: Sequence[Unit] | None = None, progress: Report | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What changing heads does to a prediction in the mean over several texts.

    Parameters
    ----------
    model : Model
    texts : sequence of what ``effect`` takes
    changes : Change or sequence of Change
        As for ``effect``; the same in every text.
    ask : LogitDifference, Accuracy, Loss, Vectors or Similarity, or a sequence of them
        One for all texts, or one a text.
    target : str, optional
        What the decoder of an encoder-decoder reads.
    units : sequence of str or of pairs of str, optional
        What each text is about, as for ``importance``.
    progress : callable, optional

    Returns
    -------
    DataFrame with one row and the columns ``ask, before, after, difference, low, high, p, n_texts, n_units, change,
    way``
        ``low`` and ``high`` are a 95 % interval of the difference over units, ``p`` is two-sided, from the signs of the
        units' differences; nan for a single unit.

    Raises
    ------
    InputError
        If heads or words are not there, or the model does not predict what is asked.
    """
    texts, asks = list(texts), one_a_text(ask, len(texts))
    changes = (changes,) if isinstance(changes, Change) else tuple(changes)
    names, report, others, tables = unit_names(units, texts), progress_of(progress), dict[str | Sound, Capture](), []
    for i, (text, of_text) in enumerate(zip(texts, asks, strict=True)):
        report(i / len(texts), "reading texts")
        if not isinstance(of_text, NUMBERS):
            raise InputError(f"{type(of_text).__name__} has no single number as its answer: it has no mean.")
        read = read_for_changes(model, text, target=target)
        tables.append(effect_of(Changed(model, changes, *read, others), of_text))
    report(1.0)
    name = name_of(asks, [table["ask"][0] for table in tables])
    before, after = ([table[side].mean() for table in tables] for side in ("before", "after"))
    way = " and ".join(sorted({table["way"][0] for table in tables}))
    return pd.DataFrame([{"ask": name, **mean_row(before, after, names), "change": tables[0]["change"][0], "way": way}])


def mean_row(before: Sequence[float], after: Sequence[float], names: Sequence[str]) -> dict[str, float]:
    """The means of one number of several texts, before and after a change, and how sure their difference is."""
    both = torch.tensor([before, after], dtype=torch.float64)
    values = (both[1] - both[0])[:, None]
    low, high = interval_over_texts(values, names)
    row: dict[str, float] = dict(zip(("before", "after"), both.mean(dim=1).tolist(), strict=True))
    row |= {"difference": values.mean().item(), "low": low.item(), "high": high.item()}
    return row | {"p": p_over_texts(values, names).item(), "n_texts": len(names), "n_units": n_units_of(names)}


def texts_of(given: Any) -> list[Any]:
    """One text, or what stands in its place, or several, as a list.

    Raises
    ------
    InputError
        If it is neither.
    """
    if isinstance(given, str | Mapping | Sound) or is_picture(given) or is_chat(given):
        return [given]
    if not fits(given, Sequence):
        raise InputError(f"Give texts, chats, pictures or sounds, one or a list of them, not {said(given)}.")
    return list(given)


def one_a_text(ask: Ask | Sequence[Ask], n: int) -> list[Ask]:
    """A question for each text.

    Raises
    ------
    InputError
        If there is no text, or another number of questions.
    """
    asks = list(ask) if isinstance(ask, Sequence) else [ask] * n
    if not n or len(asks) != n:
        raise InputError(f"{n} texts but {len(asks)} questions: give one for all texts, or one a text.")
    return asks


def name_of(asks: Sequence[Ask], names: Sequence[str]) -> str:
    """What several texts were asked: the same, or the first as an example."""
    if len(set(names)) == 1:
        return names[0]
    return "accuracy" if all(isinstance(ask, Accuracy) for ask in asks) else f"{names[0]}, and so on"


# ---- how sure --------------------------------------------------------------------------------------------------


def unit_names(units: Sequence[Unit] | None, texts: Sequence[Any]) -> list[str]:
    """A name for what each text is about; each for itself by default, but equal texts for the same.

    Raises
    ------
    InputError
        If there are more or fewer than texts, or some are pairs and some are not.
    """
    if units is None:
        known = [text if isinstance(text, str | Path) else id(text) for text in texts]  # arrays are equal to nothing
        return [str(known.index(one)) for one in known]
    if len(units) != len(texts):
        raise InputError(f"{len(texts)} texts but {len(units)} units: give one a text.")
    if len({isinstance(unit, str) for unit in units}) > 1:
        raise InputError("Some units are pairs and some are not: give one kind.")
    return [unit if isinstance(unit, str) else CROSSED.join(unit) for unit in units]


def n_units_of(names: Sequence[str]) -> int:
    """How many units there are; of pairs, the kind of which there are fewer."""
    return min(len({name.split(CROSSED)[way] for name in names}) for way in _ways(names))


def interval_over_texts(values: Tensor, names: Sequence[str]) -> tuple[Tensor, Tensor]:
    """The 95 % interval of the mean over texts, (text, …) → (…) each, over units; nan where there is one."""
    if n_units_of(names) < 2:
        nothing = torch.full(values.shape[1:], torch.nan)
        return nothing, nothing
    units = list(dict.fromkeys(names))
    places = torch.tensor([units.index(name) for name in names])
    empty = torch.zeros(len(units), *values.shape[1:], dtype=torch.float64)
    hits, n = (empty.index_add(0, places, part.double()) for part in (values, torch.ones_like(values)))
    return interval(Counts(hits, n), is_share=False, names=units)


def p_over_texts(values: Tensor, names: Sequence[str]) -> Tensor:
    """Whether the mean over texts, (text, …), differs from 0, (…): from the signs of the units' sums, paid for the best
    of all and both signs. Units that are pairs flip by their first names, and then by their second ones: the larger p
    counts.
    """
    if n_units_of(names) < 2:
        return torch.full(values.shape[1:], torch.nan)
    return torch.stack([_p_of(summed_by(values.double(), names, way)[1]) for way in _ways(names)]).amax(dim=0)


def _p_of(sums: Tensor) -> Tensor:
    signs = {"more": sums, "less": -sums}
    both = sign_flip_p([*signs], lambda sign: (torch.arange(len(sums)), signs[sign]), len(sums))
    return torch.minimum(both["more"], both["less"])


def _ways(names: Sequence[str]) -> tuple[int, ...]:
    return (0, 1) if all(CROSSED in name for name in names) else (0,)
