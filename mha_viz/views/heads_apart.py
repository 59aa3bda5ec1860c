"""One word under several heads at once, each looking at another word → a picture of what flows into its one vector."""

from __future__ import annotations

from typing import Any

import torch

from mha_viz.attention.heads_apart import WordApart
from mha_viz.inputs.words import ordinary, unique_labels
from mha_viz.views.captions.labels import labels_of, labels_sentence
from mha_viz.views.strips import others_sentence
from mha_viz.views.style import theme
from mha_viz.views.view import View
from mha_viz.wording import counted, head_name, in_percent, layer_name, name_in_layer, quoted

LABEL = "Words on the left, heads in the middle, the vector that they make on the right"
SHARES = (
    "A head's share is how far its contribution goes in the direction of the whole; below 0, it points the other way. "
    "What is missing from 100 % of a head's attention goes to other words and to special tokens."
)


def apart_picture(seen: WordApart, caption: str, **header: Any) -> View:
    """The words on the left, the heads in the middle, what their layer adds to the word on the right.

    Shares are of the heads that are drawn, of the others together, and of the projection's bias: they sum to 1.
    """
    drawn, added = seen.words_drawn, seen.added
    at = [head for head, _ in seen.apart.pairs]
    others = _others(seen)
    labels = labels_of(seen.capture.query_positions[seen.kind], seen.words).picked(drawn)
    shares = [*added.shares[at].tolist(), added.shares[others].sum().item(), added.bias or 0.0]
    return View(
        "heads_apart",
        {
            "words": labels.names,
            "query": drawn.index(seen.query),
            "heads": seen.heads,
            "looked_at": [drawn.index(word) for _, word in seen.apart.pairs],
            "from_others": [_given(seen, head, word)[1] for head, word in seen.apart.pairs],
            "n_others": len(others),
            "has_bias": added.bias is not None,
            "length": added.length,
            "says": stops_of(seen),
            "lines_from": theme.LINES_FROM,
            "colours": {"light": theme.HEADS_LIGHT, "dark": theme.HEADS_DARK},
            "label": LABEL,
            "caption": caption,
            "note": f"{SHARES} {how_many_sentence(seen)}{_left_out(seen)}{labels_sentence(labels.names)}",
            "identity": f"{seen.capture.model_name}|{seen.capture.text}|{seen.layer}",
            **({"said": {"key": labels.said}} if labels.said else {}),
            **header,
        },
        {
            "values": seen.rows[seen.apart.layer][at][:, drawn].float().cpu().numpy(),
            "lengths": added.lengths[at].float().cpu().numpy(),
            "shares": torch.tensor(shares).numpy(),
        },
    )


def apart_numbers(seen: WordApart) -> dict[str, str]:
    """What the text of a lesson may name of it."""
    at = [head for head, _ in seen.apart.pairs]
    most = max(at, key=lambda head: seen.added.shares[head].item())
    return {
        "layer": str(seen.layer),
        "drawn": counted(len(at), "head"),
        "looked_at": _joined([quoted(_label(seen, word)) for _, word in seen.apart.pairs]),
        "most": head_name(seen.layer, most),
        "most_share": in_percent(seen.added.shares[most].item()),
        "together": in_percent(seen.added.shares[at].sum().item()),
    }


def how_many_sentence(seen: WordApart) -> str:
    """Why no more heads are drawn, or that there are more."""
    n, n_words = len(seen.apart.pairs), seen.apart.n_words
    own = "a word of its own: one that gets at least 10 points more of its attention than the other words give it"
    if n < n_words:
        return f"Here {n_words} words have a head that looks at each as {own}; the {n} clearest are drawn."
    return f"In no other layer do more heads look from {quoted(seen.looks)} each at {own}."


def stops_of(seen: WordApart) -> list[str]:
    """What is said at each stop of the picture: before, a head after the other, and how they come together."""
    looks, layer, added = quoted(seen.looks), layer_name(seen.layer), seen.added
    n_heads = len(added.lengths)
    return [
        f"{looks} reads the sentence with all {n_heads} heads of {layer} at the same time, each with its own matrices.",
        *(_head_sentence(seen, head, word) for head, word in seen.apart.pairs),
        f"Each head hands on {added.n_numbers // n_heads} numbers, taken from where it looked. Those of all {n_heads} "
        f"heads are laid end to end: {added.n_numbers:,} numbers.",
        f"One matrix, the output projection, makes one vector for {looks} of these {added.n_numbers:,} numbers.",
        f"The heads' contributions add up to what {layer} adds to {looks}: {_sum(seen)} = 100 %.",
    ]


def _head_sentence(seen: WordApart, head: int, word: int) -> str:
    share, anyone = _given(seen, head, word)
    return (
        f"{head_name(seen.layer, head)}: {quoted(seen.looks)} gives {in_percent(share)} of its attention to "
        f"{quoted(_label(seen, word))}{others_sentence(anyone)}."
    )


def _sum(seen: WordApart) -> str:
    added, others = seen.added, _others(seen)
    parts = [f"{name_in_layer(head)} {in_percent(added.shares[head].item())}" for head, _ in seen.apart.pairs]
    if others:
        parts.append(f"{counted(len(others), 'other head')} {in_percent(added.shares[others].sum().item())}")
    if added.bias is not None:
        parts.append(f"bias {in_percent(added.bias)}")
    return " + ".join(parts).replace("-", "−")


def _others(seen: WordApart) -> list[int]:
    """The heads of the layer that have no colour."""
    at = {head for head, _ in seen.apart.pairs}
    return [head for head in range(len(seen.added.lengths)) if head not in at]


def _given(seen: WordApart, head: int, word: int) -> tuple[float, float]:
    """What the word gives another one, and what the other words give that one on average."""
    place = seen.apart.layer, head, word
    share = seen.rows[place].item()
    return share, share - seen.above[place].item()


def _label(seen: WordApart, word: int) -> str:
    return unique_labels(seen.words.positions.labels)[word]


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _left_out(seen: WordApart) -> str:
    n_words, n_drawn = len(ordinary(seen.words)), len(seen.words_drawn)
    return f" Of {n_words:,} words, the {n_drawn} near these are drawn." * (n_drawn < n_words)
