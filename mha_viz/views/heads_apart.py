"""One word under several heads at once, each looking at another word → a picture of what flows into its one vector."""

from __future__ import annotations

from typing import Any

import torch

from mha_viz.attention.heads_apart import WordApart
from mha_viz.inputs.words import ordinary, unique_labels
from mha_viz.language import N_, gettext, ngettext, whole
from mha_viz.views.captions.labels import labels_of, labels_sentence
from mha_viz.views.style import theme
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, joined, layer_name, name_in_layer, quoted

LABEL = N_("Words on the left, heads in the middle, the vector that they make on the right")
SHARES = N_(
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
            "label": gettext(LABEL),
            "caption": caption,
            "note": f"{gettext(SHARES)} {how_many_sentence(seen)}{_left_out(seen)}{labels_sentence(labels.names)}",
            "identity": f"{seen.capture.short_name}|{seen.capture.text}|{seen.layer}",
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
        "drawn": ngettext("{n} head", "{n} heads", len(at)),
        "looked_at": joined([quoted(_label(seen, word)) for _, word in seen.apart.pairs]),
        "most": head_name(seen.layer, most),
        "most_share": in_percent(seen.added.shares[most].item()),
        "together": in_percent(seen.added.shares[at].sum().item()),
    }


def how_many_sentence(seen: WordApart) -> str:
    """Why no more heads are drawn, or that there are more."""
    n, n_words = len(seen.apart.pairs), seen.apart.n_words
    if n < n_words:
        return gettext(
            "Here {n_words} words have a head that looks at each as a word of its own: one that gets at least 10 "
            "points more "
            "of its attention than the other words give it; the {n} clearest are drawn.",
            n_words=n_words,
            n=n,
        )
    return gettext(
        "In no other layer do more heads look from {word} each at a word of its own: one that gets at least 10 points "
        "more of its attention than the other words give it.",
        word=quoted(seen.looks),
    )


def stops_of(seen: WordApart) -> list[str]:
    """What is said at each stop of the picture: before, a head after the other, and how they come together."""
    looks, layer, added = quoted(seen.looks), layer_name(seen.layer), seen.added
    n_heads = len(added.lengths)
    return [
        gettext(
            "{word} reads the sentence with all {n} heads of {layer} at the same time, each with its own matrices.",
            word=looks,
            n=n_heads,
            layer=layer,
        ),
        *(_head_sentence(seen, head, word) for head, word in seen.apart.pairs),
        gettext(
            "Each head hands on {each} numbers, taken from where it looked. Those of all {n} heads are laid end "
            "to end: {all} numbers.",
            each=added.n_numbers // n_heads,
            n=n_heads,
            all=whole(added.n_numbers),
        ),
        gettext(
            "One matrix, the output projection, makes one vector for {word} of these {all} numbers.",
            word=looks,
            all=whole(added.n_numbers),
        ),
        gettext(
            "The heads' contributions add up to what {layer} adds to {word}: {sum} = 100 %.",
            layer=layer,
            word=looks,
            sum=_sum(seen),
        ),
    ]


def _head_sentence(seen: WordApart, head: int, word: int) -> str:
    share, anyone = _given(seen, head, word)
    return gettext(
        "{head}: {looks} gives {share} of its attention to {word}; the other words give it {others} on average.",
        head=head_name(seen.layer, head), looks=quoted(seen.looks), share=in_percent(share),
        word=quoted(_label(seen, word)), others=in_percent(anyone),
    )  # fmt: skip


def _sum(seen: WordApart) -> str:
    added, others = seen.added, _others(seen)
    parts = [f"{name_in_layer(head)} {in_percent(added.shares[head].item())}" for head, _ in seen.apart.pairs]
    if others:
        share = in_percent(added.shares[others].sum().item())
        parts.append(ngettext("{n} other head {share}", "{n} other heads {share}", len(others), share=share))
    if added.bias is not None:
        parts.append(gettext("bias {share}", share=in_percent(added.bias)))
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


def _left_out(seen: WordApart) -> str:
    n_words, n_drawn = len(ordinary(seen.words)), len(seen.words_drawn)
    if n_drawn == n_words:
        return ""
    return " " + gettext("Of {n} words, the {drawn} near these are drawn.", n=whole(n_words), drawn=n_drawn)
