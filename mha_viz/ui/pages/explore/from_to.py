"""What one word looks at, in the heads that look most from it to another."""

from __future__ import annotations

from functools import partial

from mha_viz.attention.tables import attention_between_words
from mha_viz.attention.word_pairs import given_by, words_near
from mha_viz.inputs.words import ordinary, word_axes
from mha_viz.objects import Head
from mha_viz.ui.pages.explore.turning import show_lines_of
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.views.strips import WordPair, pair_facts, pair_picture


def show_strips(desk: Desk, kind: str) -> Head:
    """Two words to choose, the heads between them as lines of the sentence, and one sentence on what one sees. Returns
    the head that is chosen then: with another word the page proposes the first of them.
    """
    capture = desk.capture
    query_words, key_words = word_axes(capture, kind)

    given = partial(given_by, capture, kind, query_words, key_words)  # often what has just proposed a word to look at
    query, key = controls.choose_words(
        capture, query_words, key_words, kind, lambda query: given(query)[1], controls.note_words_chosen
    )
    pair = WordPair(capture, kind, query_words, key_words, query, key)
    drawn = words_near(ordinary(key_words), query if kind != "cross" else key, key)
    view = pair_picture(pair, *given(query), drawn)
    head = controls.propose_head_of_words(capture, kind, view.header["heads"][0])
    clicked = mount(view, "strips")
    share.fill(
        desk.share,
        view,
        lambda: attention_between_words(capture, query_words, key_words, query, kind=kind),
        lambda: pair_facts(pair),
    )
    if clicked.open:
        show_lines_of(*clicked.open)
    if clicked.look_from is not None:
        controls.look_from(query_words, drawn[clicked.look_from])
    return head
