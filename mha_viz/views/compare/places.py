"""What a comparison says of its places: patches of a picture or moments of a sound, instead of words."""

from __future__ import annotations

from mha_viz.attention.media.words_on_picture import KIND as IN_TEXT
from mha_viz.attention.media.words_on_picture import is_in_text
from mha_viz.comparison.comparison import Comparison
from mha_viz.language import N_, gettext, ngettext, whole
from mha_viz.wording import joined

MOST_NAMED = 8  # positions that are no patch


def places_sentence(comparison: Comparison) -> str:
    """How many patches or moments are compared, and with which; empty where words alone are.

    Rows of words over a sound are words: what is said of them is what is said of a text.
    """
    axis = comparison.captures[0].query_positions[comparison.kinds[0]]
    if axis.seconds:
        return _of_sound(comparison) + _rows(comparison)
    if any(cell is not None for cell in axis.cells or ()):
        is_text = comparison.kinds[0] == IN_TEXT and is_in_text(comparison.captures[0])
        return _of_picture(comparison) + (_words_look(comparison) if is_text else _rows(comparison))
    return ""


def _of_picture(comparison: Comparison) -> str:
    axis = comparison.captures[0].query_positions[comparison.kinds[0]]
    tokens = [group[0] for group in comparison.queries.tokens(0)]
    others = [axis.labels[i] for i in tokens if axis.cells[i] is None]
    n = len(tokens) - len(others)
    beside = others if len(others) <= MOST_NAMED else [ngettext("{n} word", "{n} words", len(others))]
    what = joined([ngettext("{n} patch", "{n} patches", n), *beside])
    return gettext("{what} are compared, each with what stands in the same place of the other side.", what=what)


def _of_sound(comparison: Comparison) -> str:
    n = len(comparison.queries)
    heard = [
        capture.query_positions[kind].is_special.count(False)
        for capture, kind in zip(comparison.captures, comparison.kinds, strict=True)
    ]
    more = [max(0, every - n) for every in heard]
    left = [
        *([ngettext("{n} moment of the first sound", "{n} moments of the first sound", more[0])] if more[0] else []),
        *([ngettext("{n} moment of the second sound", "{n} moments of the second sound", more[1])] if more[1] else []),
    ]
    silent = N_(
        "{moments} are compared, each with that of the same seconds; the silence that fills a sound up stands under "
        "(elsewhere)."
    )
    others = N_("{moments} are compared, each with that of the same seconds; {rest} stand under (elsewhere).")
    rest = {"rest": joined([*left, gettext("the silence that fills sounds up")])} if left else {}
    return gettext(others if left else silent, moments=ngettext("{n} moment", "{n} moments", n), **rest)


def _words_look(comparison: Comparison) -> str:
    rows = len(comparison.rows)
    return ngettext(" Of them the word looks, at all of them.", " Of them {n} words look, at all of them.", rows)


def _rows(comparison: Comparison) -> str:
    n, rows = len(comparison.queries), len(comparison.rows)
    return gettext(" Of them {n} evenly spaced rows are read.", n=whole(rows)) if rows < n else ""
