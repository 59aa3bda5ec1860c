"""The page of one sentence: what one word looks at, in the heads that look most from it to another."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from torch import Tensor

from mha_viz.attention.tables import attention_between_words, from_others, word_rows
from mha_viz.inputs.words import Words, ordinary, unique_labels, word_axes
from mha_viz.objects import Capture, Head
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell import frame
from mha_viz.views.facts import fact_lines
from mha_viz.views.strips import _chance, others_sentence, strips_view
from mha_viz.wording import head_name, in_percent, safe_name

SHOWN = 5
MOST_WORDS = 80


def show_strips(desk: Desk) -> None:
    """Two words to choose, the heads between them as lines of the sentence, and one sentence on what one sees."""
    found = desk.capture
    kind = controls.choose_kind(found)
    query_words, key_words = word_axes(found, kind)
    rows_of = lru_cache(maxsize=2)(lambda query: word_rows(found, query_words, key_words, query, kind=kind))
    query, key = _chosen_words(found, kind, query_words, key_words, rows_of)
    rows = rows_of(query)  # (layer, head, word); often what has just proposed a word to look at
    n_heads = rows.shape[1]
    best = rows[:, :, key].flatten().argsort(descending=True, stable=True)[:SHOWN].tolist()
    heads = [(i // n_heads, i % n_heads) for i in best]
    shown = near(ordinary(key_words), query if kind != "cross" else key, key)
    labels = unique_labels(key_words.positions.labels)
    looks, looked_at = query_words.positions.labels[query], labels[key]
    anyone = from_others(found, heads, query_words, key_words, query, key, kind)
    caption = _caption(found, heads[0], rows[heads[0]][key].item(), anyone[0], looks, looked_at)
    facts = {"model": found.model_name, "text": found.text, "second text": found.pair, "from": looks, "to": looked_at}
    facts = {fact: said for fact, said in facts.items() if said}
    view = strips_view(
        [key_words.positions.labels[i] for i in shown],
        rows.flatten(0, 1)[best][:, shown],
        heads,
        query=shown.index(query) if kind != "cross" and query in shown else -1,
        target=shown.index(key),
        from_others=anyone,
        caption=caption,
        note=_chance(rows, key, other_words(key_words, query, kind), looks, looked_at)
        + _left_out(key_words, kind, looks, len(shown)),
        title=f"What “{looks}” looks at, {found.model_name}",
        facts=fact_lines(facts),
        file_name=safe_name(found.model_name, looks, looked_at),
    )
    clicked = mount(view, "strips")
    share.fill(
        desk.share, view, lambda: attention_between_words(found, query_words, key_words, query, kind=kind), facts
    )
    if clicked.open:
        frame.open_head(*clicked.open)
    if clicked.look_from is not None:
        controls.look_from(query_words, shown[clicked.look_from])


def _chosen_words(
    found: Capture, kind: str, query_words: Words, key_words: Words, rows_of: Callable[[int], Tensor]
) -> tuple[int, int]:
    def proposal(query: int) -> int:
        """Where nobody chose: the word that some head picks most, neighbours and short words apart."""
        rows = rows_of(query)
        others = other_words(key_words, query, kind)
        telling = [i for i in others if abs(i - query) > 1 and len(key_words.positions.labels[i]) > 2]
        return max(telling or others, key=lambda i: rows[:, :, i].max().item())

    return controls.choose_words(found, query_words, key_words, proposal)


def _left_out(key_words: Words, kind: str, looks: str, n_shown: int) -> str:
    n_words = len(ordinary(key_words))
    return (
        f" This model reads left to right: “{looks}” cannot see what comes after it." * (kind == "decoder")
        + " Special tokens such as [CLS] are left out of the picture." * any(key_words.positions.is_special)
        + f" Of {n_words:,} words, the {n_shown} near these two are drawn." * (n_shown < n_words)
    )


def near(words: list[int], query: int, key: int) -> list[int]:
    """The words around two of them, where there are more than fit on a page."""
    if len(words) <= MOST_WORDS:
        return words
    half = MOST_WORDS // 4
    return [i for i in words if min(abs(i - query), abs(i - key)) <= half]


def other_words(words: Words, query: int, kind: str) -> list[int]:
    """The words that a word can point at: not itself, and in a causal model only earlier ones."""
    candidates = ordinary(words)
    if kind == "cross":
        return candidates
    allowed = [i for i in candidates if i < query] if kind == "decoder" else [i for i in candidates if i != query]
    return allowed or candidates


def _caption(found: Capture, head: Head, share: float, anyone: float | None, looks: str, looked_at: str) -> str:
    return (
        f"{head_name(*head)} of {found.model_name} gives {in_percent(share)} of the attention of “{looks}” to "
        f"“{looked_at}”{others_sentence(anyone)}. Below: the heads that look there most."
    )
