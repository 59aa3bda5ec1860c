"""What is shown → the sentences, facts and names that go with it, on the page and in every export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from mha_viz.attention.selection import MAPS, OVER
from mha_viz.attention.shown import Shown, Window
from mha_viz.views.theme import THUMBNAIL_CELLS

CAUSAL_ROLLOUT = " In a model that reads left to right, early tokens gather weight whatever the heads do."
LISTED = 12  # names that are said before “and n more”
ON_WORDS = " Attention to a word is the sum over its pieces, from a word their mean."


def facts_of(
    shown: Shown, layer: int | None = None, heads: Sequence[int] = (), window: Window | None = None
) -> dict[str, Any]:
    """What an export says of itself: model, text and every setting."""
    capture, selection = shown.capture, shown.selection
    facts: dict[str, Any] = {"model": capture.model_name, "weights sha256": capture.identity, "text": capture.text}
    facts |= {"second text": capture.pair, "target": capture.target, "tokens generated": capture.n_generated or None}
    facts |= {"attention": selection.kind, "shows": selection.map}
    whole = "the layer" if selection.map == "Rollout" else selection.over
    facts |= {"unit": MAPS[selection.map].unit, "of": None if shown.has_heads else whole}
    facts |= {"layer": layer, "heads": [f"H{head}" for head in heads] if shown.has_heads else []}
    facts |= {"on": "words" if selection.words else "tokens", "hidden": list(selection.hidden)}
    facts["rows scaled to sum to 1"] = selection.renormalise
    facts["between segments"] = list(selection.between or ())
    if window:
        facts["window"] = f"queries {window[0]} to {window[1] - 1}, keys {window[2]} to {window[3] - 1}"
    return {name: fact for name, fact in facts.items() if fact not in (None, "", []) and fact is not False}


def fact_lines(facts: dict[str, Any]) -> list[str]:
    """The same in a few lines, for pictures."""
    said = {name: ", ".join(map(str, fact)) if isinstance(fact, list) else fact for name, fact in facts.items()}
    text = said.pop("text", "")
    identity = str(said.pop("weights sha256", ""))[:12]
    lines = [f"“{text}”"] if text else []
    rest = [f"{name} {fact}" if fact is not True else name for name, fact in said.items() if name != "shows"]
    return [*lines, "; ".join(rest + ([f"weights {identity}…"] if identity else []))]


def file_name(shown: Shown, of_whom: str = "all") -> str:
    return safe_name(shown.capture.model_name, of_whom, shown.selection.map)


def safe_name(*parts: str) -> str:
    """A name that every file system takes."""
    text = "-".join(parts)
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in text)[-80:].strip("-.") or "attention"


def name_of(shown: Shown, layer: int, heads: Sequence[int]) -> str:
    if shown.selection.map == "Rollout":
        return f"L{layer}"
    if not shown.has_heads:
        return f"{shown.selection.over} of L{layer}"
    return (
        f"L{layer} " + ", ".join(f"H{head}" for head in heads) if len(heads) < 5 else f"{len(heads)} heads of L{layer}"
    )


def model_note(shown: Shown) -> str:
    """How to read the pictures of all heads."""
    kind, name = shown.selection.kind, shown.selection.map
    sides = {
        "encoder": "Rows look at columns. A stripe beside the diagonal looks at a neighbour, a vertical line at one "
        "token whoever asks, scattered dots pick certain words. This model reads both ways.",
        "decoder": "Rows look at columns, never ahead, so the upper right is empty. A left edge looks at the first "
        "token, a stripe beside the diagonal at the token before. This model reads left to right.",
        "cross": "Rows are what the decoder reads, columns what the encoder read.",
    }[kind]
    note = sides if name == "Pattern" and shown.has_heads else MAPS[name].sentence
    if name == "Rollout" and kind == "decoder":
        note += CAUSAL_ROLLOUT
    if not MAPS[name].is_share:
        note += " Each picture has a scale of its own."
    if max(len(shown.query), len(shown.key)) > THUMBNAIL_CELLS:
        note += f" Pooled to {THUMBNAIL_CELLS} × {THUMBNAIL_CELLS}: each dot is the largest value it covers."
    return hidden_sentence(shown) + note + ON_WORDS * shown.selection.words


def head_note(shown: Shown, maps: Tensor, hidden: float) -> str:
    """What one sees, and everything that is not the plain pattern; ``hidden`` is the share of what is not shown."""
    name = shown.selection.map
    told = shown.selection.over == OVER[0] or (name == "Pattern" and shown.selection.over == OVER[2])  # in row_sums
    whole_layer = "" if told else f"Shown: the {shown.selection.over}. "
    note = whole_layer + hidden_sentence(shown, hidden) + row_sums(shown, maps, hidden) + MAPS[name].sentence
    if name == "Rollout" and shown.selection.kind == "decoder":
        note += CAUSAL_ROLLOUT
    return note + ON_WORDS * shown.selection.words + second_sentence(shown)


def second_sentence(shown: Shown) -> str:
    """What the coloured labels are, where there are some."""
    if not any(shown.query.positions.segments) and not any(shown.key.positions.segments):
        return ""
    return " Coloured labels: " + ("written by the model." if shown.capture.n_generated else "the second text.")


def hidden_sentence(shown: Shown, share: float | None = None) -> str:
    """Which keys are left out and, where it is known, what they hold."""
    selection = shown.selection
    if not shown.hidden:
        return ""
    labels = ", ".join(dict.fromkeys(shown.hidden[:8])) + (", …" if len(shown.hidden) > 8 else "")
    held = ""
    if share is not None and selection.map == "Pattern" and not selection.renormalise and selection.over != OVER[2]:
        held = f"; the rows shown give them {in_percent(share)} on average"
    return f"Hidden: {labels}{held}. " + "Rows are scaled to sum to 1 without them. " * selection.renormalise


def badge(shown: Shown, maps: Tensor) -> str:
    """In a few words, where the rows of shares that are shown do not sum to 1: what they sum to, and why."""
    sums = maps.sum(dim=-1)
    if not MAPS[shown.selection.map].is_share or (sums - 1).abs().max() < 1e-3:
        return ""
    low, high = sums.min().item(), sums.max().item()
    why = "a learned sink takes the rest"
    if shown.selection.over == OVER[2]:
        why = "each cell is the largest of all heads"
    elif shown.hidden:
        why = "hidden keys hold the rest"
    return f"rows sum to {low:.2f}: {why}" if high - low < 0.005 else f"rows sum to {low:.2f}–{high:.2f}: {why}"


def row_sums(shown: Shown, maps: Tensor, hidden: float) -> str:
    """A badge for patterns whose rows do not sum to 1, with the reason."""
    selection = shown.selection
    if selection.map != "Pattern":
        return ""
    if selection.renormalise:
        return "" if shown.hidden else "Rows are scaled to sum to 1. "
    if selection.over == OVER[2]:
        return "Each cell is the largest of the layer's heads, so rows can sum to more than 1. "
    if shown.hidden or maps.shape[-1] < len(shown.key):
        return ""
    if (maps.sum(dim=-1) + hidden - 1).abs().max() < 1e-3:
        return ""
    return (
        "Rows sum to less than 1: this model has learned sinks that take a share of the attention and hand nothing on. "
    )


def in_percent(share: float) -> str:
    """A share as it is said.

    >>> in_percent(0.347), in_percent(0.004), in_percent(0)
    ('35 %', '0.4 %', '0 %')
    """
    return f"{100 * share:.1f} %" if 0 < abs(share) < 0.01 else f"{100 * share:.0f} %"


def with_interval(share: float, low: float, high: float) -> str:
    """A share with its interval.

    >>> with_interval(0.8722, 0.8156, 0.9167)
    '87.2 % [81.6, 91.7]'
    """
    return f"{100 * share:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def listed(names: Sequence[str]) -> str:
    """Names, the first few of many."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more
