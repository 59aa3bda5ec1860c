"""What one word looks at, in several heads → a strip each, with the sentences that belong to two words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from mha_viz.attention.word_pairs import (
    count_pointing,
    from_others,
    n_heads,
    other_words,
    outstanding_heads,
    rows_of_heads,
)
from mha_viz.inputs.words import Words, ordinary, unique_labels
from mha_viz.language import N_, gettext, whole
from mha_viz.objects import Capture, Head
from mha_viz.views.captions.facts import fact_lines, input_facts
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.labels import Labels, labels_of, long_sentence
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, quoted, runs_from_right, safe_name

STRIPS = 5  # heads that are drawn
BELOW = N_("Below: the heads in which that difference is largest.")
BELOW_MOST = N_("Below: the heads that look there most.")
ROWS_FROM_RIGHT = N_(
    " Text that runs from right to left is laid out word by word; where most of it does, so do the lines."
)


@dataclass(frozen=True, eq=False)
class WordPair:
    """The word that looks and the word looked at, as indices of the words of both axes."""

    capture: Capture
    kind: str
    query_words: Words
    key_words: Words
    query: int
    key: int

    @property
    def looks(self) -> str:
        return self.query_words.positions.labels[self.query]

    @property
    def looked_at(self) -> str:
        """Its label, told apart from others like it."""
        return unique_labels(self.key_words.positions.labels)[self.key]


def pair_picture(pair: WordPair, rows: Tensor, above: Tensor, drawn: list[int]) -> View:
    """The heads that look most from one word to another, a strip each: by what the word that looks gives above what
    the other words give; where no other word can look there, by what it gives.

    Parameters
    ----------
    rows : Tensor of shape (n_layers, n_heads, n_words)
        What the word that looks gives to each word.
    above : Tensor of shape (n_layers, n_heads, n_words)
        How much more that is than what the other words give it: ``above_others``.
    drawn : list of int
        The words that are drawn, the one looked at among them.
    """
    capture, kind, key_words, query, key = pair.capture, pair.kind, pair.key_words, pair.query, pair.key
    places, layers = outstanding_heads(rows, above, key, STRIPS), capture.layers_of(kind)
    heads = [(layers[at], head) for at, head in places]
    anyone = from_others(capture, heads, pair.query_words, key_words, query, key, kind)
    words = labels_of(capture.key_positions[kind], key_words).picked(drawn)
    return strips_view(
        words,
        rows_of_heads(rows, places)[:, drawn],
        heads,
        query=drawn.index(query) if kind != "cross" and query in drawn else -1,
        target=drawn.index(key),
        from_others=anyone,
        caption=pair_sentence(pair, heads[0], rows[places[0]][key].item(), anyone[0]),
        note=_chance(pair, rows) + _left_out(pair, len(drawn)),
        **said_hint(Hints.strips),
        title=gettext("What {word} looks at, {model}", word=quoted(pair.looks), model=capture.short_name),
        facts=fact_lines(pair_facts(pair)),
        file_name=safe_name(capture.short_name, pair.looks, pair.looked_at),
    )


def pair_facts(pair: WordPair) -> dict[str, Any]:
    """What an export says of itself."""
    facts = {"model": pair.capture.short_name, "text": pair.capture.text, "second text": pair.capture.pair}
    facts |= {**input_facts(pair.capture), "from": pair.looks, "to": pair.looked_at}
    return {name: fact for name, fact in facts.items() if fact}


def pair_sentence(pair: WordPair, head: Head, share: float, anyone: float | None) -> str:
    """What the head that looks there most gives, and what others give there."""
    told = gettext(
        "{head} of {model} gives {share} of the attention of {word} to {other}{others}. ",
        head=head_name(*head), model=pair.capture.short_name, share=in_percent(share), word=quoted(pair.looks),
        other=quoted(pair.looked_at), others=others_sentence(anyone),
    )  # fmt: skip
    return told + gettext(BELOW_MOST if anyone is None else BELOW)


def strips_view(
    words: Labels,
    rows: Tensor,
    heads: list[tuple[int, int]],
    *,
    query: int,
    target: int,
    from_others: list[float | None],
    **header: Any,
) -> View:
    """What one word looks at, one line of the sentence a head.

    Parameters
    ----------
    words : Labels
        As they are drawn, with what is said of each when it is pointed at.
    rows : Tensor of shape (n_heads, n_words)
        Share of the attention of word ``query`` (-1: it is no word of this sentence, as in cross-attention).
    from_others : list, one a head
        What the other words give the target word on average, to compare.
    """
    return View(
        "strips",
        {
            "words": words.names,
            "right_to_left": runs_from_right("".join(words.names), mostly=True),
            "heads": heads,
            "query": query,
            "target": target,
            "from_others": from_others,
            "palette": palette(),
            **({"said": {"key": words.said}} if words.said else {}),
            **header,
            "note": header.get("note", "")
            + gettext(ROWS_FROM_RIGHT) * any(map(runs_from_right, words.names))
            + long_sentence(words.names),
        },
        {"values": rows.float().cpu().numpy()},
    )


def others_sentence(anyone: float | None) -> str:
    """What stands beside the share of one word."""
    if anyone is None:
        return ""
    return gettext("; the other words give it {share} on average", share=in_percent(anyone))


def if_every_word_looks(looks: str) -> str:
    """Why the share of the other words stands beside it."""
    return gettext("If every word looks there, the head tells us little about {word}.", word=quoted(looks))


def _chance(pair: WordPair, rows: Tensor) -> str:
    """How many heads point there, and how many would if each picked a word at random."""
    others = other_words(pair.key_words, pair.query, pair.kind)
    if pair.key not in others:
        return gettext(
            "What a word gives to itself, or cannot give because it comes later, is no link between two words."
        )
    n = n_heads(rows)
    return gettext(
        "Of {all} heads, {n} look from {word} at {other} more than at any other word; if each picked one of the "
        "{words} words at random, about {expected} would. {if_every} {one}",
        all=n, n=count_pointing(rows, pair.key, others), word=quoted(pair.looks), other=quoted(pair.looked_at),
        words=len(others), expected=f"{n / len(others):.0f}", if_every=if_every_word_looks(pair.looks),
        one=gettext("One sentence shows what a head does here, not what it is for."),
    )  # fmt: skip


def _left_out(pair: WordPair, n_drawn: int) -> str:
    n_words = len(ordinary(pair.key_words))
    return (
        gettext(" This model reads left to right: {word} cannot see what comes after it.", word=quoted(pair.looks))
        * (pair.kind == "decoder")
        + gettext(" Special tokens such as [CLS] are left out of the picture.")
        * any(pair.key_words.positions.is_special)
        + gettext(" Of {all} words, the {n} near these two are drawn.", all=whole(n_words), n=n_drawn)
        * (n_drawn < n_words)
    )
