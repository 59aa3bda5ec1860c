"""What is shown of a capture → the sentences under the picture of a head, and which labels are of a second part."""

from __future__ import annotations

from torch import Tensor

from mha_viz.attention.selection import MAPS, OVER
from mha_viz.attention.shown import Shown
from mha_viz.inputs.chat import TEMPLATE
from mha_viz.inputs.words import Words
from mha_viz.language import N_, gettext
from mha_viz.recording.elsewhere.row_checks import ROUNDING
from mha_viz.views.captions.facts import CAUSAL_ROLLOUT, hidden_sentence, joined_sentence, reading_sentence

SHOWN = {
    OVER[1]: N_("Shown: the mean of the layer's heads. "), OVER[2]: N_("Shown: the largest of the layer's heads. ")
}  # fmt: skip

WRITTEN = N_(
    " Coloured labels: written by the model; what it looked at to write a token stands at the token before it."
)


def second_part(words: Words, begin: int, end: int) -> list[bool]:
    """Which positions belong to the second text, or were written by the model, or by a chat's template."""
    segments, parts = words.positions.segments, words.positions.parts
    if TEMPLATE in parts:
        return [parts[segment] == TEMPLATE for segment in segments[begin:end]]
    return [bool(segment) for segment in segments[begin:end]]


def head_note(shown: Shown, maps: Tensor, hidden: float | None) -> str:
    """What one sees, and everything that is not the plain pattern; ``hidden`` is the share of what is not shown, None
    where the note is to hold for other heads too.
    """
    name = shown.selection.map
    is_told_below = shown.selection.over == OVER[0] or (
        name == "Pattern" and shown.selection.over == OVER[2]
    )  # in row_sums
    whole_layer = "" if is_told_below else gettext(SHOWN[shown.selection.over])
    rows = row_sums(shown, maps, hidden or 0.0)
    note = whole_layer + hidden_sentence(shown, hidden) + rows + gettext(MAPS[name].sentence)
    if name == "Rollout" and shown.selection.kind == "decoder":
        note += gettext(CAUSAL_ROLLOUT)
    return reading_sentence(shown) + note + joined_sentence(shown) + second_sentence(shown)


def second_sentence(shown: Shown) -> str:
    """What the coloured labels are, where there are some."""
    if not any(any(second_part(words, 0, len(words))) for words in (shown.query, shown.key)):
        return ""
    if shown.capture.chat:
        return gettext(" Coloured labels: written by the chat template.")
    return gettext(WRITTEN if shown.capture.n_generated else N_(" Coloured labels: the second text."))


def badge(shown: Shown, maps: Tensor) -> str:
    """In a few words, where the rows of shares that are shown do not sum to 1: what they sum to, and why."""
    sums = maps.sum(dim=-1)
    if not MAPS[shown.selection.map].is_share or (sums - 1).abs().max() <= ROUNDING:
        return ""
    low, high, why = sums.min().item(), sums.max().item(), why_less(shown)
    span = f"{low:.2f}" if high - low < 0.005 else f"{low:.2f}–{high:.2f}"
    return gettext("rows sum to {sum}: {why}", sum=span, why=why)


def why_less(shown: Shown) -> str:
    """Why rows do not sum to 1, where they do not."""
    if shown.selection.over == OVER[2]:
        return gettext("each cell is the largest of all heads")
    return gettext(N_("hidden keys hold the rest") if shown.hidden else N_("a learned sink takes the rest"))


def row_sums(shown: Shown, maps: Tensor, hidden: float) -> str:
    """A badge for patterns whose rows do not sum to 1, with the reason."""
    selection = shown.selection
    if selection.map != "Pattern":
        return ""
    if selection.renormalise:
        return "" if shown.hidden else gettext("Rows are scaled to sum to 1. ")
    if selection.over == OVER[2]:
        return gettext("Each cell is the largest of the layer's heads, so rows can sum to more than 1. ")
    if shown.hidden or maps.shape[-1] < len(shown.key):
        return ""
    if (maps.sum(dim=-1) + hidden - 1).abs().max() <= ROUNDING:
        return ""
    return gettext(
        "Rows sum to less than 1: this model has learned sinks that take a share of the attention and hand nothing on. "
    )
