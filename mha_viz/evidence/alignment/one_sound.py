"""One captured sound and when its words were said → how far off each cross-attention head is, over these words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch

from mha_viz.errors import InputError
from mha_viz.evidence.alignment.speech import error_table, overlap_of
from mha_viz.evidence.importance.over_texts import interval_over_texts
from mha_viz.inputs.media.timings import TimedWord
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Head
from mha_viz.scores.media.listening import READ, WRITTEN, middles_of, moments_of, rises_of, time_errors
from mha_viz.scores.media.word_times import timing_of

FEWEST = 2  # words that can rise
FEW = N_("The transcript holds a single word: at least 2 are needed to tell whether times rise.")


@dataclass(frozen=True)
class Followers:
    """How closely each cross-attention head follows the words of one sound.

    ``table`` is that of ``Alignment``; its intervals are over words, each taken for itself, and say nothing of other
    sounds. ``facts`` holds the overlap with the model's own list, and, of timed words, how far off the times are that
    these heads give together (``word_times``): ``together, together_low, together_high`` in milliseconds.
    """

    table: pd.DataFrame
    n_words: int
    is_timed: bool
    facts: dict[str, Any]


def followers_of(capture: Capture, timed: Sequence[TimedWord] = (), listed: Sequence[Head] = ()) -> Followers:
    """Every cross-attention head, the best first: by its error where times are known, else by whether times rise.

    Raises
    ------
    InputError
        If there are fewer than two words, or the transcript does not hold those that are timed.
    """
    moments, groups = moments_of(capture, timed)
    if len(groups) < FEWEST:
        raise InputError(lazy_gettext(FEW))
    heads = [(call.layer, head) for call in capture.calls_of("cross") for head in range(call.n_heads)]
    rises, units = rises_of(moments), [str(i) for i in range(len(groups))]
    if not timed:
        nothing = torch.full((len(groups), len(heads)), torch.nan)
        table = error_table(heads, rises, {"": nothing, "_read": nothing}, units, listed, is_timed=False)
        return Followers(table, len(groups), False, overlap_of(table, listed, len(heads), is_timed=False))
    middles = middles_of(timed)
    errors = {end: time_errors(moments[at], middles).T for end, at in (("", WRITTEN), ("_read", READ))}
    table = error_table(heads, rises, errors, units, listed)
    facts = overlap_of(table, listed, len(heads), is_timed=True)
    spans = torch.tensor(timing_of(capture, groups, listed).spans, dtype=torch.float64)
    together = time_errors(spans.mean(dim=1), middles)[:, None]
    low, high = interval_over_texts(together, units)
    facts |= {"together": together.mean().item(), "together_low": low.item(), "together_high": high.item()}
    return Followers(table, len(groups), True, facts)
