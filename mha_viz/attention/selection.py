"""What can be shown of a capture: the table of maps, and everything a reader chooses.

To add a map, add a row to ``MAPS``: every view, export and menu follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from mha_viz.attention.calls import call_logits, call_pattern, contribution_lengths_of, value_lengths
from mha_viz.language import N_
from mha_viz.objects import AttentionCall


@dataclass(frozen=True)
class Map:
    """One thing that can be shown of a head: ``rows(call)``, times ``per_key(call)`` where there is one."""

    rows: Callable[[AttentionCall], Tensor] | None  # None: of a whole layer (rollout)
    unit: str
    sentence: str
    per_key: Callable[[AttentionCall], Tensor] | None = None
    is_share: bool = False  # from 0 to 1, and adds up over the pieces of a word


MAPS = {
    N_("Pattern"): Map(
        call_pattern,
        N_("share of the row's attention"),
        N_("Each row is one query and shares out its attention over the keys: after the softmax."),
        is_share=True,
    ),
    N_("Logits"): Map(
        call_logits,
        "query · key × scaling",
        N_("What enters the softmax: only differences within a row matter. Grey: the query may not look there."),
    ),
    N_("Value-weighted"): Map(
        call_pattern,
        N_("length of pattern × value"),
        N_("What each key hands over inside the head: attention to a key whose value is short carries little."),
        per_key=value_lengths,
    ),
    N_("Contribution"): Map(
        call_pattern,
        N_("length of pattern × value @ W_output"),
        N_("What each key adds to the query's vector through this head. Lengths do not add up: parts may cancel."),
        per_key=contribution_lengths_of,
    ),
    N_("Rollout"): Map(
        None,
        N_("share of the input token"),
        N_(
            "How much of each input token has reached each position after this layer, if attention alone mixed them "
            "(all heads averaged, half for the residual stream; norms and values left out)."
        ),
        is_share=True,
    ),
}
Part = int | str | None  # one segment of a text by its number, all that bear a name, or everything
OVER = (N_("each head"), N_("mean of the layer's heads"), N_("largest of the layer's heads"))
HIDDEN = (N_("special tokens"), N_("first token"), N_("punctuation"))


@dataclass(frozen=True)
class Selection:
    """What somebody wants to see of a capture.

    ``map`` is a name of ``MAPS``, ``over`` of ``OVER``, ``hidden`` some of ``HIDDEN`` and of the text's parts;
    ``words`` joins the pieces of words, ``parts`` all that is left of each part of the text (the roles of a chat, two
    texts); ``renormalise`` scales the rows that are left to sum to 1. ``between`` = (0, 1) keeps the queries of the
    first segment and the keys of the second, ("user", "system") the queries of every message of one role and the keys
    of the other; None on a side keeps everything there.
    """

    kind: str
    map: str = "Pattern"
    over: str = OVER[0]
    words: bool = False
    hidden: tuple[str, ...] = ()
    renormalise: bool = False
    between: tuple[Part, Part] | None = None
    parts: bool = False
