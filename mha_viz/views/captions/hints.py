"""What one can do with a picture, in words: with a pointer and keys, and with a finger."""

from __future__ import annotations

from typing import NamedTuple

from mha_viz.language import N_, gettext


class Hint(NamedTuple):
    """The same said twice; JavaScript takes the one that fits the device."""

    point: str
    tap: str


_MAP = N_("Tap a picture to see it larger.")
_COMPARED = N_("Tap a cell: all three show it.")
_PICTURE = N_("Tap a patch, and it looks; tap a small picture, and that head lies over the large one.")
_WORDS = N_("Tap a word, and it looks; tap a small picture, and that head lies over the large one.")


class Hints:
    """Those of every view; what ends with ``alone`` is said in files, where nobody answers."""

    grid = Hint(N_("Point at a picture, or use the arrow keys."), _MAP)
    # A finger cannot point before: its first tap shows the picture enlarged, its second does what a click does.
    grid_opens = Hint(
        N_("Point at a picture; a click, or Enter, opens it."),
        N_("Tap a picture to see it larger, and once more to open it."),
    )
    grid_names = Hint(
        N_("Point at a picture; a click, or Enter, names it."),
        N_("Tap a picture to see it larger, and once more to name it."),
    )
    grid_chooses = Hint(
        N_("Point at a picture; a click, or Enter, chooses it."),
        N_("Tap a picture to see it larger, and once more to choose it."),
    )
    # After a sentence on colours, in the note below a map.
    tinted = Hint(N_("Point at a head to see its pattern. "), N_("Tap a head to see its pattern. "))
    head = Hint(
        N_("Point at a token or a cell; click tokens to add them up. Shift and an arrow: the next head or layer."),
        N_("Tap tokens to add them up, or a cell for its number."),
    )
    head_alone = Hint(N_("Point at a token or a cell; click tokens to add them up."), head.tap)
    painted = Hint(
        N_("Point at a word: the text is painted by what it looks at. A click keeps it; arrow keys go on."),
        N_("Tap a word: the text is painted by what it looks at."),
    )
    two_sides = Hint(
        N_("Point at a word of either side: the other side is painted by it. A click keeps it; arrow keys go on."),
        N_("Tap a word of either side: the other side is painted by it."),
    )
    arcs = Hint(N_("Point at a word or an arc. Keys: arrows."), N_("Tap a word or an arc."))
    arcs_change = Hint(
        N_("Click two words, first the one that the arc comes from; click an arc to remove it, and again to "
           "have it back. Keys: arrows, Enter chooses, Escape lets go."),
        N_("Tap two words, first the one that the arc comes from; tap an arc to remove it, and again to have it back."),
    )  # fmt: skip
    strips = Hint(
        N_("Point at a word, or go to it with Tab: how the tokenizer writes it."),
        N_("Tap a word: how the tokenizer writes it."),
    )
    trail = Hint(
        N_("Click a name to follow it. Keys: up and down go from mention to mention, left and right from name to name, "
           "Enter follows a name."),
        N_("Tap a name to follow it."),
    )  # fmt: skip
    passages = Hint(
        N_("Point at a row: the curve is that head's. A click, or Enter, chooses the head. Keys: arrows."),
        N_("Tap a row for the curve of its head, and once more to choose the head."),
    )
    passages_alone = Hint(
        N_("Point at a row: the curve is that head's. Keys: arrows."), N_("Tap a row for the curve of its head.")
    )
    effect = Hint(N_("Point at a row, or use the arrow keys."), N_("Tap a row for its numbers."))
    pruning = Hint(
        N_("Point at a curve, or use the arrow keys: left and right along it, up and down from one to the other."),
        N_("Tap a curve for its numbers."),
    )
    compare_ranks = Hint(
        N_("Point at a cell: all three show it. A click, or Enter, ranks the heads by that cell. Keys: arrows."),
        N_("Tap a cell: all three show it, and the heads are ranked by it."),
    )
    compare_heads = Hint(
        N_("Point at a cell: all three show it. A click, or Enter, compares the two heads at that cell. Keys: arrows."),
        N_("Tap a cell: all three show it, and the two heads are compared there."),
    )
    compare_alone = Hint(N_("Point at a cell: all three show it. Keys: arrows."), _COMPARED)
    layers = Hint(
        N_("Point at a cell, or use the arrow keys; a click, or Enter, sets the two nearest heads of its layers "
           "side by side."),
        N_("Tap a cell: the two nearest heads of its layers stand side by side."),
    )  # fmt: skip
    layers_alone = Hint(N_("Point at a cell, or use the arrow keys."), N_("Tap a cell for its numbers."))
    picture = Hint(
        N_("Point at a patch, or use the arrow keys; a click, or Enter, keeps it. A click on a small picture "
           "opens that head."), _PICTURE,
    )  # fmt: skip
    picture_alone = Hint(
        N_("Point at a patch, or use the arrow keys; a click, or Enter, keeps it. A click on a small picture "
           "shows that head."), _PICTURE,
    )  # fmt: skip
    words_on_picture = Hint(
        N_("Point at a word, or go along them with the arrow keys; a click, or Enter, keeps it. A click on a "
           "small picture opens that head."), _WORDS,
    )  # fmt: skip
    words_on_picture_alone = Hint(
        N_("Point at a word, or go along them with the arrow keys; a click, or Enter, keeps it. A click on a "
           "small picture shows that head."), _WORDS,
    )  # fmt: skip
    scores = Hint(N_("Point at a head, or use the arrow keys."), N_("Tap a head for its numbers."))
    scores_choose = Hint(
        N_("Point at a head; click it, or use the arrow keys and Enter, to choose it."), N_("Tap a head to choose it.")
    )
    atlas = Hint(
        N_("Point at a head, or use the arrow keys (Page Up and Down go head by head); click or Enter chooses it, "
           "Space marks it. Ctrl and wheel, + and −, or two fingers go nearer."),
        N_("Tap a head to choose it; two fingers go nearer."),
    )  # fmt: skip
    atlas_alone = Hint(
        N_("Point at a head, or use the arrow keys (Page Up and Down go head by head); click, Enter or Space marks it. "
           "Ctrl and wheel, + and −, or two fingers go nearer."),
        N_("Tap a head to mark it; two fingers go nearer."),
    )  # fmt: skip
    timeline_words = Hint(
        N_("Click a word to hear it. Arrow keys: left and right go from word to word, up and down from head to head; "
           "Enter keeps them, Space plays."),
        N_("Tap a word to hear it, or a row to choose its head."),
    )  # fmt: skip
    timeline_moments = Hint(
        N_("Click the sound, or use the arrow keys: left and right go along it, up and down from head to head; Enter "
           "keeps them, Space plays."),
        N_("Tap the sound: that moment listens. Tap a row to choose its head."),
    )  # fmt: skip
    timeline_alone = Hint(
        N_("Click a word to hear it. Arrow keys go from word to word and from head to head, Space plays."),
        timeline_words.tap,
    )


def said_hint(hint: Hint, more: str = "") -> dict[str, str]:
    """Of a header: both, in the language of the run; ``more`` is what a pointer and keys can do besides."""
    return {"hint": gettext(hint.point) + more, "tap": gettext(hint.tap)}
